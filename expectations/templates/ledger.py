"""The Excel form of a contract: what a clerk fills in, made so that it reads back without a finding.

The data sheet holds a title, a line for unit and period, the header and ruled lines to fill in. What explains a column
stands on the sheet 填表说明, a row filled in on the sheet 示例; neither is ever read as data (``routing.is_guidance``).
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.contracts.model import Column, Contract
from expectations.routing import header_key
from warehouse.frequency import Frequency

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

GUIDANCE = "填表说明"
EXAMPLE = "示例"
LAST_ROW = 20_000
"""Last row that drop-downs and checks reach."""

_PERIODS: dict[Frequency, str] = {
    "monthly": "所属月份（年、月）：",
    "quarterly": "所属季度（年、季）：",
    "termly": "所属学期（年、春或秋）：",
    "yearly": "所属年度（年）：",
}
"""Never with an example: a year printed here would be read as the period."""
_TYPES = {"string": "文本", "integer": "整数", "number": "数字", "date": "日期", "boolean": "是或否"}
_LENGTHS = {"resident_id": 18, "credit_code": 18, "student_number": 19}
_FORMATS = {"integer": "0", "number": "General", "date": "yyyy-mm-dd"}
_GUIDE = {"列名": 24, "必填": 6, "类型": 8, "单位": 10, "可填内容": 46, "说明": 46, "示例": 24}
_GUIDE_HEADER = 6
_LIST_LIMIT = 255  # of Excel, for a drop-down written inside the cell's rule
_PROMPT_LIMIT = 255
_WIDEST = 1e15
_RULED = 30  # lines drawn for rows to come
_ONE_PAGE = 25  # columns that stay readable on one landscape A4 page


def write_template(contract: Contract, path: Path) -> None:
    """Write the form of a dataset as an ``.xlsx`` workbook with a data sheet and 填表说明."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(contract.title[:31])
    _head(sheet, contract)
    first = _header(sheet, contract)
    for index, column in enumerate(contract.columns, start=1):
        _prepare(sheet, index, column, first)
    _rule_lines(sheet, len(contract.columns), range(first, first + _RULED))
    sheet.freeze_panes = f"A{first}"
    sheet.print_title_rows = f"1:{first - 1}"
    landscape(sheet, one_page_wide=len(contract.columns) <= _ONE_PAGE)
    _guidance(book.create_sheet(GUIDANCE), contract)
    _example(book.create_sheet(EXAMPLE), contract)
    book.save(path)


def _rule_lines(sheet: Worksheet, columns: int, rows: range) -> None:
    from openpyxl.styles import Border, Side
    from openpyxl.utils import get_column_letter

    thin = Side(style="thin", color="BFBFBF")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    for index in range(1, columns + 1):
        form = sheet.column_dimensions[get_column_letter(index)].number_format
        for row in rows:
            cell = sheet.cell(row, index)
            cell.border, cell.number_format = border, form


