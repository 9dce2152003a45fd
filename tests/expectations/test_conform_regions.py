"""Where a row is: by code, or by county, township and village together; never by a village name alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import city, conformed, regions

from expectations.conform import RegionIndex, places
from expectations.conform.regions import Place, Resolution, Scope
from expectations.contracts.model import Column
from warehouse.regions import read_regions_csv

INDEX = city()
EAST, WEST = "990101000000", "990102000000"


def at(
    county: str | None = None,
    township: str | None = None,
    village: str | None = None,
    code: str | None = None,
    scope: tuple[str, ...] = (),
    index: RegionIndex = INDEX,
) -> Resolution:
    return index.resolve(Place(code, county, township, village), index.scope(scope))


def rule_of(found: Resolution) -> str:
    """The rule that failed, blank where none did."""
    return found.wrong.rule if found.wrong else ""


def test_three_names_find_a_village_though_each_name_repeats() -> None:
    assert at("东山县", "清河镇", "柳树村").code == "990101100201"
    assert at("西林区", "清河镇", "柳树村").code == "990102100201"


def test_a_village_name_alone_is_never_enough() -> None:
    assert rule_of(at(village="小湾村")) == "ambiguous_region"
    assert rule_of(at("西林区", village="小湾村")) == "ambiguous_region"


def test_a_township_that_two_counties_have_needs_its_county() -> None:
    assert rule_of(at(township="清河镇", village="柳树村")) == "ambiguous_region"
    assert at(township="清河镇", village="小湾村").code == "990102100202"
    assert at(township="白石乡", village="柳树村").code == "990101101201"


@pytest.mark.parametrize("scope", [("东山县改厕台账",), ("Sheet1", "云河市东山县2025年台账"), ("", "toilet_reform/东山县/2025-06")])  # fmt: skip
def test_the_file_may_name_the_county(scope: tuple[str, ...]) -> None:
    assert at(township="清河镇", village="柳树村", scope=scope).code == "990101100201"


def test_a_city_before_the_county_tells_counties_of_one_name_apart() -> None:
    index = regions(
        ("9901", "云河市", "city"),
        ("990101", "鼓楼区", "county"),
        ("9902", "青川市", "city"),
        ("990201", "鼓楼区", "county"),
    )
    assert at(scope=("青川市鼓楼区农业农村局",), index=index).code == "990201000000"
    assert rule_of(at(scope=("鼓楼区", "青川市"), index=index)) == "ambiguous_region"


@pytest.mark.parametrize("sheet", ["白石乡", "白石"])
def test_one_sheet_per_township_names_the_township(sheet: str) -> None:
    assert at("东山县", village="柳树村", scope=(sheet,)).code == "990101101201"
    assert at(village="柳树村", scope=(sheet, "东山县")).code == "990101101201"


def test_a_row_without_names_lies_in_the_region_the_file_names() -> None:
    assert at(scope=("东山县",)).code == EAST
    assert at(scope=("东山县白石乡",)).code == "990101101000"
    assert rule_of(at(scope=("东山县和西林区",))) == "ambiguous_region"
    assert rule_of(at()) == "unknown_region"


@pytest.mark.parametrize(
    "village", ["三村村", "三村", "三村村村", "三村村民委员会", "三村村村委会", "三 村 村", "清河镇三村村"]
)
def test_a_name_may_lack_its_kind_or_have_it_doubled(village: str) -> None:
    assert at("东山", "清河", village).code == "990101100202"
    assert at("东山县县", "清河镇镇", village).code == "990101100202"
    assert at("云河市东山县", "东山县清河镇", village).code == "990101100202"


def test_a_change_of_kind_is_no_match_but_a_suggestion() -> None:
    found = at("东山县", "白石乡", "白石村")
    assert rule_of(found) == "unknown_region"
    assert "白石社区（990101101001）" in str(found.wrong)
    assert rule_of(at("东山县", "白石镇", "柳树村")) == "unknown_region"


def test_a_near_miss_is_found_with_suggestions_and_not_taken() -> None:
    found = at("东山县", "清河镇", "柳村树")
    assert (found.code, rule_of(found), found.level) == (None, "unknown_region", "village")
    assert "柳树村（990101100201）" in str(found.wrong)
    assert at("东三县", "清河镇", "柳树村").level == "county"


def test_retired_names_and_codes_lead_to_their_successors() -> None:
    assert at("西林县", "清河镇", "小湾村").code == "990102100202"
    assert at(code="990199").code == WEST
    assert at(code="990199100").code == "990102100000"
    assert at(code="990199100", county="西林县", township="清河镇").code == "990102100000"


def test_codes_of_six_nine_and_twelve_digits_are_codes() -> None:
    assert [at(code=c).code for c in ("990101", "990101100", "990101100201")] == [
        EAST,
        "990101100000",
        "990101100201",
    ]
    for wrong in ("99010", "9901011", "990101100299", "九九"):
        assert rule_of(at(code=wrong)) == "unknown_region"


def test_code_and_names_must_agree() -> None:
    assert at(code="990101100201", county="东山", township="清河", village="柳树").code == "990101100201"
    found = at(code="990101100201", county="东山县", township="清河镇", village="三村村")
    assert (found.code, rule_of(found), found.level) == (None, "region_conflict", "village")
    assert rule_of(at(code="990101100201", county="西林区")) == "region_conflict"


def test_an_unknown_code_names_the_region_of_the_names() -> None:
    found = at(code="990101100299", county="东山县", township="清河镇", village="柳树村")
    assert rule_of(found) == "unknown_region"
    assert "990101100201" in str(found.wrong)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.none(), st.text(max_size=6), st.sampled_from(["东山县", "清河镇", "柳树村", "镇", "村村"])
        ),
        min_size=4,
        max_size=4,
    )
)
def test_any_text_is_a_known_region_or_a_finding(parts: list[str | None]) -> None:
    found = INDEX.resolve(Place(*(part or None for part in parts)), Scope())
    assert (found.code in INDEX.levels) == (rule_of(found) == "")


def test_every_row_of_a_table_gets_its_region() -> None:
    columns = [Column(role, role, role=role) for role in ("county_name", "township_name", "village_name")]
    made, _ = conformed(
        {
            "county_name": ["东山县", "东山县", "西林区", None],
            "township_name": ["清河镇", "清河镇", "清河镇", None],
            "village_name": ["柳树村", "没有村", "小湾村", None],
        },
        *columns,
        scope=(),
    )
    codes = made.frame["region_code"]
    assert codes.isna().tolist() == [False, True, False, True]
    assert codes.dropna().tolist() == ["990101100201", "990102100202"]
    shown = made.findings[["position", "column", "rule", "value"]].to_numpy().tolist()
    assert shown == [[3, "county_name", "unclear_place", ""], [1, "village_name", "unknown_region", "没有村"]]


def test_a_code_that_lost_its_digits_is_found_once() -> None:
    made, _ = conformed({"code": ["9.90101100201e+11"]}, Column("code", "村代码", role="region_code"))
    assert made.findings["rule"].tolist() == ["number_lost_digits"]


def test_a_county_known_under_its_older_name_resolves_in_the_real_list() -> None:
    listed = Path(__file__).resolve().parents[2] / "docs" / "examples" / "regions_conghua_zengcheng.csv"
    index = RegionIndex(read_regions_csv(listed))
    found = [
        at("从化市", "吕田镇", "三村村", index=index),
        at("从化区", "吕田", "三村", index=index),
        at("增城市", "派潭镇", "高滩村", index=index),
    ]
    assert [rule_of(one) for one in found] == ["", "", ""]
    assert found[0].code == found[1].code
    assert {one.code[:6] for one in found if one.code} == {"440117", "440118"}


def test_regions_without_a_parent_in_the_list_still_resolve() -> None:
    index = regions(("990101", "东山县", "county"), ("990101100", "清河镇", "township"))
    assert at("东山县", "清河镇", index=index).code == "990101100000"


def test_combinations_of_places_that_are_too_many_for_one_number_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = {part: pa.array([*"abcab", None]) for part in ("county", "township")} | {
        "village": pa.array([*"xyzyxx"])
    }
    rows, found = places._distinct(texts, 6)
    monkeypatch.setattr(places, "_TOO_MANY", 2)
    again, same = places._distinct(texts, 6)
    assert rows.tolist() == again.tolist() == [0, 1, 2, 3, 4, 5]
    assert (
        found
        == same
        == [
            *(Place(None, a, a, v) for a, v in zip("abcab", "xyzyx", strict=True)),
            Place(village="x"),
        ]
    )
    assert places._distinct({"village": pa.array([*"abab"])}, 4)[0].tolist() == [0, 1, 0, 1]
