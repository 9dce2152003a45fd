"""The life of a case over loads: it keeps its id while months come and go, what people decided, and its end.

A decision holds while the case's data are what they were; then the case is open again, and says what was decided. A
case whose evidence is gone is closed and stays in the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import pyarrow as pa

from warehouse.clock import in_shanghai
from warehouse.codes import DIGITS, covering
from warehouse.ledger.values import CaseDecision

Row = dict[str, Any]

STATUSES: Mapping[str, str] = {
    "open": "待处理",
    "asked": "已去问",
    "explained": "已说明",
    "confirmed": "已查实",
    "waived": "不再追",
    "closed": "已了结",
}
"""What became of a case, in Chinese."""

DECISIONS = ("asked", "explained", "confirmed", "waived")
"""What people may decide."""


def named(kind: str, thing: str, region_code: str, first: str) -> str:
    """The id of a case that was never told before."""
    return sha256(f"{kind}|{thing}|{region_code}|{first}".encode()).hexdigest()[:10]


def identified(rows: Sequence[Row], before: Iterable[Row], now: dt.datetime) -> list[Row]:
    """Rows with ``case_id`` and ``since``: those of the case before of the same kind, thing and region, where months meet.

    Args:
        rows: Without id.
        before: Of the table as it was.
        now: UTC.
    """
    known: dict[tuple[str, str, str], list[Row]] = {}
    for row in before:
        known.setdefault(_about(row), []).append(row)
    found, taken = [], set()
    for row in sorted(rows, key=lambda row: (row["period_from"], row["period_to"])):
        own = [one for one in known.get(_about(row), []) if one["case_id"] not in taken and _meet(one, row)]
        own.sort(key=lambda one: (one["status"] == "closed", one["period_from"]))
        first = named(*_about(row), row["period_from"])
        case = own[0]["case_id"] if own else first
        taken.add(case)
        found.append(row | {"case_id": case, "since": own[0]["since"] if own else now})
    return found


def _about(row: Row) -> tuple[str, str, str]:
    return row["kind"], row["indicator"] or row["dataset"] or "", row["region_code"]


def _meet(one: Row, other: Row) -> bool:
    """Whether the months of two overlap."""
    return bool(one["period_from"] <= other["period_to"] and other["period_from"] <= one["period_to"])


def decided(row: Row, decisions: Sequence[CaseDecision]) -> Row:
    """The row with what was decided last: ``status`` and ``reason``."""
    if not decisions:
        return row | {"status": "open", "reason": None}
    last = decisions[-1]
    if last.digest == row["digest"]:
        return row | {"status": last.status, "reason": told(last)}
    return row | {"status": "open", "reason": f"数据已变，原处理不再适用：{told(last)}"}


def told(decision: CaseDecision) -> str:
    """A decision in a line."""
    when = in_shanghai(decision.decided_at)
    return f"{STATUSES[decision.status]}（{when:%Y-%m-%d}，{decision.decided_by}）：{decision.reason}"


def ended(before: Iterable[Row], rows: Sequence[Row], submissions: pa.Table) -> Iterator[Row]:
    """Cases of before that are no more, closed; those closed already stay as they are.

    One that became part of a larger case, and that nobody decided anything about, is gone without a trace.

    Args:
        before: Of the table as it was.
        rows: The cases there are.
        submissions: The table; what came since tells a correction.
    """
    there = {row["case_id"] for row in rows}
    gone = [row for row in before if row["case_id"] not in there]
    came = _came(submissions) if any(row["status"] != "closed" for row in gone) else []
    for row in gone:
        if row["status"] == "closed":
            yield row
            continue
        part_of = _part_of(row, rows)
        if part_of is None:
            yield row | {"status": "closed", "reason": _why(row, came)}
        elif row["reason"]:
            yield row | {"status": "closed", "reason": f"并入 {part_of}；{row['reason']}"}


def _came(submissions: pa.Table) -> list[Row]:
    names = ["submission_id", "dataset", "received_at", "period", "regions", "status"]
    return [row for row in submissions.select(names).to_pylist() if row["status"] in ("accepted", "partial")]


def _part_of(row: Row, rows: Sequence[Row]) -> str | None:
    """The case of the same kind and thing, around its region and over its months, that it became part of."""
    around = {covering(row["region_code"], level) for level in DIGITS}
    for other in rows:
        is_around = other["region_code"] in around and other["kind"] == row["kind"]
        if is_around and _about(other)[1] == _about(row)[1] and _meet(other, row):
            return str(other["case_id"])
    return None


def _why(row: Row, came: Sequence[Row]) -> str:
    county = covering(row["region_code"], "county")
    for one in came:
        counties = {covering(code, "county") for code in one["regions"] or ()}
        is_its = one["dataset"] == row["dataset"] and (not counties or county in counties)
        if is_its and one["received_at"] > row["since"]:
            return f"已由更正的报送了结（{one['submission_id']}）"
    return "依据不再成立：作比较的数据或方法已变"
