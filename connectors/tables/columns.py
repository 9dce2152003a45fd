"""The columns of a table: each one's path through the header, its unit and its printed code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from connectors.tables.body import Body
from connectors.tables.cells import Kind, tidy
from connectors.tables.header import Header, Role
from connectors.tables.model import Column
from connectors.tables.view import Box, View
from connectors.tables.words import CODE_CAPTION, DIMENSIONS, LEAF_UNIT, TITLE_UNIT, UNIT, UNIT_CAPTION

_SAMPLE = 60  # body rows looked at to tell which columns are in use


def columns_of(view: View, titles: Sequence[int], header: Header, body: Body) -> list[Column]:
    """The columns of a table, left to right."""
    used = _used(view, body)
    named = {c for n in header.roles for box in view.row(n).boxes for c in range(box.col, box.right + 1)}
    sampled = max(used.values(), default=0)
    columns = sorted(named | {c for c, n in used.items() if n * 2 >= sampled})
    paths = {c: _path(view, header, c) for c in columns}
    printed = _title_units(view, titles)
    values = _value_columns(view, body)
    found = []
    for col in columns:
        path, unit = _take_unit(paths[col])
        unit = _from_rows(view, header, col, Role.UNITS) or unit
        if unit is None and col in values:
            unit = _by_meaning(path, printed)
        code = _from_rows(view, header, col, Role.CODES) or _from_rows(view, header, col, Role.STEMS)
        found.append(Column(col, path, unit, code))
    return found


def _used(view: View, body: Body) -> dict[int, int]:
    counts: dict[int, int] = {}
    for n in islice(body.records, _SAMPLE):
        row = view.row(n)
        for box in (*row.boxes, *row.hanging):
            for col in range(box.col, box.right + 1):
                counts[col] = counts.get(col, 0) + 1
    return counts


def _value_columns(view: View, body: Body) -> set[int]:
    """Columns that hold more numbers than texts."""
    score: dict[int, int] = {}
    for n in islice(body.records, _SAMPLE):
        for box in view.row(n).boxes:
            weight = (
                1 if box.kind is Kind.NUMBER else -1 if box.kind in (Kind.TEXT, Kind.UNIT, Kind.DATE) else 0
            )
            score[box.col] = score.get(box.col, 0) + weight
    return {col for col, n in score.items() if n > 0}


def _path(view: View, header: Header, col: int) -> tuple[str, ...]:
    names = [n for n, role in header.roles.items() if role is Role.NAMES]
    path: list[str] = []
    for i, n in enumerate(names):
        box = view.row(n).at(col) or _filled(view, names[i:], col)
        if box and box.row == n or box and not path:
            text = tidy(box.text)
            if not path or path[-1] != text:
                path.append(text)
    return tuple(path)


def _filled(view: View, names: Sequence[int], col: int) -> Box | None:
    """The group head to the left, where blanks stand in place of a merge."""
    if view.grid.merged or len(names) < 2:
        return None
    row = view.row(names[0])
    head = max((box for box in row.boxes if box.col < col), key=lambda box: box.col, default=None)
    if head is None:
        return None
    below = view.row(names[1])
    return head if below.at(col) and below.at(head.col) else None


def _take_unit(path: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """The path without the unit in its leaf (or the nearest head that has one), and that unit."""
    for i in range(len(path) - 1, -1, -1):
        match = LEAF_UNIT.match(path[i])
        unit = match and (match["bracket"] or match["slash"])
        if match and unit and UNIT.match(unit.replace(" ", "")):
            return (*path[:i], tidy(match["name"]), *path[i + 1 :]), unit
    return path, None


def _from_rows(view: View, header: Header, col: int, role: Role) -> str | None:
    """What the last row of ``role`` prints for the column."""
    for n in sorted((n for n, r in header.roles.items() if r is role), reverse=True):
        row = view.row(n)
        box = row.at(col)
        if (
            box is None
            or box.kind is Kind.DASH
            or (box.row == n and box is row.first and role is not Role.STEMS)
        ):
            continue
        text = re.sub(r"\s+", "", box.text)
        if UNIT_CAPTION.match(text) or CODE_CAPTION.match(text):
            continue
        return text
    return None


def _title_units(view: View, titles: Sequence[int]) -> list[str]:
    for n in titles:
        for text in view.row(n).texts:
            match = TITLE_UNIT.search(re.sub(r"\s+", "", text)) if "单位" in text else None
            units = [u for u in re.split(r"[、,,;;]", match["units"]) if UNIT.match(u)] if match else []
            if units:
                return units
    return []


def _by_meaning(path: tuple[str, ...], units: Sequence[str]) -> str | None:
    """The one unit of the title line that fits the column's name."""
    name = "".join(path)
    for word, fits in DIMENSIONS:
        if word.search(name):
            fitting = [unit for unit in units if fits.match(unit)]
            if len(units) > 1 or fitting:
                return fitting[0] if len(fitting) == 1 else None
    return units[0] if len(units) == 1 else None
