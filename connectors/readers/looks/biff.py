"""A look into the records of an xls (BIFF8): what calamine leaves out of its sheets ([MS-XLS])."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import partial

import numpy as np

from connectors.readers.limits import encrypted
from connectors.readers.looks.look import Look, Looks
from connectors.readers.looks.number_format import BUILT_IN, is_telling
from connectors.readers.looks.records import FORMULA, MANY_RK, NUMBER, RK, ROW, Book, Records

_SHEET, _FORMAT, _XF = 0x85, 0x41E, 0xE0
_COLUMNS, _OBJECT, _BOOL_OR_ERROR = 0x7D, 0x5D, 0x205
_FILE_PASS, _DATE_MODE, _NOTE = 0x2F, 0x22, 0x1C
_PICTURE = 8
_BIFF8 = 0x600
_CELL = struct.Struct("<HHH")  # row, column, style
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def look_into_xls(book: Book, name: str) -> Looks:
    """What the sheets show beside their cells, by position in the workbook; nothing where there is no stream of one.

    Raises:
        Refused: ``encrypted``.
    """
    if len(book.stream) < 8:
        return {}
    records = book.records(0).outermost()
    if len(records.of(_FILE_PASS)):
        raise encrypted(name)
    starts, formats, from_1904 = _globals(records)
    return {index: partial(_look, book, start, formats, from_1904) for index, start in enumerate(starts)}


def _globals(records: Records) -> tuple[list[int], dict[int, str], bool]:
    """Where the sheets begin, the telling formats of cell styles, and whether days count from 1904."""
    starts: list[int] = []
    styles: list[int] = []
    formats, from_1904 = dict(BUILT_IN), False
    book = records.book
    for kind, at, length in records:
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


def _look(book: Book, start: int, formats: Mapping[int, str], from_1904: bool) -> Look:
    records = book.records(start).outermost()
    look = Look(from_1904=from_1904, comments=len(records.of(_NOTE)))
    look.hidden_rows = int(np.count_nonzero(records.of(ROW, least=16).words(12) & 0x20))
    _add_formats(look, records, formats)
    _add_errors(look, records)
    for _, at, _ in records.of(_COLUMNS, least=10):
        _add_columns(look, records.book, at)
    objects = records.of(_OBJECT, least=6)
    look.pictures = int(np.count_nonzero((objects.words(0) == 0x15) & (objects.words(4) == _PICTURE)))
    return look


def _add_formats(look: Look, records: Records, formats: Mapping[int, str]) -> None:
    if not formats:
        return
    single = records.of(NUMBER, RK, FORMULA, least=8)
    many = records.of(MANY_RK, least=12)
    counts = (many.lengths - 6) // 6
    cell = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)  # which of its record
    each = many.where(np.repeat(np.arange(len(many)), counts))
    styles = each.words(4 + 6 * cell)
    look.formats.add_styled(each.words(0), each.words(2) + cell, styles, formats)
    look.formats.add_styled(single.words(0), single.words(2), single.words(4), formats)


def _add_errors(look: Look, records: Records) -> None:
    """The errors as printed, in the order of the records."""
    plain, formulas = records.of(_BOOL_OR_ERROR, least=8), records.of(FORMULA, least=14)
    plain = plain.where(plain.words(6) >> 8 == 1)
    formulas = formulas.where((formulas.words(12) == 0xFFFF) & (formulas.words(6) & 0xFF == 2))
    codes = [*zip(plain.places.tolist(), (plain.words(6) & 0xFF).tolist(), strict=True)]
    codes += zip(formulas.places.tolist(), (formulas.words(8) & 0xFF).tolist(), strict=True)
    for at, code in sorted(codes):
        row, column, _ = _CELL.unpack_from(records.book, at)
        look.errors[row, column] = _ERRORS.get(code, "#N/A")


def _add_columns(look: Look, book: bytes, at: int) -> None:
    first, last, _, _, options = struct.unpack_from("<HHHHH", book, at)
    if options & 1 and last < 255:  # a hidden rest of the sheet hides nothing
        look.hidden_columns += last - first + 1
