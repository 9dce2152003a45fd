"""What a list of regions changes in the one before it, code by code. What is recorded under the codes is not asked here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from warehouse.regions import merge_regions

Kind: TypeAlias = Literal["new", "retired", "renamed", "moved", "successor", "validity", "details"]

KINDS: tuple[Kind, ...] = ("retired", "renamed", "moved", "successor", "validity", "details", "new")
"""In the order in which they are told: what can move records first."""

_MOVING = frozenset(KINDS) - {"new", "details"}
_DETAILS = ("level", "urban_rural", "region_group", "provisional")

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One change of one code.

    Attributes:
        kind: ``new``; ``retired`` (it ends, or has a successor from now on); ``renamed``; ``moved`` (another parent);
            ``successor`` (another one, of a code that had ended before); ``validity`` (other days); ``details`` (level,
            group and the like). ``validity`` also where only what a code
            was called or lay in at an earlier time is another.
        region_code, name: Of the code, as the new list calls it.
        before, now: What it was and is: names, parents, successors, days.
        since: The first day on which it holds; None where the list gives none, so that it holds for every month.
    """

    kind: Kind
    region_code: str
    name: str
    before: str = ""
    now: str = ""
    since: date | None = None

    @property
    def can_move_records(self) -> bool:
        """Whether what was handed in under the code may come to lie elsewhere, or nowhere."""
        return self.kind in _MOVING


@dataclass(frozen=True)
class RegionChanges:
    """What a list changes.

    Attributes:
        changes: By kind in the order of ``KINDS``, then by code.
        read: How many codes the new list gives.
        total: How many codes there are with it.
    """

    changes: tuple[Change, ...]
    read: int
    total: int

    @property
    def counts(self) -> dict[Kind, int]:
        """Changes by kind, kinds without any left out."""
        each = {kind: sum(change.kind == kind for change in self.changes) for kind in KINDS}
        return {kind: count for kind, count in each.items() if count}

    @property
    def undated(self) -> tuple[str, ...]:
        """Codes that are retired without a day: their past months go over to the successor too."""
        return tuple(one.region_code for one in self.changes if one.kind == "retired" and one.since is None)


def changes_by(known: pa.Table, new: pa.Table) -> RegionChanges:
    """What a list changes when it is put in.

    Args:
        known, new: Tables of the ``REGIONS`` schema; ``new`` replaces all validities of the codes that it has.
    """
    merged = merge_regions(known, new)
    codes = set(new["region_code"].to_pylist())
    before, now = _by_code(known, codes), _by_code(merged, codes)
    found = [
        change
        for code in sorted(codes)
        if before.get(code) != now[code]
        for change in _changes(code, before.get(code, ()), now[code])
    ]
    total = len(set(merged["region_code"].to_pylist()))
    return RegionChanges(
        tuple(sorted(found, key=lambda one: KINDS.index(one.kind))), read=len(codes), total=total
    )


def _by_code(regions: pa.Table, wanted: Iterable[str]) -> dict[str, Sequence[Row]]:
    """Validities of codes, in the order of their days."""
    found: dict[str, list[Row]] = defaultdict(list)
    codes = set(wanted)
    for row in regions.to_pylist():
        if row["region_code"] in codes:
            found[row["region_code"]].append(row)
    return {code: sorted(rows, key=lambda row: row["valid_from"] or date.min) for code, rows in found.items()}


def _changes(code: str, before: Sequence[Row], now: Sequence[Row]) -> Sequence[Change]:
    last = now[-1]
    name = str(last["name"])
    if not before:
        return [Change("new", code, name, now=last["parent_code"] or "", since=now[0]["valid_from"])]
    found = list(_moving(code, name, before[-1], last))
    details, details_before = _details(last), _details(before[-1])
    days, days_before = _days(now), _days(before)
    if not found and (days != days_before or details == details_before):
        found.append(Change("validity", code, name, days_before, days))
    if details != details_before:
        found.append(Change("details", code, name, details_before, details))
    return found


def _moving(code: str, name: str, before: Row, now: Row) -> Iterator[Change]:
    begins = now["valid_from"] if now["valid_from"] != before["valid_from"] else None
    if _is_over(now) and not _is_over(before):
        yield Change("retired", code, name, "", now["successor"] or "", now["valid_to"])
    elif now["successor"] != before["successor"]:
        yield Change(
            "successor", code, name, before["successor"] or "", now["successor"] or "", now["valid_to"]
        )
    if now["name"] != before["name"]:
        yield Change("renamed", code, name, before["name"], name, begins)
    if now["parent_code"] != before["parent_code"]:
        yield Change("moved", code, name, before["parent_code"] or "", now["parent_code"] or "", begins)


def _is_over(row: Row) -> bool:
    return bool(row["valid_to"] or row["successor"])


def _days(rows: Iterable[Row]) -> str:
    return ", ".join(f"{row['valid_from'] or ''}–{row['valid_to'] or ''}" for row in rows)


def _details(row: Row) -> str:
    given = ((name, row[name]) for name in _DETAILS)
    return ", ".join(f"{name} {value}" for name, value in given if value not in (None, False))
