"""Everything that ever spoke for months of a dataset, whatever became of it: what a history is told from.

What counts now is asked of ``force``; here the same rules are kept for any moment, over values.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from warehouse.ledger.models import Coverage, Submission
from warehouse.ledger.receiving import chunks
from warehouse.ledger.values import COUNTING, Takes

Unit = tuple[str, str]
"""Region code and period."""


@dataclass(frozen=True)
class Version:
    """One submission, with the regions and periods it speaks for.

    Attributes:
        seq: Its place in the order of receipt.
        submission_id, department, received_at, status, reason: As in ``submissions``, but for ``superseded``, which is not
            derived here.
        sender_path: As others may see it.
        takes: How it took force, or would; None where it never did.
        confirmed_at, withdrawn_at: When a person let it take force, or took it back, UTC.
        compared: What its sender was told that it changes.
        regions: All that it speaks for.
        coverage: By region and period, of the periods asked for, how many records it gave.
    """

    seq: int
    submission_id: str
    department: str
    sender_path: str
    received_at: datetime
    status: str
    reason: str | None = None
    takes: Takes | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    compared: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    coverage: Mapping[Unit, int] = field(default_factory=dict)

    def counted(self, at: datetime | None) -> bool:
        """Whether it counted at a UTC time, now when None; the rule is that of ``force.counts``."""
        if at is None:
            return self.status in COUNTING
        if (self.confirmed_at or self.received_at) > at:
            return False
        took_force = self.status == "withdrawn" and self.takes is not None
        return self.status in COUNTING or (took_force and _is_after(self.withdrawn_at, at))

    def was_held(self, at: datetime | None) -> bool:
        """Whether it waited for a decision at a UTC time, now when None."""
        if at is None or self.status == "held":
            return self.status == "held"
        if self.status == "withdrawn" and self.takes is None:
            return _is_after(self.withdrawn_at, at)
        return _is_after(self.confirmed_at, at)


def _is_after(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment > at


def standing_at(versions: Iterable[Version], at: datetime | None) -> dict[Unit, list[Version]]:
    """By region and period, what was in force at a UTC time, now when None, in the order of receipt."""
    found: dict[Unit, list[Version]] = defaultdict(list)
    for one in sorted(versions, key=lambda one: one.seq):
        if one.counted(at):
            for unit in one.coverage:
                if one.takes != "adds":
                    found[unit].clear()
                found[unit].append(one)
    return dict(found)


def standing_before(versions: Iterable[Version], one: Version) -> dict[Unit, list[Version]]:
    """What was in force when a submission came."""
    return standing_at((other for other in versions if other.seq < one.seq), one.received_at)


def versions(
    connection: Connection, dataset: str, periods: Iterable[str], shown: Callable[[str], str]
) -> list[Version]:
    """In the order of receipt: what speaks for the periods, and what of the dataset, or of none, was refused.

    Args:
        connection: To the ledger.
        dataset: Its name.
        periods: Months.
        shown: What a path is shown as that was not read.
    """
    coverage: dict[int, dict[Unit, int]] = defaultdict(dict)
    for part in chunks(list(periods)):
        columns = (Coverage.received_seq, Coverage.region_code, Coverage.period, Coverage.rows)
        own = select(*columns).where(Coverage.dataset == dataset, Coverage.period.in_(part))
        for seq, region, period, count in connection.execute(own):
            coverage[seq][region, period] = count or 0
    refused = select(*_COLUMNS).where(
        Submission.status == "refused", or_(Submission.dataset == dataset, Submission.dataset.is_(None))
    )
    rows: list[Any] = [*connection.execute(refused), *_of(connection, list(coverage))]
    known = {row.received_seq: row for row in rows}
    return [_version(known[seq], coverage.get(seq, {}), shown) for seq in sorted(known)]


_COLUMNS = (
    Submission.received_seq, Submission.submission_id, Submission.department, Submission.sender_path, Submission.shown_path,
    Submission.received_at, Submission.status, Submission.reason, Submission.takes, Submission.confirmed_at,
    Submission.withdrawn_at, Submission.compared, Submission.regions,
)  # fmt: skip


def _of(connection: Connection, numbers: Sequence[int]) -> Iterator[Any]:
    for part in chunks(numbers):
        yield from connection.execute(select(*_COLUMNS).where(Submission.received_seq.in_(part)))


def _version(row: Any, coverage: Mapping[Unit, int], shown: Callable[[str], str]) -> Version:
    return Version(
        seq=row.received_seq,
        submission_id=row.submission_id,
        department=row.department,
        sender_path=row.shown_path or shown(row.sender_path),
        received_at=row.received_at,
        status=row.status,
        reason=row.reason,
        takes=row.takes,
        confirmed_at=row.confirmed_at,
        withdrawn_at=row.withdrawn_at,
        compared=tuple(json.loads(row.compared or "[]")),
        regions=tuple(json.loads(row.regions or "[]")),
        coverage=dict(coverage),
    )
