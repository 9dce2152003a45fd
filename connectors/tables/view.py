"""A sheet seen row by row: the cells that stand in a row, with the area each one covers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from connectors.grid import Cell, Grid, Merge
from connectors.tables.cells import VALUES, Kind, bare, kind_of, text_of

_MERGE_ROWS = 20_000  # one merge is followed over at most so many rows
_KEPT = 4_096  # rows kept, so that a long sheet takes no more memory than its cells


class Box(NamedTuple):
    """One written cell and the area it covers.

    Attributes:
        row: Row it is written in.
        col: Column it is written in.
        text: NFKC text, stripped.
        kind: How it looks.
        bottom: Last row it covers.
        right: Last column it covers.
    """

    row: int
    col: int
    text: str
    kind: Kind
    bottom: int
    right: int


@dataclass(frozen=True)
class Row:
    """The boxes written in one row, left to right, and the ones that reach into it from above.

    Attributes:
        number: Grid row.
        boxes: Boxes written here.
        hanging: Boxes written in a row above that cover this one.
    """

    number: int
    boxes: tuple[Box, ...]
    hanging: tuple[Box, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether nothing is written in the row."""
        return not self.boxes

    @property
    def first(self) -> Box:
        """The leftmost box; the row must not be blank."""
        return self.boxes[0]

    @cached_property
    def values(self) -> int:
        """How many boxes are numbers or dates (years do not count)."""
        return self.count(*VALUES)

    def count(self, *kinds: Kind) -> int:
        """How many boxes look like one of ``kinds``."""
        return sum(map(self._kinds.count, kinds))

    @cached_property
    def _kinds(self) -> Sequence[Kind]:
        return [box.kind for box in self.boxes]

    def at(self, col: int) -> Box | None:
        """The box that covers ``col`` in this row, written here or hanging into it."""
        return _covering(self.boxes, self._columns[0], col) or _covering(self._hung, self._columns[1], col)

    @cached_property
    def _hung(self) -> Sequence[Box]:
        return sorted(self.hanging, key=lambda box: box.col)

    @cached_property
    def _columns(self) -> tuple[Sequence[int], Sequence[int]]:
        """Where the boxes written here and the hanging ones begin, left to right."""
        return [box.col for box in self.boxes], [box.col for box in self._hung]

    @cached_property
    def bare(self) -> tuple[str, ...]:
        """The texts of the boxes without any whitespace."""
        return tuple(bare(box.text) for box in self.boxes)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the boxes."""
        return tuple(box.text for box in self.boxes)


def _covering(boxes: Sequence[Box], columns: Sequence[int], col: int) -> Box | None:
    """The box that covers ``col``; boxes that begin apart cover it only if they are the last to begin before it."""
    place = bisect_right(columns, col) - 1
    return boxes[place] if place >= 0 and boxes[place].right >= col else None


class View:
    """Rows of a grid between two columns, read when asked for."""

    def __init__(self, grid: Grid, left: int = 0, right: int | None = None) -> None:
        self.grid = grid
        self.left = left
        self.right = right
        self._rows: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self.grid.rows)

    @cached_property
    def _merges(self) -> Mapping[int, Sequence[Merge]]:
        """The merged ranges that cover each row, clipped to the cells there are."""
        rows: dict[int, list[Merge]] = {}
        for top, left, bottom, right in self.grid.merged:
            bottom = min(bottom, len(self) - 1)
            merge = (top, left, bottom, min(right, self.width - 1))
            for row in range(top, min(bottom, top + _MERGE_ROWS) + 1):
                rows.setdefault(row, []).append(merge)
        return rows

    def _merge_at(self, row: int, col: int) -> Merge | None:
        merges = self._merges.get(row, ())
        return next((merge for merge in merges if merge[1] <= col <= merge[3]), None)

    def is_merged(self, row: int) -> bool:
        """Whether a merged range reaches into the row."""
        return row in self._merges

    def row(self, number: int) -> Row:
        """The boxes of one row (kept, so that asking twice costs once)."""
        found = self._rows.get(number)
        if found is None:
            if len(self._rows) >= _KEPT:
                self._rows.clear()
            found = self._rows[number] = self._read(number)
        return found

    def _read(self, number: int) -> Row:
        if number >= len(self):
            return Row(number, ())
        cells = self.grid.rows[number]
        right = len(cells) - 1 if self.right is None else min(self.right, len(cells) - 1)
        written = [
            (col, value)
            for col, value in enumerate(cells[self.left : right + 1], self.left)
            if value is not None and value != ""
        ]
        if self.is_merged(number):
            merged = (box for col, value in written if (box := self._box(number, col, value)))
            return Row(number, tuple(merged), self._hanging(number))
        boxes = [
            Box(number, col, text, kind_of(value, text), number, col)
            for col, value in written
            if (text := text_of(value))
        ]
        return Row(number, tuple(boxes))

    def _box(self, row: int, col: int, value: Cell) -> Box | None:
        text = text_of(value)
        if not text:
            return None
        top, left, bottom, right = self._merge_at(row, col) or (row, col, row, col)
        if (top, left) != (row, col):
            return None
        return Box(row, col, text, kind_of(value, text), bottom, right)

    def _hanging(self, number: int) -> tuple[Box, ...]:
        last = self.width if self.right is None else self.right
        tops = sorted(
            (top, left)
            for top, left, _, _ in self._merges[number]
            if top < number and self.left <= left <= last and left < len(self.grid.rows[top])
        )
        boxes = (self._box(top, left, self.grid.rows[top][left]) for top, left in tops)
        return tuple(box for box in boxes if box)

    def blank_merge(self, row: int, col: int) -> bool:
        """Whether a merged range with nothing written in it covers the cell."""
        merge = self._merge_at(row, col)
        if merge is None:
            return False
        cells = self.grid.rows[merge[0]]
        return merge[1] >= len(cells) or not text_of(cells[merge[1]])

    @cached_property
    def width(self) -> int:
        """Columns of the widest of the first and last rows."""
        rows: Sequence[Sequence[Cell]] = self.grid.rows
        ends = [*range(min(len(rows), 200)), *range(max(len(rows) - 50, 0), len(rows))]
        return max((len(rows[n]) for n in ends), default=0)
