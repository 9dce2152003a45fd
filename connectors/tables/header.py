"""The header block: which rows describe the columns, and what each of them says (names, units, codes)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from connectors.tables.cells import Kind
from connectors.tables.view import Box, Row, View
from connectors.tables.words import CODE_CAPTION, HEADING, MEASURE_CAPTION, NOTE, STEM, UNIT_CAPTION

_TALL = 12  # a merge of more rows than this is a body cell, not a header
_GAP = 3  # blank rows allowed inside a header


class Role(Enum):
    """What a header row says."""

    NAMES = "names"
    UNITS = "units"
    CODES = "codes"
    STEMS = "stems"


@dataclass(frozen=True)
class Header:
    """The header block of one table.

    Attributes:
        top: First row.
        bottom: Last row.
        roles: What each written row says, by row.
    """

    top: int
    bottom: int
    roles: dict[int, Role]


def find_header(view: View, top: int) -> Header | None:
    """The header that begins in row ``top``; ``None`` where that row is already a record."""
    if _is_record(view.row(top)):
        return None
    bottom = _hanging_bottom(view, top, top)
    while (following := _next_written(view, bottom)) is not None and _continues(view, top, bottom, following):
        bottom = max(following, _hanging_bottom(view, top, following))
    return Header(top, bottom, {n: role_of(view.row(n)) for n in range(top, bottom + 1) if view.row(n).boxes})


def role_of(row: Row) -> Role:
    """What a header row says of its columns."""
    inner = [box for box in row.boxes[1:] if box.kind is not Kind.DASH]
    caption = re.sub(r"\s+", "", row.first.text)
    if sum(bool(STEM.match(text)) for text in row.texts) and all(
        STEM.match(text) or text.isdigit() for text in row.texts
    ):
        return Role.STEMS
    if inner and CODE_CAPTION.match(caption) and all(_is_code(box.text) for box in inner):
        return Role.CODES
    units = sum(box.kind is Kind.UNIT for box in inner)
    if units and (units >= 0.8 * len(inner) or (UNIT_CAPTION.match(caption) and units >= 0.5 * len(inner))):
        return Role.UNITS
    if _is_count(row):
        return Role.CODES
    return Role.NAMES


def _is_code(text: str) -> bool:
    return bool(re.match(r"^[A-Z]?\d{1,6}(-\d+)?$", text))


def _is_count(row: Row) -> bool:
    """A row that numbers the columns: 1 2 3 4 …, perhaps after 甲 or a caption."""
    numbers = [int(text) for text in row.texts if text.isdigit() and len(text) <= 3]
    return (
        len(numbers) >= 3
        and len(numbers) >= len(row.boxes) - 2
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] in (0, 1, 2)
        and (numbers[0] < 2 or len(numbers) > 4)
    )


def _is_record(row: Row) -> bool:
    return row.values > 0 and role_of(row) is Role.NAMES and row.values * 3 >= len(row.boxes)


def _hanging_bottom(view: View, top: int, bottom: int) -> int:
    """How far the merges that begin in the header reach down."""
    reach, n = bottom, top
    while n <= reach:
        for box in view.row(n).boxes:
            if box.bottom - n < _TALL:
                reach = max(reach, box.bottom)
        n += 1
    return min(reach, len(view) - 1)


def _next_written(view: View, bottom: int) -> int | None:
    for n in range(bottom + 1, min(bottom + 2 + _GAP, len(view))):
        if view.row(n).boxes:
            return n
    return None


def _continues(view: View, top: int, bottom: int, n: int) -> bool:
    """Whether row ``n``, the next written one, still belongs to the header above it."""
    row, above = view.row(n), view.row(bottom)
    if role_of(row) is not Role.NAMES or row.texts == view.row(top).texts:
        return True
    if NOTE.match(row.first.text) and len(row.boxes) == 1:
        return False
    if row.count(Kind.NUMBER, Kind.DATE, Kind.PLACEHOLDER):
        return False
    if _has_children(row, above):
        return True
    if role_of(above) is not Role.NAMES:
        return _is_measure_row(row)
    return _fills_blanks(view, top, bottom, row)


def _is_measure_row(row: Row) -> bool:
    return bool(MEASURE_CAPTION.match(re.sub(r"\s+", "", row.first.text))) and not row.values


def _has_children(row: Row, above: Row) -> bool:
    """Whether a group head in the row above has several different names below it here."""
    return any(_splits(group, row) for group in (*above.boxes, *above.hanging) if group.right > group.col)


def _splits(group: Box, row: Row) -> bool:
    if group.bottom >= row.number or group.bottom < row.number - 1:
        return False
    parts = [box for box in row.boxes if group.col <= box.col <= group.right]
    if any(box.bottom > box.row and box.col == group.col for box in parts) and len(parts) < 2:
        return False
    return len({box.text for box in parts if box.kind in (Kind.TEXT, Kind.YEAR, Kind.UNIT)}) >= 2


def _fills_blanks(view: View, top: int, bottom: int, row: Row) -> bool:
    """Whether the row names columns where the header has no text yet, and labels no record itself."""
    if HEADING.match(row.first.text) and len(row.boxes) == 1:
        return False
    named = {
        c for n in range(top, bottom + 1) for box in view.row(n).boxes for c in range(box.col, box.right + 1)
    }
    new = [box for box in row.boxes if box.col not in named]
    stub = min(named | {row.first.col})
    if row.first.col == stub and stub in named and not row.count(Kind.YEAR) >= 2:
        return False
    return bool(new) or row.first.col > stub