def _example(sheet: Worksheet, contract: Contract) -> None:
    """One row as it is meant to be filled in, under the header of the form."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.append([f"《{contract.title}》填写示例：下面一行是虚构的，只供查阅，本页不会被读取。"])
    sheet["A1"].font = Font(size=14, bold=True)
    sheet.row_dimensions[1].height = 26
    first = _header(sheet, contract)
    _rule_lines(sheet, len(contract.columns), range(first, first + 1))
    for index, column in enumerate(contract.columns, start=1):
        cell = sheet.cell(first, index, column.examples[0] if column.examples else None)
        cell.number_format = "@"
        cell.font = Font(color="595959", italic=True)
        cell.alignment = Alignment(vertical="center")
        leaf = header_text(column).rpartition("/")[2]
        sheet.column_dimensions[get_column_letter(index)].width = min(
            max(2 * len(leaf) + 2, _need(column), 10), 26
        )
    sheet.freeze_panes = f"A{first}"
    landscape(sheet, one_page_wide=len(contract.columns) <= _ONE_PAGE)


def _head(sheet: Worksheet, contract: Contract) -> None:
    """The title, and the line for who reports for when."""
    from openpyxl.styles import Alignment, Font

    width = max(len(contract.columns), 3)
    sheet.append([contract.title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet["A1"].font = Font(size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center" if width <= 12 else "left", vertical="center")
    sheet.row_dimensions[1].height = 30
    edges = (1, 1 + min(width // 3, 4), 1 + 2 * min(width // 3, 4))
    texts = ("填报单位：", _PERIODS[contract.frequency], "填报日期：")
    for start, end, text in zip(edges, (*edges[1:], min(width + 1, edges[2] + 4)), texts, strict=True):
        sheet.cell(2, start, text)
        if end - 1 > start:
            sheet.merge_cells(start_row=2, start_column=start, end_row=2, end_column=end - 1)
    sheet.row_dimensions[2].height = 22


def header_text(column: Column) -> str:
    """The title with its unit, as the form prints it: ``补助金额（元）``."""
    return (
        column.title if not column.unit or header_key(column.title)[1] else f"{column.title}（{column.unit}）"
    )


def _header(sheet: Worksheet, contract: Contract) -> int:
    """Write the header, over two rows where columns share a group head; returns the first row of data."""
    texts = [header_text(column) for column in contract.columns]
    heads = [text.partition("/")[0] if "/" in text else "" for text in texts]
    grouped = {head for head in heads if head and heads.count(head) > 1}
    depth = 2 if grouped else 1
    for index, (text, head) in enumerate(zip(texts, heads, strict=True), start=1):
        if head in grouped:
            _style(sheet, 3, index, head, required=False)
            _style(sheet, 4, index, text.partition("/")[2], required=contract.columns[index - 1].required)
            continue
        _style(sheet, 3, index, text, required=contract.columns[index - 1].required)
        if depth == 2:
            _style(sheet, 4, index, None, required=False)
            sheet.merge_cells(start_row=3, start_column=index, end_row=4, end_column=index)
    for head, run in groupby(range(1, len(heads) + 1), key=lambda index: heads[index - 1]):
        columns = list(run)
        if head in grouped and len(columns) > 1:
            sheet.merge_cells(start_row=3, start_column=columns[0], end_row=3, end_column=columns[-1])
    for row in range(3, 3 + depth):
        sheet.row_dimensions[row].height = 34
    return 3 + depth


def _style(sheet: Worksheet, row: int, index: int, text: str | None, *, required: bool) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell = sheet.cell(row, index, text)
    thin = Side(style="thin", color="808080")
    cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
    cell.font = Font(bold=True, color="C00000" if required else "000000")
    cell.fill = PatternFill("solid", fgColor="FFF2CC" if required else "EDEDED")
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _prepare(sheet: Worksheet, index: int, column: Column, first: int) -> None:
    """Width, number format and check of one column; empty cells stay unwritten."""
    from openpyxl.utils import get_column_letter

    letter = get_column_letter(index)
    leaf = header_text(column).rpartition("/")[2]
    sheet.column_dimensions[letter].width = min(max(2 * len(leaf) + 2, _need(column), 10), 26)
    sheet.column_dimensions[letter].number_format = _FORMATS.get(column.type, "@")
    check = _check(column)
    check.add(f"{letter}{first}:{letter}{LAST_ROW}")
    sheet.add_data_validation(check)


def _need(column: Column) -> int:
    """Characters that values of the column take."""
    if column.type == "date":
        return 13
    longest = max((*column.enum, *column.examples), key=len, default="")
    return _LENGTHS.get(column.kind, 0) + 2 or len(longest) * (2 if not longest.isascii() else 1) + 3


def _check(column: Column) -> DataValidation:
    """What Excel allows in the column, and the hint it shows in a chosen cell."""
    check = _allowed(column)
    check.allow_blank = check.showErrorMessage = check.showInputMessage = True
    hint = _hint(column) or f"请填{_TYPES[column.type]}"
    check.promptTitle, check.prompt = column.title[:32], hint[:_PROMPT_LIMIT]
    check.errorTitle, check.error = "请核对", hint[:_PROMPT_LIMIT]
    return check


def _allowed(column: Column) -> DataValidation:
    from openpyxl.worksheet.datavalidation import DataValidation

    values = column.enum or (("是", "否") if column.type == "boolean" else ())
    choices = ",".join(values)
    if choices and len(choices) <= _LIST_LIMIT and choices.count(",") < len(values):
        return DataValidation(type="list", formula1=f'"{choices}"')
    if column.type == "date":
        return DataValidation(type="date", operator="greaterThan", formula1="1")
    if column.type in ("integer", "number"):
        low = -_WIDEST if column.minimum is None else column.minimum
        high = _WIDEST if column.maximum is None else column.maximum
        return DataValidation(
            type="whole" if column.type == "integer" else "decimal",
            operator="between",
            formula1=f"{low:.15g}",
            formula2=f"{high:.15g}",
        )
    length = 12 if column.role == "region_code" else _LENGTHS.get(column.kind)
    if length:
        return DataValidation(type="textLength", operator="equal", formula1=str(length))
    return DataValidation()


def _hint(column: Column) -> str:
    """Description, choices and bounds in one line."""
    return "；".join(part for part in (column.description, _choices(column)) if part)


def _choices(column: Column) -> str:
    if column.enum:
        return "可填：" + "、".join(column.enum)
    if column.type == "boolean":
        return "填“是”或“否”"
    unit = f" {column.unit}" if column.unit else ""
    match column.minimum, column.maximum:
        case None, None:
            return ""
        case low, None:
            return f"不小于 {low:.15g}{unit}"
        case None, high:
            return f"不大于 {high:.15g}{unit}"
        case low, high:
            return f"{low:.15g} 至 {high:.15g}{unit}"


def landscape(sheet: Worksheet, *, one_page_wide: bool) -> None:
    """Print a sheet on A4 across, where asked squeezed to one page's width."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=one_page_wide)


