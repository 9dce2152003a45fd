"""A marked workbook made anew from the cells as read: for CSV, xls, ods, HTML, odd and very long files.

Only marked cells, dates and risky texts go through openpyxl, the plain rest beside it. A file of more than
``MAX_WHOLE_ROWS`` rows comes back as its offending rows alone, each with the row number it had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from expectations.slips.cells import is_risky, plain, text_cell
from expectations.slips.cover import COVER, FILLS, write_cover
from expectations.slips.inside import EXCERPT_HEADING, EXCERPT_SHEET, HEADING, is_cover
from expectations.slips.marked import MAX_COMMENTS, MAX_FILLED, comment_of
from expectations.slips.marks import Mark, Place, anchors, findings_frame, marks_of
from expectations.slips.plain_cells import Plain, PlainRows
from expectations.slips.slip import Slip

if TYPE_CHECKING:
    from openpyxl import Workbook

    from connectors.grid import Sheet

MAX_WHOLE_ROWS = 20_000
HEAD_ROWS = 8
_NOTE = (
    "本表按原文件的内容重新生成，格式与原文件不同；在这里改，或对照标记在原文件里改，都可以，报送其中一份。"
)
_LONG_NOTE = "原文件很长，这里只列有问题的行，“原行号”是它在原文件中的行号。"
_MEASURED = 200
"""Rows at whose cells a column's width is measured."""
_TEXTS = 100_000
"""Different texts of which it is remembered whether they are plain: those of a ledger repeat themselves."""
_LONG_NUMBER = re.compile(r"\d{11,}[0-9Xx]?$")
"""A number that a spreadsheet would cut short if it were typed anew into a cell for numbers."""
_BAD_TITLE = re.compile(r"[\[\]:*?/\\']")


def rebuilt_workbook(slip: Slip, sheets: Iterable[Sheet]) -> tuple[Workbook, dict[str, PlainRows]]:
    """The cells of the original as a fresh workbook, marked, with the cover in front.

    Returns:
        The workbook with the cells that need a style, and the plain values of each sheet by its title.
    """
    from openpyxl import Workbook

    findings = findings_frame(slip)
    marks = marks_of(findings, MAX_FILLED)
    by_sheet: dict[str, dict[tuple[int, int], Mark]] = {}
    for (name, row, column), mark in marks.items():
        by_sheet.setdefault(name, {})[row, column] = mark
    commented = set(list(marks)[:MAX_COMMENTS])
    book = Workbook(write_only=True)
    cover = book.create_sheet(COVER)
    moved: dict[Place, tuple[str, str]] = {}
    plain_rows: dict[str, PlainRows] = {}
    titles = {COVER}
    is_long, seen = False, 0
    for sheet in sheets:
        own = by_sheet.get(sheet.name, {})
        only_marked = slip.rows_in > MAX_WHOLE_ROWS or len(sheet.grid.rows) > MAX_WHOLE_ROWS
        is_ours = is_cover(sheet.grid.rows)
        seen += not is_ours
        if is_ours or (only_marked and not own):
            continue
        is_long |= only_marked
        target = book.create_sheet(sheet_title(sheet.name, titles))
        places, rows = _write(
            target, sheet, own, {(r, c) for n, r, c in commented if n == sheet.name}, only_marked
        )
        moved.update({(sheet.name, *old): (target.title, new) for old, new in places.items()})
        plain_rows[target.title] = rows
    noted = replace(slip, notes=(*slip.notes, _LONG_NOTE if is_long else _NOTE))
    heading = EXCERPT_HEADING if is_long else HEADING
    write_cover(cover, noted, findings, lambda place: moved.get(place), heading, sheets=seen)
    return book, plain_rows


def sheet_title(name: str, taken: set[str]) -> str:
    """A title Excel allows, not yet taken (titles differ in more than case); noted as taken."""
    base = _BAD_TITLE.sub("_", name).strip() or "Sheet"
    title, number = base[:31], 1
    while title.lower() in {other.lower() for other in taken}:
        number += 1
        title = f"{base[: 30 - len(str(number))]}_{number}"
    taken.add(title)
    return title


