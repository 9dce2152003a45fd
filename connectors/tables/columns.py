"""The columns of a table: each one's path through the header, and its printed code."""

from __future__ import annotations

import re

from connectors.tables.cells import Kind, bare
from connectors.tables.header import Header
from connectors.tables.model import Column
from connectors.tables.names import Names
from connectors.tables.roles import Role
from connectors.tables.shape import Shape
from connectors.tables.units import Units
from connectors.tables.view import View
from connectors.tables.words import CODE_CAPTION, NUMBERED_COLUMN, STEM, SYMBOL


def columns_of(view: View, header: Header, units: Units) -> list[Column]:
    """The columns of a table, left to right: those the header names, and those half the records use."""
    shape = units.shape
    names = Names(view, header)
    found: list[Column] = []
    of_which: tuple[str, ...] = ()  # the nearest column to the left that is no part itself
    for col in _used(shape):
        path, unit = units.of(col, names.path(col), of_which)
        if path and not path[-1].startswith(("其中", "#")):
            of_which = path
        found.append(Column(col, path, unit, _code(view, header, col)))
    return found


def _used(shape: Shape) -> list[int]:
    named = {col for box in shape.heads for col in range(box.col, box.right + 1)}
    filled = {
        col
        for col, kinds in shape.kinds.items()
        if kinds.total() * 2 >= len(shape.rows) or min(named, default=0) < col < max(named, default=0)
    }
    return sorted(named | filled | ({shape.left} if shape.stub > shape.left else set()))


def _code(view: View, header: Header, col: int) -> str | None:
    """The code that the last codes row prints for the column, else its 甲乙丙 or number."""
    for role in (Role.CODES, Role.STEMS):
        for n in reversed([n for n, r in header.roles.items() if r is role]):
            row = view.row(n)
            box = row.at(col)
            if box is None or box.kind is Kind.DASH:
                continue
            text = bare(box.text)
            if NUMBERED_COLUMN.match(text):
                return text.split("=")[0]
            is_named = row.first != box and bool(CODE_CAPTION.match(row.first.text) and SYMBOL.match(text))
            if role is Role.STEMS or STEM.match(text) or is_named or _is_printed_code(text):
                return text
    return None


def _is_printed_code(text: str) -> bool:
    return bool(re.search(r"\d", text)) and not CODE_CAPTION.match(text)
