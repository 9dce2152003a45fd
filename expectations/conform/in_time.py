"""Which rows of a list of regions hold in a month, and which codes have ended with nobody named to follow them.

A month is taken as it ends: what ends or begins within it is what its own ledger is held against. A list without days
of validity says the same of every month.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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

    @cached_property
    def successors(self) -> dict[str, str]:
        """Every code begun by then to the code in force after it."""
        return {code: _follow(code, self._retired) for code in self._named}

    @cached_property
    def firsts(self) -> dict[str, str]:
        """Every code begun by then to the first that the same region had: a new number and no merger.

        That is where just one of the codes that lead to another bears its name and lay in the same region.
        """
        alike: dict[str, set[str]] = defaultdict(set)
        for code, successor in self._retired.items():
            if self._named[code] & self._named.get(successor, set()):
                alike[successor].add(code)
        parents = {row["region_code"]: row["parent_code"] for row in self.rows}
        found: dict[str | None, str | None] = {}

        def first(code: str | None) -> str | None:
            if code not in found:
                found[code] = code
                own = first(parents.get(code or ""))
                before = [one for one in alike.get(code or "", ()) if first(parents[one]) == own]
                found[code] = first(before[0]) if len(before) == 1 else code
            return found[code]

        return {code: first(code) or code for code in self._named}

    @cached_property
    def _retired(self) -> dict[str, str]:
        last = {row["region_code"]: row["successor"] for row in self.rows}
        return {code: successor for code, successor in last.items() if successor}

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        names: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            names[row["region_code"]].add(row["name"])
        return dict(names)


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


class Successors:
    """Where codes lead, month by month.

    Args:
        regions: A table of the REGIONS schema.

    Attributes:
        are_any: Whether any code leads anywhere.
    """

    def __init__(self, regions: pa.Table) -> None:
        retired = regions.filter(pc.is_valid(regions["successor"]))
        self.are_any = retired.num_rows > 0
        concerned = pa.array(
            retired["region_code"].to_pylist() + retired["successor"].to_pylist(), pa.string()
        )
        self._rows = regions.filter(pc.is_in(regions["region_code"], concerned)).to_pylist()
        self._in_months: dict[str, InForce] = {}

    def of(self, code: str, month: str) -> str:
        """The code that is in force in a month for one, itself where it has not ended."""
        return self._in(month).successors.get(code, code)

    def led(self, month: str) -> Iterator[tuple[str, str]]:
        """Codes that are not in force in a month any more, and those that are instead."""
        return ((code, leads) for code, leads in self._in(month).successors.items() if code != leads)

    def first(self, code: str, month: str) -> str:
        """The first code that the same region had, itself where it never had another."""
        return self._in(month).firsts.get(code, code)

    def _in(self, month: str) -> InForce:
        if month not in self._in_months:
            self._in_months[month] = in_force(self._rows, month)
        return self._in_months[month]


def _follow(code: str, leads: Mapping[str, str]) -> str:
    seen = {code}
    while code in leads and leads[code] not in seen:
        code = leads[code]
        seen.add(code)
    return code


def _is_over(row: Row, month: str | None) -> bool:
    return bool(row["valid_to"]) and (month is None or _month(row["valid_to"]) <= month)


def _month(day: date) -> str:
    return f"{day:%Y-%m}" if day.year > 999 else "0000-00"
