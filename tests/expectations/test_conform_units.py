"""Figures are brought to the contract's unit, or the unit is a finding; never a silent guess."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import conformed

from expectations.conform import Conformed
from expectations.contracts.model import Column
from expectations.units import conversion, parse_unit, title_units


def column(
    cells: list[str | None], unit: str, printed: str | None = None, *titles: str, **facts: Any
) -> Conformed:
    given = Column("x", "量", type=facts.pop("logical", "number"), unit=unit, **facts)
    made, _ = conformed({"x": cells}, given, units={"x": printed} if printed else {}, titles=titles)
    return made


@pytest.mark.parametrize(
    ("printed", "wanted", "factor"),
    [
        ("公顷", "亩", 15), ("万亩", "亩", 10_000), ("平方米", "亩", Fraction(3, 2000)), ("㎡", "平方米", 1), ("平方公里", "公顷", 100),
        ("万元", "元", 10_000), ("千元", "万元", Fraction(1, 10)), ("亿元", "万元", 10_000), ("元", "万元", Fraction(1, 10_000)),
        ("斤", "公斤", Fraction(1, 2)), ("吨", "公斤", 1000), ("千克", "公斤", 1), ("万吨", "吨", 10_000), ("KG", "公斤", 1),
        ("米", "公里", Fraction(1, 1000)), ("千米", "公里", 1), ("km", "米", 1000),
        ("%", "小数", Fraction(1, 100)), ("‰", "%", Fraction(1, 10)), ("小数", "%", 100), ("％", "%", 1),
        ("斤/亩", "公斤/亩", Fraction(1, 2)), ("吨／公顷", "公斤/亩", Fraction(200, 3)), ("万元/人", "元/人", 10_000),
        ("（万元）", "元", 10_000), ("万户", "户", 10_000), ("名", "人", 1), ("处", "个", 1),
    ],
)  # fmt: skip
def test_units_convert_exactly(printed: str, wanted: str, factor: Fraction) -> None:
    assert conversion(printed, wanted) == factor


@pytest.mark.parametrize(("printed", "wanted"), [("亩", "元"), ("人次", "人"), ("户", "人"), ("箩", "公斤"), ("公斤", "公斤/亩"), ("", "元")])  # fmt: skip
def test_what_measures_something_else_does_not_convert(printed: str, wanted: str) -> None:
    assert conversion(printed, wanted) is None


@given(st.text(max_size=6))
def test_any_text_is_a_unit_or_none(text: str) -> None:
    unit = parse_unit(text)
    assert unit is None or unit.factor > 0


def test_a_column_in_another_unit_is_converted_and_told() -> None:
    made = column(["1.1", "0.3", None], "元", "万元")
    assert made.frame["x"].tolist()[:2] == [11000.0, 3000.0]
    assert made.notes == ("「量」由万元换算为元（×10000）。",)
    assert not len(made.findings)


def test_whole_numbers_stay_whole_through_a_conversion() -> None:
    assert column(["1.2"], "户", "万户", logical="integer").frame["x"].tolist() == [12000]


@settings(deadline=None)
@given(st.decimals(0, 99999, places=3))
def test_a_conversion_gives_the_number_a_clerk_would_write(number: Any) -> None:
    assert column([str(number)], "元", "万元").frame["x"].tolist() == [float(number * 10_000)]


def test_an_unknown_or_different_unit_fails_the_filled_rows() -> None:
    for printed in ("箩", "亩"):
        made = column(["5", None], "公斤", printed)
        assert made.frame["x"].isna().all()
        assert made.findings[["position", "rule", "severity"]].to_numpy().tolist() == [
            [0, "unknown_unit", "error"]
        ]
        assert printed in made.findings["message"][0]


def test_a_title_may_state_the_unit() -> None:
    assert column(["2"], "元", None, "某表", "单位：万元").frame["x"].tolist() == [20_000]
    assert column(["2"], "亩", None, "计量单位：公顷、万元").frame["x"].tolist() == [30]
    assert column(["2"], "元", "元", "单位：万元").frame["x"].tolist() == [2]
    assert column(["2"], "户", None, "单位：万元").frame["x"].tolist() == [2]
    made = column(["2"], "元", None, "单位：元、万元")
    assert made.findings["rule"].tolist() == ["ambiguous_unit"]


def test_the_office_that_reports_is_no_unit() -> None:
    assert title_units(
        ["填报单位：万元村委会", "填报单位: 亩", "单位：清河镇人民政府", "单位:公斤/亩 、 元"]
    ) == ("公斤/亩", "元")


def test_a_multiple_in_the_cell_under_a_multiple_in_the_header_is_ambiguous() -> None:
    assert column(["1.2万"], "元", "万元", required=True).findings["rule"].tolist() == ["ambiguous_unit"]
    assert column(["1.2万元"], "元", "万元").frame["x"].tolist() == [12_000]


def test_shares_without_a_percent_sign_are_doubted() -> None:
    assert column(["0.85", "0.9"], "%").findings["rule"].tolist() == ["ambiguous_unit"] * 2
    assert column(["0.85", "0.9"], "%", "%").frame["x"].tolist() == [0.85, 0.9]
    assert column(["0.85", "0.9"], "%", "小数").frame["x"].tolist() == [85, 90]
    assert column(["85", "0.9"], "%").findings["rule"].tolist() == ["ambiguous_share"]
    assert column(["8.5", "0.9"], "%").frame["x"].tolist() == [8.5, 0.9]
    assert column(["85%", "90%"], "%").frame["x"].tolist() == [85, 90]


def test_a_column_without_a_unit_may_print_what_it_counts_but_no_measure() -> None:
    assert column(["5"], "", "户").frame["x"].tolist() == [5]
    assert column(["5"], "", "万元").findings["rule"].tolist() == ["unknown_unit"]
