"""Headings inside a body: a label, and nothing that a record has."""

from __future__ import annotations

import re

from connectors.tables.cells import Kind
from connectors.tables.shape import Shape, is_numeral
from connectors.tables.view import Box, Row
from connectors.tables.words import DAY_HEADING, GROUPING, HEADING, PLACE, RECORD_KEY


def is_section(shape: Shape, row: Row) -> bool:
    """Whether the row is a heading."""
    if row.count(Kind.PLACEHOLDER):
        return False
    if _is_day(shape, row):
        return True
    if shape.code is not None or shape.unit is not None:
        return _without_code(shape, row)
    if row.values:
        return False
    if row.size == 1 and GROUPING.match(row.first.text):
        return True
    if row.size == 1:
        return _alone(shape, row)
    if row.size == 2 and is_numeral(row.first.text) and shape.usual > 3:
        return True
    return row.first.text.endswith(":") and row.begin == shape.left and _sparse(shape, row)


def _is_day(shape: Shape, row: Row) -> bool:
    """Whether only a day stands in the row, perhaps numbered, where records say more: the entries of that day follow."""
    if row.size > 2:
        return False
    *before, last = row.boxes
    text = re.sub(r"^[一二三四五六七八九十\d]{1,3}[、.]|\s+", "", last.text)
    is_day = bool(DAY_HEADING.match(text)) or (last.kind is Kind.DATE and not before)
    is_numbered = not before or is_numeral(before[0].text) or before[0].text.isdigit()
    return (
        is_day and is_numbered and shape.usual > row.size + 1 and last.col <= max(shape.left, shape.stub) + 1
    )


def _sparse(shape: Shape, row: Row) -> bool:
    return shape.valued and row.size * 2 <= shape.usual


def _without_code(shape: Shape, row: Row) -> bool:
    """Where rows are coded indicators, a heading has a label but no code (or no unit, if there are no codes)."""
    label = row.at(shape.stub)
    if label is None:
        label = row.at(shape.left)
    if label is None or shape.says_more(row):
        return False
    if shape.code is None:
        return not _written(row, shape.unit)
    if shape.unit is None:
        return not _written(row, shape.code)
    if _slipped(shape, row, shape.neighbour(row.number, 1)):
        return True
    above = shape.neighbour(row.number, -1)
    return not _written(row, shape.code) and not (above is not None and _slipped(shape, above, row))


def _slipped(shape: Shape, row: Row, below: Row | None) -> bool:
    """Whether a heading has caught the code of the row below it, which has only its unit."""
    if below is None or shape.unit is None or not HEADING.match(row.first.text):
        return False
    codes = _written(row, shape.code) and not _written(below, shape.code)
    return codes and not _written(row, shape.unit) and _written(below, shape.unit)


def _written(row: Row, col: int | None) -> bool:
    box: Box | None = row.at(col) if col is not None else None
    return box is not None and box.col == col and box.kind is not Kind.DASH


def _alone(shape: Shape, row: Row) -> bool:
    box = row.first
    if shape.usual < 2 or box.col > shape.left + 1:
        return False
    if shape.numbered and box.kind is Kind.TEXT:
        return True
    if (
        box.right - box.col >= max(1, (shape.right - shape.left) // 2)
        or HEADING.match(box.text)
        or box.text.endswith(":")
    ):
        return True
    if box.col != shape.left or (shape.places and PLACE.search(box.text)):
        return False
    if not shape.valued:
        return shape.left in shape.numeric
    if RECORD_KEY.search(shape.captions.get(shape.left, "")):
        return False
    below = shape.neighbour(row.number, 1)
    return below is not None and below.at(shape.left) is not None
