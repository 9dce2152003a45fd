"""One file into its sheets: look at the content, choose the reader, refuse what cannot be read."""

from __future__ import annotations

from pathlib import Path

from connectors.errors import Refused
from connectors.grid import Sheet
from connectors.readers.archives import read_archive
from connectors.readers.content import Kind, foreign_kind, kind_of
from connectors.readers.delimited import read_delimited
from connectors.readers.limits import empty, encrypted, not_a_table, refusing, unreadable
from connectors.readers.markup import read_html
from connectors.readers.opendocument import read_opendocument
from connectors.readers.packed import check_unpacked, most_unpacked
from connectors.readers.workbook import read_workbook
from connectors.readers.xlsb import read_xlsb
from connectors.readers.xml_spreadsheet import read_xml_spreadsheet

_MAX_NESTING = 1
_WORKBOOKS = (Kind.XLSX, Kind.XLS)
_PACKED = (Kind.XLSX, Kind.XLSB, Kind.ODS)


def read_sheets(path: Path, *, name: str | None = None) -> list[Sheet]:
    """The sheets of a file, hidden ones included, cells where they stood.

    Args:
        path: The file; its content decides how it is read.
        name: The sender's name of the file, where ``path`` is an archive path without one.

    Raises:
        Refused: ``encrypted``, ``picture_only``, ``unreadable``, ``not_a_table``, ``empty`` or ``too_large``.
    """
    return _checked(path, name or path.name, 0, most_unpacked(path))


def _checked(path: Path, name: str, depth: int, most: int) -> list[Sheet]:
    with refusing(name):
        sheets = _read(path, name, depth, most)
    if not any(sheet.grid.rows for sheet in sheets):
        raise empty(name)
    return sheets


def _read(path: Path, name: str, depth: int, most: int) -> list[Sheet]:
    kind = kind_of(path)
    if kind in _PACKED:
        check_unpacked(path, name, most)
    if kind in _WORKBOOKS:
        return read_workbook(path, name, kind)
    if kind is Kind.XLSB:
        return read_xlsb(path, name)
    if kind is Kind.ODS:
        return read_opendocument(path, name)
    if kind is Kind.TEXT:
        return read_delimited(path, name)
    if kind is Kind.HTML:
        return read_html(path, name)
    if kind is Kind.XML_SPREADSHEET:
        return read_xml_spreadsheet(path, name)
    if kind is Kind.ARCHIVE and depth <= _MAX_NESTING:
        return read_archive(
            path, name, lambda member, called, left: _checked(member, called, depth + 1, left), most
        )
    raise _refusal(path, name, kind)


def _refusal(path: Path, name: str, kind: Kind) -> Refused:
    if kind is Kind.EMPTY:
        return empty(name)
    if kind is Kind.ENCRYPTED:
        return encrypted(name)
    if kind is Kind.ARCHIVE:
        return not_a_table(name, "多层嵌套的压缩包")
    if kind is Kind.DOCUMENT:
        return not_a_table(name, kind.value)
    if kind is Kind.FOREIGN:
        with path.open("rb") as file:
            return not_a_table(name, foreign_kind(file.read(1024)) or "其他文件")
    return unreadable(name)
