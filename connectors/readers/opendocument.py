"""OpenDocument spreadsheets (``.ods``, and the flat ``.fods``): cells with what they print, in one pass over the rows.

calamine gives their values alone: no merged ranges, no percentages, no errors, nothing of what is hidden. What one
cell holds is told beside; other workbooks are read elsewhere.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from connectors.grid import Cell, Merge, Sheet, apart
from connectors.readers.limits import (
    BLANK_ROW,
    MAX_CELLS,
    MAX_TEXT,
    Room,
    picture_only,
    too_large,
)
from connectors.readers.looks.look import Look
from connectors.readers.opendocument_cells import DRAW, STYLE, TABLE, is_error, is_percentage, value_of

_TABLE, _ROW, _COLUMN = f"{TABLE}table", f"{TABLE}table-row", f"{TABLE}table-column"
_CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
_ROWS_REPEATED, _COLUMNS_REPEATED = f"{TABLE}number-rows-repeated", f"{TABLE}number-columns-repeated"
_DOWN, _ACROSS = f"{TABLE}number-rows-spanned", f"{TABLE}number-columns-spanned"
_MAX_ROWS, _MAX_COLUMNS = 1 << 20, 1 << 14
_MAX_MARKS = 4_000_000
"""Merged ranges, percentages and errors of one sheet; a few bytes can ask for any number of them by repeating a row."""


def read_opendocument(path: Path, name: str) -> list[Sheet]:
    """The sheets of an OpenDocument spreadsheet, hidden ones included.

    Raises:
        Refused: ``picture_only`` or ``too_large``.
    """
    with _content(path) as content:
        tables = list(_tables(content, name))
    if any(table.look.pictures for table in tables) and not any(table.rows for table in tables):
        raise picture_only(name)
    return [table.sheet() for table in tables]


@contextmanager
def _content(path: Path) -> Iterator[IO[bytes]]:
    """The document's XML: the part of an archive, or the whole file of a flat one."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as part:
        yield part


def _tables(content: IO[bytes], name: str) -> Iterator[_Table]:
    """The tables that are sheets; those inside cells and shapes are not."""
    hidden_styles: set[str] = set()
    room = Room(name)
    depth, table = 0, None
    for event, element in ElementTree.iterparse(content, ("start", "end")):  # noqa: S314 - size is bounded, no DTD
        tag = element.tag
        if event == "start":
            if tag == _TABLE:
                depth += 1
                table = table or _Table(element, hidden_styles, name)
        elif tag == f"{STYLE}style" and _hides(element):
            hidden_styles.add(element.get(f"{STYLE}name", ""))
        elif tag == _TABLE:
            depth -= 1
            if depth == 0 and table:
                room.take(BLANK_ROW * len(table.rows))  # a repeated row is held once
                yield table
                table = None
                element.clear()
        elif depth == 1 and table:
            table.take(element)


def _hides(style: ElementTree.Element) -> bool:
    properties = style.find(f"{STYLE}table-properties")
    return properties is not None and properties.get(f"{TABLE}display") == "false"


@dataclass
class _Row:
    """One row: its values up to the last that is not blank, and what is special about which columns."""

    values: list[Cell] = field(default_factory=list)
    percents: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    spans: list[tuple[int, int, int]] = field(default_factory=list)


