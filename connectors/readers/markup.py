"""Tables written as markup under a workbook's name: HTML saved as ``.xls`` and XML Spreadsheet 2003."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from connectors.grid import Cell, Grid, Merge, Sheet, apart
from connectors.readers.encoding import decode, encoding_of, encoding_of_file
from connectors.readers.limits import MAX_CELLS, MAX_TAGS, MAX_TEXT, too_large, unreadable

_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_NAMESPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_NO_TAG = re.compile(r"<(?![A-Za-z/!?])")
_MAX_SPAN = 10_000
_MAX_COLUMNS = 1 << 14
_ROW = 8  # a row without cells takes the memory of so many blank ones


def read_html(path: Path, name: str) -> list[Sheet]:
    """One sheet per outermost ``<table>``; spans become merged ranges, missing ``<tr>`` are put in."""
    text = _text(path, name)
    _check_tags(text.count("<"), name)
    parser = _Tables()
    parser.feed(_closed(text))
    parser.close()
    stem = Path(name).stem
    room = _Room(name)
    grids = [grid for table in parser.tables if (grid := _laid_out(table, room)).rows]
    return [Sheet(stem if len(grids) == 1 else f"{stem}-{i}", False, grid) for i, grid in enumerate(grids, 1)]


def _text(path: Path, name: str) -> str:
    """The text in the declared encoding if it fits, else in the one its bytes show."""
    if path.stat().st_size > MAX_TEXT:
        raise too_large(name, f"文本有 {path.stat().st_size // 1_000_000} MB")
    content = path.read_bytes()
    declared = _DECLARED.search(content[:4096])
    label = declared[1].decode().lower() if declared else ""
    label = "gb18030" if label in ("gb2312", "gbk") else label
    if encoding_of(content[:4096]).startswith("utf-16"):
        return _seen(path)
    try:
        return content.decode(codecs.lookup(label).name)
    except (LookupError, UnicodeDecodeError):
        return _seen(path)


def _seen(path: Path) -> str:
    return decode(path.read_bytes(), encoding_of_file(path))[0]


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


def _check_tags(count: int, name: str) -> None:
    if count > MAX_TAGS:
        raise too_large(name, f"表格的标记超过 {MAX_TAGS // 10_000} 万个")


class _Room:
    """What is left of the cells that one file may have."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._left = MAX_CELLS

    def take(self, cells: int) -> None:
        """Make room for more cells.

        Raises:
            Refused: ``too_large``.
        """
        self._left -= cells
        if self._left < 0:
            raise too_large(self.name, f"内容延伸过远（超过 {MAX_CELLS // 10_000} 万格）")


class _Cell:
    def __init__(self, attributes: dict[str, str | None], head: bool) -> None:
        self.down = _span(attributes.get("rowspan"))
        self.across = _span(attributes.get("colspan"))
        self.head = head
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        return re.sub(r"[ \t\r\f]*\n[ \t\r\f]*", "\n", "".join(self.parts)).strip()


def _span(text: str | None) -> int:
    digits = (text or "").strip()
    return max(1, min(int(digits), _MAX_SPAN)) if digits.isascii() and digits.isdigit() else 1


