"""Where what was noted of a submission is filed: by dataset and month, so that a load rewrites only what it changed.

The month is the submission's period, else the month it was received in, so that what could not be read does not pile up
in one place either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, func, or_, select

from warehouse.ledger.force import superseded
from warehouse.ledger.models import Submission
from warehouse.ledger.receiving import chunks

_DATASET = func.coalesce(Submission.dataset, "")
_MONTH = func.coalesce(
    Submission.period,
    func.substr(Submission.submission_id, 1, 4) + "-" + func.substr(Submission.submission_id, 5, 2),
)
_IS_STAGED = Submission.staged_at.is_not(None) & Submission.status.not_in(("received", "failed", "repeat"))
_IS_OVER = or_(Submission.received_seq.in_(superseded(None)), Submission.status == "withdrawn")


def filings(connection: Connection) -> dict[tuple[str, str], str]:
    """By dataset (blank where there is none) and month, a fingerprint of the submissions filed there.

    It changes when one comes, goes, is staged again, is superseded or withdrawn.
    """
    staged = select(_DATASET, _MONTH, func.count(), func.max(Submission.staged_at)).where(_IS_STAGED)
    overtaken = select(_DATASET, _MONTH, Submission.submission_id).where(_IS_STAGED, _IS_OVER)
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    for dataset, month, count, last in connection.execute(staged.group_by(_DATASET, _MONTH)):
        lines[dataset, month].append(f"{count} {last}")
    for dataset, month, submission_id in connection.execute(overtaken.order_by(Submission.received_seq)):
        lines[dataset, month].append(submission_id)
    return {where: sha256("\n".join(lines[where]).encode()).hexdigest() for where in sorted(lines)}


def filed(connection: Connection, dataset: str, months: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Submissions filed under a dataset's months, in the order they came: id, month, whether superseded or withdrawn."""
    found: list[tuple[int, str, str, bool]] = []
    for part in chunks(months):
        statement = select(
            Submission.received_seq,
            Submission.submission_id,
            _MONTH,
            _IS_OVER,
        ).where(_IS_STAGED, _DATASET.in_([dataset]), _MONTH.in_(part))
        found += [(row[0], row[1], row[2], bool(row[3])) for row in connection.execute(statement)]
    return [row[1:] for row in sorted(found)]
