"""What a row was handed in for stays what it was, and the row in force, however the list of regions changes after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.conform import RegionIndex
from expectations.conform.handed_in import Located, find, scopes
from expectations.conform.regions import Place
from warehouse.schemas import REGIONS

Row = dict[str, Any]
CITY, LAKE, HILL = "990100000000", "990131000000", "990132000000"
LEVELS = {4: "city", 6: "county", 9: "township", 12: "village"}
JULY = "2025-07"


def row(code: str, name: str, parent: str | None, **more: Any) -> Row:
    level = next(level for size, level in LEVELS.items() if not code[size:].strip("0"))
    known = {"region_code": code, "name": name, "level": level, "parent_code": parent, "provisional": False}
    return dict.fromkeys(REGIONS.names) | known | more


def tree(rows: list[Row]) -> RegionIndex:
    return RegionIndex(pa.Table.from_pylist(rows, schema=REGIONS))


def first_list() -> list[Row]:
    """Two counties with two townships each, of two villages; names repeat from one township to the next."""
    rows = [row(CITY, "云河市", None), row(LAKE, "临湖县", CITY), row(HILL, "望山县", CITY)]
    for county, towns in ((LAKE, ("东渡镇", "西塘乡")), (HILL, ("南浦镇", "东渡乡"))):
        for at, name in enumerate(towns, start=1):
            town = f"{county[:6]}10{at}000"
            rows.append(row(town, name, county))
            rows += [
                row(f"{town[:9]}20{n}", v, town) for n, v in enumerate(("新建村", f"{name[:2]}村"), start=1)
            ]
    return rows


def located(rows: list[Row], place: Place, month: str = JULY, level: str = "township", *file: str) -> Located:
    index = tree(rows)
    return find(place, index.at(index.era(month)), scopes(file), level)


def places(rows: list[Row]) -> Iterator[Place]:
    """All that may be written of the villages and townships of a list: by names, by code, by both."""
    names = {one["region_code"]: one for one in rows}
    for code, one in names.items():
        if one["level"] in ("township", "village"):
            line = [one]
            while (above := names[line[-1]["parent_code"]])["level"] != "city":
                line.append(above)
            called = {each["level"]: each["name"] for each in line}
            yield Place(code)
            yield Place(None, **called)
            yield Place(code, **called)


def is_open(one: Row) -> bool:
    return not one["successor"] and not one["valid_to"]


def merged(rows: list[Row], code: str, into: str, day: date | None) -> list[Row]:
    ends = {"valid_to": day, "successor": into}
    return [one | ends if one["region_code"] == code and is_open(one) else one for one in rows]


def renumbered(rows: list[Row], code: str, new: str, day: date | None, **more: Any) -> list[Row]:
    """The same region under another code, and what lies in it below that one."""
    (old,) = [one for one in rows if one["region_code"] == code and is_open(one)]
    rest = [
        one | {"parent_code": new} if one["parent_code"] == code and is_open(one) else one
        for one in merged(rows, code, new, day)
    ]
    return [*rest, old | {"region_code": new, "valid_from": day} | more]


def changed(rows: list[Row], code: str, day: date, **now: Any) -> list[Row]:
    """One validity ends and another begins."""
    last = max(
        (one for one in rows if one["region_code"] == code), key=lambda one: str(one["valid_from"] or "")
    )
    rest = [one for one in rows if one is not last]
    return [*rest, last | {"valid_to": day}, last | now | {"valid_from": day, "valid_to": None}]


def open_codes(rows: list[Row], level: str) -> list[str]:
    return [
        one["region_code"]
        for one in rows
        if one["level"] == level and not one["successor"] and not one["valid_to"]
    ]


KINDS = ("merge", "merge whole", "renumber", "recount", "rename", "move", "village over")
CHANGES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 11), st.integers(0, 11), st.booleans()),
    min_size=1,
    max_size=4,
)


def after(rows: list[Row], kind: str, pick: int, other: int, day: date | None, number: int) -> list[Row]:
    """The list after one more change; a change of name or parent always has a day."""
    towns = open_codes(rows, "township")
    town, into = towns[pick % len(towns)], towns[other % len(towns)]
    below = [one["region_code"] for one in rows if one["parent_code"] == town and is_open(one)]
    if kind == "rename":
        return changed(rows, town, day or first_day(number), name=f"改名{number}镇")
    if kind == "move":
        return changed(rows, town, day or first_day(number), parent_code=LAKE if pick % 2 else HILL)
    if kind == "renumber":
        return renumbered(rows, town, f"{town[:6]}3{number:02}000", day)
    if kind == "recount" and below:
        return renumbered(rows, below[other % len(below)], f"{town[:9]}3{number:02}", day)
    if town == into or (kind in ("recount", "village over") and not below):
        return rows
    if kind == "village over":
        return renumbered(rows, below[other % len(below)], f"{into[:9]}4{number:02}", day, parent_code=into)
    rows = merged(rows, town, into, day)
    for at, village in enumerate(below if kind == "merge whole" else ()):
        rows = renumbered(rows, village, f"{into[:9]}5{number}{at}", day, parent_code=into)
    return rows


def first_day(number: int) -> date:
    """Of the months about July, in order: what ends later is nothing to July."""
    return date(2025, 5 + number, 1)


@pytest.mark.parametrize("day", [None, date(2025, 7, 1)])
@pytest.mark.parametrize(("written", "unit"), [("西塘乡", "990131102000"), ("东渡镇", "990131101000")])
def test_a_file_that_names_only_its_township_was_handed_in_for_that(
    day: date | None, written: str, unit: str
) -> None:
    """Its name alone says it: in the name of the file, or in a row."""
    rows = merged(first_list(), "990131102000", "990131101000", day)
    for place, file in ((Place(township=written), ()), (Place(), (f"临湖县{written}2025年7月台账",))):
        found = located(rows, place, JULY, "township", *file)
        assert (found.code, found.handed_in_as, found.wrong) == ("990131101000", unit, None)


@pytest.mark.parametrize(
    ("place", "village", "is_told"),
    [
        (Place(township="西塘乡", village="新建村"), "990131102201", False),
        (Place(township="东渡镇", village="新建村"), "990131101201", True),
        (Place("990131102201", township="东渡镇", village="新建村"), "990131102201", False),
    ],
)
def test_of_two_villages_that_bear_one_name_since_the_one_that_was_there_is_taken_and_told(
    place: Place, village: str, is_told: bool
) -> None:
    rows = merged(first_list(), "990131102000", "990131101000", None)
    found = located(rows, place)
    assert found.code == village
    assert found.handed_in_as == f"{village[:9]}000"
    assert (found.wrong is not None) is is_told
    if found.wrong is not None:
        assert (found.wrong.rule, found.wrong.severity) == ("ambiguous_region", "warning")
        assert village in str(found.wrong.message)


def test_a_township_that_only_got_another_code_is_one_and_the_same() -> None:
    old, new = "990132101000", "990132301000"
    rows = renumbered(first_list(), old, new, date(2025, 3, 1))
    for place in (
        Place(old),
        Place(new),
        Place(township="南浦镇"),
        Place(county="望山县", township="南浦镇", village="新建村"),
    ):
        assert located(rows, place).handed_in_as == old
    assert located(rows, Place(new)).code == new


def test_a_township_that_moved_is_still_found_where_it_lay() -> None:
    rows = changed(first_list(), "990132101000", date(2025, 7, 1), parent_code=LAKE)
    for county in ("望山县", "临湖县"):
        for code in (None, "990132101202"):
            found = located(rows, Place(code, county, "南浦镇", "南浦村"))
            assert (found.code, found.wrong) == ("990132101202", None)
    assert located(rows, Place(None, "临湖县", "东渡乡")).code is None, "it never lay there"


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.sampled_from(["county", "township", "village"]))
def test_no_change_of_the_list_takes_a_row_out_of_force_or_lets_one_stand_for_another(
    changes: list[tuple[str, int, int, bool]], level: str
) -> None:
    rows = first_list()
    handed_in = [(place, located(rows, place, level=level)) for place in places(rows)]
    assert all(one.code for _, one in handed_in)
    for number, (kind, pick, other, is_dated) in enumerate(changes):
        rows = after(rows, kind, pick, other, first_day(number) if is_dated else None, number)
    index = tree(rows)
    there = index.at(index.era(JULY))
    now = [find(place, there, scopes(()), level) for place, _ in handed_in]
    for (place, was), one in zip(handed_in, now, strict=True):
        assert one.code in there.levels, (place, one)
        assert there.successors.get(was.code or "") == one.code, (place, was, one)
    pairs = zip(combinations(handed_in, 2), combinations(now, 2), strict=True)
    for ((_, a), (_, b)), (one, two) in pairs:
        assert (a.handed_in_as == b.handed_in_as) == (one.handed_in_as == two.handed_in_as), (a, b, one, two)
