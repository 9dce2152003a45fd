"""The names over a column, from the group head down to the leaf, with merges or with blanks in their place."""

from __future__ import annotations

import re

from connectors.tables.cells import Kind, bare, tidy
from connectors.tables.header import Header
from connectors.tables.nesting import numbering
from connectors.tables.roles import Role
from connectors.tables.view import Box, View
from connectors.tables.words import CALENDAR, CODE_CAPTION, MEASURE_CAPTION, UNIT, UNIT_CAPTION

_PIECE = 4  # characters of a piece of a broken name


class Names:
    """The rows of names in one header."""

    def __init__(self, view: View, header: Header) -> None:
        self.view = view
        self.header = header
        self.rows = [n for n, role in header.roles.items() if role is Role.NAMES]
        boxes = [box for n in header.roles for box in view.row(n).boxes]
        self.merged = any(box.right > box.col or box.bottom > box.row for box in boxes)

    def path(self, col: int) -> tuple[str, ...]:
        """The names over a column from top to leaf; a repeated one once."""
        if caption := self._broken_caption(col):
            return (caption,)
        path: list[str] = []
        boxes: list[Box] = []
        for i, n in enumerate(self.rows):
            box = self.at(i, col)
            if box is None or box in boxes or not _names(box, bool(boxes)) or self._is_measure(n, col):
                continue
            text = _with_unit_line(box.text)
            if boxes and self._goes_on(boxes[-1], box):
                path[-1] += text
            elif not path or path[-1] != text:
                path.append(text)
            boxes.append(box)
        return tuple(path)

    def at(self, i: int, col: int) -> Box | None:
        """The box over a column in the ``i``-th row of names, its own or the group head it is under."""
        return self.view.row(self.rows[i]).at(col) or self._inherited(i, col)

    def _inherited(self, i: int, col: int) -> Box | None:
        """The group head to the left, where a blank cell stands in place of a merge."""
        below = self._below(i, col)
        head = self._head_beside(i, col)
        if below is None or head is None or below.text.startswith("附报"):
            return None
        if head.col == self.view.left and not self._is_date(i, head.col, below):
            return None  # the first column names the records
        if i and self.at(i - 1, head.col) != self.at(i - 1, col):
            return None
        is_part = below.text.startswith("其中") or numbering(below.text) is not None
        if self.merged:
            return head if is_part or self.view.blank_merge(self.rows[i], col) else None
        return head if is_part or self._below(i, head.col) else None

    def _is_date(self, i: int, col: int, below: Box) -> bool:
        """Whether 月 and 日 stand under one head, which then is no name of the first column alone."""
        first = self._below(i, col)
        return first is not None and bool(CALENDAR.match(first.text) and CALENDAR.match(below.text))

    def _head_beside(self, i: int, col: int) -> Box | None:
        """The nearest name to the left; not 其中 where merges tell how far it reaches or it has nothing below."""
        row = self.view.row(self.rows[i])
        left = [box for box in (*row.boxes, *row.hanging) if box.col < col]
        heads = [
            box
            for box in left
            if not box.text.startswith("其中") or not (self.merged or self._below(i, box.col) is None)
        ]
        return max(heads, key=lambda box: box.col, default=None)

    def _below(self, i: int, col: int) -> Box | None:
        """The next name under the ``i``-th row; under the last one, a unit that stands in place of a name."""
        rows = self.rows[i + 1 :]
        if not rows and not any(self.view.row(n).at(col) for n in self.rows[:i]):
            rows = [n for n, role in self.header.roles.items() if n > self.rows[i] and role is Role.UNITS][:1]
        boxes = [box for n in rows if (box := self.view.row(n).at(col)) and box.row == n]
        return next((box for box in boxes if box.kind is not Kind.DASH), None)

    def _broken_caption(self, col: int) -> str | None:
        """代 over 码, 计量 over 单位: a known caption in pieces."""
        pieces = [
            box.text
            for n, role in self.header.roles.items()
            if role is not Role.STEMS and (box := self.view.row(n).at(col)) and box.row == n
        ]
        spelt = bare("".join(pieces))
        return spelt if CODE_CAPTION.match(spelt) or UNIT_CAPTION.match(spelt) else None

    def _goes_on(self, upper: Box, lower: Box) -> bool:
        """Whether one short name is broken over two cells (缩减 over 指数), in a header that merges its groups."""
        single = upper.col == upper.right == lower.col == lower.right and upper.bottom + 1 == lower.row
        if numbering(upper.text) is not None or re.match(r"^[一二三四五六七八九十]+$", upper.text):
            return False
        if not (self.merged and single and len(upper.text) <= _PIECE and len(lower.text) <= _PIECE):
            return False
        beside = self.view.row(upper.row).at(upper.col + 1)
        return beside is not None and beside.kind is Kind.TEXT

    def _is_measure(self, n: int, col: int) -> bool:
        """Whether the cell is the caption 项目 of a row of measures, not a part of the stub's name."""
        first = self.view.row(n).first
        caption = bare(first.text)
        return (
            n > self.header.top and first.col <= col <= first.right and bool(MEASURE_CAPTION.match(caption))
        )


def _names(box: Box, is_under: bool) -> bool:
    """Whether a header cell is a name; a number under one is a weight."""
    return box.kind not in (Kind.DASH, Kind.PLACEHOLDER) and not (is_under and box.kind is Kind.NUMBER)


def _with_unit_line(raw: str) -> str:
    """The name in one line; a unit on the last of several lines in brackets, as it is printed elsewhere."""
    name, _, last = raw.rstrip().rpartition("\n")
    return f"{tidy(name)}({last.strip()})" if name.strip() and UNIT.match(last.strip()) else tidy(raw)
