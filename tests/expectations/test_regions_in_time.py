"""Regions are those of the month a row speaks of: its names, its codes, and what they lay in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.conform import RegionIndex
from expectations.conform.regions import Place, Resolution
from warehouse.schemas import REGIONS

COUNTY, NEAR = "990131000000", "990132000000"
EAST, WEST, SOUTH, LATE = "990131101000", "990131102000", "990131103000", "990131104000"


def row(
    code: str, name: str, level: str = "township", parent: str | None = COUNTY, **more: Any
) -> dict[str, Any]:
    return {
        "region_code": code,
        "name": name,
        "level": level,
        "parent_code": parent,
        "provisional": False,
        **more,
    }


def index(*rows: dict[str, Any]) -> RegionIndex:
    counties = (row(COUNTY, "临湖县", "county", None), row(NEAR, "望山县", "county", None))
    return RegionIndex(pa.Table.from_pylist([*counties, *rows], schema=REGIONS))


def found(
    of: RegionIndex, month: str, code: str | None = None, township: str | None = None, title: str = ""
) -> Resolution:
    there = of.at(of.era(month))
    return there.resolve(Place(code, township=township), there.scope([title]))


MERGED = index(row(EAST, "东渡镇"), row(WEST, "西塘乡", valid_to=date(2024, 4, 1), successor=EAST))


@pytest.mark.parametrize(("month", "code"), [("2024-03", WEST), ("2024-04", EAST), ("2026-01", EAST)])
def test_a_merged_township_is_itself_before_and_its_successor_after(month: str, code: str) -> None:
    assert found(MERGED, month, code=WEST).code == code
    assert found(MERGED, month, township="西塘乡").code == code
    assert found(MERGED, month, title="西塘乡台账").code == code


def test_a_change_within_a_month_holds_for_its_end() -> None:
    changed = index(row(EAST, "东渡镇"), row(WEST, "西塘乡", valid_to=date(2024, 4, 17), successor=EAST))
    assert [found(changed, month, code=WEST).code for month in ("2024-03", "2024-04")] == [WEST, EAST]


def test_a_township_that_was_split_asks_after_its_end_and_counts_before() -> None:
    split = index(
        row(WEST, "西塘乡", valid_to=date(2024, 4, 1)),
        row(SOUTH, "南浦镇", valid_from=date(2024, 4, 1)),
        row(LATE, "新塘镇", valid_from=date(2024, 4, 1)),
    )
    assert found(split, "2024-03", township="西塘乡").code == WEST
    for asked in ({"code": WEST}, {"township": "西塘乡"}, {"title": "临湖县西塘乡台账"}):
        after = found(split, "2024-05", **asked)
        assert after.code is None
        assert "2024-04-01 起已撤销" in str(after.wrong and after.wrong.message)
    for asked in ({"code": SOUTH}, {"township": "南浦镇"}, {"title": "临湖县南浦镇台账"}):
        before = found(split, "2024-03", **asked)
        assert before.code is None
        assert "2024-04-01 起才有" in str(before.wrong and before.wrong.message)
        assert found(split, "2024-04", **asked).code == SOUTH


def test_a_list_of_todays_villages_finds_them_under_their_county_of_before() -> None:
    old = "990188000000"
    became = index(
        row(old, "临江市", "county", None, valid_to=date(2014, 2, 1), successor="990133000000"),
        row("990133000000", "临江区", "county", None, valid_from=date(2014, 2, 1)),
        row("990133101000", "石滩镇", parent="990133000000"),
    )
    there = became.at(became.era("2012-12"))
    assert there.resolve(Place(county="临江市", township="石滩镇"), there.scope([])).code == "990133101000"
    assert (
        there.resolve(Place(township="石滩镇"), there.scope(["临江市2012年12月报表"])).code == "990133101000"
    )
    assert there.at_level("990133101000", "county") == old
    today = became.at(became.era("2015-01"))
    assert today.at_level("990133101000", "county") == "990133000000"


def test_a_county_made_of_two_is_no_county_of_before() -> None:
    first, second, one = "990188000000", "990189000000", "990133000000"
    merged = index(
        row(first, "临江市", "county", None, valid_to=date(2014, 2, 1), successor=one),
        row(second, "临河县", "county", None, valid_to=date(2014, 2, 1), successor=one),
        row(one, "江河区", "county", None, valid_from=date(2014, 2, 1)),
        row("990133101000", "石滩镇", parent=one),
    )
    there = merged.at(merged.era("2012-12"))
    assert there.resolve(Place(county="临江市", township="石滩镇"), there.scope([])).code is None


def test_a_new_name_counts_from_its_day_and_the_old_one_stays_understood() -> None:
    renamed = index(
        row(EAST, "东渡乡", valid_to=date(2023, 9, 1)), row(EAST, "锦屏镇", valid_from=date(2023, 9, 1))
    )
    assert found(renamed, "2023-08", township="东渡乡").code == EAST
    assert found(renamed, "2023-08", township="锦屏镇").code is None
    assert (
        found(renamed, "2023-09", township="锦屏镇").code
        == found(renamed, "2023-09", township="东渡乡").code
        == EAST
    )


def test_a_township_that_moved_lies_in_the_county_of_its_month() -> None:
    moved = index(
        row(EAST, "东渡镇", valid_to=date(2024, 1, 1)),
        row(EAST, "东渡镇", parent=NEAR, valid_from=date(2024, 1, 1)),
    )
    counties = [moved.at(moved.era(month)).at_level(EAST, "county") for month in ("2023-12", "2024-01")]
    assert counties == [COUNTY, NEAR]


def test_a_successor_that_ended_itself_leads_on() -> None:
    twice = index(
        row(WEST, "西塘乡", valid_to=date(2023, 1, 1), successor=EAST),
        row(EAST, "东渡镇", valid_to=date(2024, 1, 1), successor=SOUTH),
        row(SOUTH, "南浦镇", valid_from=date(2024, 1, 1)),
    )
    assert [found(twice, month, code=WEST).code for month in ("2022-12", "2023-12", "2024-01")] == [
        WEST,
        EAST,
        SOUTH,
    ]


def test_without_days_a_successor_takes_every_month() -> None:
    undated = index(row(EAST, "东渡镇"), row(WEST, "西塘乡", successor=EAST))
    assert {found(undated, month, code=WEST).code for month in ("1999-01", "2024-03", "2099-12")} == {EAST}


CHANGES = st.lists(
    st.tuples(st.sampled_from(["split", "merge", "rename", "move"]), st.integers(0, 9)), max_size=5
)


def _changed(
    rows: list[dict[str, Any]], kind: str, pick: int, day: date, number: int
) -> list[dict[str, Any]]:
    """The list after one more change on a day."""
    open_rows = [one for one in rows if not one.get("valid_to")]
    one = open_rows[pick % len(open_rows)]
    rest = [other for other in rows if other is not one]
    new = [f"9901312{number:02}000", f"9901313{number:02}000"]
    if kind == "rename":
        return [*rest, {**one, "valid_to": day}, {**one, "name": f"改名{number}镇", "valid_from": day}]
    if kind == "move":
        other = NEAR if one["parent_code"] == COUNTY else COUNTY
        return [*rest, {**one, "valid_to": day}, {**one, "parent_code": other, "valid_from": day}]
    if kind == "split":
        parts = [row(code, f"分出{code[6:9]}镇", parent=one["parent_code"], valid_from=day) for code in new]
        return [*rest, {**one, "valid_to": day}, *parts]
    into = next(
        (two for two in open_rows if two is not one and two["parent_code"] == one["parent_code"]), None
    )
    return rows if into is None else [*rest, {**one, "valid_to": day, "successor": into["region_code"]}]


def _totals(
    rows: list[dict[str, Any]], records: dict[tuple[str, str], int], before: str
) -> dict[tuple[str | None, str], int]:
    """By county and month what was handed in for the months before one."""
    of = index(*rows)
    totals: dict[tuple[str | None, str], int] = {}
    for (code, month), amount in records.items():
        if month < before:
            there = of.at(of.era(month))
            key = there.at_level(there.resolve(Place(code), there.scope([])).code or "", "county"), month
            totals[key] = totals.get(key, 0) + amount
    return totals


@settings(max_examples=60, deadline=None)
@given(CHANGES)
def test_no_change_touches_the_county_totals_of_the_months_before_it(changes: list[tuple[str, int]]) -> None:
    rows = [row(EAST, "东渡镇"), row(WEST, "西塘乡"), row(SOUTH, "南浦镇")]
    records: dict[tuple[str, str], int] = {}
    for number, (kind, pick) in enumerate(changes):
        month = f"2024-{number + 1:02}"
        for at, one in enumerate(one for one in rows if not one.get("valid_to")):
            records[one["region_code"], month] = 10**at
        day = date(2024, number + 2, 1)
        after = _changed(rows, kind, pick, day, number)
        held = _totals(rows, records, f"{day:%Y-%m}")
        assert None not in {county for county, _ in held}
        assert _totals(after, records, f"{day:%Y-%m}") == held
        rows = after
