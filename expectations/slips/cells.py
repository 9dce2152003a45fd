"""Values of outsiders as cells that hold exactly what was written: never a formula, never an illegal character."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.cell import Cell

_MAX_TEXT = 32_767
_EXACT_INTEGER = 10**15
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold."""
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def plain(value: object) -> Any:
    """A value as a cell can hold it: control characters out, long numbers as text, no time zone."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < _EXACT_INTEGER else str(value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return value
    return _clean(str(value))


def is_risky(value: object) -> bool:
    """Whether a spreadsheet might take the text for a formula."""
    return isinstance(value, str) and value.startswith(_RISKY)


def text_cell(sheet: Any, value: object) -> Cell:
    """A cell whose text stays text, also after someone edits it."""
    from openpyxl.cell import WriteOnlyCell

    content = plain(value)
    cell: Cell = WriteOnlyCell(sheet, value=content)
    if is_risky(content):
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", text)[:_MAX_TEXT]
