"""What a record of one table looks like: how wide it is, which columns hold numbers, codes and units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from itertools import zip_longest

from connectors.grid import Cell
from connectors.tables.cells import Kind, bare
from connectors.tables.header import Header
from connectors.tables.view import Box, Row, View
from connectors.tables.words import (
    CODE_CAPTION,
    HEADING,
    NUMERAL,
    ORDER_CAPTION,
    PLACE,
    PLAIN_TOTAL,
    STEM,
    TOTAL,
    UNIT_CAPTION,
    WHOLE,
)

_SAMPLE = 80  # rows under the header that are looked at
_THOROUGH = 100  # rows at the head and tail that are read in full
_NEARLY = 0.8  # share of the records that must have what a heading lacks
_LABELS = 4  # leading cells in which a total may be named
_SUM = re.compile("[计平全页]|otal")  # what the words of all sums have


class Shape:
    """What the header and the first rows under it say of every record.

    Args:
        view: The sheet, or one half of it.
        header: The table's header.
        rows: The rows of its body, once they are known; else all that follow the header.
    """

    def __init__(self, view: View, header: Header, rows: Sequence[int] | None = None) -> None:
        self.view = view
        self.header = header
        first = header.bottom + 1
        sample = range(first, min(first + _SAMPLE, len(view))) if rows is None else rows[:_SAMPLE]
        self.rows = list(view.written(sample))
        sizes = sorted(row.size for row in self.rows)
        self.usual = sizes[len(sizes) * 3 // 4] if sizes else 0

    def of(self, rows: Sequence[int]) -> Shape:
        """The shape by the rows of the body, once they are known: the same where none of the first is left out."""
        is_same = [row.number for row in self.rows] == rows[:_SAMPLE]
        return self if is_same else Shape(self.view, self.header, rows)

    @cached_property
    def heads(self) -> Sequence[Box]:
        """The boxes of the header."""
        return [box for n in self.header.roles for box in self.view.row(n).boxes]

    @cached_property
    def left(self) -> int:
        """The first column: the header's, or the one most records begin in where it has no name."""
        begins = Counter(row.begin for row in self.rows).most_common(1)
        numerals = [row.begin for row in self.rows if row.size > 1 and is_numeral(row.text(row.begin))]
        named = [box.col for box in self.heads]
        return min([*named, *numerals, *(col for col, _ in begins)], default=self.view.left)

    @cached_property
    def stub(self) -> int:
        """The column of the labels: the first one, or the next of texts where that one only numbers the rows."""
        full = [row for row in self.rows if row.size > 1]
        first = [row for row in full if self.left in row.leading]
        numbers = sum(self._is_ordered(row) for row in first)
        if not first or numbers * 4 < len(first) * 3:
            return self.left
        texts = Counter(col for row in full for col in row.word_columns if col > self.left)
        return next((col for col in sorted(texts) if texts[col] * 2 >= len(full)), self.left)

    def _is_ordered(self, row: Row) -> bool:
        """Whether the first column only numbers the row."""
        return row.kind(self.left) in (Kind.NUMBER, Kind.DASH) or is_numeral(row.text(self.left))

    @cached_property
    def right(self) -> int:
        """The last column."""
        return max(
            (box.right for box in self.heads or [b for row in self.rows for b in row.boxes]),
            default=self.left,
        )

    @cached_property
    def kinds(self) -> dict[int, Counter[int]]:
        """What the sampled rows hold, by column."""
        columns = zip_longest(*(row.kinds for row in self.rows), fillvalue=Kind.BLANK)
        found: dict[int, Counter[int]] = {}
        for col, letters in enumerate(columns, self.view.left):
            counted = Counter(letters)
            del counted[Kind.BLANK]
            if counted:
                found[col] = counted
        return found

    @cached_property
    def numeric(self) -> frozenset[int]:
        """Columns that hold more numbers and dates than texts, and not just a few."""
        return frozenset(
            col
            for col, kinds in self.kinds.items()
            if (n := kinds[Kind.NUMBER] + kinds[Kind.DATE] + kinds[Kind.YEAR])
            > kinds[Kind.TEXT] + kinds[Kind.UNIT]
            and n * 4 >= len(self.rows)
        )

    @cached_property
    def own(self) -> Collection[int]:
        """The columns of the label, its order number, code and unit."""
        return {col for col in (self.left, self.stub, self.code, self.unit) if col is not None}

    def says_more(self, row: Row) -> bool:
        """Whether a row has more than its label, order number, code and unit; dashes say nothing."""
        told = sum(row.kind(col) not in (Kind.BLANK, Kind.DASH) for col in self.own)
        return row.size - row.count(Kind.DASH) > told

    @cached_property
    def valued(self) -> bool:
        """Whether records carry numbers beside their label, order number and code."""
        with_values = sum(
            row.count(Kind.NUMBER) > sum(row.kind(col) == Kind.NUMBER for col in self.own)
            for row in self.rows
        )
        return with_values * 2 >= max(1, len(self._full))

    @cached_property
    def code(self) -> int | None:
        """The column of printed row codes, where most rows have one; without a header, right of the units."""
        beside = None if self.header.roles or self.unit is None else self.unit + 1
        captioned = self._captioned(CODE_CAPTION, _is_code, beside)
        return self._described(_is_code) if captioned is None else captioned

    @cached_property
    def unit(self) -> int | None:
        """The column of printed row units, where most rows have one; without a header, right of the labels."""
        beside = None if self.header.roles else self.stub + 1
        return self._captioned(UNIT_CAPTION, lambda box: box.kind is Kind.UNIT, beside)

    def _captioned(
        self, caption: re.Pattern[str], fits: Callable[[Box], bool], beside: int | None
    ) -> int | None:
        columns = [
            col
            for col, text in self.captions.items()
            if caption.match(text) and col != self.stub and not ORDER_CAPTION.match(text)
        ]
        for col in columns if beside is None else [beside]:
            cells = [box for row in self.rows if (box := row.at(col))]
            if sum(map(fits, cells)) * 2 >= max(1, len(self._full)):
                return col
        return None

    def _described(self, fits: Callable[[Box], bool]) -> int | None:
        """The column that 甲 乙 丙 says to describe the rows (values have 1 2 3), whatever its caption."""
        stems = {box.col for box in self.heads if STEM.match(box.text)} - {self.stub, self.unit}
        for col in sorted(stems):
            cells = [box for row in self.rows if (box := row.at(col)) and box.col == col]
            if sum(map(fits, cells)) * 2 >= max(1, len(self._full)):
                return col
        return None

    @cached_property
    def _full(self) -> Sequence[Row]:
        """The sampled rows that say something beside their label; headings and footers do not."""
        return [row for row in self.rows if row.size - row.count(Kind.DASH) > 1]

    @cached_property
    def captions(self) -> dict[int, str]:
        """The header's words over each column, joined without spaces (代 over 码 is 代码)."""
        names: dict[int, str] = {}
        begins = {box.col for box in self.heads}
        for box in self.heads:
            is_head = begins & {*range(box.col + 1, box.right + 1)}
            if not is_head and box.kind is Kind.TEXT and not STEM.match(box.text):
                names[box.col] = names.get(box.col, "") + bare(box.text)
        return names

    @cached_property
    def places(self) -> bool:
        """Whether the rows are places, by their labels."""
        boxes = [box for row in self.rows if row.values and (box := row.at(self.stub))]
        labels = [box.text for box in boxes if box.kind is Kind.TEXT and not TOTAL.search(box.text)]
        return sum(bool(PLACE.search(label)) for label in labels) * 2 >= max(1, len(labels))

    @cached_property
    def numbered(self) -> bool:
        """Whether nearly all records have an order number before their label."""
        full = [row for row in self.rows if row.size > 2]
        have = sum(row.begin == self.left and row.kind(self.left) == Kind.NUMBER for row in full)
        return self.stub > self.left and have > _NEARLY * len(full)

    @property
    def coded_rows(self) -> bool:
        """Whether the rows, not the columns, carry the indicators and so the units."""
        return self.code is not None and not self.places

    def neighbour(self, n: int, step: int) -> Row | None:
        """The nearest written row above (-1) or below (1), within the body."""
        for m in range(n + step, n + 4 * step, step):
            if self.header.bottom < m < len(self.view) and not (row := self.view.row(m)).blank:
                return row
        return None

    def plain(self, n: int, follows_plain: bool) -> bool:
        """Whether a row far from both ends is surely a record, told without reading all of it.

        Args:
            n: The row.
            follows_plain: Whether the row above is one; under any other row a header may begin.
        """
        if n < self.header.bottom + _THOROUGH or n > len(self.view) - _THOROUGH:
            return False
        cells = self.view.grid.rows[n]
        if self._sparse(cells, follows_plain):
            return False
        if _is_blank(cells[0]) and all(map(_is_blank, cells)):
            return False
        labels = [value for value in cells[:_LABELS] if isinstance(value, str)]
        return self._opening not in labels and not _names_total(labels)

    def all_plain(self, start: int, end: int) -> bool:
        """Whether ``plain`` is sure to say so of every row from ``start`` until ``end``, all under a plain row."""
        if start < self.header.bottom + _THOROUGH or end > len(self.view) - _THOROUGH:
            return False
        rows = [self.view.grid.rows[n] for n in range(start, end)]
        columns = [set(column) for column in zip_longest(*(cells[:_LABELS] for cells in rows))]
        if len(columns) < 2 or any(map(_is_blank, columns[0] | columns[1])):
            return False
        labels = {value for column in columns for value in column if isinstance(value, str)}
        return self._opening not in labels and not _names_total(labels)

    def _sparse(self, cells: Sequence[Cell], follows_plain: bool) -> bool:
        if follows_plain and len(cells) > 1 and cells[0] and cells[1]:
            return False  # two are enough, and told without counting
        filled = len(cells) - cells.count("") - cells.count(None)
        return filled < 2 or (filled * 2 < self.usual and not follows_plain)

    @cached_property
    def _opening(self) -> str:
        return self.heads[0].text if self.heads else ""


def is_numeral(text: str) -> bool:
    """Whether a cell holds only the number of a heading (一、), whose text stands in the next one."""
    return len(text) <= 3 and not text.isascii() and bool(HEADING.match(text) or NUMERAL.match(text))


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _names_total(labels: Collection[str]) -> bool:
    if not _SUM.search("\n".join(labels)):  # one search for all: hardly any row of a long ledger has one
        return False
    texts = (bare(label) for label in labels if _SUM.search(label))
    return any(TOTAL.search(text) or PLAIN_TOTAL.match(text) or WHOLE.match(text) for text in texts)


def _is_code(box: Box) -> bool:
    return bool(re.match(r"^[A-Z]?\d{1,6}(-\d+)?$", box.text))
