"""What is in force: of all that speaks for a dataset, region and period, the last that replaces and what was added since.

Only accepted and partial submissions count; one that is held waits for somebody to confirm it, a withdrawn one did
count until it was withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, and_, case, func, or_, select

from warehouse.ledger.models import Coverage, Submission
from warehouse.ledger.receiving import chunks
from warehouse.ledger.values import COUNTING, Standing

IN_FORCE = pa.schema(
    [
        ("submission_id", pa.string()),
        ("region_code", pa.string()),
        ("period", pa.string()),
        ("rows", pa.int64()),
        ("received_seq", pa.int64()),
        ("takes", pa.string()),
    ]
)


def counts(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether a submission counts, now or at a time; one confirmed by a person does since then, one withdrawn did until then."""
    present = Submission.status.in_(COUNTING)
    if as_of is None:
        return present
    since = func.coalesce(Submission.confirmed_at, Submission.received_at)
    until_withdrawn = and_(
        Submission.status == "withdrawn",
        Submission.takes.is_not(None),  # else it was held
        Submission.withdrawn_at > as_of,
    )
    return and_(since <= as_of, or_(present, until_withdrawn))


def ranked(as_of: datetime | None) -> Select[Any]:
    """Every coverage that counts, with ``base``: the last submission that replaces what is there; in force from it on."""
    what = (Coverage.dataset, Coverage.period, Coverage.region_code)
    replaces = case((func.coalesce(Submission.takes, "replaces") == "replaces", Coverage.received_seq))
    base = func.coalesce(func.max(replaces).over(partition_by=what), 0).label("base")
    columns = (Coverage.received_seq, Coverage.submission_id, Coverage.rows, Submission.takes, *what, base)
    return select(*columns).join(Submission).where(counts(as_of))


def in_force(
    connection: Connection, dataset: str, periods: Sequence[str] | None, as_of: datetime | None
) -> list[tuple[str, str, str, int | None, int, str]]:
    """Submission, region, period, its records, its number and how it takes force; sorted by period, region, number."""
    every = ranked(as_of).where(Coverage.dataset == dataset)
    found: list[tuple[str, str, str, int | None, int, str]] = []
    for part in [None] if periods is None else chunks(periods):
        narrowed = (every if part is None else every.where(Coverage.period.in_(part))).subquery()
        columns = narrowed.c
        wanted = (columns.submission_id, columns.region_code, columns.period, columns.rows)
        takes = func.coalesce(columns.takes, "replaces")
        statement = select(*wanted, columns.received_seq, takes).where(columns.received_seq >= columns.base)
        found += [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in connection.execute(statement)]
    return sorted(found, key=lambda row: (row[2], row[1], row[4]))


def as_in_force(rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows in the order of ``IN_FORCE``'s columns as a table of that schema."""
    return pa.Table.from_pylist(
        [dict(zip(IN_FORCE.names, row, strict=True)) for row in rows], schema=IN_FORCE
    )


def standing(connection: Connection, dataset: str, periods: Iterable[str]) -> list[Standing]:
    """Everything that counts for periods of a dataset, in the order it came, overtaken or not."""
    return _speaking(connection, dataset, periods, counts(None))


def held(connection: Connection, dataset: str) -> list[Standing]:
    """Everything of a dataset that waits for a person's word, in the order it came."""
    return _speaking(connection, dataset, None, Submission.status == "held")


def _speaking(
    connection: Connection, dataset: str, periods: Iterable[str] | None, which: ColumnElement[bool]
) -> list[Standing]:
    columns = (
        Coverage.received_seq,
        Coverage.submission_id,
        Submission.department,
        Submission.sender_path,
        Submission.received_at,
        Coverage.region_code,
        Coverage.period,
        func.coalesce(Coverage.rows, 0),
        Submission.takes,
    )
    found: list[Standing] = []
    every = select(*columns).join(Submission).where(which, Coverage.dataset == dataset)
    for part in [None] if periods is None else chunks(periods):
        statement = every if part is None else every.where(Coverage.period.in_(part))
        found += [Standing(*row[:-1], row[-1] or "replaces") for row in connection.execute(statement)]
    return sorted(found, key=lambda one: (one.seq, one.period, one.region_code))


def superseded(as_of: datetime | None) -> CompoundSelect[int]:
    """Numbers of the submissions that count for something and nothing of it is in force."""
    every = ranked(as_of).subquery()
    covering = select(every.c.received_seq).distinct()
    return covering.except_(select(every.c.received_seq).where(every.c.received_seq >= every.c.base))


def fingerprints(
    rows: Iterable[tuple[str, str, str, int | None, int, str]], contract_digests: dict[str, str | None]
) -> dict[str, str]:
    """By period, a hash over what is in force: submissions, their regions, the contract each was staged with.

    Args:
        rows: As ``in_force`` gives them.
        contract_digests: By submission.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    for submission_id, region_code, period, _, _, takes in rows:
        adds = " adds" if takes == "adds" else ""
        lines[period].append(f"{submission_id} {region_code} {contract_digests[submission_id]}{adds}")
    return {period: sha256("\n".join(lines[period]).encode()).hexdigest() for period in sorted(lines)}
