"""The unit printed for a column: in its name, in a units row, in the title line, in the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

from connectors.tables.cells import Kind, bare, tidy
from connectors.tables.header import Header
from connectors.tables.meanings import fitting_unit
from connectors.tables.roles import Role
from connectors.tables.shape import Shape
from connectors.tables.view import Row, View
from connectors.tables.words import (
    BRACKETED_WORD,
    JOINED_UNIT,
    LEAF_UNIT,
    NAMED_AS_UNIT,
    TITLE_UNIT,
    TITLE_UNIT_EN,
    UNIT,
    UNIT_CAPTION,
    UNIT_EN,
    WORDY,
)

_SIGN = re.compile(r"^[¥￥$€£](?=[-+(]?[\d.])")


class Units:
    """Where the units of one table are printed."""

    def __init__(self, view: View, titles: Sequence[int], header: Header, shape: Shape) -> None:
        self.view = view
        self.titles = titles
        self.header = header
        self.shape = shape

    def of(
        self, col: int, path: tuple[str, ...], before: tuple[str, ...] = ()
    ) -> tuple[tuple[str, ...], str | None]:
        """The path without the unit that is printed in it, and the column's unit.

        Args:
            col: The column.
            path: The names over it.
            before: The path of the column before it, of which 其中 is a part.
        """
        path, unit = _in_path(path)
        unit = self._in_row(col) or unit
        if unit is None and self._is_value(col):
            names = (*path[::-1], *(before[::-1] if path and path[-1].startswith(("其中", "#")) else ()))
            unit = fitting_unit(names, tuple(self.printed), self.shape.coded_rows) or self._in_cells(col)
        return path, unit

    def _is_value(self, col: int) -> bool:
        kinds = self.shape.kinds.get(col)
        if col in (self.shape.left, self.shape.stub, self.shape.code):
            return False
        if kinds is None:
            return not WORDY.search(self.shape.captions.get(col, ""))
        return (
            kinds[Kind.NUMBER] + kinds[Kind.DASH]
            > kinds[Kind.TEXT] + kinds[Kind.UNIT] + kinds[Kind.DATE] + kinds[Kind.YEAR]
        )

    @cached_property
    def _rows(self) -> list[Row]:
        """The rows of units; where one is captioned 计算单位, no other counts."""
        rows = [self.view.row(n) for n, role in self.header.roles.items() if role is Role.UNITS]
        captioned = [row for row in rows if UNIT_CAPTION.match(bare(row.first.text))]
        return captioned or rows[::-1]

    def _in_row(self, col: int) -> str | None:
        for row in self._rows:
            box = row.at(col)
            if box is None or box.kind is Kind.DASH or box.row != row.number:
                continue
            text = bare(box.text)
            if box.kind is Kind.UNIT or (text.startswith("(") and not UNIT_CAPTION.match(text)):
                return text.strip("()")
        return None

    @cached_property
    def printed(self) -> list[str]:
        """The units that the title lines print for the whole table."""
        sheet = View(self.view.grid)  # the title of a form in halves stands over both
        texts = [text for n in self.titles for text in sheet.row(n).texts]
        listed = next((units for text in texts if (units := _listed(text))), [])
        return listed or next(([unit] for text in texts if (unit := _of_title(text))), [])

    def _in_cells(self, col: int) -> str | None:
        """A currency sign that most cells of the column begin with."""
        texts = [text for row in self.shape.rows if (text := row.over(col))]
        signs = [match[0] for text in texts if (match := _SIGN.match(text))]
        return signs[0] if signs and len(signs) * 2 > len(texts) and len(set(signs)) == 1 else None


def _listed(text: str) -> list[str]:
    """The units after a 单位： in a line."""
    for match in TITLE_UNIT.finditer(re.sub(r"\s+", " ", text)):
        parts = [part.strip() for part in re.split(r"[、,;和]", match["units"])]
        pieces = [piece for part in parts for piece in ([part] if UNIT.match(part) else part.split("/"))]
        if units := [piece for piece in pieces if UNIT.match(piece)]:
            return units
    return []


def _of_title(text: str) -> str | None:
    """The unit in brackets after a title, or the one an English title says the figures are in."""
    english = TITLE_UNIT_EN.search(text)
    if english is not None:
        return re.sub(r"^\.", "0.", english["unit"])
    return None if UNIT_EN.search(text) else _split(tidy(text))[1]


@lru_cache(maxsize=1 << 14)  # the headers of a city's ledgers repeat
def _in_path(path: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """The path without the unit of its leaf (or of the nearest head that has one), and that unit."""
    for i in range(len(path) - 1, -1, -1):
        inner = path[i].strip("()").replace(" ", "")
        is_unit = path[i].startswith("(") or not NAMED_AS_UNIT.match(inner)
        if i and is_unit and UNIT.match(inner):
            return (*path[:i], *path[i + 1 :]), path[i].strip("()")
        name, unit = _split(path[i])
        if unit is not None:
            return (*path[:i], name, *path[i + 1 :]), unit
    return path, None


def _split(name: str) -> tuple[str, str | None]:
    """A name without its unit, and the unit."""
    match = LEAF_UNIT.match(name)
    unit = match and (match["bracket"] or match["slash"] or match["percent"])
    if match and unit and UNIT.match(unit.replace(" ", "")) and not BRACKETED_WORD.search(name):
        return tidy(match["name"]).rstrip("/"), unit
    if joined := JOINED_UNIT.match(name):
        return joined["name"], joined["unit"]
    if english := UNIT_EN.search(name):
        return (
            UNIT_EN.sub("", name).strip() if english["unit"] else name,
            english["unit"] or english["percent"],
        )
    return name, None
