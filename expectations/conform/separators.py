"""Which of comma and dot is the decimal mark: the column decides, and what it leaves open is nobody's guess.

``12,5`` and ``0,125`` can only be decimals, ``1,234.5`` only a number in groups; ``1,234`` and ``1.234`` are read as
the others of their column. Numbers that the workbook stores as such say nothing and need no reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.utf8 import consist_of
from expectations.conform.patterns import Mask, Pattern, matches, where
from expectations.conform.texts import Texts

_TAIL = r"(?:\s*[^\d\s.,+-][^\d]*[23]?)?$"
_GROUPED = r"^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?" + _TAIL
_BLANKS = Pattern(r"^[+-]?[1-9]\d{0,2}(?:[ ']\d{3})+(?:[.,]\d+)?" + _TAIL, signs=" '")
_EITHER = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}" + _TAIL
_DOT_GROUPS = r"^[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})" + _TAIL
_DECIMAL_COMMA = r"^[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|0\d*,\d{3}|\d{4,},\d{3})" + _TAIL
_DECIMAL_DOT = (
    r"^[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|0*\.\d{3}|\d{4,}\.\d{3}|[1-9]\d{0,2}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,}))"
    + _TAIL
)
_THOUSANDS = r"^[+-]?[1-9]\d{0,2}\.(?:\d\d[1-9]|\d[1-9]\d|[1-9]\d\d)" + _TAIL
_TELLING = Pattern(r",|\..*\.", signs=",.")
_TELLING_WHOLE = Pattern(r",|\..*\.|\.\d{3}\D*$", signs=",.")
_FEW = 10
"""One in so many may be a slip of the finger; more are another convention."""
_DIGITS = b"0123456789+-"


@dataclass(frozen=True)
class Origin:
    """How distinct texts stand in the file; a text may stand there both ways.

    Attributes:
        texts: The column.
        numbers: Which rows hold a stored number; None where none does.
        has_commas: Whether another column of the table writes its decimals with a comma.
    """

    texts: Texts
    numbers: Mask | None = None
    has_commas: bool = False

    @cached_property
    def stored(self) -> Mask:
        """Which distinct texts stand in a cell that holds a number."""
        none = np.zeros(len(self.texts.values), dtype=bool)
        return none if self.numbers is None else self.texts.among(self.numbers)

    @cached_property
    def written(self) -> Mask:
        """Which distinct texts stand in a cell of text."""
        return ~self.stored if self.numbers is None else self.texts.among(~self.numbers)


@dataclass(frozen=True)
class Separated:
    """Texts with a dot for the decimal mark and no groups.

    Attributes:
        texts: The texts; those of no known form as they were.
        doubted: Those whose comma or dot may mean either.
        is_comma: Whether the column writes its decimals with a comma.
    """

    texts: pa.StringArray
    doubted: Mask
    is_comma: bool = False


def separated(texts: pa.StringArray, origin: Origin | None = None, *, whole: bool = False) -> Separated:
    """Bring the numbers of a column to one spelling.

    Args:
        texts: Distinct texts, cleaned.
        origin: How they stand in the file; None for a file of texts alone.
        whole: Whether the column holds whole numbers, in which a comma is no decimal mark.
    """
    if consist_of(texts, _DIGITS):
        return Separated(texts, np.zeros(len(texts), dtype=bool))
    if (spaced := matches(texts, _BLANKS)).any():
        texts = where(spaced, pc.replace_substring_regex(texts, "[ ']", ""), texts)
    elsewhere = origin is not None and origin.has_commas and not whole
    if not elsewhere and not _tell(texts, whole):
        return Separated(texts, np.zeros(len(texts), dtype=bool))
    written = np.ones(len(texts), dtype=bool) if origin is None else origin.written
    stored = ~written if origin is None else origin.stored
    comma = written & (matches(texts, _DECIMAL_COMMA) | matches(texts, _DOT_GROUPS))
    either = written & matches(texts, _EITHER)
    dotted = either & matches(texts, r"\.")
    in_groups = bool((written & matches(texts, _DOT_GROUPS)).any())
    in_groups |= whole and bool((written & matches(texts, _THOUSANDS)).any())
    if not comma.any():
        return Separated(_by_dot(texts), either & (elsewhere | (dotted & in_groups)))
    dot = written & matches(texts, _DECIMAL_DOT)
    odd = written & matches(texts, ",") & ~comma & ~either & ~dot
    if not (dot.any() or odd.any() or whole) and comma.sum() >= 2:
        return _by_comma(texts, comma, either, stored, in_groups)
    if whole or (dot.any() and (comma.sum() < 2 or comma.sum() * _FEW < dot.sum())):
        return Separated(_by_dot(texts), comma | (dotted & in_groups))
    return Separated(_by_dot(texts), comma | (either & (~dotted | in_groups)))


def _tell(texts: pa.StringArray, whole: bool) -> bool:
    """Whether any text has a comma, or dots that may be another thing than the one decimal mark."""
    if not whole and consist_of(texts, _DIGITS + b"."):
        return bool((pc.count_substring(texts, ".").to_numpy() > 1).any())
    return bool(matches(texts, _TELLING_WHOLE if whole else _TELLING).any())


def _by_dot(texts: pa.StringArray) -> pa.StringArray:
    return where(matches(texts, _GROUPED), pc.replace_substring(texts, ",", ""), texts)


def _by_comma(texts: pa.StringArray, comma: Mask, either: Mask, stored: Mask, in_groups: bool) -> Separated:
    """A column of decimal commas; ``1,234`` is one where the sure ones prevail, ``1.234`` a group where others are."""
    dotted = matches(texts, r"\.") & either
    is_sure = bool(comma.sum() > (either & ~dotted).sum())
    doubted = either & ~dotted & (not is_sure)
    doubted |= dotted & (stored | (not in_groups))
    spelled = pc.replace_substring(pc.replace_substring(texts, ".", ""), ",", ".")
    return Separated(where((comma | either) & ~doubted, spelled, texts), doubted, is_comma=True)
