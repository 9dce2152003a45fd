"""Cells as clerks write them become numbers, dates, answers and codes; what cannot be read is a finding."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import VALID_ID, conformed
from stdnum.cn import ric, uscc

from expectations.conform import Conformed
from expectations.conform.codes import parse_credit_codes, parse_resident_ids
from expectations.conform.numbers import chinese_numeral
from expectations.contracts.model import Column


def read(text: str | None, logical: str = "number", **facts: Any) -> tuple[Any, list[str]]:
    """The value of one cell (None when missing) and the rules it breaks."""
    made, _ = conformed({"x": [text]}, Column("x", "数", type=logical, **facts))  # type: ignore[arg-type]
    value = made.frame["x"].iloc[0]
    return (None if pd.isna(value) else value), made.findings["rule"].tolist()


def rules(made: Conformed) -> dict[tuple[int, str], str]:
    return {
        (int(p), c): r for p, c, r in made.findings[["position", "column", "rule"]].itertuples(index=False)
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3.5", -3.5),
        ("１２．５", 12.5),
        ("1,234,567.8", 1234567.8),
        ("12 345", 12345),
        ("¥120.00", 120),
        ("￥1,200元", 1200),
        ("1.2万", 12000),
        ("1.2万元", 12000),
        ("0.3亿元", 30_000_000),
        ("三百二十", 320),
        ("壹仟零伍", 1005),
        ("两万", 20000),
        ("−7", -7),
        ("5e3", 5000),
        (".5", 0.5),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: float) -> None:
    assert read(text, unit="元") == (value, [])


@pytest.mark.parametrize("text", ["—", "--", "/", "无", "-", "——", "null", "NaN", "", None, "　", "－"])
def test_a_blank_mark_is_nothing(text: str | None) -> None:
    assert read(text) == (None, [])


@pytest.mark.parametrize("text", ["约120", "12-15", "1,23", "abc", "1.2.3", "#REF!", "2025-06-01", "1nan", "inf", "(12)", "一百元左右"])  # fmt: skip
def test_what_is_no_number_is_missing_and_found(text: str) -> None:
    assert read(text, unit="元") == (None, ["unparsed_number"])


@pytest.mark.parametrize("unit", ["亩", "公斤", "人"])
@pytest.mark.parametrize(
    "text", ["40多", "2300余", "近百", "七八十", "若干", "不清楚", ">60", "≥30", "6~9", "大概8", "100左右", "每户2", "8/12", "第3", "几十", "12,5,7"]
)  # fmt: skip
def test_what_is_about_so_much_is_never_so_much(text: str, unit: str) -> None:
    assert read(text, unit=unit) == (None, ["unparsed_number"])


def test_a_unit_in_the_cell_is_converted_or_found() -> None:
    assert read("2公顷", unit="亩") == (30, [])
    assert read("3斤", unit="公斤") == (1.5, [])
    assert read("3公斤", unit="亩") == (None, ["unknown_unit"])
    assert read("85%", unit="%") == (85, [])
    assert read("85%") == (0.85, [])
    assert read("850‰", unit="%") == (85, [])


def test_an_identity_number_is_no_quantity() -> None:
    assert read("1.10105194912310e+17") == (None, ["number_lost_digits"])
    assert read("110105194912310021") == (None, ["number_lost_digits"])
    assert read("110105194912310021", "integer") == (None, ["number_lost_digits"])
    assert read(VALID_ID) == (None, ["unparsed_number"])


def test_an_integer_may_end_in_point_zero_but_has_no_fraction() -> None:
    assert read("12.0", "integer") == (12, [])
    assert read("1.2万", "integer", unit="人") == (12000, [])
    assert read("12.5", "integer") == (None, ["unparsed_number"])


@settings(deadline=None)
@given(st.decimals(-(10**9), 10**9, places=2))
def test_thousands_separators_change_nothing(number: Any) -> None:
    assert read(f"{number:,}") == read(str(number)) == (float(number), [])


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_number_as_a_reader_writes_it_reads_back(number: float) -> None:
    assert read(repr(number)) == (number, [])


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_nothing_or_found(text: str) -> None:
    value, found = read(text)
    assert value is None or math.isfinite(value)
    if found:
        assert value is None


def test_chinese_numerals_are_read_whole_or_not_at_all() -> None:
    assert [chinese_numeral(t) for t in ("十五", "二十", "二〇二五", "三亿二千万", "一万零五十", "三十人", "三百二", "万", "一二百", "")] == [
        15, 20, 2025, 320_000_000, 10050, None, None, None, None, None
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["2025-06-01", "2025.6.1", "2025/6/1", "20250601", "2025年6月1日", "2025年6月1号", "２０２５．６．１", "45809", "45809.5",
     "2025-06-01T08:30:00", "2025-06-01 08:30", "2025/6/1 8:30:15", "2025 年 6 月 1 日"],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read(text, "date") == (pd.Timestamp("2025-06-01"), [])


@pytest.mark.parametrize("text", ["2025-02-30", "2025.13.1", "20250631", "0000-00-00", "昨天", "1899-12-30", "#N/A", "123", "2025-06-01-02"])  # fmt: skip
def test_a_day_that_does_not_exist_is_found(text: str) -> None:
    assert read(text, "date") == (None, ["unparsed_date"])


@pytest.mark.parametrize("text", ["2025年6月", "2025-06", "2025.6", "202506", "2025年", "2025", "06/01/2025", "25-6-1"])  # fmt: skip
def test_a_date_without_its_day_or_order_is_ambiguous(text: str) -> None:
    assert read(text, "date") == (None, ["ambiguous_date"])


@settings(deadline=None)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]))  # fmt: skip
def test_every_day_reads_back(day: dt.date, form: str) -> None:
    assert read(day.strftime(form), "date") == (pd.Timestamp(day), [])


@pytest.mark.parametrize(("text", "value"), [("是", True), ("有", True), ("√", True), ("1", True), ("TRUE", True), ("否", False), ("无", False), ("0", False), ("×", False)])  # fmt: skip
def test_yes_and_no_have_many_forms(text: str, value: bool) -> None:
    answer, found = read(text, "boolean")
    assert bool(answer) is value
    assert answer is not None
    assert found == []


def test_neither_yes_nor_no_is_found() -> None:
    assert read("不详", "boolean") == (None, ["not_allowed"])
    assert read("/", "boolean") == (None, [])
    assert read("在用", "boolean", value_aliases={"在用": "是"})[1] == []


def test_other_spellings_of_an_allowed_value_are_put_right() -> None:
    facts = {"enum": ("三格式", "双瓮式", "无"), "value_aliases": {"三格": "三格式"}}
    assert [read(t, "string", **facts)[0] for t in ("三格式", " 三 格 ", "三格式 ", "双瓮", "无", "—")] == [
        "三格式", "三格式", "三格式", "双瓮", "无", None,
    ]  # fmt: skip


def test_free_text_stays_but_for_a_dash_and_a_formula_error() -> None:
    assert read("无", "string") == ("无", [])
    assert read("—", "string") == (None, [])  # how clerks write that there is nothing
    assert read("—", "string", pattern="[A-Z]+") == (None, [])
    assert read("#REF!", "string") == (None, ["formula_error"])


def test_blanks_that_line_up_a_name_are_closed() -> None:
    assert read("张　三", "string", kind="person_name")[0] == "张三"
    assert read("张 小 丰", "string", kind="person_name")[0] == "张小丰"


def test_resident_ids_are_checked_to_the_last_digit() -> None:
    def one(text: str) -> tuple[Any, list[str]]:
        return read(text, "string", kind="resident_id")

    assert one("11010519491231002x") == ("11010519491231002X", [])
    assert one("４４０５２４ 18800101 0014") == ("440524188001010014", [])
    assert one("110105194912310021")[1] == ["resident_id_check"]
    assert one("110105194902310021")[1] == ["resident_id_check"]
    assert one("110105491231002")[1] == ["resident_id_check"]
    assert one("12345")[1] == ["resident_id_check"]
    assert one("1.10105194912310e+17")[1] == ["number_lost_digits"]


def test_nobody_is_born_after_the_period() -> None:
    base = "46032220250701001"
    born_in_july = base + ric.calc_check_digit(base + "0")
    column = Column("id", "身份证号", kind="resident_id")
    june, _ = conformed({"id": [born_in_july]}, column, period="2025-06")
    july, _ = conformed({"id": [born_in_july]}, column, period="2025-07")
    assert june.findings["rule"].tolist() == ["resident_id_check"]
    assert "晚于" in june.findings["message"][0]
    assert not len(july.findings)


def test_the_birth_date_stands_beside_the_id() -> None:
    made, _ = conformed({"id": [VALID_ID, None, "坏"]}, Column("id", "身份证号", kind="resident_id"))
    assert made.frame["id_birth_date"].tolist()[:1] == [pd.Timestamp("1990-01-01")]
    assert made.frame["id_birth_date"].isna().tolist() == [False, True, True]


@settings(deadline=None)
@given(st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9X]", fullmatch=True))
def test_the_resident_id_check_agrees_with_stdnum(number: str) -> None:
    found = parse_resident_ids(pa.array([number]), title="", latest=None)
    ours = not any(problem.at.any() for problem in found.problems)
    try:
        ric.get_birth_date(number)
        theirs = number[-1] == ric.calc_check_digit(number)
    except ric.InvalidComponent:
        theirs = False
    assert ours == theirs


@settings(deadline=None)
@given(st.from_regex(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True), st.booleans())
def test_the_credit_code_check_agrees_with_stdnum(body: str, right: bool) -> None:
    digit = uscc.calc_check_digit(body)
    code = body + (digit if right else "A" if digit == "9" else "9")
    found = parse_credit_codes(pa.array([code]), title="")
    assert (not found.problems) == right
    if body[:2].isdigit():
        assert uscc.is_valid(code) == right


def test_phones_are_digits_and_others_a_warning() -> None:
    made, _ = conformed({"p": ["138-1234-5678", "+8613812345678", "0571-88886666", "12345"]}, Column("p", "电话", kind="phone"))  # fmt: skip
    assert made.frame["p"].tolist() == ["13812345678", "13812345678", "057188886666", "12345"]
    assert made.findings[["position", "rule", "severity"]].to_numpy().tolist() == [
        [3, "phone_check", "warning"]
    ]


def test_the_frame_has_the_types_of_the_contract() -> None:
    kinds = {"s": "string", "i": "integer", "n": "number", "d": "date", "b": "boolean"}
    columns = [Column(name, name, type=kind) for name, kind in kinds.items()]  # type: ignore[arg-type]
    made, _ = conformed(
        {"s": ["a", None], "i": ["1", None], "n": ["1.5", None], "d": ["2025-06-01", None]}, *columns
    )
    types = {name: str(made.frame[name].dtype) for name in kinds}
    assert types == {"s": "str", "i": "Int64", "n": "float64", "d": "datetime64[us]", "b": "boolean"}
    assert made.frame["b"].isna().all()


def test_a_column_that_hardly_repeats_reads_like_one_that_does() -> None:
    texts = [None if n % 7 == 0 else "—" if n % 11 == 0 else f"{n}.5" for n in range(6000)]
    made, _ = conformed({"x": texts}, Column("x", "数", type="number"))
    wanted = np.array([np.nan if n % 7 == 0 or n % 11 == 0 else n + 0.5 for n in range(6000)])
    np.testing.assert_array_equal(made.frame["x"].to_numpy(), wanted)


def test_an_unreadable_cell_is_an_error_only_where_a_blank_would_be_one() -> None:
    columns = [Column("a", "甲", type="number", required=True), Column("b", "乙", type="number")]
    made, _ = conformed({"a": ["7(28)"], "b": ["7(28)"]}, *columns)
    assert made.findings[["column", "severity"]].to_numpy().tolist() == [["a", "error"], ["b", "warning"]]
    assert "按空白处理" in made.findings["message"][1]


def test_a_finding_names_the_column_and_shows_the_cell() -> None:
    made, _ = conformed({"x": ["1", "　多 "]}, Column("x", "面积", type="number"))
    (finding,) = made.findings.to_dict("records")
    assert (finding["position"], finding["column"], finding["value"]) == (1, "x", "　多 ")
    assert "面积" in finding["message"]
    assert finding["remedy"]
