"""What a workbook shows beside its cells: hidden parts, percentages, errors, pictures."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from connectors.errors import Refused
from connectors.extract import read_tables
from connectors.readers import read_sheets
from connectors.readers.looks.cellmarks import Marks, read_any, read_usual


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


SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = '<c r="A1" t="str"><v>村</v></c><c r="B1" t="str"><v>比例</v></c>'


def _raw(folder: Path, rows: str, prefix: str = "", code: str = "0.0%") -> Path:
    """A workbook whose one sheet has the given rows as XML; style 1 has the number format ``code``."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"].number_format = code
    book.save(folder / "源.xlsx")
    with zipfile.ZipFile(folder / "源.xlsx") as source, zipfile.ZipFile(folder / "表.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            if name.endswith("sheet1.xml"):
                tag, space = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
                content = f'<{tag}worksheet xmlns{space}="{SPACE}"><{tag}sheetData>{rows}</{tag}sheetData></{tag}worksheet>'
            target.writestr(name, content)
    return folder / "表.xlsx"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2" s="1"><v>0.855</v></c>',
        '<c r="B2" s="1" t="n"><v>0.855</v></c>',
        '<c r="B2" t="n" s="1"><v>0.855</v></c>',
        '<c s="1" r="B2"><v>0.855</v></c>',
        "<c r='B2' s='1'><v>0.855</v></c>",
        "<c r=\"B2\" s='1'><v>0.855</v></c>",
        '<c r = "B2" s = "1"><v>0.855</v></c>',
        '<c\n  r="B2"\n  s="1"\n><v>0.855</v></c>',
        '<c s="1"><v>0.855</v></c>',
        '<c r="B2" cm="1" s="1"><v>0.855</v></c>',
    ],
)
def test_a_percentage_is_found_however_its_cell_is_spelled(tmp_path: Path, cell: str) -> None:
    rows = f'<row r="1">{HEAD}</row><row r="2"><c r="A2" t="str"><v>东村</v></c>{cell}</row>'
    assert read_tables(_raw(tmp_path, rows)).extracts[0].cells["1"].to_pylist() == ["85.5%"]


def test_a_percentage_is_found_in_elements_with_a_prefix(tmp_path: Path) -> None:
    rows = '<x:row r="1"><x:c r="A1" t="str"><x:v>村</x:v></x:c></x:row><x:row r="2"><x:c r="A2" s="1"><x:v>0.5</x:v></x:c></x:row>'
    sheet = read_sheets(_raw(tmp_path, rows, prefix="x"))[0]
    assert dict(sheet.grid.formats) == {(1, 0): "0.0%"}


def test_cells_without_a_place_stand_right_of_the_one_before_and_rows_below(tmp_path: Path) -> None:
    rows = '<row><c t="str"><v>村</v></c></row><row r="4"><c r="C4"><v>1</v></c><c s="1"><v>0.5</v></c></row><row><c s="1"><v>1</v></c></row>'
    sheet = read_sheets(_raw(tmp_path, rows))[0]
    assert dict(sheet.grid.formats) == {(3, 3): "0.0%", (4, 0): "0.0%"}
    assert (sheet.grid.rows[3][3], sheet.grid.rows[4][0]) == (0.5, 1.0)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c t="e" r="B2"><v>#DIV/0!</v></c>',
        "<c r='B2' t='e'><v>#DIV/0!</v></c>",
        '<c r="B2" s="1" t=\'e\'><v>#DIV/0!</v></c>',
    ],
)
def test_an_error_stays_as_printed_however_its_cell_is_spelled(tmp_path: Path, cell: str) -> None:
    rows = f'<row r="1">{HEAD}</row><row r="2"><c r="A2" t="str"><v>东村</v></c>{cell}</row>'
    assert read_sheets(_raw(tmp_path, rows))[0].grid.rows[1][1] == "#DIV/0!"


