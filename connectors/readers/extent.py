"""How far the sheets of an ods or xlsb reach, told before a reader allocates the rectangle. Cells are not read here."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from connectors.readers.limits import MAX_CELLS, MAX_UNPACKED, too_large

_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(?:(/)>|>)")
_ROWS = re.compile(rb"number-rows-repeated=[\"'](\d+)")
_COLUMNS = re.compile(rb"number-columns-repeated=[\"'](\d+)")
_ROW_HEADER, _LAST_CELL = 0, 11
_BLANK = 1


def check_ods(path: Path, name: str) -> None:
    """Refuse an ods whose repeated rows and columns reach too far.

    Raises:
        Refused: ``too_large``.
    """
    with zipfile.ZipFile(path) as archive:
        content = _read(archive, "content.xml", name)
    height = pending = width = 0
    for attributes, inner in _ODS_ROW.findall(content):
        repeat = _ROWS.search(attributes)
        pending += int(repeat[1]) if repeat else 1
        filled = _filled_width(inner)
        if filled:
            height, pending, width = height + pending, 0, max(width, filled)
        if height * width > MAX_CELLS:
            raise too_large(name, f"表格的内容延伸到第 {height} 行、第 {width} 列")


def _filled_width(row: bytes) -> int:
    """The last column with content; repeated blank cells at the end reach nowhere."""
    at = width = 0
    for attributes, closed in _ODS_CELL.findall(row):
        repeat = _COLUMNS.search(attributes)
        at += int(repeat[1]) if repeat else 1
        if not closed or b"value" in attributes:
            width = at
    return width


def check_xlsb(path: Path, name: str) -> None:
    """Refuse an xlsb with cells too far out.

    Raises:
        Refused: ``too_large``.
    """
    with zipfile.ZipFile(path) as archive:
        sheets = [
            n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.bin", n, re.IGNORECASE)
        ]
        for sheet in sheets:
            height = width = 0
            for kind, value in _records(_read(archive, sheet, name)):
                if kind == _ROW_HEADER:
                    height = max(height, value + 1)
                elif kind != _BLANK:
                    width = max(width, value + 1)
            if height * width > MAX_CELLS:
                raise too_large(name, f"表格的内容延伸到第 {height} 行、第 {width} 列")


def _records(content: bytes) -> Iterator[tuple[int, int]]:
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


def _read(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
        raise too_large(name, f"解压后超过 {MAX_UNPACKED // 1_000_000} MB")
    return archive.read(part)
