"""Whole columns from a file to typed cells: the column and the workbook decide what a cell alone leaves open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from columns_as_written import CASES, SENT, F, Or, Said
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from sheets import HERE, VILLAGE, city, conformed, contract

from connectors.extract import Extract, read_tables
from expectations.conform import Conformed, conform
from expectations.conform.cleaning import clean, shown, without_marks
from expectations.conform.regions import Place, Scope
from expectations.contracts.model import Column
from expectations.routing import Route


def _file(folder: Path, how: str, columns: dict[str, list[Any]]) -> Path:
    rows = [[HERE["township_name"], HERE["village_name"], f"说{n}", *row] for n, row in enumerate(zip(*columns.values(), strict=True))]  # fmt: skip
    head = ["乡镇", "村", "备注", *columns]
    if how == "text":
        path = folder / "台账.txt"
        path.write_text("".join("\t".join(row) + "\n" for row in [head, *rows]), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    if how == "book1904":
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(head)
    for number, row in enumerate(rows, start=2):
        sheet.append([cell.value if isinstance(cell, F) else cell for cell in row])
        for column, cell in enumerate(row, start=1):
            if isinstance(cell, F):
                sheet.cell(number, column).number_format = cell.form
    book.save(folder / "台账.xlsx")
    return folder / "台账.xlsx"


def _conformed(path: Path, *columns: Column) -> Conformed:
    [extract] = read_tables(path).extracts
    places = {column.name: at for at, column in enumerate(columns, start=3)}
    places |= {"township_name": 0, "village_name": 1}
    route = Route(contract(*VILLAGE, *columns), places, 1.0, (), ())
    return conform(extract, route, "2025-06", city())


def _read(made: Conformed, name: str = "x") -> list[tuple[Any, list[str]]]:
    """Each row's value (None when missing) and the rules it breaks."""
    own = made.findings[made.findings["column"] == name]
    said = [own.loc[own["position"] == row, "rule"].tolist() for row in range(len(made.frame))]
    values = [None if pd.isna(value) else value for value in made.frame[name]]
    return list(zip(values, said, strict=True))


def _is_right(want: Any, value: Any, said: list[str]) -> bool:
    if isinstance(want, Or):
        return any(_is_right(way, value, said) for way in want.ways)
    if isinstance(want, Said):
        return bool(said) and value == (None if want.value is None else pytest.approx(want.value) if isinstance(want.value, float) else want.value)  # fmt: skip
    if want == SENT:
        return value is None and bool(said)
    return not said and value == (pytest.approx(want) if isinstance(want, float) else want)


@pytest.mark.parametrize(("what", "how", "facts", "cells"), CASES, ids=[case[0] for case in CASES])
def test_every_cell_of_a_column_is_read_rightly_or_named(
    tmp_path: Path, what: str, how: str, facts: dict[str, Any], cells: list[tuple[Any, Any]]
) -> None:
    path = _file(tmp_path, how, {"填报项": [cell for cell, _ in cells]})
    made = _conformed(path, Column("x", "填报项", **({"type": "string"} | facts)))

    wrong = [
        (cell, got) for (cell, want), got in zip(cells, _read(made), strict=True) if not _is_right(want, *got)
    ]
    assert not wrong, what


def column(texts: list[str | None], **facts: Any) -> list[tuple[Any, list[str]]]:
    """A column of text."""
    return _read(conformed({"x": texts}, Column("x", "数", **({"type": "number"} | facts)))[0])


def test_a_column_of_decimal_commas_is_said_in_the_slip() -> None:
    made, _ = conformed({"x": ["3,2", "0,75"]}, Column("x", "数", type="number"))
    assert made.notes == ("「数」用逗号作小数点，已按小数读取。",)


def test_decimal_commas_of_one_column_cast_doubt_on_the_groups_of_another() -> None:
    columns = (Column("x", "面积", type="number"), Column("y", "产量", type="number"), Column("n", "户数", type="integer"))  # fmt: skip
    made, _ = conformed({"x": ["3,2", "0,75"], "y": ["1,250", "800"], "n": ["1,250", "3"]}, *columns)
    assert _read(made) == [(3.2, []), (0.75, [])]
    assert _read(made, "y") == [(None, ["unparsed_number"]), (800, [])]
    assert _read(made, "n") == [(1250, []), (3, [])]


def test_one_slip_of_the_finger_among_many_dots_is_no_convention() -> None:
    read = column(["1,250", "12,5", "3.25", "4.5", "1,250.75"])
    assert read == [(1250, []), (None, ["unparsed_number"]), (3.25, []), (4.5, []), (1250.75, [])]


def test_groups_of_dots_are_told_by_what_can_be_nothing_else() -> None:
    assert [value for value, _ in column(["1.234.500", "2.000.000", "950.000"])] == [1234500, 2000000, 950000]
    assert column(["1.500", "2.000"], type="integer") == [(None, ["unparsed_number"])] * 2
    assert column(["2.000", "3"], type="integer") == [(2, []), (3, [])]