def _guidance(sheet: Worksheet, contract: Contract) -> None:
    """What each column wants, with an example, for a person."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.append([f"《{contract.title}》填表说明"])
    sheet["A1"].font = Font(size=14, bold=True)
    for text in (
        contract.purpose + "。",
        "红色列名为必填。列的先后可以调换，列名请不要改；数据从表头下一行起逐行填写，中间不要插入标题。",
        "合计行可有可无，不作为记录。本页只供查阅，不会被读取；“示例”一列是虚构的填法，请勿照抄；整行怎么填见“示例”页。",
    ):
        sheet.append([text])
    for index, text in enumerate(_GUIDE, start=1):
        _style(sheet, _GUIDE_HEADER, index, text, required=False)
        sheet.column_dimensions[get_column_letter(index)].width = _GUIDE[text]
    for row, column in enumerate(contract.columns, start=_GUIDE_HEADER + 1):
        texts = _explained(column)
        for index, text in enumerate(texts, start=1):
            written = sheet.cell(row, index, text)
            written.number_format = "@"
            written.alignment = Alignment(wrap_text=True, vertical="top")
        lines = max(-(-2 * len(text) // width) for text, width in zip(texts, _GUIDE.values(), strict=True))
        sheet.row_dimensions[row].height = 16 * max(lines, 1)
    sheet.freeze_panes = f"A{_GUIDE_HEADER + 1}"
    landscape(sheet, one_page_wide=True)


def _explained(column: Column) -> tuple[str, ...]:
    return (
        column.title,
        "必填" if column.required else "",
        _TYPES[column.type],
        column.unit,
        _choices(column),
        column.description,
        "、".join(column.examples),
    )