def _write(
    target: Any,
    sheet: Sheet,
    marks: Mapping[tuple[int, int], Mark],
    commented: set[tuple[int, int]],
    only_marked: bool,
) -> tuple[dict[tuple[int, int], str], list[Sequence[Plain]]]:
    """Append the cells that need a style; returns where each marked cell now stands, and the plain values."""
    shown = anchors((t + 1, left + 1, b + 1, right + 1) for t, left, b, right in sheet.grid.merged)
    at: dict[int, dict[int, list[tuple[int, int]]]] = {}
    for place in marks:
        row, column = shown.get(place, place)
        at.setdefault(row, {}).setdefault(column, []).append(place)
    shift = 1 if only_marked else 0
    rows = _prepare(target, sheet, shift)
    moved: dict[tuple[int, int], str] = {}
    numbers = _row_numbers(len(sheet.grid.rows), at, only_marked)
    for new, number in enumerate(numbers, start=1 + shift):
        values = sheet.grid.rows[number - 1] if number <= len(sheet.grid.rows) else ()
        values = (number, *values) if only_marked else values
        if number not in at and all(map(_is_plain, values)):
            target.append([])
            rows.append(cast("Sequence[Plain]", values))
            continue
        cells = [_cell(target, value) for value in values]
        for column, places in at.get(number, {}).items():
            column += shift
            cells += [None] * (column - len(cells))
            mark = _joined([marks[place] for place in places])
            comment = comment_of(mark) if commented.intersection(places) else None
            cells[column - 1] = _marked_cell(target, cells[column - 1], mark, comment)
            moved.update(dict.fromkeys(places, f"{_letter(column)}{new}"))
        styled = [_needs_style(cell) for cell in cells]
        target.append(
            [cell if own else None for cell, own in zip(cells, styled, strict=True)] if any(styled) else []
        )
        rows.append([None if own else cell for cell, own in zip(cells, styled, strict=True)])
    return moved, rows


@lru_cache(_TEXTS, typed=True)
def _is_plain(value: object) -> bool:
    """Whether a value may stand in a cell as it is, without a style."""
    if not isinstance(value, (str, int, float)):
        return value is None
    return not is_risky(value) and bool(plain(value) == value)


def _needs_style(cell: object) -> bool:
    return cell is not None and not isinstance(cell, (str, int, float))


def _joined(marks: Sequence[Mark]) -> Mark:
    joined = Mark(marks[0].severity)
    for mark in marks:
        joined.join(mark)
    return joined


def _row_numbers(rows: int, marked: Mapping[int, object], only_marked: bool) -> Sequence[int]:
    if not only_marked:
        return range(1, max([rows, *(row for row in marked if row <= MAX_WHOLE_ROWS)]) + 1)
    return sorted({*marked, *range(1, min(HEAD_ROWS, rows) + 1)})


def _prepare(target: Any, sheet: Sheet, shift: int) -> list[Sequence[Plain]]:
    """Widths and merges; the rows that stand before those of the original."""
    from openpyxl.worksheet.cell_range import CellRange

    # A line of its own (title, unit) runs across the sheet and is no measure for its column.
    head = [row for row in sheet.grid.rows[:_MEASURED] if sum(value not in (None, "") for value in row) > 1]
    for at in range(max((len(row) for row in head), default=0)):
        values = [row[at] for row in head if at < len(row)]
        column = target.column_dimensions[_letter(at + 1 + shift)]
        column.width = _width(values)
        if any(isinstance(value, str) and _LONG_NUMBER.match(value) for value in values):
            column.number_format = "@"
    target.page_setup.orientation, target.page_setup.paperSize = "landscape", 9  # A4
    target.page_setup.fitToHeight = 0
    target.sheet_properties.pageSetUpPr.fitToPage = True
    if not shift:
        # Set at once: adding one by one compares each range with all before it.
        target.merged_cells.ranges = {CellRange(_range(*area)) for area in sheet.grid.merged}
        return []
    target.freeze_panes = "B2"
    target.append([])
    return [["原行号", f"（{EXCERPT_SHEET} {HEAD_ROWS} 行供对照）"]]


def _width(values: Iterable[object]) -> float:
    """A column's width for its cells; a remark of many words does not count."""
    lengths = [len(text) + sum(c > "ÿ" for c in text) for text in (str(v) for v in values if v is not None)]
    return max([10, *(length + 2 for length in lengths if length <= 38)])


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)


def _range(top: int, left: int, bottom: int, right: int) -> str:
    return f"{_letter(left + 1)}{top + 1}:{_letter(right + 1)}{bottom + 1}"


def _cell(target: Any, value: object) -> Any:
    return text_cell(target, value) if is_risky(value) else plain(value)


def _marked_cell(target: Any, value: Any, mark: Mark, comment: Any) -> Any:
    from openpyxl.cell.cell import Cell
    from openpyxl.styles import PatternFill

    cell = value if isinstance(value, Cell) else text_cell(target, value)
    if isinstance(cell.value, str):
        cell.number_format = "@"  # what is typed over it stays as typed
    cell.fill = PatternFill("solid", fgColor=FILLS.get(mark.severity, FILLS["warning"]))
    if comment is not None:
        cell.comment = comment
    return cell
