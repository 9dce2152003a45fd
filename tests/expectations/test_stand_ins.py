"""Cells that hold something else than what their column is for: errors of formulas, dittos, what is no number or no name."""

from __future__ import annotations

import pyarrow as pa
import pytest

from expectations.conform.codes import parse_identifiers, parse_long_numbers
from expectations.conform.texts import Parsed
from expectations.conform.words import parse_person_names, parse_words

TITLE = "这一列"


def said(parsed: Parsed) -> dict[int, str]:
    """The rule by the place of the text."""
    return {
        place: problem.told.rule
        for problem in parsed.problems
        for place, is_at in enumerate(problem.at)
        if is_at
    }


def texts(*values: str) -> pa.StringArray:
    return pa.array(values, pa.string())


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#DIV/0!", "#NAME?"])
def test_the_error_of_a_formula_is_no_number_of_a_department(text: str) -> None:
    for parsed in (
        parse_identifiers(texts("A-1", text), title=TITLE),
        parse_long_numbers(texts("460322", text), title=TITLE),
        parse_person_names(texts("严测试", text), {}, title=TITLE),
    ):
        assert said(parsed) == {1: "formula_error"}
        assert parsed.values[1].as_py() is None
        assert parsed.values[0].as_py()


@pytest.mark.parametrize("text", ["同上", "同上行", "〃", '"', "ditto"])
def test_a_word_for_the_line_above_names_neither_plot_nor_person(text: str) -> None:
    for parsed in (
        parse_identifiers(texts("1-11", text), title=TITLE),
        parse_person_names(texts("欧阳测试", text), {}, title=TITLE),
    ):
        assert said(parsed) == {1: "ditto"}
        assert parsed.values[1].as_py() is None


def test_in_free_text_a_word_for_the_line_above_is_what_was_written() -> None:
    parsed = parse_words(texts("同上"), (), {}, title=TITLE)
    assert (parsed.values.to_pylist(), said(parsed)) == (["同上"], {})


@pytest.mark.parametrize("text", ["是", "合计", "东风村", "√", "∞"])
def test_a_number_without_digit_and_letter_is_kept_and_doubted(text: str) -> None:
    parsed = parse_identifiers(texts("C202", text, "东坡3号", "甲B"), title=TITLE)
    assert said(parsed) == {1: "odd_identifier"}
    assert parsed.values[1].as_py() == text


@pytest.mark.parametrize(
    "text", ["3万元", "13900000000", "合计", "是", "√", "（3）", "2025年3月", "-1", "∞", "张三13900000000"]
)
def test_what_is_no_name_is_kept_and_doubted(text: str) -> None:
    parsed = parse_person_names(texts("严测试", text), {}, title=TITLE)
    assert said(parsed) == {1: "odd_name"}
    assert parsed.values[1].as_py() is not None


def test_names_of_every_people_are_names() -> None:
    names = texts(
        "严测试", "欧阳测试", "阿卜杜拉·买买提", "𠮷野", "Ana Ruiz", "㛃某", "李某（已故）", "严  测"
    )
    assert said(parse_person_names(names, {}, title=TITLE)) == {}


def test_blanks_are_doubted_by_nobody() -> None:
    blank = pa.array([None, None], pa.string())
    assert said(parse_person_names(blank, {}, title=TITLE)) == {}
    assert said(parse_identifiers(blank, title=TITLE)) == {}
