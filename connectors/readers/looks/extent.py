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
from connectors.readers.looks.compound import stream
from connectors.readers.packed import check_claims

_PACKAGE_SHEETS = re.compile(rb"Target=[\"']([^\"']+\.bin)[\"']", re.IGNORECASE)
_ROW_HEADER, _LAST_CELL = 0, 11
_BLANK = 1

_EOF, _BOUND_SHEET, _DIMENSIONS, _STRINGS, _CONTINUE = 0x0A, 0x85, 0x200, 0xFC, 0x3C
_FILE_PASS = 0x2F
_CELLS = frozenset((0x06, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E))
_MANY_RK = 0xBD
_SHORTEST_STRING = 3
_TEXTS_AND_SHORT_NUMBERS = rb"(?:\xfd\x00|\x7e\x02)\x0a\x00(.{4}).{6}"
_NUMBERS = rb"\x03\x02\x0e\x00(.{4}).{10}"
_BLANKS_AND_ROWS = rb"\x01\x02\x06\x00.{6}|\x08\x02\x10\x00.{16}"
_USUAL = re.compile(b"|".join((_TEXTS_AND_SHORT_NUMBERS, _NUMBERS, _BLANKS_AND_ROWS)), re.DOTALL)
"""The records that most of a sheet is made of, and of those that are cells their row and column."""
_USUAL_RUN = re.compile(rb"(?:%s){0,4096}+" % _USUAL.pattern, re.DOTALL)
_RUN = -1  # stands for the kind of such records in one piece


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


def check_xls(path: Path, name: str) -> None:
    """Refuse an xls whose streams do not end in the file, or whose records claim more than it can hold.

    Raises:
        Refused: ``unreadable`` or ``too_large``.
    """
    try:
        book = stream(path.read_bytes(), "Workbook", "Book")
        starts = _sheet_starts(book or b"")
    except ValueError as error:
        raise unreadable(name) from error
    total = 0
    for start, times in starts.items():
        height, width = _xls_extent(book or b"", start, name)
        total += height * width * times
        if total > MAX_CELLS_AT_ONCE:
            raise _too_far(name, height, width)


def _sheet_starts(book: bytes) -> Counter[int]:
    """Where the sheets begin, and how many say that they begin there; none where a password hides them.

    Raises:
        ValueError: More strings are promised than there are bytes for.
    """
    starts: Counter[int] = Counter()
    promised = room = 0
    before = None
    for kind, at, length in _records(book, 0):
        if kind == _FILE_PASS:
            return Counter()  # what follows is ciphered
        if kind == _BOUND_SHEET and length >= 4:
            starts[struct.unpack_from("<I", book, at)[0]] += 1
        elif kind == _STRINGS and length >= 8:
            promised = struct.unpack_from("<I", book, at + 4)[0]
            room = length
        elif kind == _CONTINUE and before == _STRINGS:
            room += length
            continue
        before = kind
    if promised * _SHORTEST_STRING > room:
        raise ValueError("more strings than bytes")
    return starts


def _xls_extent(book: bytes, start: int, name: str) -> tuple[int, int]:
    """Rows and columns up to the last cell of a sheet.

    Raises:
        Refused: ``unreadable`` where the sheet claims more than an xls can hold.
    """
    places: list[bytes] = []  # row and column of each cell
    for kind, at, length in _records(book, start, in_runs=True):
        if kind == _RUN:
            found = _USUAL.findall(book, at, at + length)
            places.append(b"".join(text or number for text, number in found))
        elif kind in _CELLS and length >= 6:
            places.append(book[at : at + 4])
            if kind == _MANY_RK:
                places.append(book[at : at + 2] + book[at + length - 2 : at + length])
        elif kind == _DIMENSIONS and not _is_possible(book[at : at + length]):
            raise unreadable(name)
    if not any(places):
        return 0, 0
    bottom, right = np.frombuffer(b"".join(places), "<u2").reshape(-1, 2).max(axis=0).tolist()
    return bottom + 1, right + 1


def _is_possible(dimensions: bytes) -> bool:
    """Whether first and one past last row and column are in order and within a sheet."""
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(dimensions))
    if form is None:
        return True
    top, bottom, left, right = struct.unpack_from(form, dimensions)
    return not (bottom and right) or (top <= bottom <= 1 << 16 and left <= right <= 1 << 8)


def _records(book: bytes, at: int, in_runs: bool = False) -> Iterator[tuple[int, int, int]]:
    """Type, offset and length of the records up to the first that ends a substream ([MS-XLS] 2.1.4).

    Args:
        book: The stream.
        at: Where the first record begins.
        in_runs: Whether usual records on end come as one, of the type ``_RUN``.
    """
    end = len(book)
    unpack = struct.Struct("<HH").unpack_from
    while at + 4 <= end:
        kind, length = unpack(book, at)
        if kind == _EOF or at + 4 + length > end:
            return
        yield kind, at + 4, length
        at += 4 + length
        if in_runs and (run := _USUAL_RUN.match(book, at)) and run.end() > at:
            yield _RUN, at, run.end() - at
            at = run.end()
