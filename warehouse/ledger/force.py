"""What is in force: of all that covers a dataset, region and period, the submission received last.

Coverage is kept for accepted and partial submissions only, so the latest coverage is the one in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Select, func, select

from warehouse.ledger.models import Coverage, Submission
from warehouse.ledger.receiving import chunks


def latest(as_of: datetime | None) -> Select[tuple[int, str, str, str, str, int]]:
    """Every coverage with its rank among those of the same dataset, region and period; rank 1 is in force."""
    what = (Coverage.dataset, Coverage.period, Coverage.region_code)
    rank = func.row_number().over(partition_by=what, order_by=Coverage.received_seq.desc()).label("rank")
    statement = select(Coverage.received_seq, Coverage.submission_id, *what, rank)
    if as_of is not None:
        statement = statement.join(Submission).where(Submission.received_at <= as_of)
    return statement


def in_force(
    connection: Connection, dataset: str, periods: Sequence[str] | None, as_of: datetime | None
) -> list[tuple[str, str, str]]:
    """Submission, region and period in force for a dataset, sorted by period and region."""
    ranked = latest(as_of).where(Coverage.dataset == dataset)
    found: list[tuple[str, str, str]] = []
    for part in [None] if periods is None else chunks(periods):
        narrowed = (ranked if part is None else ranked.where(Coverage.period.in_(part))).subquery()
        columns = narrowed.c
        statement = select(columns.submission_id, columns.region_code, columns.period).where(
            columns.rank == 1
        )
        found += [(row[0], row[1], row[2]) for row in connection.execute(statement)]
    return sorted(found, key=lambda row: (row[2], row[1]))


def superseded(connection: Connection, as_of: datetime | None) -> set[int]:
    """Numbers of the submissions that cover something and nothing of it is in force."""
    covering = select(Coverage.received_seq).distinct()
    winning = select(func.max(Coverage.received_seq)).group_by(
        Coverage.dataset, Coverage.period, Coverage.region_code
    )
    if as_of is not None:
        covering = covering.join(Submission).where(Submission.received_at <= as_of)
        winning = winning.join(Submission).where(Submission.received_at <= as_of)
    return set(connection.scalars(covering)) - set(connection.scalars(winning))


def fingerprints(
    rows: Iterable[tuple[str, str, str]], contract_digests: dict[str, str | None]
) -> dict[str, str]:
    """By period, a hash over what is in force: submissions, their regions, the contract each was staged with.

    Args:
        rows: As ``in_force`` gives them.
        contract_digests: By submission.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    for submission_id, region_code, period in rows:
        lines[period].append(f"{submission_id} {region_code} {contract_digests[submission_id]}")
    return {period: sha256("\n".join(lines[period]).encode()).hexdigest() for period in sorted(lines)}
