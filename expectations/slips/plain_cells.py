"""Plain values put into a workbook that openpyxl has saved, beside the cells that it styled.

openpyxl takes some ten microseconds a cell; nearly all cells of a rebuilt workbook are plain text and numbers,
which need none of what it does. What needs a style, a comment or a date format goes through openpyxl.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from warehouse.beside import written_beside

if TYPE_CHECKING:
    from openpyxl import Workbook

Plain = str | int | float | bool | None
PlainRows = Sequence[Sequence[Plain]]

_DATA = re.compile(r"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_TEXTS = 100_000
"""Values of which it is remembered how they are written: those of a ledger repeat themselves."""
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)


def save_with_plain_cells(book: Workbook, plain: Mapping[str, PlainRows], path: Path) -> None:
    """Save a workbook and add plain values to its sheets.

    Args:
        book: Its own cells win over plain values at the same place.
        plain: Values by sheet title; ``rows[0][0]`` is A1.
        path: The file to write.
    """
    titles = book.sheetnames
    book.save(path)
    members = {f"xl/worksheets/sheet{at}.xml": plain.get(title) for at, title in enumerate(titles, start=1)}
    with (
        written_beside(path) as whole,
        ZipFile(path) as source,
        ZipFile(whole, "w", ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            rows = members.get(name)
            data = source.read(name)
            target.writestr(name, data if rows is None else _filled(data.decode(), rows).encode())


def _filled(xml: str, rows: PlainRows) -> str:
    found = _DATA.search(xml)
    if found is None:
        raise ValueError("a worksheet without sheetData")
    own: dict[int, dict[int, str]] = {}
    for cell in _CELL.finditer(found.group()):
        own.setdefault(int(cell.group(2)), {})[_number(cell.group(1))] = cell.group()
    body = "".join(_rows(rows, own))
    return f"{xml[: found.start()]}<sheetData>{body}</sheetData>{xml[found.end() :]}"


def _rows(rows: PlainRows, own: Mapping[int, Mapping[int, str]]) -> Iterator[str]:
    for number in range(1, max([len(rows), *own]) + 1):
        values = rows[number - 1] if number <= len(rows) else ()
        cells = {
            at: f'<c r="{_letter(at)}{number}"{_content(value)}'
            for at, value in enumerate(values, start=1)
            if value is not None and value != ""
        }
        if number in own:
            cells = dict(sorted({**cells, **own[number]}.items()))
        if cells:
            yield f'<row r="{number}">{"".join(cells.values())}</row>'


@lru_cache(_TEXTS, typed=True)
def _content(value: Plain) -> str:
    """What follows the place of a cell."""
    if isinstance(value, bool):
        return f' t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f' t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"><v>{value!r}</v></c>"


@cache
def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)


@cache
def _number(letters: str) -> int:
    from openpyxl.utils import column_index_from_string

    return column_index_from_string(letters)
