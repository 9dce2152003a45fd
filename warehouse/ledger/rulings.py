"""What people decide about submissions: to let one take force that was held, to let one no longer count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, select, update

from warehouse.ledger.models import Submission
from warehouse.ledger.values import COUNTING


def confirm(connection: Connection, submission_id: str, now: datetime) -> None:
    """Let a held submission take force; it is staged anew, so that its sender is told what it changes by now.

    Raises:
        KeyError: There is no such submission.
        ValueError: It is not held.
    """
    found = _found(connection, submission_id)
    if found.status != "held":
        raise ValueError(f"{submission_id} is {found.status}, not held")
    status = "partial" if found.rows_quarantined else "accepted"
    own = Submission.submission_id == submission_id
    values = {
        "status": status,
        "reason": None,
        "remedy": None,
        "confirmed_at": now,
        "staged_at": now,
        "owes_slip": True,
        "contract_digest": None,
        "compared": None,
    }
    connection.execute(update(Submission).where(own).values(values))


def withdraw(connection: Connection, submission_id: str, reason: str, now: datetime) -> None:
    """Let a submission not count any more; one that was held never did, at any time.

    Raises:
        KeyError: There is no such submission.
        ValueError: It does not count, and is not held either.
    """
    found = _found(connection, submission_id)
    if found.status not in (*COUNTING, "held"):
        raise ValueError(f"{submission_id} is {found.status}: there is nothing to withdraw")
    values = {"status": "withdrawn", "reason": reason, "remedy": None, "withdrawn_at": now, "owes_slip": True}
    if found.status == "held":
        values["takes"] = None  # it never took force, so it counts at no earlier time either
    connection.execute(update(Submission).where(Submission.submission_id == submission_id).values(values))


def _found(connection: Connection, submission_id: str) -> Row[str, int | None]:
    columns = select(Submission.status, Submission.rows_quarantined)
    found = connection.execute(columns.where(Submission.submission_id == submission_id)).one_or_none()
    if found is None:
        raise KeyError(submission_id)
    return found
