"""Binary workbooks (``.xlsb``): the cells by calamine, and what it leaves out of them by a look into the records.

Records are those of [MS-XLSB] 2.4; how far a sheet reaches is checked elsewhere.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from connectors.grid import Merge, Sheet, apart
from connectors.readers.content import Kind
from connectors.readers.limits import picture_only
from connectors.readers.looks.look import Look
from connectors.readers.looks.number_format import BUILT_IN, is_telling
from connectors.readers.workbook import read_workbook

_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_FORMAT, _XF, _COLUMN, _BUNDLE, _MERGE, _BEGIN_XFS, _END_XFS = 44, 47, 60, 156, 176, 617, 618
_PROPERTIES = 153
_NUMBERS, _ERRORS = (_RK, _REAL, _FORMULA_NUMBER), (_ERROR, _FORMULA_ERROR)
_PRINTED = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383
_PICTURE = re.compile(rb"<(?:\w+:)?pic\b")


def read_xlsb(path: Path, name: str) -> list[Sheet]:
    """The worksheets of a binary workbook, hidden ones included.

    Raises:
        Refused: ``picture_only``, or as ``read_workbook``.
    """
    sheets = read_workbook(path, name, Kind.XLSB)
    with zipfile.ZipFile(path) as archive:
        styles = _telling_styles(_part(archive, "xl/styles.bin"))
        parts = _parts(archive)
        drawings = [part for part in archive.namelist() if part.startswith("xl/drawings/drawing")]
        if not any(sheet.grid.rows for sheet in sheets) and any(
            _PICTURE.search(archive.read(part)) for part in drawings
        ):
            raise picture_only(name)
        from_1904 = _is_from_1904(_part(archive, "xl/workbook.bin"))
        contents = (_part(archive, parts.get(sheet.name, "")) for sheet in sheets)
        return [
            _looked_at(sheet, content, styles, from_1904)
            for sheet, content in zip(sheets, contents, strict=True)
        ]


def _part(archive: zipfile.ZipFile, part: str) -> bytes:
    return archive.read(part) if part in archive.namelist() else b""


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where the worksheets lie, by their names."""
    relations = ElementTree.fromstring(_part(archive, "xl/_rels/workbook.bin.rels"))  # noqa: S314 - bounded, no DTD
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found = {}
    for kind, data in _records(_part(archive, "xl/workbook.bin")):
        if kind == _BUNDLE:
            relation, at = _wide(data, 8)
            target = targets.get(relation, "")
            inside = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[_wide(data, at)[0]] = inside
    return found


def _is_from_1904(workbook: bytes) -> bool:
    return any(kind == _PROPERTIES and data and data[0] & 1 for kind, data in _records(workbook))


def _telling_styles(styles: bytes) -> dict[int, str]:
    """Number formats by the cell styles that have a telling one."""
    formats, found, number = dict(BUILT_IN), dict[int, str](), -1
    for kind, data in _records(styles):
        if kind == _FORMAT and is_telling(code := _wide(data, 2)[0]):
            formats[struct.unpack_from("<H", data)[0]] = code
        elif kind == _BEGIN_XFS:
            number = 0
        elif kind == _END_XFS:
            number = -1
        elif kind == _XF and number >= 0:
            if (form := struct.unpack_from("<H", data, 2)[0]) in formats:
                found[number] = formats[form]
            number += 1
    return found


def _looked_at(sheet: Sheet, content: bytes, styles: Mapping[int, str], from_1904: bool) -> Sheet:
    look, merged, row = Look(from_1904=from_1904), list[Merge](), 0
    for kind, data in _records(content):
        if kind == _ROW:
            row = struct.unpack_from("<I", data)[0]
            if row > _LAST_ROW:
                raise ValueError("a row beyond the last")
            look.hidden_rows += bool(data[11] & 0x10)
        elif kind in _NUMBERS or kind in _ERRORS:
            column, style = struct.unpack_from("<II", data)
            if kind in _ERRORS:
                look.errors[row, column] = _PRINTED.get(data[8], "#N/A")
            elif style & 0xFFFFFF in styles:
                look.formats.add(row, column, styles[style & 0xFFFFFF])
        elif kind == _COLUMN:
            first, last = struct.unpack_from("<II", data)
            if data[16] & 1 and last < _LAST_COLUMN:  # a hidden rest of the sheet hides nothing
                look.hidden_columns += last - first + 1
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            merged.append((top, left, bottom, right))
    rows = look.with_errors(sheet.grid.rows)
    notes = (*sheet.notes, *look.notes(sheet.name, blank=not rows))
    spans = apart(span for span in merged if span[0] < len(rows))
    return Sheet(sheet.name, sheet.hidden, look.grid(rows, spans), notes)


def _wide(data: bytes, at: int) -> tuple[str, int]:
    """A string that begins with its length, and where it ends."""
    end = at + 4 + 2 * struct.unpack_from("<I", data, at)[0]
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and data of every record; both kind and length are packed in 7 bits a byte."""
    at = 0
    while at < len(content):
        kind, at = _packed(content, at, 2)
        length, at = _packed(content, at, 4)
        yield kind, content[at : at + length]
        at += length


def _packed(content: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(content[at : at + most]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    return value, min(at + most, len(content))
