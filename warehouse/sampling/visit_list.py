"""The list that a visitor takes along: one sheet per township, to print and to fill in by hand or phone.

It holds what is needed to find the place and the record, and nobody's name; names are the office's to reveal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

RESULTS = ("属实", "部分属实", "不实", "找不到人")
ASKED = ("核查结论", "实测值", "备注", "核查人", "核查日期")
_ASKED_WIDTHS = (12, 12, 24, 10, 12)
_HEAD = 3


def visit_list(rows: Sequence[Mapping[str, Any]], title: str, note: str) -> bytes:
    """An xlsx.

    Args:
        rows: One per record, in order: ``township`` names its sheet, the other keys are the columns shown.
        title: Above every sheet.
        note: Below it: which draw this is, and what to do.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for township in dict.fromkeys(str(row["township"]) for row in rows):
        own = [row for row in rows if str(row["township"]) == township]
        _fill(book.create_sheet(_name(township, book.sheetnames)), own, f"{title}　{township}", note)
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def _name(township: str, taken: Sequence[str]) -> str:
    """A name that a sheet may have, and that no other has."""
    plain = "".join(" " if char in "[]:*?/\\" else char for char in township)[:28].strip() or "未注明乡镇"
    return plain if plain not in taken else f"{plain}{len(taken) + 1}"


def _fill(sheet: Any, rows: Sequence[Mapping[str, Any]], title: str, note: str) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = [name for name in rows[0] if name != "township"]
    sheet["A1"], sheet["A1"].font = title, Font(bold=True, size=14)
    sheet["A2"], sheet["A2"].font = note, Font(size=9, color="666666")
    line = Side(style="thin", color="999999")
    border, middle = Border(line, line, line, line), Alignment(vertical="center", wrap_text=True)
    table = [[*columns, *ASKED], *([*(row[name] for name in columns), *("" for _ in ASKED)] for row in rows)]
    for at, values in enumerate(table, start=_HEAD):
        for place, value in enumerate(values, start=1):
            cell = sheet.cell(at, place, value)
            cell.border, cell.alignment = border, middle
            if at == _HEAD:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor="FFF2CC" if value in ASKED else "E7E6E6")
        sheet.row_dimensions[at].height = 32
    _lay_out(sheet, [*(_width(name, rows) for name in columns), *_ASKED_WIDTHS])
    choice = DataValidation(type="list", formula1=f'"{",".join(RESULTS)}"', allow_blank=True)
    choice.error, choice.errorTitle = f"请从下拉框选择：{'、'.join(RESULTS)}", "核查结论"
    column = sheet.cell(_HEAD, len(columns) + 1).column_letter
    choice.add(f"{column}{_HEAD + 1}:{column}{_HEAD + len(rows)}")
    sheet.add_data_validation(choice)


def _width(name: str, rows: Sequence[Mapping[str, Any]]) -> int:
    longest = max(
        len(str(text)) * (2 if str(text) > "~" else 1) for text in (name, *(row[name] for row in rows))
    )
    return min(max(longest + 2, 6), 26)


def _lay_out(sheet: Any, widths: Sequence[int]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = f"A{_HEAD + 1}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
