"""Tables written as HTML, mostly under a workbook's name. Other markup is read elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from connectors.grid import Cell, Grid, Merge, Sheet
from connectors.readers.encoding import decode_declared
from connectors.readers.limits import MAX_TEXT, Room, check_tags, not_a_table, too_large
from connectors.readers.looks.look import Look

_NO_TAG = re.compile(r"<(?![A-Za-z/!?])")
_MAX_SPAN = 10_000
_MAX_COLUMNS = 1 << 14
_ROWS = ("tr", "thead", "tbody", "tfoot")
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SHEET_NAME = re.compile(r"<x:Name>([^<]*)</x:Name>")


def read_html(path: Path, name: str) -> list[Sheet]:
    """One sheet per outermost ``<table>``; spans become merged ranges, missing ``<tr>`` are put in.

    Raises:
        Refused: ``too_large``; ``not_a_table`` for a page without one, as is saved when a system asks to log in.
    """
    if path.stat().st_size > MAX_TEXT:
        raise too_large(name, f"文本有 {path.stat().st_size // 1_000_000} MB")
    parser = _Tables()
    for page in _pages(path.read_bytes()):
        check_tags(page, name)
        parser.feed(_closed(page))
    parser.close()
    if not parser.tables:
        raise not_a_table(name, "没有表格的网页（可能是登录页或出错页）")
    room = Room(name)
    tables = [(table, grid) for table in parser.tables if (grid := _laid_out(table.cells, room, name)).rows]
    stem = Path(name).stem
    names = [stem] if len(tables) == 1 else [f"{stem}-{i}" for i in range(1, len(tables) + 1)]
    if len(parser.sheet_names) == len(tables):
        names = parser.sheet_names
    return [_sheet(title, table, grid) for title, (table, grid) in zip(names, tables, strict=True)]


def _pages(content: bytes) -> list[str]:
    """The page, or those of a "single file web page", which is a letter with the pages attached."""
    if content[:13].lower() != b"mime-version:":
        return [decode_declared(content)]
    parts = [part for part in message_from_bytes(content).walk() if part.get_content_type() == "text/html"]
    bodies = [part.get_payload(decode=True) for part in parts]
    return [decode_declared(body) for body in bodies if isinstance(body, bytes)]


def _closed(text: str) -> str:
    """The text with every ``<`` that opens nothing, or that nothing closes, written as the sign it then is.

    The parser looks for the end of each of them anew, through all of the text.
    """
    text = _NO_TAG.sub("&lt;", text)
    for opening, closing in (("<!--", "-->"), ("<![", "]>")):
        last = text.rfind(closing) + 1
        text = text[:last] + text[last:].replace(opening, "&lt;" + opening[1:])
    last = text.rfind(">") + 1
    return text[:last] + text[last:].replace("<", "&lt;")


def _sheet(title: str, table: _Table, grid: Grid) -> Sheet:
    look = Look(hidden_rows=table.hidden_rows(), hidden_columns=len(table.hidden_columns(grid)))
    notes = [f"工作表“{title}”是隐藏的，已一并读取。"] if table.hidden else []
    return Sheet(title, table.hidden, grid, (*notes, *look.notes(title, blank=False)))


class _Cell:
    def __init__(self, attributes: dict[str, str | None], head: bool) -> None:
        self.down = _span(attributes.get("rowspan"))
        self.across = _span(attributes.get("colspan"))
        self.head = head
        self.hidden = _is_hidden(attributes)
        self.in_hidden_row = False
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        return re.sub(r"[ \t\r\f]*\n[ \t\r\f]*", "\n", "".join(self.parts)).strip(" \t\r\n\f")


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return max(1, min(int(digits), _MAX_SPAN)) if digits.isascii() and digits.isdigit() else 1


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return bool(_NOT_SHOWN.search(attributes.get("style") or ""))


@dataclass
class _Table:
    """The cells of one outermost table; ``None`` among them is the end of a row."""

    hidden: bool = False
    cells: list[_Cell | None] = field(default_factory=list)
    columns: list[bool] = field(default_factory=list)

    def hidden_rows(self) -> int:
        """How many rows are written but not shown."""
        rows = _rows(self.cells)
        return sum(any(cell.in_hidden_row and cell.text for cell in row) for row in rows)

    def hidden_columns(self, grid: Grid) -> set[int]:
        """Columns with text that are not shown."""
        written = {column for row in grid.rows for column, text in enumerate(row) if text}
        return written & {column for column, hidden in enumerate(self.columns) if hidden}


class _Tables(HTMLParser):
    """Collects the cells of outermost tables, and the names Excel gives its sheets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.sheet_names: list[str] = []
        self._depth = 0
        self._row_is_hidden = self._row_is_open = False
        self._cell: _Cell | None = None
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(_Table(_is_hidden(dict(attrs))))
        elif tag in ("style", "script"):
            self._skipped += 1
        elif tag == "br" and self._cell:
            self._cell.parts.append("\n")
        elif tag in _ROWS and self._depth <= 1:
            self._end_row()
            self._row_is_hidden = _is_hidden(dict(attrs))
            self._row_is_open = tag == "tr"
        elif tag == "col" and self._depth == 1:
            self._columns(dict(attrs))
        elif tag in ("td", "th") and self._depth <= 1:
            self._open_cell(_Cell(dict(attrs), tag == "th"))

    def handle_endtag(self, tag: str) -> None:
        """Close a table, a row or a cell."""
        if tag == "table":
            self._end_row()
            self._depth = max(0, self._depth - 1)
        elif tag in ("style", "script"):
            self._skipped = max(0, self._skipped - 1)
        elif tag in _ROWS and self._depth <= 1:
            self._end_row(is_written=tag == "tr" and self._row_is_open)
        elif tag in ("td", "th") and self._depth <= 1:
            self._cell = None

    def handle_data(self, data: str) -> None:
        """Text inside a cell; the layout of the source is no line break."""
        if self._cell and not self._skipped:
            self._cell.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def handle_comment(self, data: str) -> None:
        """Excel names its sheets in a comment to itself."""
        self.sheet_names += map(unescape, _SHEET_NAME.findall(data))

    def _open_cell(self, cell: _Cell) -> None:
        cell.in_hidden_row = self._row_is_hidden
        if not self.tables:
            self.tables.append(_Table())
        self.tables[-1].cells.append(cell)
        self._cell = cell

    def _columns(self, attributes: dict[str, str | None]) -> None:
        columns = self.tables[-1].columns
        if len(columns) < _MAX_SPAN:
            columns += [_is_hidden(attributes)] * _span(attributes.get("span"))

    def _end_row(self, *, is_written: bool = False) -> None:
        """End the row that has cells; one without any counts where its ``<tr>`` is written: spans may cover it."""
        self._cell = None
        self._row_is_hidden = self._row_is_open = False
        cells = self.tables[-1].cells if self.tables else []
        if is_written or (cells and cells[-1] is not None):
            cells.append(None)


