"""A look into the records of an xls (BIFF8): what calamine leaves out of its sheets ([MS-XLS])."""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path

from connectors.readers.limits import encrypted
from connectors.readers.looks.compound import stream
from connectors.readers.looks.look import Look, Looks
from connectors.readers.looks.number_format import BUILT_IN, is_telling

_BOF, _EOF, _SHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_ROW, _COLUMNS, _OBJECT = 0x208, 0x7D, 0x5D
_NUMBER, _RK, _MANY_RK, _BOOL_OR_ERROR, _FORMULA = 0x203, 0x27E, 0xBD, 0x205, 0x06
_FILE_PASS, _DATE_MODE, _NOTE = 0x2F, 0x22, 0x1C
_PICTURE = 8
_TEXT, _BLANK, _BIFF8 = 0xFD, 0x201, 0x600
_HEAD = struct.Struct("<HH")
_CELL = struct.Struct("<HHH")  # row, column, style
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

Record = tuple[int, int, int]  # type, offset of its data, length


def look_into_xls(path: Path, name: str) -> Looks:
    """What the sheets show beside their cells, by position in the workbook; nothing where the records are broken.

    Raises:
        Refused: ``encrypted``.
    """
    try:
        book = stream(path.read_bytes(), "Workbook", "Book")
    except ValueError:
        return {}
    if not book or len(book) < 8:
        return {}
    if any(kind == _FILE_PASS for kind, _, _ in _records(book, 0)):
        raise encrypted(name)
    starts, formats, from_1904 = _globals(book)
    return {index: partial(_look, book, start, formats, from_1904) for index, start in enumerate(starts)}


def _records(book: bytes, at: int, passed: re.Pattern[bytes] | None = None) -> Iterator[Record]:
    """The records of one substream, but for nested ones (charts) and those to be passed over."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = _HEAD.unpack_from(book, at)
        if at + 4 + length > len(book):
            return
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, at + 4, length
        at += 4 + length
        if passed and (run := passed.match(book, at)):
            at = run.end()


def _passed(formats: Collection[int]) -> re.Pattern[bytes]:
    """Runs of records that a look has no use for: rows that are not hidden, cells whose format tells nothing."""
    other = b"".join(b"(?!%s)" % re.escape(struct.pack("<H", style)) for style in formats)
    shown = b"[\\x00-\\x1f\\x40-\\x5f\\x80-\\x9f\\xc0-\\xdf]"  # the flags of a row without 0x20
    lengths = {_NUMBER: 14, _RK: 10, _TEXT: 10, _BLANK: 6, _ROW: 16}
    rest = {
        _NUMBER: b".{4}%s.{10}" % other,
        _RK: b".{4}%s.{6}" % other,
        _TEXT: b".{10}",
        _BLANK: b".{6}",
        _ROW: b".{12}%s.{3}" % shown,
    }
    records = (re.escape(_HEAD.pack(kind, lengths[kind])) + data for kind, data in rest.items())
    return re.compile(b"(?:" + b"|".join(records) + b")*+", re.DOTALL)


def _globals(book: bytes) -> tuple[list[int], dict[int, str], bool]:
    """Where the sheets begin, the telling formats of cell styles, and whether days count from 1904."""
    starts: list[int] = []
    styles: list[int] = []
    formats, from_1904 = dict(BUILT_IN), False
    for kind, at, length in _records(book, 0):
        if kind == _SHEET and length >= 8:
            starts.append(struct.unpack_from("<I", book, at)[0])
        elif kind == _XF and length >= 4:
            styles.append(struct.unpack_from("<H", book, at + 2)[0])
        elif kind == _FORMAT and length >= 5 and is_telling(code := _code(book, at, length)):
            formats[struct.unpack_from("<H", book, at)[0]] = code
        elif kind == _DATE_MODE and length >= 2:
            from_1904 = book[at] == 1
    return starts, {index: formats[form] for index, form in enumerate(styles) if form in formats}, from_1904


def _code(book: bytes, at: int, length: int) -> str:
    """The text of a number format: after its length, and since BIFF8 after a byte that says how it is coded."""
    modern = struct.unpack_from("<H", book, 4)[0] >= _BIFF8
    text = book[at + 5 : at + length] if modern else book[at + 3 : at + length]
    return text.decode("utf-16-le" if modern and book[at + 4] & 1 else "latin-1", "replace")


def _look(book: bytes, start: int, formats: Mapping[int, str], from_1904: bool) -> Look:
    look = Look(from_1904=from_1904)
    for kind, at, length in _records(book, start, _passed(formats)):
        if kind in (_NUMBER, _RK, _FORMULA, _BOOL_OR_ERROR) and length >= 8:
            _cell(look, book, kind, at, formats)
        elif kind == _MANY_RK and formats and length >= 12:
            row, first = struct.unpack_from("<HH", book, at)
            for offset in range((length - 6) // 6):
                style = struct.unpack_from("<H", book, at + 4 + 6 * offset)[0]
                if style in formats:
                    look.formats[row, first + offset] = formats[style]
        elif kind == _ROW and length >= 16:
            look.hidden_rows += bool(struct.unpack_from("<H", book, at + 12)[0] & 0x20)
        elif kind == _COLUMNS and length >= 10:
            _columns(look, book, at)
        elif kind == _NOTE:
            look.comments += 1
        elif kind == _OBJECT and length >= 6:
            look.pictures += _CELL.unpack_from(book, at)[::2] == (0x15, _PICTURE)
    return look


def _cell(look: Look, book: bytes, kind: int, at: int, formats: Mapping[int, str]) -> None:
    row, column, style = _CELL.unpack_from(book, at)
    if style in formats and kind != _BOOL_OR_ERROR:
        look.formats[row, column] = formats[style]
    if kind == _BOOL_OR_ERROR and book[at + 7] == 1:
        look.errors[row, column] = _ERRORS.get(book[at + 6], "#N/A")
    if kind == _FORMULA and book[at + 12 : at + 14] == b"\xff\xff" and book[at + 6] == 2:
        look.errors[row, column] = _ERRORS.get(book[at + 8], "#N/A")


def _columns(look: Look, book: bytes, at: int) -> None:
    first, last, _, _, options = struct.unpack_from("<HHHHH", book, at)
    if options & 1 and last < 255:  # a hidden rest of the sheet hides nothing
        look.hidden_columns += last - first + 1