def test_an_error_cell_without_a_value_does_not_take_its_neighbours(tmp_path: Path) -> None:
    rows = f'<row r="1">{HEAD}</row><row r="2"><c r="A2" t="e"/><c r="B2"><v>7</v></c></row>'
    sheet = read_sheets(_raw(tmp_path, rows))[0]
    assert list(sheet.grid.rows[1]) == ["", 7.0]


def test_marks_are_found_in_every_block_of_a_long_sheet(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if n % 5_000 == 0 else ""}><c r="A{n}" t="inlineStr"><is><t>第{n}村</t></is></c>'
        f'<c r="B{n}"{" s=" + chr(34) + "1" + chr(34) if n % 3 == 0 else ""}><v>0.5</v></c></row>'
        for n in range(1, 30_001)
    )
    sheet = read_sheets(_raw(tmp_path, rows))[0]
    assert len(rows) > 2 << 20
    assert set(sheet.grid.formats) == {(n - 1, 1) for n in range(3, 30_001, 3)}
    assert "6 行被隐藏" in sheet.notes[0]


@pytest.mark.parametrize("code", ['0.0"%"', "0.0\\%"])
def test_a_literal_per_cent_sign_in_a_number_format_is_no_percentage(tmp_path: Path, code: str) -> None:
    rows = '<row r="1"><c r="A1" s="1"><v>85</v></c></row>'
    assert not read_sheets(_raw(tmp_path, rows, code=code))[0].grid.formats


