"""A list of regions against the one before it: every kind of change is told, and nothing is where nothing changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.region_changes import Change, RegionChanges, changes_by
from warehouse.regions import merge_regions
from warehouse.schemas import REGIONS

COUNTY, OTHER, EAST, WEST, VILLAGE = (
    "990401000000",
    "990402000000",
    "990401101000",
    "990401102000",
    "990401102207",
)
MARCH = date(2026, 3, 1)


def row(code: str, name: str, parent: str | None = COUNTY, **rest: Any) -> dict[str, Any]:
    level = {"000000": "county", "000": "township"}.get(
        code[6:] if code.endswith("000000") else code[9:], "village"
    )
    return dict.fromkeys(REGIONS.names) | {
        "region_code": code, "name": name, "level": level, "parent_code": parent, "provisional": False, **rest,
    }  # fmt: skip


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=REGIONS)


KNOWN = table(
    row(COUNTY, "稻川县", None),
    row(OTHER, "麦川县", None),
    row(EAST, "上埠镇"),
    row(WEST, "下埠乡"),
    row(VILLAGE, "柳村", WEST),
)


def told(*rows: dict[str, Any], known: pa.Table = KNOWN) -> RegionChanges:
    return changes_by(known, table(*rows))


@pytest.mark.parametrize(
    ("rows", "kind", "before", "now", "since"),
    [
        ([row(WEST, "下埠乡", valid_to=MARCH, successor=EAST)], "retired", "", EAST, MARCH),
        ([row(WEST, "下埠乡", successor=EAST)], "retired", "", EAST, None),
        ([row(WEST, "下埠乡", valid_to=MARCH)], "retired", "", "", MARCH),
        ([row(WEST, "下埠乡", valid_to=MARCH), row(WEST, "下埠镇", valid_from=MARCH)],
         "renamed", "下埠乡", "下埠镇", MARCH),
        ([row(WEST, "下埠镇")], "renamed", "下埠乡", "下埠镇", None),
        ([row(WEST, "下埠乡", valid_to=MARCH), row(WEST, "下埠乡", OTHER, valid_from=MARCH)],
         "moved", COUNTY, OTHER, MARCH),
        ([row(WEST, "下埠乡", valid_from=MARCH)], "validity", "–", "2026-03-01–", None),
        ([row(WEST, "下埠公社", valid_to=date(1984, 1, 1)), row(WEST, "下埠乡", valid_from=date(1984, 1, 1))],
         "validity", "–", "–1984-01-01, 1984-01-01–", None),
        ([row(WEST, "下埠乡", region_group="丘陵")], "details", "level township", "level township, region_group 丘陵", None),
        ([row("990401103000", "新埠镇", valid_from=MARCH)], "new", "", COUNTY, MARCH),
    ],
)  # fmt: skip
def test_a_change_is_told_by_its_kind(
    rows: list[dict[str, Any]], kind: str, before: str, now: str, since: date | None
) -> None:
    (change,) = told(*rows).changes
    assert (change.kind, change.before, change.now, change.since) == (kind, before, now, since)
    assert change.can_move_records == (kind not in ("new", "details"))


def test_a_code_that_is_renamed_and_moved_is_told_twice() -> None:
    changes = told(row(WEST, "下埠街道", OTHER)).changes
    assert [(one.kind, one.region_code) for one in changes] == [("renamed", WEST), ("moved", WEST)]


def test_the_successor_of_a_code_that_had_ended_is_told_where_it_is_another() -> None:
    known = merge_regions(KNOWN, table(row(WEST, "下埠乡", valid_to=MARCH, successor=EAST)))
    assert told(row(WEST, "下埠乡", valid_to=MARCH, successor=OTHER), known=known).changes == (
        Change("successor", WEST, "下埠乡", EAST, OTHER, MARCH),
    )
    (again,) = told(row(WEST, "下埠乡"), known=known).changes
    assert (again.kind, again.now) == ("successor", "")


def test_what_moves_records_is_told_first_and_counted() -> None:
    found = told(
        row("990401103000", "新埠镇"), row(EAST, "上埠镇", region_group="平原"), row(VILLAGE, "柳村", EAST),
        row(WEST, "下埠乡", successor=EAST), row(COUNTY, "稻川县", None),
    )  # fmt: skip
    assert found.counts == {"retired": 1, "moved": 1, "details": 1, "new": 1}
    assert [one.kind for one in found.changes] == ["retired", "moved", "details", "new"]
    assert found.undated == (WEST,)
    assert (found.read, found.total) == (5, 6)


def test_an_earlier_name_that_is_put_right_is_a_change_too() -> None:
    def history(earlier: str) -> list[dict[str, Any]]:
        return [row(WEST, earlier, valid_to=MARCH), row(WEST, "下埠镇", valid_from=MARCH)]

    known = merge_regions(KNOWN, table(*history("下埠乡")))
    assert [one.kind for one in told(*history("下埠公社"), known=known).changes] == ["validity"]


def test_the_first_list_is_new_and_the_same_list_again_is_nothing() -> None:
    first = changes_by(REGIONS.empty_table(), KNOWN)
    assert first.counts == {"new": 5}
    assert changes_by(KNOWN, KNOWN).changes == ()


CODES = st.sampled_from([EAST, WEST, VILLAGE, "990401103000"])
DAYS = st.sampled_from([None, date(2024, 7, 1), MARCH])
ROWS = st.lists(
    st.builds(
        row,
        CODES,
        st.sampled_from(["上埠镇", "下埠乡", "柳村"]),
        st.sampled_from([COUNTY, OTHER, WEST]),
        valid_from=DAYS,
        valid_to=DAYS,
        successor=st.sampled_from([None, EAST, OTHER]),
        urban_rural=st.sampled_from([None, "111"]),
    ),
    max_size=5,
    unique_by=lambda one: (one["region_code"], one["valid_from"]),
)


@given(known=ROWS, new=ROWS)
def test_something_is_told_exactly_where_the_list_comes_out_otherwise(
    known: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    before, now = table(*known), merge_regions(table(*known), table(*new))

    def of(regions: pa.Table) -> dict[str, list[Any]]:
        rows = sorted(regions.to_pylist(), key=lambda one: (one["region_code"], str(one["valid_from"] or "")))
        found: dict[str, list[Any]] = {}
        for one in rows:
            found.setdefault(one["region_code"], []).append(one)
        return found

    other = {code for code, rows in of(now).items() if of(before).get(code) != rows}
    assert {one.region_code for one in changes_by(before, table(*new)).changes} == other