class _Table:
    """One sheet as its rows come; blank rows are only counted until something stands below them."""

    def __init__(self, element: ElementTree.Element, hidden_styles: set[str], name: str) -> None:
        self.title = element.get(f"{TABLE}name", "")
        self.hidden = element.get(f"{TABLE}style-name", "") in hidden_styles
        self.rows: list[list[Cell]] = []
        self.merged: list[Merge] = []
        self.look = Look()
        self._name = name
        self._width = self._marks = self._repeated = 0
        self._columns: list[tuple[int, bool]] = []
        self._blank = self._hidden_blank = 0

    def take(self, element: ElementTree.Element) -> None:
        """A row, a column or a picture, when its end is reached."""
        if element.tag == _ROW:
            self._row(element)
            element.clear()
        elif element.tag == _COLUMN:
            self._columns.append((_number(element, _COLUMNS_REPEATED), _is_hidden(element)))
        elif element.tag == f"{DRAW}frame" and element.find(f"{DRAW}object") is None:
            self.look.pictures += element.find(f"{DRAW}image") is not None

    def sheet(self) -> Sheet:
        """What was read, with its notes."""
        notes = [f"工作表“{self.title}”是隐藏的，已一并读取。"] if self.hidden and self.rows else []
        self.look.hidden_columns = self._hidden_columns()
        notes += self.look.notes(self.title, blank=not self.rows)
        return Sheet(self.title, self.hidden, self.look.grid(self.rows, apart(self.merged)), tuple(notes))

    def _row(self, element: ElementTree.Element) -> None:
        repeat, hidden = _number(element, _ROWS_REPEATED), _is_hidden(element)
        row = self._read(element)
        if not row.values:
            self._blank += repeat
            self._hidden_blank += repeat * hidden
            return
        if repeat > 1:
            self._check_text(repeat * sum(len(value) for value in row.values if isinstance(value, str)))
        marks = repeat * (len(row.spans) + len(row.percents) + len(row.errors))
        self._check(len(self.rows) + self._blank + repeat, len(row.values), marks)
        self.rows.extend([] for _ in range(self._blank))
        self.look.hidden_rows += self._hidden_blank + repeat * hidden
        self._blank = self._hidden_blank = 0
        for _ in range(repeat):
            self._place(row)

    def _read(self, element: ElementTree.Element) -> _Row:
        row, at = _Row(), 0
        for cell in element:
            if cell.tag not in _CELLS:
                continue
            count = _number(cell, _COLUMNS_REPEATED)
            if _DOWN in cell.attrib or _ACROSS in cell.attrib:
                row.spans.append((at, _number(cell, _DOWN), _number(cell, _ACROSS)))
            value = value_of(cell)
            if value != "":
                self._check(1, at + count)
                if count > 1 and isinstance(value, str):
                    self._check_text(count * len(value))
                row.values += [""] * (at - len(row.values))
                row.values += [value] * count
                row.percents += range(at, at + count) if is_percentage(cell) else ()
                row.errors += range(at, at + count) if is_error(cell, value) else ()
            at += count
        return row

    def _check(self, height: int, width: int, marks: int = 0) -> None:
        self._width = max(width, self._width)
        self._marks += marks
        is_too_far = height > _MAX_ROWS or width > _MAX_COLUMNS or height * self._width > MAX_CELLS
        if is_too_far or self._marks > _MAX_MARKS:
            raise too_large(
                self._name, f"工作表“{self.title}”的内容延伸到第 {height} 行、第 {self._width} 列"
            )

    def _check_text(self, characters: int) -> None:
        """Texts are held once, however often they are repeated, but whoever goes on with them copies each."""
        self._repeated += characters
        if self._repeated > MAX_TEXT:
            raise too_large(self._name, f"工作表“{self.title}”重复的文字过多")

    def _place(self, row: _Row) -> None:
        number = len(self.rows)
        self.rows.append(row.values)
        self.merged += [
            (number, left, number + down - 1, left + across - 1)
            for left, down, across in row.spans
            if left < len(row.values)
        ]
        for column in row.percents:
            self.look.formats.add(number, column, "0%")
        for column in row.errors:
            self.look.errors[number, column] = str(row.values[column])

    def _hidden_columns(self) -> int:
        """Hidden columns among those with content; a hidden rest of the sheet hides nothing."""
        hidden = at = 0
        for count, is_hidden in self._columns:
            hidden += is_hidden * max(0, min(count, self._width - at))
            at += count
        return hidden


def _number(element: ElementTree.Element, attribute: str) -> int:
    text = element.attrib.get(attribute)
    return max(1, int(text)) if text else 1


def _is_hidden(element: ElementTree.Element) -> bool:
    return element.get(f"{TABLE}visibility") in ("collapse", "filter")
