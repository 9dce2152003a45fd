"""Files of every common kind become sheets, cells where they stood."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from connectors.errors import Refused
from connectors.readers import read_sheets

TEXT = "村,户数,“备注”\n东村,12,无\n西村,7,待查\n"
ROWS = [["村", "户数", "“备注”"], ["东村", "12", "无"], ["西村", "7", "待查"]]


def _file(folder: Path, content: bytes, name: str = "台账.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
def test_every_encoding_of_an_office_reads_alike(tmp_path: Path, encoding: str) -> None:
    assert read_sheets(_file(tmp_path, TEXT.encode(encoding)))[0].grid.rows == ROWS


def test_big5_is_told_from_gb18030(tmp_path: Path) -> None:
    text = "鄉鎮,戶數,備註\n東村,12,無\n"
    assert read_sheets(_file(tmp_path, text.encode("big5")))[0].grid.rows[1] == ["東村", "12", "無"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_dialects_are_found(tmp_path: Path, end: str, delimiter: str) -> None:
    text = TEXT.replace(",", delimiter).replace("\n", end)
    assert read_sheets(_file(tmp_path, text.encode("gb18030")))[0].grid.rows == ROWS


def test_a_quoted_line_break_stays_in_its_cell_and_a_blank_line_keeps_its_row_number(tmp_path: Path) -> None:
    path = _file(tmp_path, '附件1\n\n村,备注\n东村,"一,\n二"\n西村,三,多\n'.encode())
    assert read_sheets(path)[0].grid.rows == [
        ["附件1"],
        [],
        ["村", "备注"],
        ["东村", "一,\n二"],
        ["西村", "三", "多"],
    ]


def test_lines_in_another_encoding_are_read_and_reported(tmp_path: Path) -> None:
    path = _file(tmp_path, "村,户数\n东村,12\n".encode() + "西村,7\n".encode("gb18030"))
    sheet = read_sheets(path)[0]
    assert sheet.grid.rows[2] == ["西村", "7"]
    assert "第 3 行" in sheet.notes[0]


def test_a_quote_that_never_closes_loses_no_row(tmp_path: Path) -> None:
    text = '村,备注\n东村,"未完\n' + "".join(f"{i}村,无\n" for i in range(200))
    sheet = read_sheets(_file(tmp_path, text.encode()))[0]
    assert len(sheet.grid.rows) == 202
    assert "引号" in sheet.notes[0]


def test_a_workbook_keeps_leading_blank_rows_merges_and_hidden_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first["B3"], first["C3"] = "日期", dt.date(2025, 6, 1)
    first.merge_cells("B4:C5")
    first["B4"] = "合并"
    book.create_sheet("藏").append([1])
    book["藏"].sheet_state = "hidden"
    path = tmp_path / "表.xlsx"
    book.save(path)
    shown, hidden = read_sheets(path)
    assert shown.grid.rows[2] == ["", "日期", dt.date(2025, 6, 1)]
    assert list(shown.grid.merged) == [(3, 1, 4, 2)]
    assert hidden.hidden
    assert "隐藏" in hidden.notes[0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"PK\x03\x04 cut off", "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unreadable"),
        (bytes(range(256)) * 8, "unreadable"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_sheets(_file(tmp_path, content, "表.xlsx"))
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_the_name_of_the_sender_is_what_a_refusal_says(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"改厕台账\.xls"):
        read_sheets(_file(tmp_path, b"", "ab12"), name="改厕台账.xls")


def test_a_locked_workbook_is_refused_as_encrypted(shared: Path) -> None:
    with pytest.raises(Refused) as refusal:
        read_sheets(shared / "real" / "horror_encrypted_no_password.xls")
    assert refusal.value.code == "encrypted"
