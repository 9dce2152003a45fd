"""The clerk's own workbook with the bad cells marked; formatting, formulas and widths stay as they were."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from expectations.slips.cover import COVER, FILLS, write_cover
from expectations.slips.inside import is_cover
from expectations.slips.marks import Mark, Place, anchors, findings_frame, marks_of
from expectations.slips.slip import Slip

if TYPE_CHECKING:
    from openpyxl import Workbook

AUTHOR = "实绩"
MAX_FILLED = 50_000
MAX_COMMENTS = 2_000
_MAX_XML_BYTES = 3 * 2**19


def can_mark(original: Path) -> bool:
    """Whether the archived file is an Office Open XML workbook small enough for a full load."""
    try:
        with ZipFile(original) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError):
        return False
    names = {member.filename for member in members}
    size = sum(member.file_size for member in members if member.filename.endswith(".xml"))
    return "xl/workbook.xml" in names and size <= _MAX_XML_BYTES


def marked_workbook(slip: Slip) -> Workbook:
    """The original, loaded, marked and with the cover in front.

    Raises:
        Exception: Whatever openpyxl raises on a file that Excel wrote oddly; the caller has another way.
    """
    from openpyxl import load_workbook

    with slip.original.open("rb") as stream:
        book = load_workbook(stream, keep_links=False)
    _forget_last_slip(book)
    findings = findings_frame(slip)
    marks = marks_of(findings, MAX_FILLED)
    moved = _mark(book, marks)
    own = len(book.worksheets)
    cover = book.create_sheet(COVER, 0)
    write_cover(cover, slip, findings, lambda place: moved.get(place), sheets=own)
    for sheet in book.worksheets:
        # Two selected sheets are edited together, unseen.
        sheet.sheet_view.tabSelected = sheet is cover
    book.active = 0
    return book


def _forget_last_slip(book: Any) -> None:
    """A workbook that was itself a slip comes without its old marks."""
    from openpyxl.styles import PatternFill

    earlier = [
        sheet for sheet in book.worksheets if is_cover(list(sheet.iter_rows(max_row=60, values_only=True)))
    ]
    if not earlier:
        return
    for cover in earlier:
        book.remove(cover)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == AUTHOR:
                    cell.comment = None
                    cell.fill = PatternFill()


def _mark(book: Any, marks: Mapping[Place, Mark]) -> dict[Place, tuple[str, str]]:
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter

    fills = {severity: PatternFill("solid", fgColor=color) for severity, color in FILLS.items()}
    shown = {sheet.title: _anchors(sheet) for sheet in book.worksheets}
    at: dict[Place, Mark] = {}
    places: dict[Place, tuple[str, str]] = {}
    for place, mark in marks.items():
        title, row, column = place
        if title in shown:
            row, column = shown[title].get((row, column), (row, column))
            at.setdefault((title, row, column), Mark(mark.severity)).join(mark)
            places[place] = (title, f"{get_column_letter(column)}{row}")
    for count, ((title, row, column), mark) in enumerate(at.items()):
        cell = book[title].cell(row, column)
        cell.fill = fills.get(mark.severity, fills["warning"])
        if count < MAX_COMMENTS:
            cell.comment = comment_of(mark, before=cell.comment)
        _show(book[title], row, column)
    return places


def _anchors(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    areas = sheet.merged_cells.ranges
    return anchors((area.min_row, area.min_col, area.max_row, area.max_col) for area in areas)


def _show(sheet: Any, row: int, column: int) -> None:
    """A marked cell must be seen: its sheet, row and column are not left hidden."""
    from openpyxl.utils import get_column_letter

    sheet.sheet_state = "visible"
    if row in sheet.row_dimensions:
        sheet.row_dimensions[row].hidden = False
    letter = get_column_letter(column)
    if letter in sheet.column_dimensions:
        sheet.column_dimensions[letter].hidden = False


def comment_of(mark: Mark, before: Any = None) -> Any:
    """The comment for a mark; what the sender had noted there stays above it."""
    from openpyxl.comments import Comment

    texts = [before.text] if before is not None else []
    text = "\n".join([*texts, *mark.texts])[:2_000]
    lines = sum(1 + len(line) // 22 for line in text.split("\n"))
    return Comment(text, AUTHOR, width=330, height=24 + 20 * lines)
