"""Entering arrivals: numbers in one order, and telling the same bytes sent again from something new."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import aliased

from warehouse.clock import SHANGHAI
from warehouse.ledger.models import Counter, Coverage, Submission
from warehouse.ledger.values import COUNTING, Arrival, Receipt

CHUNK = 500
"""How many values go into one IN list; SQLite's oldest limit is 999."""

_COPY_MARK = re.compile(r"[(（]\d{1,2}[)）]|副本|[-_ ]?copy\b", re.IGNORECASE)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,6}?(?:街道|(?<!乡)镇|(?<!城)乡(?!村|镇)|县|区|市)")
_UNDATED = re.compile(r"[^\d〇○零一二三四五六七八九十上下春夏秋冬]")


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    """Distinct values in lists of at most ``CHUNK``."""
    distinct = list(dict.fromkeys(values))
    return (distinct[start : start + CHUNK] for start in range(0, len(distinct), CHUNK))


def dating_context(sender_path: str) -> tuple[str, str, tuple[str, ...]]:
    """What of a path could date or place its file: the folder, the numbers and seasons in the name, and its places.

    The same bytes under another month or township are another submission (nil reports of two townships look alike); a
    copy mark or a new wording is not.
    """
    path = PurePosixPath(unicodedata.normalize("NFKC", sender_path))
    stem = _COPY_MARK.sub("", path.stem)
    return str(path.parent), _UNDATED.sub("", stem), tuple(_PLACE.findall(stem))


def enter(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> list[Receipt]:
    """Enter arrivals within the caller's transaction, in their order.

    An arrival that the ledger has already and whose file was not yet taken from the inbox (a crash lay between) gets
    the receipt it had.
    """
    # Counting first takes the write lock, so what is read below cannot change before it is used.
    last = _reserve(connection, len(arrivals))
    earlier = _Earlier(connection, arrivals)
    rows: list[dict[str, Any]] = []
    receipts = []
    for number, arrival in enumerate(arrivals, start=last - len(arrivals) + 1):
        known = earlier.untaken(arrival)
        if known is not None:
            receipts.append(replace(known, is_known=True))
            continue
        row = _row(arrival, number, arrival.received_at or now, earlier.same(arrival))
        receipt = Receipt(row["submission_id"], row["status"] == "repeat", row.pop("repeats"))
        earlier.add(arrival, row, receipt)
        rows.append(row)
        receipts.append(receipt)
    if rows:
        connection.execute(insert(Submission), rows)
    return receipts


def _reserve(connection: Connection, count: int) -> int:
    statement = (
        update(Counter)
        .where(Counter.name == "received")
        .values(value=Counter.value + count)
        .returning(Counter.value)
    )
    return connection.execute(statement).scalar_one()


def _row(arrival: Arrival, number: int, received_at: datetime, same: dict[str, Any] | None) -> dict[str, Any]:
    day = received_at.astimezone(SHANGHAI)
    return {
        "received_seq": number,
        "submission_id": f"{day:%Y%m%d}-{number:06}-{arrival.sha256[:8]}",
        "department": arrival.department,
        "sender_path": arrival.sender_path,
        "file_name": arrival.file_name,
        "sha256": arrival.sha256,
        "size": arrival.size,
        "modified": arrival.modified,
        "received_at": received_at,
        "is_taken": False,
        "status": "repeat" if same else "received",
        "dataset": same["dataset"] if same else None,
        "period": same["period"] if same else None,
        "regions": same["regions"] if same else None,
        "reason": f"内容与 {same['submission_id']} 完全相同，未重复处理。" if same else None,
        "remedy": _remedy(same["status"]) if same else None,
        "owes_slip": same is not None,
        "repeats": same["submission_id"] if same else None,
    }


def _remedy(status: str) -> str:
    if status == "refused":
        return "上次已退回，请按上次回执的说明改正后再报送。"
    return "无需处理；如要更正，请修改内容后再报送。"


class _Earlier:
    """What the ledger, and this batch before, hold of the same bytes."""

    def __init__(self, connection: Connection, arrivals: Sequence[Arrival]) -> None:
        self._untaken: dict[tuple[str, str, datetime], Receipt] = {}
        self._same: dict[tuple[str, str, tuple[str, str, tuple[str, ...]]], dict[str, Any]] = {}
        rows = [
            row
            for part in chunks(arrival.sha256 for arrival in arrivals)
            for row in with_hash(connection, part)
        ]
        overtaken = _overtaken(connection, (row["received_seq"] for row in rows if row["status"] in COUNTING))
        originals: dict[tuple[str, str, tuple[str, str, tuple[str, ...]]], str] = {}
        for row in rows:
            if row["status"] in ASKED_ANEW and row["is_taken"]:
                continue
            key = (row["sha256"], row["department"], dating_context(row["sender_path"]))
            if row["status"] != "repeat":
                originals[key] = row["submission_id"]
                self._same[key] = row
                if row["received_seq"] in overtaken:
                    del self._same[key]
            if not row["is_taken"]:
                repeats = originals.get(key) if row["status"] == "repeat" else None
                receipt = Receipt(row["submission_id"], row["status"] == "repeat", repeats)
                self._untaken[row["sender_path"], row["sha256"], row["modified"]] = receipt

    def untaken(self, arrival: Arrival) -> Receipt | None:
        """The receipt this very file was given before."""
        return self._untaken.get((arrival.sender_path, arrival.sha256, arrival.modified))

    def same(self, arrival: Arrival) -> dict[str, Any] | None:
        """The submission this one repeats."""
        return self._same.get((arrival.sha256, arrival.department, dating_context(arrival.sender_path)))

    def add(self, arrival: Arrival, row: dict[str, Any], receipt: Receipt) -> None:
        """Note what this batch has entered."""
        self._untaken[arrival.sender_path, arrival.sha256, arrival.modified] = receipt
        if not receipt.is_repeat:
            self._same[arrival.sha256, arrival.department, dating_context(arrival.sender_path)] = row


ASKED_ANEW = ("held", "withdrawn")
"""The same bytes again after these are a new submission: what their name says now may decide otherwise."""


def with_hash(connection: Connection, hashes: list[str]) -> list[dict[str, Any]]:
    """Rows of the submissions with these bytes, in the order they came."""
    table = Submission.__table__
    statement = select(table).where(table.c.sha256.in_(hashes)).order_by(table.c.received_seq)
    return [dict(row) for row in connection.execute(statement).mappings()]


def _overtaken(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Of these submissions, those that a later one supersedes or adds to, for any region and period."""
    old, new = aliased(Coverage), aliased(Coverage)
    found: set[int] = set()
    for part in chunks(numbers):
        statement = (
            select(old.received_seq)
            .distinct()
            .join(
                new,
                (new.dataset == old.dataset)
                & (new.period == old.period)
                & (new.region_code == old.region_code)
                & (new.received_seq > old.received_seq),
            )
            .join(Submission, Submission.received_seq == new.received_seq)
            .where(old.received_seq.in_(part), Submission.status.in_(COUNTING))
        )
        found.update(connection.scalars(statement))
    return found