class _Tables(HTMLParser):
    """Collects the cells of outermost tables; ``None`` in a table's list is the end of a row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[_Cell | None]] = []
        self._depth = 0
        self._cell: _Cell | None = None
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
        elif tag in ("style", "script"):
            self._skipped += 1
        elif tag == "br" and self._cell:
            self._cell.parts.append("\n")
        elif tag in ("tr", "thead", "tbody", "tfoot") and self._depth <= 1:
            self._end_row()
        elif tag in ("td", "th") and self._depth <= 1:
            if not self.tables or (self._depth == 0 and not self.tables[-1]):
                self.tables.append([])
            self._cell = _Cell(dict(attrs), tag == "th")
            self.tables[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        """Close a table, a row or a cell."""
        if tag == "table":
            self._end_row()
            self._depth = max(0, self._depth - 1)
        elif tag in ("style", "script"):
            self._skipped = max(0, self._skipped - 1)
        elif tag in ("tr", "thead", "tbody", "tfoot") and self._depth <= 1:
            self._end_row()
        elif tag in ("td", "th") and self._depth <= 1:
            self._cell = None

    def handle_data(self, data: str) -> None:
        """Text inside a cell; the layout of the source is no line break."""
        if self._cell and not self._skipped:
            self._cell.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _end_row(self) -> None:
        self._cell = None
        if self.tables and self.tables[-1] and self.tables[-1][-1] is not None:
            self.tables[-1].append(None)


def _rows(cells: list[_Cell | None]) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = [[]]
    for cell in cells:
        if cell is None:
            rows.append([])
        else:
            rows[-1].append(cell)
    rows = [row for row in rows if row]
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


def _laid_out(cells: list[_Cell | None], room: _Room) -> Grid:
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
                raise too_large(room.name, f"表格有 {left} 列以上")
            values += [cell.text, *[""] * (cell.across - 1)]
            taken.update(dict.fromkeys(range(left, len(values)), number + cell.down))
            if cell.across > 1 or cell.down > 1:
                merged.append((number, left, number + cell.down - 1, len(values) - 1))
        rows.append(values)
    last = len(rows) - 1
    return Grid(rows, [(top, left, min(bottom, last), right) for top, left, bottom, right in merged])


def read_xml_spreadsheet(path: Path, name: str) -> list[Sheet]:
    """The worksheets of an XML Spreadsheet 2003."""
    if path.stat().st_size > MAX_TEXT:
        raise too_large(name, f"文本有 {path.stat().st_size // 1_000_000} MB")
    content = path.read_bytes()
    if b"<!ENTITY" in content:
        raise unreadable(name)
    _check_tags(content.count(b"<"), name)
    root = ElementTree.fromstring(_utf8(content))  # noqa: S314 - entities are refused above
    room = _Room(name)
    return [_xml_sheet(sheet, room) for sheet in root.iter(f"{_NAMESPACE}Worksheet")]


def _utf8(content: bytes) -> str | bytes:
    """Text without its declaration where expat does not know the encoding."""
    declared = _DECLARED.search(content[:200])
    if declared is None or declared[1].lower().startswith(b"utf-"):
        return content
    text = decode(content, encoding_of(content))[0]
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


def _xml_sheet(sheet: ElementTree.Element, room: _Room) -> Sheet:
    rows: list[list[Cell]] = []
    merged: list[Merge] = []
    hidden_rows = 0
    for row in sheet.iter(f"{_NAMESPACE}Row"):
        index = int(row.get(f"{_NAMESPACE}Index", len(rows) + 1)) - 1
        room.take(_ROW * (1 + max(index - len(rows), 0)))
        rows.extend([] for _ in range(len(rows), index))
        values, spans = _xml_row(row, index, room)
        rows.append(values)
        merged += spans
        hidden_rows += row.get(f"{_NAMESPACE}Hidden") == "1"
    title = sheet.get(f"{_NAMESPACE}Name", "")
    visible = sheet.find(".//{urn:schemas-microsoft-com:office:excel}Visible")
    hidden = visible is not None and (visible.text or "").startswith("SheetHidden")
    notes = (f"工作表“{title}”有 {hidden_rows} 行被隐藏，已一并读取。",) if hidden_rows else ()
    while rows and not any(value not in ("", None) for value in rows[-1]):
        rows.pop()
    return Sheet(title, hidden, Grid(rows, apart(merged)), notes)


def _xml_row(row: ElementTree.Element, number: int, room: _Room) -> tuple[list[Cell], list[Merge]]:
    values: list[Cell] = []
    merged: list[Merge] = []
    for cell in row.iter(f"{_NAMESPACE}Cell"):
        index = int(cell.get(f"{_NAMESPACE}Index", len(values) + 1)) - 1
        across = int(cell.get(f"{_NAMESPACE}MergeAcross", 0))
        down = int(cell.get(f"{_NAMESPACE}MergeDown", 0))
        room.take(1 + max(index - len(values), 0) + max(across, 0))
        values.extend("" for _ in range(len(values), index))
        left = len(values)
        values += [_xml_value(cell), *[""] * across]
        if across or down:
            merged.append((number, left, number + down, left + across))
    return values, merged


def _xml_value(cell: ElementTree.Element) -> Cell:
    data = cell.find(f"{_NAMESPACE}Data")
    if data is None:
        return ""
    text = "".join(data.itertext())
    kind = data.get(f"{_NAMESPACE}Type", "String")
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            moment = dt.datetime.fromisoformat(text)
            return moment.date() if moment.time() == dt.time() else moment
    except ValueError:
        return text
    return text.strip() == "1" if kind == "Boolean" else text
