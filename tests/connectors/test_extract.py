"""Tables become columns of text, every row with its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.celltext import cell_text, column_texts, percent_text
from connectors.extract import read_tables
from connectors.grid import Cell

HEAD = "县,乡镇,户数,备注"


def _lines(count: int) -> list[str]:
    return [f"甲县,第{i % 30}镇,{i},{'正常' if i % 2 else ''}" for i in range(count)]


def _file(folder: Path, lines: list[str], encoding: str = "gb18030", end: str = "\n") -> Path:
    path = folder / "台账.csv"
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" 甲\u3000", "甲"),
        ("\u3000", None),
        (12.0, "12"),
        (1.5, "1.5"),
        (1.10105194912310e17, "1.1010519491231e+17"),
        (True, "TRUE"),
        (dt.date(2025, 6, 1), "2025-06-01"),
        (dt.datetime(2025, 6, 1, 8, 30), "2025-06-01T08:30:00"),
        (dt.timedelta(hours=30), "30:00:00"),
        (None, None),
    ],
)
def test_every_value_has_one_spelling(value: Cell, text: str | None) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.85, "85%"), (0.855, "85.5%"), (1.0, "100%"), ("无", "无")])
def test_percentages_are_spelled_with_their_sign(value: Cell, text: str) -> None:
    assert percent_text(value) == text


CELLS = st.one_of(
    st.floats(),
    st.floats(0, 1).map(lambda value: round(value, 4)),
    st.integers(-(2**40), 2**40).map(float),
    st.integers(-(2**62), 2**62),
    st.text(max_size=4),
    st.sampled_from(["", " 村 ", "\u3000", None, True, False, 0.0, 1e10, 77156510977.0, 1e-5]),
    st.datetimes(),
    st.dates(),
    st.timedeltas(dt.timedelta(0), dt.timedelta(99)),
)


@settings(deadline=None)
@given(st.one_of(st.lists(st.tuples(CELLS, st.booleans())), st.lists(st.tuples(st.floats(), st.booleans()))))
def test_a_column_is_spelled_cell_by_cell_whatever_it_mixes(cells: list[tuple[Cell, bool]]) -> None:
    texts = column_texts(
        [value for value, _ in cells], [n for n, (_, percent) in enumerate(cells) if percent]
    )
    assert texts.to_pylist() == [percent_text(v) if percent else cell_text(v) for v, percent in cells]


def test_a_vertical_merge_repeats_its_value_on_the_rows_it_covers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["2025年改厕台账"],
        ["乡镇", "村", "户数"],
        ["东镇", "甲村", 1],
        [None, "乙村", 2],
        ["西镇", "丙村", 3],
    ):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    book.save(tmp_path / "表.xlsx")
    extract = read_tables(tmp_path / "表.xlsx").extracts[0]
    assert extract.titles == ("2025年改厕台账",)
    assert extract.cells["0"].to_pylist() == ["东镇", "东镇", "西镇"]
    assert extract.rows.to_pylist() == [3, 4, 5]


def test_a_merged_percentage_is_one_on_every_row_it_covers_and_no_other_value_becomes_one(
    tmp_path: Path,
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["村", "比例", "户数"], ["甲村", 0.5, 7], ["乙村", None, None], ["丙村", 0.25, 9]):
        sheet.append(row)
    sheet["B2"].number_format = "0%"
    sheet["C3"].number_format = "0%"  # covered by a merge that is no percentage
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "表.xlsx")
    cells = read_tables(tmp_path / "表.xlsx").extracts[0].cells
    assert cells["1"].to_pylist() == ["50%", "50%", "0.25"]
    assert cells["2"].to_pylist() == ["7", "7", "9"]


def test_totals_are_kept_apart_from_the_body(tmp_path: Path) -> None:
    path = _file(tmp_path, ["村,户数", "东村,1", "西村,2", "合计,3"])
    extract = read_tables(path).extracts[0]
    assert extract.cells["1"].to_pylist() == ["1", "2"]
    assert extract.totals["1"].to_pylist() == ["3"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_text_reads_alike_in_every_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    lines = ["改厕台账", HEAD, *_lines(30_000), "合计,,449985000,"]
    extract = read_tables(_file(tmp_path, lines, encoding, end)).extracts[0]
    assert extract.titles == ("改厕台账",)
    assert extract.rows.to_pylist() == list(range(3, 30_003))
    assert extract.cells["1"].to_pylist()[29_999] == "第29镇"
    assert extract.cells["3"].to_pylist()[:2] == [None, "正常"]
    assert extract.totals["2"].to_pylist() == ["449985000"]
    assert list(extract.table.total_rows) == [30_002]


@pytest.mark.parametrize(
    "odd",
    [
        "",
        ",,,",
        '乙县,"第一,\n镇",7,"说""明"',
        "乙县,第一镇",
        "乙县,第一镇,7,多,余",
        '乙县,第"一"镇,7,',
        '"乙县',
    ],
)
def test_an_odd_record_in_a_long_text_neither_shifts_nor_loses_another(tmp_path: Path, odd: str) -> None:
    lines = _lines(30_000)
    path = _file(tmp_path, [HEAD, *lines[:15_000], odd, *lines[15_000:]])
    extract = read_tables(path).extracts[0]
    counts = dict(zip(extract.rows.to_pylist(), extract.cells["2"].to_pylist(), strict=True))
    assert counts[15_001] == "14999"
    assert counts[15_003] == "15000"
    assert counts[30_002] == "29999"
    assert (15_002 in counts) == bool(odd.strip(","))
    assert len(extract.rows) == len(extract.cells) == 30_000 + bool(odd.strip(","))


def test_a_stretch_in_another_encoding_within_a_long_text_is_read_and_reported(tmp_path: Path) -> None:
    lines = [HEAD, *_lines(30_000)]
    path = _file(tmp_path, lines)
    content = path.read_bytes().splitlines(keepends=True)
    content[20_000] = "乙县,东镇,7,改了\n".encode()
    path.write_bytes(b"".join(content))
    reading = read_tables(path)
    assert reading.extracts[0].cells["0"].to_pylist()[19_999] == "乙县"
    assert "编码" in reading.notes[0]


def test_a_control_character_within_a_text_of_a_long_file_parts_no_text(tmp_path: Path) -> None:
    lines = _lines(30_000)
    lines[20_000:20_000] = ["丙县,第\x1f二\x1f镇,7,\x1f", "丙县,第三镇,8,正常"]
    extract = read_tables(_file(tmp_path, [HEAD, *lines])).extracts[0]
    assert extract.cells["1"].to_pylist()[20_000:20_002] == ["第\x1f二\x1f镇", "第三镇"]
    assert extract.cells["2"].to_pylist()[20_000:20_002] == ["7", "8"]
    assert extract.cells["3"].to_pylist()[20_001] == "正常"
    assert len(extract.rows) == 30_002
