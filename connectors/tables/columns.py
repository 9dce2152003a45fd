"""The columns of a table: each one's path through the header, and its printed code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.tables.cells import Kind, tidy
from connectors.tables.header import Header, Role
from connectors.tables.model import Column
from connectors.tables.shape import Shape
from connectors.tables.units import Units
from connectors.tables.view import Box, View
from connectors.tables.words import CODE_CAPTION, MEASURE_CAPTION, UNIT_CAPTION

_PIECE = 4  # characters of a piece of a broken name


def columns_of(view: View, titles: Sequence[int], header: Header) -> list[Column]:
    """The columns of a table, left to right: those the header names, and those half the records use."""
    shape = Shape(view, header)
    units = Units(view, titles, header, shape)
    found = []
    for col in _used(shape):
        path, unit = units.of(col, _path(view, header, col))
        found.append(Column(col, path, unit, _code(view, header, col)))
    return found


def _used(shape: Shape) -> list[int]:
    named = {col for box in shape.heads for col in range(box.col, box.right + 1)}
    filled = {col for col, kinds in shape.kinds.items() if kinds.total() * 2 >= len(shape.rows)}
    return sorted(named | filled)


def _code(view: View, header: Header, col: int) -> str | None:
    """The code that the last codes row prints for the column, else its 甲乙丙 or number."""
    for role in (Role.CODES, Role.STEMS):
        for n in reversed([n for n, r in header.roles.items() if r is role]):
            row = view.row(n)
            box = row.at(col)
            if box is None or box.kind is Kind.DASH:
                continue
            text = re.sub(r"\s+", "", box.text)
            if role is Role.STEMS or (re.search(r"\d", text) and not CODE_CAPTION.match(text)):
                return text
    return None


def _path(view: View, header: Header, col: int) -> tuple[str, ...]:
    """The names over a column from top to leaf."""
    names = [n for n, role in header.roles.items() if role is Role.NAMES]
    path: list[str] = []
    spelt = "".join(
        re.sub(r"\s+", "", box.text)
        for n, role in header.roles.items()
        if role is not Role.STEMS and (box := view.row(n).at(col)) and box.row == n
    )
    if CODE_CAPTION.match(spelt) or UNIT_CAPTION.match(spelt):
        return (spelt,)
    boxes: list[Box] = []
    for i, n in enumerate(names):
        if _is_measure(view, header, n, col):
            continue
        box = view.row(n).at(col) or _inherited(view, header, names[: i + 1], col)
        if box is None or box.kind in (Kind.DASH, Kind.PLACEHOLDER) or box in boxes:
            continue
        if boxes and box.kind is Kind.NUMBER:
            continue
        text = tidy(box.text)
        if boxes and _goes_on(view, boxes[-1], box):
            path[-1] += text
        elif not path or path[-1] != text:
            path.append(text)
        boxes.append(box)
    return tuple(path)


def _goes_on(view: View, upper: Box, lower: Box) -> bool:
    """Whether one short name is broken over two cells (缩减 over 指数), in a sheet that merges where it groups."""
    single = upper.col == upper.right == lower.col == lower.right and upper.bottom + 1 == lower.row
    short = len(upper.text) <= _PIECE and len(lower.text) <= _PIECE
    if not (single and short and view.grid.merged):
        return False
    beside = view.row(upper.row).at(upper.col + 1)
    return beside is not None and beside.kind is Kind.TEXT


def _is_measure(view: View, header: Header, n: int, col: int) -> bool:
    """Whether the cell is the caption 项目 of a row of measures below the units, not a part of the stub's name."""
    first = view.row(n).first
    caption = re.sub(r"\s+", "", first.text)
    return n > header.top and first.col <= col <= first.right and bool(MEASURE_CAPTION.match(caption))


def _inherited(view: View, header: Header, names: Sequence[int], col: int) -> Box | None:
    """The group head to the left in the last of ``names``, where a blank cell stands in place of a merge."""
    below = [view.row(n) for n in header.roles if n > names[-1]]
    own = below[0].at(col) if below else None
    if own is None:
        return None
    row = view.row(names[-1])
    head = max(
        (box for box in (*row.boxes, *row.hanging) if box.col < col), key=lambda box: box.col, default=None
    )
    if head is None or head.col == view.left:
        return None
    if len(names) > 1 and _parent(view, names[-2], head.col) != _parent(view, names[-2], col):
        return None
    if view.grid.merged:
        widened = view.blank_merge(names[-1], col)
        return head if widened or own.text.startswith("其中") else None
    return head if below[0].at(head.col) else None


def _parent(view: View, row: int, col: int) -> Box | None:
    return view.row(row).at(col)
