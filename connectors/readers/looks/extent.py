"""How far the sheets of an xlsb or xls reach, and that a reader comes to their end. Cells are not read here.

The reading library allocates the whole rectangle of a sheet, of an xls all sheets at once, and follows chains of
sectors wherever they lead. So all of that is told before it gets the file.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from connectors.errors import Refused
from connectors.readers.limits import MAX_CELLS, MAX_CELLS_AT_ONCE, too_large, unreadable
from connectors.readers.looks.records import FORMULA, MANY_RK, NUMBER, RK, TEXT, Book, Records
from connectors.readers.packed import check_claims

_PACKAGE_SHEETS = re.compile(rb"Target=[\"']([^\"']+\.bin)[\"']", re.IGNORECASE)
_ROW_HEADER, _LAST_CELL = 0, 11
_BLANK = 1

_BOUND_SHEET, _DIMENSIONS, _STRINGS, _CONTINUE = 0x85, 0x200, 0xFC, 0x3C
_FILE_PASS = 0x2F
_CELLS = (FORMULA, MANY_RK, 0xD6, TEXT, NUMBER, 0x204, 0x205, RK)
_SHORTEST_STRING = 3


def _too_far(name: str, height: int, width: int) -> Refused:
    return too_large(name, f"表格的内容延伸到第 {height} 行、第 {width} 列")


def check_xlsb(path: Path, name: str) -> None:
    """Refuse an xlsb with cells too far out.

    Raises:
        Refused: ``too_large``.
    """
    with zipfile.ZipFile(path) as archive:
        check_claims(archive, archive.infolist())
        for part in _binary_parts(archive, name):
            height = width = 0
            for kind, value in _packed_records(archive.read(part)):
                if kind == _ROW_HEADER:
                    height = max(height, value + 1)
                elif kind != _BLANK:
                    width = max(width, value + 1)
            if height * width > MAX_CELLS:
                raise _too_far(name, height, width)


def _binary_parts(archive: zipfile.ZipFile, name: str) -> list[str]:
    """Parts that the workbook refers to, wherever they lie; those that are no sheets hold no row or cell records."""
    known = set(archive.namelist())
    relations = "xl/_rels/workbook.bin.rels"
    if relations not in known:
        raise unreadable(name)
    targets = {
        target.decode("utf-8", "replace") for target in _PACKAGE_SHEETS.findall(archive.read(relations))
    }
    return sorted(
        known & ({f"xl/{target}" for target in targets} | {target.lstrip("/") for target in targets})
    )


def _packed_records(content: bytes) -> Iterator[tuple[int, int]]:
    """Kind and first number of row and cell records ([MS-XLSB] 2.1.4: both type and length are packed in 7 bits)."""
    at, end = 0, len(content)
    while at < end:
        kind, at = _packed(content, at, 2)
        length, at = _packed(content, at, 4)
        if kind <= _LAST_CELL and length >= 4 and at + 4 <= end:
            yield kind, int.from_bytes(content[at : at + 4], "little")
        at += length


def _packed(content: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for index in range(most):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            break
    return value, at


def check_xls(book: Book, name: str) -> None:
    """Refuse an xls whose records claim more than it can hold.

    Raises:
        Refused: ``unreadable`` or ``too_large``.
    """
    total = 0
    for start, times in _sheet_starts(book.records(0).until_end(), name).items():
        height, width = _xls_extent(book.records(start).until_end(), name)
        total += height * width * times
        if total > MAX_CELLS_AT_ONCE:
            raise _too_far(name, height, width)


def _sheet_starts(records: Records, name: str) -> Counter[int]:
    """Where the sheets begin, and how many say that they begin there; none where a password hides them.

    Raises:
        Refused: ``unreadable`` where more strings are promised than there are bytes for.
    """
    starts: Counter[int] = Counter()
    promised = room = 0
    before = None
    for kind, at, length in records:
        if kind == _FILE_PASS:
            return Counter()  # what follows is ciphered
        if kind == _BOUND_SHEET and length >= 4:
            starts[struct.unpack_from("<I", records.book, at)[0]] += 1
        elif kind == _STRINGS and length >= 8:
            promised = struct.unpack_from("<I", records.book, at + 4)[0]
            room = length
        elif kind == _CONTINUE and before == _STRINGS:
            room += length
            continue
        before = kind
    if promised * _SHORTEST_STRING > room:
        raise unreadable(name)
    return starts


def _xls_extent(records: Records, name: str) -> tuple[int, int]:
    """Rows and columns up to the last cell of a sheet.

    Raises:
        Refused: ``unreadable`` where the sheet claims more than an xls can hold.
    """
    claims = records.of(_DIMENSIONS)
    if not all(_is_possible(records.book[at : at + length]) for _, at, length in claims):
        raise unreadable(name)
    cells, many = records.of(*_CELLS, least=6), records.of(MANY_RK, least=6)
    if not len(cells):
        return 0, 0
    last = many.words(many.lengths - 2)
    return int(cells.words(0).max()) + 1, int(np.append(last, cells.words(2)).max()) + 1


def _is_possible(dimensions: bytes) -> bool:
    """Whether first and one past last row and column are in order and within a sheet."""
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(dimensions))
    if form is None:
        return True
    top, bottom, left, right = struct.unpack_from(form, dimensions)
    return not (bottom and right) or (top <= bottom <= 1 << 16 and left <= right <= 1 << 8)
