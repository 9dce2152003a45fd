"""Workbooks by calamine (xlsx, xlsm, xlsb, xls, ods): its cells, and what a look into the file adds to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.grid import Cell, Grid, Merge, Sheet
from connectors.readers.limits import MAX_CELLS, encrypted, too_large

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def read_workbook(path: Path, name: str) -> list[Sheet]:
    """The worksheets of a workbook, hidden ones included, in workbook order.

    Raises:
        Refused: ``encrypted`` or ``too_large``.
    """
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return _sheets(workbook, name)
    except PasswordError as error:
        raise encrypted(name) from error


def _sheets(workbook: CalamineWorkbook, name: str) -> list[Sheet]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = []
    for index, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        hidden = about.visible != SheetVisibleEnum.Visible
        grid = _grid(workbook.get_sheet_by_index(index), name)
        notes = (f"工作表“{about.name}”是隐藏的，已一并读取。",) if hidden and grid.rows else ()
        sheets.append(Sheet(about.name, hidden, grid, notes))
    return sheets


def _grid(sheet: CalamineSheet, name: str) -> Grid:
    if sheet.end is None:
        return Grid([])
    bottom, right = sheet.end
    if (bottom + 1) * (right + 1) > MAX_CELLS:
        raise too_large(name, f"工作表“{sheet.name}”延伸到第 {bottom + 1} 行、第 {right + 1} 列")
    rows: Sequence[Sequence[Cell]] = sheet.to_python(skip_empty_area=False)
    height = len(rows)
    while height and not any(cell != "" for cell in rows[height - 1]):
        height -= 1
    return Grid(rows[:height], _merges(sheet, height))


def _merges(sheet: CalamineSheet, height: int) -> list[Merge]:
    """Merged ranges that begin inside the read area."""
    ranges = sheet.merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges if top < height]
