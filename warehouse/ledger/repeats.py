"""Repeats that turn out to be none: the same bytes came in one load behind something else, before that had been read.

Whether the first file still counts is known only once what came between has been decided; until then the second is
entered as a repeat. Who sends a file again after a wrong one, or says in its name now what it is, must not be told
that nothing is to be done.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import aliased

from warehouse.ledger.models import Coverage, Submission
from warehouse.ledger.receiving import ASKED_ANEW, chunks, dating_context, with_hash
from warehouse.ledger.values import COUNTING

_NEW: dict[str, Any] = {
    "status": "received",
    "dataset": None,
    "period": None,
    "regions": None,
    "reason": None,
    "remedy": None,
    "owes_slip": False,
}


def reopen(connection: Connection) -> list[str]:
    """Make received submissions of the repeats that nobody was told of and that are none.

    Returns:
        Their numbers.
    """
    table = Submission.__table__
    doubtful = select(table).where(table.c.status == "repeat", table.c.owes_slip)
    repeats = [dict(row) for row in connection.execute(doubtful).mappings()]
    rows = [row for part in chunks(one["sha256"] for one in repeats) for row in with_hash(connection, part)]
    found = [one["submission_id"] for one in repeats if _is_new(connection, one, rows)]
    for part in chunks(found):
        connection.execute(update(Submission).where(Submission.submission_id.in_(part)).values(_NEW))
    return found


def _is_new(connection: Connection, repeat: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
    """Whether the last submission of the same bytes before it was held, or overtaken before it came."""
    before = [
        row
        for row in rows
        if row["received_seq"] < repeat["received_seq"]
        and row["status"] != "repeat"
        and _key(row) == _key(repeat)
    ]
    if not before:
        return False
    original = before[-1]
    if original["status"] in ASKED_ANEW:
        return True
    return original["status"] in COUNTING and _is_overtaken(
        connection, original["received_seq"], repeat["received_seq"]
    )


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["sha256"], row["department"], dating_context(row["sender_path"])


def _is_overtaken(connection: Connection, number: int, until: int) -> bool:
    """Whether one received before ``until`` stands for some of it, or adds to it."""
    old, new = aliased(Coverage), aliased(Coverage)
    same = (new.dataset == old.dataset) & (new.period == old.period) & (new.region_code == old.region_code)
    statement = (
        select(new.received_seq)
        .join(old, same)
        .join(Submission, Submission.received_seq == new.received_seq)
        .where(old.received_seq == number, new.received_seq > number, new.received_seq < until)
        .where(Submission.status.in_(COUNTING))
    )
    return connection.scalar(statement.limit(1)) is not None
