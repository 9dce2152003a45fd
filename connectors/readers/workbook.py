"""Workbooks by calamine (xlsx, xlsm, xlsb, xls): its cells, and what a look into the file adds to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import Refused
from connectors.grid import Grid, Merge, Sheet, apart
from connectors.readers.content import Kind
from connectors.readers.limits import MAX_CELLS, encrypted, picture_only, too_large, unreadable
from connectors.readers.looks.biff import look_into_xls
from connectors.readers.looks.extent import check_xls, check_xlsb
from connectors.readers.looks.look import Look, Looks
from connectors.readers.looks.ooxml import Package, look_into_xlsx
from connectors.readers.looks.records import Book

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def read_workbook(path: Path, name: str, kind: Kind) -> list[Sheet]:
    """The worksheets of a workbook, hidden ones included, in workbook order.

    Raises:
        Refused: ``encrypted``, ``picture_only`` or ``too_large``.
    """
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        # calamine believes the extension of a path, so it gets the content alone
        with (
            _looking(path, name, kind) as looks,
            path.open("rb") as file,
            CalamineWorkbook.from_filelike(file) as workbook,
        ):
            sheets = _sheets(workbook, name, looks)
            pictures = any(look.result().pictures for look in looks.values())
    except PasswordError as error:
        raise encrypted(name) from error
    if pictures and not any(sheet.grid.rows for sheet in sheets):
        raise picture_only(name)
    return sheets


@contextmanager
def _looking(path: Path, name: str, kind: Kind) -> Iterator[Mapping[int, Future[Look]]]:
    """Looks into the sheets, taken one after another ahead of calamine, which reads beside other threads."""
    if kind is Kind.XLSB:
        check_xlsb(path, name)
    looks: Looks = {}
    with ExitStack() as stack:
        if kind is Kind.XLS:
            looks = _looks_into_xls(path, name)
        if kind is Kind.XLSX:
            looks = look_into_xlsx(stack.enter_context(Package(path)), name)
        pool = ThreadPoolExecutor(1)
        stack.callback(pool.shutdown, cancel_futures=True)
        yield {index: pool.submit(look) for index, look in looks.items()}


def _looks_into_xls(path: Path, name: str) -> Looks:
    try:
        book = Book(path.read_bytes())
    except ValueError as error:
        raise unreadable(name) from error
    check_xls(book, name)
    return look_into_xls(book, name)


def _sheets(workbook: CalamineWorkbook, name: str, looks: Mapping[int, Future[Look]]) -> list[Sheet]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = []
    left = MAX_CELLS
    for index, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        look = looks[index].result() if index in looks else Look()
        if look.area > left:
            raise _too_wide(name, about.name)
        hidden = about.visible != SheetVisibleEnum.Visible
        grid = _grid(workbook.get_sheet_by_index(index), name, look, left)
        left -= sum(map(len, grid.rows))
        notes = [f"工作表“{about.name}”是隐藏的，已一并读取。"] if hidden and grid.rows else []
        notes += look.notes(about.name, blank=not grid.rows)
        sheets.append(Sheet(about.name, hidden, grid, tuple(notes)))
    return sheets


def _too_wide(name: str, sheet: str) -> Refused:
    return too_large(name, f"工作表“{sheet}”的内容延伸过远（超过 {MAX_CELLS // 10_000} 万格）")


def _grid(sheet: CalamineSheet, name: str, look: Look, left: int) -> Grid:
    if sheet.end is None:
        return look.grid(look.with_errors([]), [])
    bottom, right = sheet.end
    if (bottom + 1) * (right + 1) > left:
        raise _too_wide(name, sheet.name)
    rows = look.with_errors(sheet.to_python(skip_empty_area=False))
    height = len(rows)
    while height and not any(cell != "" for cell in rows[height - 1]):
        height -= 1
    return look.grid(rows[:height], _merges(sheet, height))


def _merges(sheet: CalamineSheet, height: int) -> list[Merge]:
    """Merged ranges that begin inside the read area."""
    ranges = sheet.merged_cell_ranges or []
    return apart((top, left, bottom, right) for (top, left), (bottom, right) in ranges if top < height)
