"""What is not finished: submissions that failed and are tried again, and slips that are owed to their senders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, true, update

from warehouse.ledger.models import Submission
from warehouse.ledger.values import Entry, Failure, Outcome

_LONGEST = timedelta(days=1)

ENTRY = (
    Submission.submission_id,
    Submission.department,
    Submission.sender_path,
    Submission.file_name,
    Submission.sha256,
    Submission.received_at,
    Submission.status,
    Submission.dataset,
    Submission.size,
    Submission.takes,
    Submission.told,
    Submission.received_seq,
    Submission.judged_by,
    Submission.best,
)
"""The columns of an ``Entry``, in its order."""

_REASON = "系统处理这份文件时出错，还没有入库；文件已经收到并存档。"
_REMEDY = "不必重报，系统会自动再试；处理完会再发回执。"


def wait(attempts: int) -> timedelta:
    """How long after so many failed attempts the next is made: 1, 2, 4, 8 … minutes, at most a day."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 20)), _LONGEST)


def is_due(now: datetime | None) -> ColumnElement[bool]:
    """Whether a submission did not fail, or may be tried again; always where no time is given."""
    if now is None:
        return true()
    return or_(Submission.retry_at.is_(None), Submission.retry_at <= now)


def fail(connection: Connection, failures: Iterable[Failure], now: datetime) -> None:
    """Note failed attempts. A submission that was staged before stays what it is; its sender is told of none."""
    by_submission = {failure.submission_id: failure for failure in failures}
    for submission_id, failure in by_submission.items():
        own = Submission.submission_id == submission_id
        found = connection.execute(select(Submission.attempts, Submission.status).where(own)).one()
        attempts = found.attempts + 1
        values: dict[str, Any] = {
            "attempts": attempts,
            "retry_at": now + wait(attempts),
            "failure": f"{failure.step}: {failure.error}",
        }
        if found.status == "received":
            values |= {"status": "failed", "reason": _REASON, "remedy": _REMEDY, "owes_slip": True}
        connection.execute(update(Submission).where(own).values(values))


def failed(connection: Connection) -> list[dict[str, Any]]:
    """Submissions whose last attempt failed, in the order they came."""
    columns = (*ENTRY, Submission.attempts, Submission.retry_at, Submission.failure)
    statement = select(*columns).where(Submission.attempts > 0).order_by(Submission.received_seq)
    return [dict(row) for row in connection.execute(statement).mappings()]


def owed(connection: Connection) -> list[tuple[Entry, Outcome]]:
    """Submissions whose sender waits for a slip, and what it has to say."""
    told = (
        Submission.period,
        Submission.reason,
        Submission.remedy,
        Submission.rows_recorded,
        Submission.rows_quarantined,
        Submission.compared,
    )
    statement = select(*ENTRY, *told).where(Submission.owes_slip).order_by(Submission.received_seq)
    return [_owed(row) for row in connection.execute(statement)]


def _owed(row: Sequence[Any]) -> tuple[Entry, Outcome]:
    entry = Entry(*row[: len(ENTRY)])
    period, reason, remedy, recorded, quarantined, compared = row[len(ENTRY) :]
    recorded, quarantined = recorded or 0, quarantined or 0
    outcome = Outcome(
        submission_id=entry.submission_id,
        status=entry.status,  # type: ignore[arg-type]  # of those the ledger knows, ``received`` owes nothing
        dataset=entry.dataset,
        period=period,
        rows_in=recorded + quarantined,
        rows_recorded=recorded,
        rows_quarantined=quarantined,
        reason=reason,
        remedy=remedy,
        takes=entry.takes,
        compared=tuple(json.loads(compared or "[]")),
    )
    return entry, outcome


def answered(connection: Connection, told: Mapping[str, str]) -> None:
    """Note that the senders of these submissions have their slips, and the digest of what each says."""
    if told:
        table = Submission.metadata.tables["submissions"]
        changed = update(table).where(table.c.submission_id == bindparam("which"))
        rows = [{"which": which, "owes_slip": False, "told": digest} for which, digest in told.items()]
        connection.execute(changed, rows)