def test_a_literal_per_cent_sign_in_an_old_workbook_is_no_percentage(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    sheet.write(0, 0, 85, xlwt.easyxf(num_format_str='0.0"%"'))
    sheet.write(1, 0, 0.85, xlwt.easyxf(num_format_str="[Red]0.0%"))
    book.save(tmp_path / "表.xls")
    assert set(read_sheets(tmp_path / "表.xls")[0].grid.formats) == {(1, 0)}


def test_marks_are_found_among_long_runs_of_plain_records(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    percent = xlwt.easyxf(num_format_str="0.0%")
    for row in range(3_000):
        sheet.write(row, 0, f"{row}村")
        sheet.write(row, 1, row / 7)
        sheet.write(row, 2, row) if row % 100 else sheet.write(row, 2, row / 7, percent)
    for row in (5, 1_999):
        sheet.row(row).hidden = True
        sheet.row(row).height_mismatch = True
    book.save(tmp_path / "表.xls")
    sheet = read_sheets(tmp_path / "表.xls")[0]
    assert set(sheet.grid.formats) == {(row, 2) for row in range(0, 3_000, 100)}
    assert "2 行被隐藏" in sheet.notes[0]


@pytest.mark.parametrize(
    "far",
    [
        '<c r="XFD1048576"><v>1</v></c>',
        "<c r='XFD1048576'><v>1</v></c>",
        '<c s="1" r="XFD1048576"><v>1</v></c>',
    ],
)
def test_a_far_cell_in_a_near_row_is_refused_before_it_costs_memory(tmp_path: Path, far: str) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{far}</row>'
    with pytest.raises(Refused) as refusal:
        read_sheets(_raw(tmp_path, rows))
    assert refusal.value.code == "too_large"


def test_a_stray_cell_at_the_bottom_of_a_narrow_sheet_is_read(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="C1048576" s="1"/></row>'
    assert len(read_sheets(_raw(tmp_path, rows))[0].grid.rows) == 1


def test_rows_that_run_backwards_are_refused_as_cells_would_be_lost(tmp_path: Path) -> None:
    rows = '<row r="9"><c r="A9"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'
    with pytest.raises(Refused) as refusal:
        read_sheets(_raw(tmp_path, rows))
    assert refusal.value.code == "unreadable"


def _cells(*cells: str, prefix: str = "") -> bytes:
    """A worksheet of one row of cells."""
    row = "".join(cells)
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    mark = f"{prefix}:" if prefix else ""
    space = f'{name}="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return f'<{mark}worksheet {space}><{mark}sheetData><{mark}row r="1">{row}</{mark}row></{mark}sheetData></{mark}worksheet>'.encode()


FORMULAS = (
    ('<c r="A1"><f>B1*2</f><v>4</v></c>', False),
    ('<c r="B1"><f>B1*2</f><v></v></c>', True),
    ('<c r="C1"><f>B1*2</f><v /></c>', True),
    ('<c r="D1" s="1"><f>B1*2</f></c>', True),
    ('<c r="E1"><f t="shared" si="0"/></c>', True),
    ('<c r="F1"><f t="shared" si="0"/><v>5</v></c>', False),
    ('<c r="G1" t="str"><f>IF(A1=1,"","x")</f><v></v></c>', False),
    ('<c r="H1" t="str"><f>A1</f><v>甲</v></c>', False),
    ('<c r="I1"><v>7</v></c>', False),
    ('<c r="J1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', False),
)


def test_formulas_without_stored_results_are_told_from_blank_results() -> None:
    marks = Marks()
    read_usual(marks, _cells(*(cell for cell, _ in FORMULAS)), {})
    wanted = {(0, at) for at, (_, is_unsaved) in enumerate(FORMULAS) if is_unsaved}
    assert marks.unsaved == wanted
    prefixed = [re.sub(r"<(/?)(?=[cfv])", r"<\1x:", cell) for cell, _ in FORMULAS]
    assert read_any(_cells(*prefixed, prefix="x"), {}).unsaved == wanted


def test_a_formula_without_a_result_is_blank_and_said_with_its_place(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["村", "户数"], ["东村", 3], ["西村", "=B2+1"]):
        sheet.append(row)
    book.save(tmp_path / "表.xlsx")
    read = read_sheets(tmp_path / "表.xlsx")[0]
    assert read.grid.unsaved == {(2, 1)}
    assert any("1 个公式没有存下结果（如 B3）" in note for note in read.notes)


def test_comments_are_counted_and_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["村", "户数"])
    sheet.append(["东村", 3])
    for cell in ("A2", "B2"):
        sheet[cell].comment = Comment("含外出户", "录入员")
    book.save(tmp_path / "表.xlsx")
    assert any("2 处批注" in note for note in read_sheets(tmp_path / "表.xlsx")[0].notes)


@pytest.mark.parametrize("name", ["表.xlsx", "表.xls"])
def test_a_workbook_says_whether_its_days_count_from_1904(tmp_path: Path, name: str) -> None:
    for from_1904 in (False, True):
        if name.endswith("x"):
            book = openpyxl.Workbook()
            book.epoch = CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900
            assert book.active is not None
            book.active.append(["日期", 44390])
            book.save(tmp_path / name)
        else:
            old = xlwt.Workbook()
            old.dates_1904 = from_1904
            old.add_sheet("表").write(0, 0, "日期")
            old.save(tmp_path / name)
        assert read_sheets(tmp_path / name)[0].grid.from_1904 is from_1904


@pytest.mark.parametrize(
    ("marks", "text", "hidden"),
    [
        (' hidden="1"', "甲村", 3),
        (" ht='9' hidden = 'true'  customHeight='1'", "甲村", 3),
        (' hidden="0"', "甲村", 0),
        (' spans="1:2"', "hidden", 0),
        (' hidden="1"', "hidden=&quot;1&quot; hidden", 3),
        (' x:hidden="1"', "甲村", 0),
        (' hidden="0" x:dyDescent="1" x:hidden="1"', "hidden", 0),
    ],
)
def test_only_rows_that_say_so_themselves_are_hidden(
    tmp_path: Path, marks: str, text: str, hidden: int
) -> None:
    cells = f'<c r="A%d" t="inlineStr"><is><t>{text}</t></is></c>'
    rows = "".join(f'<row r="{n}"{marks} xmlns:x="urn:x">{cells % n}</row>' for n in (1, 2, 4))
    notes = read_sheets(_raw(tmp_path, rows))[0].notes
    assert notes == ((f"工作表“Sheet”有 {hidden} 行被隐藏，已一并读取。",) if hidden else ())
