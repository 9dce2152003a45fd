"""What one cell of an OpenDocument spreadsheet holds: its value, or what it prints. Where it stands is told beside."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

from connectors.grid import Cell

_URN = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT = f"{_URN}office:1.0}}", f"{_URN}table:1.0}}", f"{_URN}text:1.0}}"
DRAW, STYLE = f"{_URN}drawing:1.0}}", f"{_URN}style:1.0}}"

_KIND, _VALUE, _FORMULA = f"{OFFICE}value-type", f"{OFFICE}value", f"{TABLE}formula"
_PARAGRAPH = f"{TEXT}p"
_INLINE = (f"{TEXT}span", f"{TEXT}a", f"{TEXT}ruby", f"{TEXT}ruby-base", f"{TEXT}meta", f"{TEXT}sheet-name")
_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)")
_OWN_ERROR = re.compile(r"Err:\d{3}")
_SPAN = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?")


def value_of(cell: ElementTree.Element) -> Cell:
    """The typed value of a cell, as printed where it is none of its type; ``""`` for a blank.

    Errors are spelled as Excel prints them: LibreOffice's own (``Err:502``) are ``#VALUE!``, as it saves them to xlsx.
    """
    kind = cell.get(_KIND)
    if kind is None and not len(cell):
        return ""
    if cell.get(_FORMULA) is not None:
        return _of_formula(cell, kind)
    return _typed(cell, kind)


def is_percentage(cell: ElementTree.Element) -> bool:
    """Whether its number format is a percentage."""
    return cell.get(_KIND) == "percentage"


def is_error(cell: ElementTree.Element, value: Cell) -> bool:
    """Whether the value is what a failed formula prints."""
    return isinstance(value, str) and cell.get(_FORMULA) is not None and bool(_ERROR.fullmatch(value))


def _of_formula(cell: ElementTree.Element, kind: str | None) -> Cell:
    """A formula's result: an error has a value beside, and a truth value may be stored as a number."""
    printed = _printed(cell)
    if _ERROR.fullmatch(printed):
        return printed
    if _OWN_ERROR.fullmatch(printed):
        return "#VALUE!"
    return printed == "TRUE" if kind == "float" and printed in ("TRUE", "FALSE") else _typed(cell, kind)


def _typed(cell: ElementTree.Element, kind: str | None) -> Cell:
    try:
        if kind in ("float", "percentage", "currency"):
            return float(cell.get(_VALUE, ""))
        if kind == "date":
            return _moment(cell.get(f"{OFFICE}date-value", ""))
        if kind == "time":
            return _time(cell.get(f"{OFFICE}time-value", ""))
    except (ValueError, OverflowError):
        return _printed(cell)
    if kind == "boolean":
        return cell.get(f"{OFFICE}boolean-value") == "true"
    return _printed(cell) or cell.get(f"{OFFICE}string-value", "")


def _printed(cell: ElementTree.Element) -> str:
    """Its paragraphs; comments and what is drawn in the cell are not among them."""
    return "\n".join(_text(child) for child in cell if child.tag == _PARAGRAPH)


def _text(element: ElementTree.Element) -> str:
    """Text with its spaces, tabs and line breaks."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{TEXT}s":
            parts.append(" " * min(int(child.get(f"{TEXT}c", 1)), 1000))
        elif child.tag in (f"{TEXT}tab", f"{TEXT}line-break"):
            parts.append("\t" if child.tag == f"{TEXT}tab" else "\n")
        elif child.tag in _INLINE:
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _moment(text: str) -> dt.date:
    moment = dt.datetime.fromisoformat(text)
    return moment.date() if moment.time() == dt.time() else moment


def _time(text: str) -> Cell:
    """``PT08H05M00S`` as a time of day; a longer or negative one as a span."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(text)
    sign, hours, minutes, seconds = match.groups()
    span = dt.timedelta(
        hours=int(hours or 0), minutes=int(minutes or 0), seconds=float((seconds or "0").replace(",", "."))
    )
    if sign or span >= dt.timedelta(days=1):
        return -span if sign else span
    return (dt.datetime.min + span).time()
