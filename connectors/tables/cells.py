"""What one cell looks like: blank, number, date, dash, unit, code, text. Context decides what it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from connectors.grid import Cell
from connectors.invisible import INVISIBLE
from connectors.tables.words import UNIT


class Kind(IntEnum):
    """How a cell looks by itself: a letter, so that the kinds of a row are bytes, counted and stripped at once."""

    BLANK = ord(" ")
    NUMBER = ord("n")
    YEAR = ord("y")
    DATE = ord("d")
    DASH = ord("-")
    UNIT = ord("u")
    PLACEHOLDER = ord("p")
    TEXT = ord("t")


_NUMBER = re.compile(
    r"^[¥￥$€£]?\s*[-+−]?\s*[(]?[¥￥$€£]?[-+−]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?\d*[)]?\s*(%|‰|元|E[+-]?\d+)?$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"^[-+]?\d[\d,.]*\s*%?\s*([-~—–至]+|[*×xX/])\s*\d[\d,.]*\s*%?$")
_YEAR = re.compile(r"^(19|20)\d\d(年?|\.0|年度)?(\s*[(\\*].{0,12}|\s*[-–—至/]\s*((19|20)?\d\d)年?)?$")
_DATE = re.compile(
    r"^((19|20)\d\d\s*[-/.年]\s*\d{1,2}(\s*[-/.月]\s*\d{1,2})?\s*[日月]?|\d{1,2}[-/]\d{1,2}[-/](\d{4}|\d\d))(\s+\d{1,2}:\d\d(:\d\d)?)?$"
)
_TIME = re.compile(r"^\d{1,2}:\d\d(:\d\d)?$")
_DASH = re.compile(r"^[-—–－―─/／=*.…×xX\\]+$|^(\(?[NXDZS]A?\)?|n/?a|无数据|None|nan|null)$")
_PLACEHOLDER = re.compile(r"^\$+$|\$\{[^}]*\}|\{\{[^}]*\}\}|^#\{|^<%")
_CHINESE_SPACE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff(])|(?<=[):、])\s+(?=[\u3400-\u9fff])")
_IN_UNITS = frozenset(UNIT.pattern)  # all letters that a unit may be spelt with
_YEAR_DIGITS = 4
_LONG = 40  # characters that no number, date or unit has
_MOST = 1 << 16  # values whose kinds are kept
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")


def text_of(value: Cell) -> str:
    """The cell as NFKC text without outer whitespace; ``""`` where it is blank."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value.strip() if value.isascii() else _plain(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


@lru_cache(maxsize=1 << 15)
def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _PRIVATE.sub("", INVISIBLE.sub("", text))).strip()


def tidy(text: str) -> str:
    """One label in one line: spaces inside Chinese words removed, other whitespace runs made one space."""
    return _CHINESE_SPACE.sub("", re.sub(r"\s+", " ", text_of(text)))


def bare(text: str) -> str:
    """A text without any whitespace."""
    return "".join(text.split())


def kind_of(value: Cell, text: str) -> Kind:
    """How a cell looks.

    Args:
        value: The cell as read.
        text: ``text_of(value)``.
    """
    if not text:
        return Kind.BLANK
    return _kind_of_text(text) if isinstance(value, str) else _kind_of_value(value)


def kinds_of(cells: Sequence[Cell]) -> bytes:
    """How each of the cells looks, a letter per cell."""
    if bool in map(type, cells):  # True would be found as 1
        return bytes(kind_of(cell, text_of(cell)) for cell in cells)
    return bytes(map(_known.__getitem__, cells))


class _Known(dict[Cell, Kind]):
    """How cells look, by their values: the words and numbers of ledgers repeat."""

    def __missing__(self, value: Cell) -> Kind:
        if len(self) >= _MOST:
            self.clear()
        if isinstance(value, str):
            found = _kind_of_plain(value) or kind_of(value, text_of(value))
        else:
            found = Kind.BLANK if value is None else _kind_of_value(value)
        self[value] = found
        return found


_known = _Known()


def _kind_of_value(value: Cell) -> Kind:
    """How a cell looks that is neither text nor blank."""
    if isinstance(value, bool):
        return Kind.TEXT
    if isinstance(value, (int, float)):
        return Kind.YEAR if 1900 <= value < 2100 and value == int(value) else Kind.NUMBER
    return Kind.DATE


def _kind_of_plain(value: str) -> Kind | None:
    """How a cell looks that is told before its text is made plain: a Chinese word, a long number; None for others."""
    first = value[:1]
    if "\u3400" <= first <= "\u9fff":
        return Kind.TEXT if first not in _IN_UNITS and first.isalpha() else None
    if not value.isascii() or len(value) > _LONG or not value.replace(".", "", 1).isdigit():
        return None
    is_number = not value.startswith(("19", "20")) or (len(value) > _YEAR_DIGITS and "." not in value)
    return Kind.NUMBER if is_number else None  # 2019.5 may be a month


def _kind_of_text(text: str) -> Kind:
    first = text[0]
    if first.isalpha() and not first.isascii():
        if "\u3400" <= first <= "\u9fff" and first not in _IN_UNITS:
            return Kind.TEXT
        return Kind.UNIT if len(text) <= 16 and UNIT.match(bare(text)) else Kind.TEXT
    if len(text) > _LONG:
        return Kind.PLACEHOLDER if _PLACEHOLDER.search(text[:200]) else Kind.TEXT
    if len(text) > _YEAR_DIGITS and text.isascii() and text.isdigit():
        return Kind.NUMBER  # told without a pattern
    if _DASH.match(text.replace(" ", "")):
        return Kind.DASH
    if _YEAR.match(text):
        return Kind.YEAR
    if _DATE.match(text) or _TIME.match(text):
        return Kind.DATE
    if any(c.isdigit() for c in text) and (_NUMBER.match(text.replace(" ", "")) or _RANGE.match(text)):
        return Kind.NUMBER
    if _PLACEHOLDER.search(text):
        return Kind.PLACEHOLDER
    return Kind.UNIT if UNIT.match(bare(text)) else Kind.TEXT
