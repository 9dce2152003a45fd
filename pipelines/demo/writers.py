"""Pages into bytes: xlsx, old xls, ods, CSV. The same pages give the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.demo.cells import Cell
from pipelines.demo.habits import Suffix
from pipelines.demo.layouts import Page
from pipelines.demo.ods import ods_bytes

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MADE = dt.datetime(2025, 1, 1)
"""The creation time every workbook states, so that its bytes do not depend on the clock."""

EXTENSIONS: dict[Suffix, str] = {
    "xlsx": ".xlsx",
    "xls": ".xls",
    "ods": ".ods",
    "gb18030": ".csv",
    "utf8": ".csv",
}


def page_bytes(pages: Sequence[Page], suffix: Suffix) -> bytes:
    """The bytes of a file with these pages; a CSV holds the first page only."""
    if suffix == "xlsx":
        return _xlsx(pages)
    if suffix == "xls":
        return _xls(pages)
    if suffix == "ods":
        return ods_bytes(pages)
    return _csv(pages[0]).encode("gb18030" if suffix == "gb18030" else "utf-8-sig")


def repack(stored: bytes) -> bytes:
    """The same zip members, compressed and with a fixed time each."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(stored)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, date_time=MADE.timetuple()[:6])
            target.writestr(entry, source.read(member), zipfile.ZIP_DEFLATED, compresslevel=1)
    return packed.getvalue()


def _xlsx(pages: Sequence[Page]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        sheet = book.create_sheet(page.name)
        for row in page.rows:
            sheet.append(row)
        for top, left, bottom, right in page.merges:
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
    return book_bytes(book)


def book_bytes(book: Workbook) -> bytes:
    """The bytes of a workbook, whenever it was made."""
    from openpyxl.writer.excel import ExcelWriter

    book.properties.created = book.properties.modified = MADE
    stored = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED)).save()
    return repack(stored.getvalue())


def _xls(pages: Sequence[Page]) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for page in pages:
        sheet = book.add_sheet(page.name)
        corners = {(top, left) for top, left, _, _ in page.merges}
        for top, left, bottom, right in page.merges:
            sheet.write_merge(top, bottom, left, right, page.rows[top][left])
        for number, row in enumerate(page.rows):
            line = sheet.row(number)
            for place, cell in enumerate(row):
                if cell is None or (number, place) in corners:
                    continue
                if isinstance(cell, dt.date):
                    line.write(place, cell, day)
                else:
                    line.write(place, cell)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _csv(page: Page) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(["" if cell is None else _csv_cell(cell) for cell in row] for row in page.rows)
    return text.getvalue()


def _csv_cell(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
