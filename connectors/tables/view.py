"""A sheet seen row by row: the cells that stand in a row, with the area each one covers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from connectors.grid import Cell, Grid, Merge
from connectors.tables.cells import Kind, bare, kind_of, kinds_of, text_of

_MERGE_ROWS = 20_000  # one merge is followed over at most so many rows
_LEADING = 4  # boxes of a row that may hold labels
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


class Row:
    """The boxes written in one row, left to right, and the ones that reach into it from above.

    How its cells look is known at once; boxes are made when they are asked for, for most rows are told by looks.

    Attributes:
        number: Grid row.
        kinds: How the cell of each column looks, a letter per column; one that is covered is blank.
        hanging: Boxes written in a row above that cover this one.
        size: How many boxes are written here.
    """

    def __init__(self, view: View, number: int, kinds: bytes, hanging: tuple[Box, ...] = ()) -> None:
        self.number = number
        self.kinds = kinds
        self.hanging = hanging
        self.size = len(kinds) - kinds.count(_BLANK)
        self._view = view

    @property
    def blank(self) -> bool:
        """Whether nothing is written in the row."""
        return not self.size

    @property
    def begin(self) -> int:
        """The column of the leftmost box; the row must not be blank."""
        return self._view.left + len(self.kinds) - len(self.kinds.lstrip())

    @property
    def columns(self) -> Iterator[int]:
        """The columns that something is written in, left to right."""
        return (col for col, kind in enumerate(self.kinds, self._view.left) if kind != _BLANK)

    @property
    def leading(self) -> Iterator[int]:
        """The first of these columns: those that may hold labels."""
        return islice(self.columns, _LEADING)

    @cached_property
    def word_columns(self) -> Sequence[int]:
        """Those of these first columns whose texts are neither number nor unit."""
        kinds, place = self.kinds, self.kinds.find(_TEXT)
        found = []
        while place >= 0 and place + 1 - kinds.count(_BLANK, 0, place) <= _LEADING:
            found.append(self._view.left + place)
            place = kinds.find(_TEXT, place + 1)
        return found

    @cached_property
    def words(self) -> Sequence[str]:
        """The texts in them."""
        cells = self._view.grid.rows[self.number]
        return [text_of(cells[col]) for col in self.word_columns]

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Boxes written here."""
        return tuple(map(self._box, self.columns))

    @cached_property
    def first(self) -> Box:
        """The leftmost box; the row must not be blank."""
        return self._box(self.begin)

    @property
    def values(self) -> int:
        """How many boxes are numbers or dates (years do not count)."""
        return self.kinds.count(_NUMBER) + self.kinds.count(_DATE)

    def count(self, *kinds: Kind) -> int:
        """How many boxes look like one of ``kinds``."""
        return self.kinds.count(kinds[0]) if len(kinds) == 1 else sum(map(self.kinds.count, kinds))

    def only(self, *kinds: Kind) -> bool:
        """Whether every box looks like one of ``kinds``."""
        return not self.kinds.strip(bytes((_BLANK, *kinds)))

    def kind(self, col: int) -> int:
        """How the cell written in ``col`` looks."""
        place = col - self._view.left
        return self.kinds[place] if 0 <= place < len(self.kinds) else _BLANK

    def text(self, col: int) -> str:
        """The text that is written in ``col``; ``""`` where none is."""
        return "" if self.kind(col) == _BLANK else self._text(col)

    def at(self, col: int) -> Box | None:
        """The box that covers ``col`` in this row, written here or hanging into it."""
        if not self._view.is_merged(self.number):
            kind = self.kind(col)
            return (
                None
                if kind == _BLANK
                else Box(self.number, col, self._text(col), _KINDS[kind], self.number, col)
            )
        return _covering(self.boxes, col) or _covering(self._hung, col)

    def over(self, col: int) -> str:
        """The text of the box that covers ``col``; ``""`` where none does."""
        if not self._view.is_merged(self.number):
            return self.text(col)
        box = self.at(col)
        return box.text if box else ""

    @cached_property
    def _hung(self) -> Sequence[Box]:
        return sorted(self.hanging, key=_column)

    def _text(self, col: int) -> str:
        return text_of(self._view.grid.rows[self.number][col])

    def _box(self, col: int) -> Box:
        return self._view.box(self.number, col, _KINDS[self.kind(col)])

    @cached_property
    def bare(self) -> tuple[str, ...]:
        """The texts of the boxes without any whitespace."""
        return tuple(map(bare, self.texts))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts of the boxes."""
        return tuple(map(self.text, self.columns))


_BLANK, _TEXT, _NUMBER, _DATE = map(int, (Kind.BLANK, Kind.TEXT, Kind.NUMBER, Kind.DATE))
_KINDS = {int(kind): kind for kind in Kind}
_column = attrgetter("col")


def _covering(boxes: Sequence[Box], col: int) -> Box | None:
    """The box that covers ``col``; boxes that begin apart cover it only if they are the last to begin before it."""
    place = bisect_right(boxes, col, key=_column) - 1
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

    def written(self, numbers: Iterable[int]) -> Iterator[Row]:
        """The rows of those numbers in which something is written, in their order."""
        return (row for number in numbers if not (row := self.row(number)).blank)

    def _read(self, number: int) -> Row:
        if number >= len(self):
            return Row(self, number, b"")
        cells = self.grid.rows[number]
        if self.left or self.right is not None:
            cells = cells[self.left : None if self.right is None else self.right + 1]
        kinds = kinds_of(cells)
        if self.is_merged(number):
            return Row(self, number, self._uncovered(number, kinds), self._hanging(number))
        return Row(self, number, kinds)

    def box(self, row: int, col: int, kind: Kind) -> Box:
        """The box that is written in a cell, of which is known how it looks."""
        merge = self._merge_at(row, col) if self.is_merged(row) else None
        _, _, bottom, right = merge or (row, col, row, col)
        return Box(row, col, text_of(self.grid.rows[row][col]), kind, bottom, right)

    def at(self, row: int, col: int) -> Box | None:
        """The box that covers one cell; of a row without merges no other cell is read."""
        cells = self.grid.rows[row]
        is_outside = not self.left <= col < len(cells) or (self.right is not None and col > self.right)
        if row in self._rows or self.is_merged(row) or is_outside:
            return self.row(row).at(col)
        value = cells[col]
        text = text_of(value)
        return Box(row, col, text, kind_of(value, text), row, col) if text else None

    def _uncovered(self, row: int, kinds: bytes) -> bytes:
        """The kinds of a row's cells, of those that a merged range covers the ones it is written in."""
        found = bytearray(kinds)
        for place, kind in enumerate(kinds):
            if kind != _BLANK and not self._is_written(row, self.left + place):
                found[place] = _BLANK
        return bytes(found)

    def _is_written(self, row: int, col: int) -> bool:
        """Whether no merged range covers the cell, or it is the one that the range is written in."""
        merge = self._merge_at(row, col)
        return merge is None or merge[:2] == (row, col)

    def _hanging(self, number: int) -> tuple[Box, ...]:
        last = self.width if self.right is None else self.right
        tops = sorted(
            (top, left)
            for top, left, _, _ in self._merges[number]
            if top < number and self.left <= left <= last and left < len(self.grid.rows[top])
        )
        written = (place for place in tops if self._is_written(*place))
        boxes = (self.box(top, left, _kind_at(self.grid, top, left)) for top, left in written)
        return tuple(box for box in boxes if box.text)

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


def _kind_at(grid: Grid, row: int, col: int) -> Kind:
    value = grid.rows[row][col]
    return kind_of(value, text_of(value))
