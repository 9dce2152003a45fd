"""The blank form of a contract of forms: its indicators across, the rows of towns left open, its rules printed below.

Made so that it reads back, filled in, without a finding. The form of a ledger is ``expectations.templates.ledger``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.contracts.model import Contract, FormIndicator
from expectations.templates.ledger import landscape

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_TOWNS = 30
"""Rows left open for towns."""
_HEADER = ("指标名称", "计量单位", "汇总代码")


class NoIndicators(ValueError):
    """A contract that takes whatever is printed has no form of its own."""


def write_form_template(contract: Contract, path: Path) -> None:
    """Write the blank form as an ``.xlsx`` workbook, a sheet for each form that the indicators name.

    Raises:
        NoIndicators: The contract lists no indicators.
    """
    from openpyxl import Workbook

    form = contract.form
    if form is None or not form.indicators:
        raise NoIndicators(
            f"{contract.dataset} takes the forms as their office prints them; list indicators in its contract "
            "to have a form of its own"
        )
    book = Workbook()
    book.remove(book.worksheets[0])
    for name in dict.fromkeys(one.form for one in form.indicators):
        sheet = book.create_sheet((name or contract.title)[:31])
        asked = [one for one in form.indicators if one.form == name]
        _fill(sheet, name or contract.title, asked, form.relations)
    book.save(path)


def _fill(sheet: Worksheet, title: str, asked: Sequence[FormIndicator], relations: Sequence[str]) -> None:
    width = len(asked) + 1
    sheet.append([title])
    sheet.append(["填报单位：", *[None] * (width - 2), "年度："])
    for name, texts in zip(
        _HEADER,
        ([one.title for one in asked], [one.unit or "—" for one in asked], [one.code for one in asked]),
        strict=True,
    ):
        sheet.append([name, *texts])
    sheet.append(["合计"])
    last = sheet.max_row + _TOWNS
    own = {one.code for one in asked}
    rules = [rule for rule in relations if any(code in rule for code in own)]
    if rules:
        sheet.cell(last + 1, 1, f"审核关系：{'；'.join(rules)}")
    sheet.cell(last + 2, 1, "填表人：")
    _style(sheet, width, last)


def _style(sheet: Worksheet, width: int, last: int) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    thin = Side(style="thin", color="808080")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet["A1"].font, sheet["A1"].alignment = Font(size=16, bold=True), Alignment(horizontal="center")
    for row in range(3, last + 1):
        for column in range(1, width + 1):
            cell = sheet.cell(row, column)
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            if row <= 5:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EDEDED")
                cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
                cell.number_format = "@"
    sheet.column_dimensions["A"].width = 20
    for column in range(2, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 14
    sheet.freeze_panes = "B6"
    landscape(sheet, one_page_wide=True)
