"""What a workbook shows beside its cells: hidden parts, percentages, errors, pictures."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlwt

from connectors.errors import Refused
from connectors.extract import read_tables
from connectors.readers import read_sheets


def _xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["村", "比例", "户数"], ["东村", 0.855, 1], ["西村", 0.5, 2]):
        sheet.append(row)
    sheet["B2"].number_format = "0.0%"
    sheet["C4"] = "#REF!"
    sheet["C4"].data_type = "e"
    sheet["A4"] = "南村"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.save(folder / "表.xlsx")
    return folder / "表.xlsx"


def _xls(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    percent = xlwt.easyxf(num_format_str="0.0%")
    for number, row in enumerate((["村", "比例", "户数"], ["东村", 0.855, 1], ["西村", 0.5, 2], ["南村"])):
        for column, value in enumerate(row):
            sheet.write(number, column, value, percent) if value == 0.855 else sheet.write(
                number, column, value
            )
    sheet.row(3).set_cell_error(2, "#REF!")
    sheet.row(2).hidden = True
    sheet.row(2).height_mismatch = True
    sheet.col(2).hidden = True
    book.save(folder / "表.xls")
    return folder / "表.xls"


@pytest.mark.parametrize("write", [_xlsx, _xls])
def test_hidden_parts_are_read_and_reported_and_errors_stay_as_printed(tmp_path: Path, write) -> None:  # type: ignore[no-untyped-def]
    sheet = read_sheets(write(tmp_path))[0]
    assert [row[0] for row in sheet.grid.rows] == ["村", "东村", "西村", "南村"]
    assert sheet.grid.rows[3][2] == "#REF!"
    assert "%" in sheet.grid.formats[1, 1]
    said = "".join(sheet.notes)
    assert "1 行被隐藏" in said
    assert "1 列被隐藏" in said
    assert "#REF!" in said


@pytest.mark.parametrize("write", [_xlsx, _xls])
def test_percentages_keep_their_sign_in_a_table(tmp_path: Path, write) -> None:  # type: ignore[no-untyped-def]
    cells = read_tables(write(tmp_path)).extracts[0].cells
    assert cells["1"].to_pylist()[:2] == ["85.5%", "0.5"]


def test_a_workbook_of_pictures_is_refused_by_name(shared: Path) -> None:
    with pytest.raises(Refused) as refusal:
        read_sheets(shared / "real" / "snj_2016_retail_1to6.xls.xls")
    assert refusal.value.code == "picture_only"
    assert "请发送表格本身" in refusal.value.remedy


def test_rows_hidden_by_a_filter_are_all_read(shared: Path) -> None:
    sheet = read_sheets(shared / "real" / "subcounty_code_changes.xlsx")[0]
    assert len(sheet.grid.rows) == 108
    assert "101 行被隐藏" in sheet.notes[0]


def test_thousands_of_formatted_blank_rows_cost_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["村", "户数"])
    sheet.append(["东村", 1])
    for row in range(3, 5_000):
        sheet.cell(row, 3).number_format = "0%"
    book.save(tmp_path / "胖.xlsx")
    assert len(read_sheets(tmp_path / "胖.xlsx")[0].grid.rows) == 2