@pytest.mark.parametrize("text", ["1,23,456", "0,000", "12,3456 7", "1,,000", ",5", "1,250,5", "000,125"])
def test_commas_in_no_known_order_are_no_number(text: str) -> None:
    assert column([text, "7.5"]) == [(None, ["unparsed_number"]), (7.5, [])]


def test_percentages_among_shares_are_doubted_like_shares_among_percentages() -> None:
    assert column(["85%", "0.9", "88"], unit="小数") == [(0.85, []), (0.9, []), (None, ["ambiguous_share"])]
    assert column(["12", "0.9", "800"], unit="") == [(12, []), (0.9, []), (800, [])]
    required = column(["86", "0.9"], unit="%", required=True)
    assert required == [(86, []), (None, ["ambiguous_share"])]


def test_marks_of_notes_are_taken_off_only_behind_a_text_that_is_no_name_of_a_thing() -> None:
    texts = ["356①", "356 ②", "①356", "10³", "7²", "⑤", "3½", "12m²", "第⑴"]
    bare, marked = without_marks(clean(pa.array(texts)))
    assert bare.to_pylist() == ["356", "356", "①356", "10³", "7", "5", "31⁄2", "12m2", "第"]
    assert marked.tolist() == [True, True, False, False, True, False, False, False, True]


def test_an_allowed_value_that_ends_in_a_mark_is_whole() -> None:
    read = column(["甲类①", "甲类", "乙类①"], type="string", enum=("甲类①", "甲类", "乙类"))
    assert read == [("甲类①", []), ("甲类", []), ("乙类", ["footnote_mark"])]


def test_what_shows_nothing_is_not_part_of_a_text() -> None:
    assert clean(pa.array(["\ufeffA\u200b1\u00ad", "\u2066乙\u2069 ", "丙\u3164", "\x07丁"])).to_pylist() == ["A1", "乙", "丙", "丁"]  # fmt: skip
    assert shown("柳树\ue5e5村 ") == "柳树村"


def test_a_name_that_differs_only_in_what_nobody_sees_is_said_to_do_so() -> None:
    wrong = city().resolve(Place(township="清河镇", village="柳树\ue5e5村"), Scope(frozenset({"990101000000"}))).wrong  # fmt: skip
    assert wrong is not None
    assert "看不见的字符" in wrong.message
    assert "是不是" not in wrong.message
    seen = city().resolve(Place(township="清河镇", village="柳村村"), Scope(frozenset({"990101000000"}))).wrong  # fmt: skip
    assert seen is not None
    assert "是不是" in seen.message


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a-07", "A-07"),
        ("1 - 11", "1-11"),
        ("1 11", "1 11"),
        ("地块 7", "地块7"),
        ("9901 0110 1201", "990101101201"),
        ("1~11", "1~11"),
    ],
)
def test_an_identifier_stays_as_written_but_for_its_spelling(text: str, number: str) -> None:
    assert column([text], type="string", kind="identifier") == [(number, [])]


def test_a_day_is_refused_in_every_column_that_only_tells_things_apart(tmp_path: Path) -> None:
    import datetime as dt

    path = _file(
        tmp_path, "book", {"组别": ["3-40", dt.date(2025, 3, 5)], "情况": ["好", dt.date(2025, 3, 5)]}
    )
    made = _conformed(path, Column("x", "组别", key=True), Column("y", "情况"))
    assert _read(made) == [("3-40", []), (None, ["date_for_number"])]
    assert _read(made, "y") == [("好", []), ("2025-03-05", [])]


def test_what_the_workbook_knows_stays_beside_its_cells(tmp_path: Path) -> None:
    path = _file(tmp_path, "book1904", {"甲": [7, "7", None], "乙": ["=1+1", "无", F(7, "000")]})
    extract: Extract = read_tables(path).extracts[0]
    assert extract.cells["3"].to_pylist() == ["7", "7", None]
    assert extract.facts.kinds[3].tolist() == [1, 0, 0]
    assert extract.facts.kinds[4].tolist() == [4, 0, 1]
    assert extract.facts.widths == {4: {2: 3}}
    assert extract.facts.from_1904


def test_days_as_spreadsheets_print_them_are_no_identifiers_even_where_all_are() -> None:
    for texts in (
        ["2025/3/5", "2025/3/6"],
        ["3月5日", "3月6日"],
        ["2025-03-05 00:00:00"],
        ["5-Mar", "Mar-06"],
    ):
        assert column(texts, type="string", kind="identifier") == [(None, ["date_for_number"])] * len(texts)  # type: ignore[arg-type]
    numbered = column(["2025-03-05", "2025-03-06"], type="string", kind="identifier")
    assert numbered == [("2025-03-05", []), ("2025-03-06", [])]


def test_an_identifier_that_became_a_float_is_sent_back() -> None:
    read = column(["3.00E+05", "3E5"], type="string", kind="identifier", key=True)
    assert read[0][1] == ["number_lost_digits"]
    assert read[1] == ("3E5", [])


def test_a_form_may_have_percentages_and_counts_in_one_column() -> None:
    assert column(["85%", "85", "12", "9200"]) == [(0.85, []), (85, []), (12, []), (9200, [])]
