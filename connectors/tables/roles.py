"""What a row of a header says of the columns: their names, units or codes, or which of them are stems.

A row is judged by itself and by what the row above says; which rows are a header's does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from connectors.tables.cells import Kind, bare
from connectors.tables.view import Box, Row
from connectors.tables.words import (
    CALENDAR,
    CODE_CAPTION,
    NUMBERED_COLUMN,
    ORDER_CAPTION,
    PLACE,
    STEM,
    SYMBOL,
    UNIT_CAPTION,
)


class Role(Enum):
    """What a header row says."""

    NAMES = "names"
    UNITS = "units"
    CODES = "codes"
    STEMS = "stems"
    HEADING = "heading"


def role_of(row: Row, above: Role | None = None) -> Role:
    """What a header row says of its columns, given what the written row above says."""
    inner = [box for box in row.boxes[1:] if box.kind is not Kind.DASH]
    caption = bare(row.first.text)
    if any(STEM.match(text) for text in row.texts) and all(
        STEM.match(t) or NUMBERED_COLUMN.match(t) for t in row.texts
    ):
        return Role.STEMS
    codes = bool(inner) and all(
        _is_code(box.text) or STEM.match(box.text) or NUMBERED_COLUMN.match(box.text) for box in inner
    )
    if CODE_CAPTION.match(caption) and not ORDER_CAPTION.match(caption) and _are_symbols(inner):
        return Role.CODES
    if codes and (
        CODE_CAPTION.match(caption) or (above is Role.UNITS and not PLACE.search(caption) and _is_run(inner))
    ):
        return Role.CODES
    if _is_units(row, inner, caption):
        return Role.UNITS
    return Role.CODES if is_count(row) else Role.NAMES


def _is_units(row: Row, inner: Sequence[Box], caption: str) -> bool:
    if row.size > 1 and all(CALENDAR.match(text) for text in row.texts):
        return False
    units = sum(box.kind is Kind.UNIT for box in inner)
    if units and units >= (0.5 if UNIT_CAPTION.match(caption) else 0.8) * len(inner):
        return True
    written = [box for box in row.boxes if box.kind is not Kind.DASH]
    bracketed = [box for box in written if re.match(r"^\([^()]+\)$", box.text)]
    return len(bracketed) >= max(1, len(written) - 1) and (
        bool(re.match(r"^unit indicator", caption, re.IGNORECASE))
        or all(not re.match(r"^\(-?[\d,.]+\)$", box.text) or box.text == "(1,000)" for box in bracketed)
    )


def _are_symbols(boxes: Sequence[Box]) -> bool:
    """Whether several cells are codes of letters or digits (01, 02, TIU), some with digits."""
    symbols = all(SYMBOL.match(box.text) for box in boxes)
    return len(boxes) > 2 and symbols and sum(_is_code(box.text) for box in boxes) * 2 >= len(boxes)


def _is_code(text: str) -> bool:
    return bool(re.match(r"^[A-Z]?\d{1,6}(-\d+)?$", text))


def _is_run(boxes: Sequence[Box]) -> bool:
    """Whether the numbers mostly count up by one."""
    numbers = [int(box.text) for box in boxes if box.text.isdigit()]
    steps = [b - a == 1 for a, b in pairwise(numbers)]
    return len(steps) >= 2 and sum(steps) >= 0.7 * len(steps)


def is_count(row: Row) -> bool:
    """A row that numbers the columns: 1 2 3 4 …, perhaps after 甲 or a caption."""
    numbers = [int(text) for text in row.texts if text.isdigit() and len(text) <= 3]
    caption = bare(row.first.text)
    if row.first.kind is Kind.TEXT and not (STEM.match(caption) or CODE_CAPTION.match(caption)):
        return False
    if len(numbers) < 3 or len(numbers) < row.size - 2 or numbers[0] > 2:
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and (
        numbers[0] < 2 or len(numbers) > 4
    )
