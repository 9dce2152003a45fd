"""XML Spreadsheet 2003, as Excel and WPS save it and as many systems export it, mostly under the name of an ``.xls``."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from connectors.grid import Cell, Merge, Sheet, apart
from connectors.readers.encoding import decode_declared
from connectors.readers.limits import BLANK_ROW, MAX_TEXT, Room, check_tags, too_large, unreadable
from connectors.readers.looks.look import Look
from connectors.readers.looks.number_format import is_percentage

_NAMESPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_VISIBLE = "{urn:schemas-microsoft-com:office:excel}Visible"
_STYLE, _FORMAT, _WORKSHEET, _TABLE, _COLUMN, _ROW, _CELL, _DATA = (
    f"{_NAMESPACE}{tag}"
    for tag in ("Style", "NumberFormat", "Worksheet", "Table", "Column", "Row", "Cell", "Data")
)
_STYLE_ID = f"{_NAMESPACE}StyleID"
_MAX_ROWS, _MAX_COLUMNS = 1 << 20, 1 << 14


def read_xml_spreadsheet(path: Path, name: str) -> list[Sheet]:
    """The worksheets of an XML Spreadsheet 2003, hidden ones included.

    Raises:
        Refused: ``too_large``; ``unreadable`` where it defines entities, which no spreadsheet does.
    """
    if path.stat().st_size > MAX_TEXT:
        raise too_large(name, f"文本有 {path.stat().st_size // 1_000_000} MB")
    text = decode_declared(path.read_bytes()).lstrip("\ufeff \t\r\n")
    if "<!ENTITY" in text:
        raise unreadable(name)
    check_tags(text, name)
    return [worksheet.sheet() for worksheet in _worksheets(text, name)]


def _worksheets(text: str, name: str) -> Iterator[_Worksheet]:
    """Worksheets as their ends are reached; given as text, so that the declared encoding no longer counts."""
    percents: set[str] = set()
    room = Room(name)
    sheet, rows = None, ElementTree.Element(_TABLE)
    events = ElementTree.iterparse(io.StringIO(text), ("start", "end"))  # noqa: S314
    for event, element in events:
        tag = element.tag
        if event == "start":
            if tag == _WORKSHEET:
                sheet = _Worksheet(element.get(f"{_NAMESPACE}Name", ""), percents, room, name)
            elif tag == _TABLE and sheet:
                sheet.style, rows = element.get(_STYLE_ID), element
        elif tag == _STYLE and _is_percentage(element, percents):
            percents.add(element.get(f"{_NAMESPACE}ID", ""))
        elif sheet and tag == _ROW:
            sheet.row(element)
            rows.clear()
        elif sheet and tag == _COLUMN:
            sheet.column(element)
        elif sheet and tag == _VISIBLE:
            sheet.hidden = element.text in ("SheetHidden", "SheetVeryHidden")
        elif sheet and tag == _WORKSHEET:
            yield sheet
            sheet = None
            element.clear()


def _is_percentage(style: ElementTree.Element, percents: set[str]) -> bool:
    """Whether a style's number format is one; a style without a format has its parent's."""
    form = style.find(_FORMAT)
    if form is None:
        return style.get(f"{_NAMESPACE}Parent") in percents
    written = form.get(f"{_NAMESPACE}Format", "")
    return written == "Percent" or is_percentage(written)


class _Worksheet:
    """One worksheet as its rows come; blank rows are only counted until something stands below them."""

    def __init__(self, title: str, percents: set[str], room: Room, name: str) -> None:
        self.hidden = False
        self.style: str | None = None
        self._title = title
        self._percents = percents
        self._room = room
        self._name = name
        self._rows: list[list[Cell]] = []
        self._merged: list[Merge] = []
        self._look = Look()
        self._next = self._width = self._hidden_blank = 0
        self._columns: list[tuple[int, int, bool]] = []
        self._styles: dict[int, str | None] = {}

    def column(self, column: ElementTree.Element) -> None:
        """A declared column, of which ``ss:Span`` more follow alike."""
        first = _index(column, self._columns[-1][1] if self._columns else 0)
        end = first + _whole(column, "Span", 0) + 1
        if not 0 <= first < end <= _MAX_COLUMNS:
            raise self._too_far(0, end)
        self._columns.append((first, end, column.get(f"{_NAMESPACE}Hidden") == "1"))
        if column.get(_STYLE_ID):
            self._styles |= dict.fromkeys(range(first, end), column.get(_STYLE_ID))

    def row(self, row: ElementTree.Element) -> None:
        """A row when its end is reached; ``ss:Span`` more blank ones follow alike."""
        number = _index(row, self._next)
        alike = _whole(row, "Span", 0)
        self._next = number + alike + 1
        if not 0 <= number <= _MAX_ROWS:
            raise self._too_far(number, self._width)
        hidden = row.get(f"{_NAMESPACE}Hidden") == "1"
        values = self._values(row, number)
        if not any(value != "" for value in values):
            self._hidden_blank += hidden * (alike + 1)
            return
        self._width = max(self._width, len(values))
        self._room.take(BLANK_ROW * max(number - len(self._rows), 0) + len(values))
        self._rows.extend([] for _ in range(len(self._rows), number))
        self._rows.append(values)
        self._look.hidden_rows += self._hidden_blank + hidden
        self._hidden_blank = hidden * alike

    def sheet(self) -> Sheet:
        """What was read, with its notes."""
        self._look.hidden_columns = sum(
            max(0, min(end, self._width) - first) for first, end, hidden in self._columns if hidden
        )
        notes = [f"工作表“{self._title}”是隐藏的，已一并读取。"] if self.hidden and self._rows else []
        notes += self._look.notes(self._title, blank=not self._rows)
        merged = apart(span for span in self._merged if span[0] < len(self._rows))
        return Sheet(self._title, self.hidden, self._look.grid(self._rows, merged), tuple(notes))

    def _values(self, row: ElementTree.Element, number: int) -> list[Cell]:
        values: list[Cell] = []
        for cell in row.iterfind(_CELL):
            left = _index(cell, len(values))
            across, down = _whole(cell, "MergeAcross", 0), _whole(cell, "MergeDown", 0)
            if down > _MAX_ROWS or not 0 <= left + across < _MAX_COLUMNS:
                raise self._too_far(number + down, left + across)
            del values[left:]
            values += [""] * (left - len(values))
            data = cell.find(_DATA)
            value = "" if data is None else _value(data)
            values += [value, *[""] * across]
            if across or down:
                self._merged.append((number, left, number + down, left + across))
            if data is not None:
                self._mark(cell, row, data, number, left)
        return values

    def _mark(
        self,
        cell: ElementTree.Element,
        row: ElementTree.Element,
        data: ElementTree.Element,
        number: int,
        column: int,
    ) -> None:
        """Note a percentage or an error; a cell without a style has its row's, its column's or the table's."""
        kind = data.get(f"{_NAMESPACE}Type")
        if kind == "Error":
            self._look.errors[number, column] = "".join(data.itertext())
        style = cell.get(_STYLE_ID) or row.get(_STYLE_ID) or self._styles.get(column) or self.style
        if kind == "Number" and style in self._percents:
            self._look.formats.add(number, column, "0%")

    def _too_far(self, row: int, column: int) -> Exception:
        return too_large(self._name, f"工作表“{self._title}”的内容延伸到第 {row + 1} 行、第 {column + 1} 列")


def _whole(element: ElementTree.Element, attribute: str, default: int) -> int:
    return int(element.get(f"{_NAMESPACE}{attribute}", default))


def _index(element: ElementTree.Element, default: int) -> int:
    """Where it stands, zero-based."""
    return _whole(element, "Index", default + 1) - 1


def _value(data: ElementTree.Element) -> Cell:
    text = "".join(data.itertext())
    kind = data.get(f"{_NAMESPACE}Type", "String")
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return _moment(dt.datetime.fromisoformat(text))
    except ValueError:
        return text
    return text.strip() == "1" if kind == "Boolean" else text


def _moment(moment: dt.datetime) -> Cell:
    """A date, a time of day (on the day before the first), or both."""
    if moment.year == 1899:
        return moment.time()
    return moment.date() if moment.time() == dt.time() else moment