def _rows(cells: list[_Cell | None]) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = [[]]
    for cell in cells:
        if cell is None:
            rows.append([])
        else:
            rows[-1].append(cell)
    if not rows[-1]:
        rows.pop()
    return [part for row in rows for part in _by_heads(row)] if len(rows) == 1 else _without_tr(rows)


def _without_tr(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """A body that is one run of cells under a head is cut to the head's width."""
    if len(rows) != 2 or not all(cell.head for cell in rows[0]) or any(cell.head for cell in rows[1]):
        return rows
    return [rows[0], *_cut(rows[1], sum(cell.across for cell in rows[0]))]


def _by_heads(row: list[_Cell]) -> list[list[_Cell]]:
    """A single run of cells is cut to the width of the ``<th>`` it begins with."""
    width = next((i for i, cell in enumerate(row) if not cell.head), len(row))
    return _cut(row, width) if 0 < width < len(row) and len(row) % width == 0 else [row]


def _cut(row: list[_Cell], width: int) -> list[list[_Cell]]:
    return [row[i : i + width] for i in range(0, len(row), width)]


def _laid_out(cells: list[_Cell | None], room: Room, name: str) -> Grid:
    """Cells at their places, spans as merged ranges."""
    rows: list[list[Cell]] = []
    merged: list[Merge] = []
    taken: dict[int, int] = {}  # column -> first row that is free again
    for number, row in enumerate(_rows(cells)):
        values: list[Cell] = []
        for cell in row:
            while taken.get(len(values), 0) > number:
                values.append("")
                room.take(1)
            left = len(values)
            room.take(cell.across)
            if left > _MAX_COLUMNS:
                raise too_large(name, f"表格有 {left} 列以上")
            values += [cell.text, *[""] * (cell.across - 1)]
            taken.update(dict.fromkeys(range(left, len(values)), number + cell.down))
            if cell.across > 1 or cell.down > 1:
                merged.append((number, left, number + cell.down - 1, len(values) - 1))
        rows.append(values)
    while rows and not any(rows[-1]):
        rows.pop()
    last = len(rows) - 1
    return Grid(
        rows, [(top, left, min(bottom, last), right) for top, left, bottom, right in merged if top <= last]
    )
