"""Which rows of a list of regions hold in a month, and which codes have ended with nobody named to follow them.

A month is taken as it ends: what ends or begins within it is what its own ledger is held against. A list without days
of validity says the same of every month.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class InForce:
    """A list of regions in one month.

    Attributes:
        rows: By code and validity. A successor stands in a row only where the month has seen the code end, or where
            the list gives no day for it.
        ended: Codes that have ended and name no successor, with their name and last day (exclusive).
        coming: Codes that begin later, with their name and first day.
        before: Codes that begin later to the one in force that they follow, where the list names just one.
    """

    rows: Sequence[Row]
    ended: dict[str, tuple[str, date]]
    coming: dict[str, tuple[str, date]]
    before: dict[str, str]


def eras(rows: Iterable[Row]) -> tuple[str, ...]:
    """The months in which something begins or ends, in order."""
    days = {row[name] for row in rows for name in ("valid_from", "valid_to") if row[name]}
    return tuple(sorted({_month(day) for day in days}))


def era_of(month: str, changes: Sequence[str]) -> str:
    """The last month of a change up to a month; blank before the first. Months of one era share one list."""
    at = bisect_right(changes, month)
    return changes[at - 1] if at else ""


def in_force(rows: Iterable[Row], month: str | None) -> InForce:
    """The list in a month (``2025-06``); None: after every change it knows."""
    own: dict[str, list[Row]] = defaultdict(list)
    ended: dict[str, tuple[str, date]] = {}
    coming: dict[str, tuple[str, date]] = {}
    followed: dict[str, set[str]] = defaultdict(set)
    for row in sorted(rows, key=lambda row: (row["region_code"], str(row["valid_from"] or ""))):
        code = row["region_code"]
        if row["valid_from"] and month is not None and _month(row["valid_from"]) > month:
            coming.setdefault(code, (row["name"], row["valid_from"]))
            continue
        if row["successor"]:
            followed[row["successor"]].add(code)
        own[code].append(row if _is_over(row, month) or not row["valid_to"] else {**row, "successor": None})
    for code, known in own.items():
        coming.pop(code, None)
        last = known[-1]
        if _is_over(last, month) and not last["successor"]:
            ended[code] = last["name"], last["valid_to"]
    before = {code: next(iter(followed[code])) for code in coming if len(followed[code]) == 1}
    return InForce([row for known in own.values() for row in known], ended, coming, before)


def _is_over(row: Row, month: str | None) -> bool:
    return bool(row["valid_to"]) and (month is None or _month(row["valid_to"]) <= month)


def _month(day: date) -> str:
    return f"{day:%Y-%m}" if day.year > 999 else "0000-00"
