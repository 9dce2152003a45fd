"""The rows under a header: records, totals, section headings, notes; and where the next table begins."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connectors.tables.cells import Kind
from connectors.tables.header import Header, Role, find_header
from connectors.tables.preamble import is_caption
from connectors.tables.view import Box, Row, View
from connectors.tables.words import COMPARISON, CONTINUED, FOLLOWING_NOTE, HEADING, NOTE, TITLE_WORD, TOTAL

_THOROUGH = 400  # rows at the head and tail that are looked at in full
_LABELS = 4  # leading boxes in which a total may be named


@dataclass
class Body:
    """The rows of one body, as they are found.

    Attributes:
        records: Body rows.
        totals: Rows computed from others.
        sections: Headings without values.
        notes: Footers.
        end: The first row that is not of this table.
    """

    records: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    end: int = 0


def read_body(view: View, header: Header) -> Body:
    """Sort the rows under ``header`` until the next table begins."""
    body = Body(end=len(view))
    shape = _Shape(view, header)
    n = header.bottom + 1
    while n < len(view):
        if shape.plain(n):
            body.records.append(n)
        elif not (row := view.row(n)).blank:
            if (begin := shape.next_table(row)) is not None:
                body.end = begin
                break
            _sort(shape, row, body)
        n += 1
    _give_back(body)
    _settle(view, shape, body)
    return body


def _sort(shape: _Shape, row: Row, body: Body) -> None:
    if shape.is_note(row, body):
        body.notes.append(row.number)
    elif shape.is_total(row):
        body.totals.append(row.number)
    elif shape.is_section(row):
        body.sections.append(row.number)
    else:
        body.records.append(row.number)


def _give_back(body: Body) -> None:
    """Rows that were sorted before the next table's title was recognised belong to that table."""
    for rows in (body.records, body.totals, body.sections, body.notes):
        while rows and rows[-1] >= body.end:
            rows.pop()


def _settle(view: View, shape: _Shape, body: Body) -> None:
    """Headings with nothing below them are footers where the table has records."""
    last = max([*body.records[-1:], *body.totals[-1:]], default=-1)
    if last < 0:
        return
    tail = [n for n in body.sections if n > last and shape.valued]
    body.sections = [n for n in body.sections if n not in tail]
    body.notes = sorted(body.notes + tail)


class _Shape:
    """What a record of this table looks like, learnt from the header and the first rows."""

    def __init__(self, view: View, header: Header) -> None:
        self.view = view
        self.header = header
        self.names = view.row(header.top)
        first = header.bottom + 1
        rows = [view.row(n) for n in range(first, min(first + 60, len(view)))]
        written = [row for row in rows if row.boxes]
        sizes = sorted(len(row.boxes) for row in written)
        self.usual = sizes[len(sizes) // 2] if sizes else 0
        self.valued = sum(row.values > 0 for row in written) * 3 >= len(written) and bool(written)
        self.left = min([box.col for n in range(header.top, first) for box in view.row(n).boxes] + [10**6])
        self.right = max([box.right for n in range(header.top, first) for box in view.row(n).boxes] + [0])
        self.coded = self._coded()
        self.numeric = self._numeric(written)

    def _coded(self) -> frozenset[int]:
        from connectors.tables.words import CODE_CAPTION, UNIT_CAPTION

        found = set()
        for n in self.header.roles:
            for box in self.view.row(n).boxes:
                text = re.sub(r"\s+", "", box.text)
                if CODE_CAPTION.match(text) or UNIT_CAPTION.match(text):
                    found.add(box.col)
        return frozenset(found)

    def _numeric(self, rows: list[Row]) -> frozenset[int]:
        counts: dict[int, int] = {}
        for row in rows:
            for box in row.boxes:
                if box.kind in (Kind.NUMBER, Kind.DATE, Kind.YEAR):
                    counts[box.col] = counts.get(box.col, 0) + 1
        return frozenset(col for col, n in counts.items() if n * 2 >= len(rows))

    def plain(self, n: int) -> bool:
        """Whether a row far from both ends is surely a record, told without reading all of it."""
        if n < self.header.bottom + _THOROUGH or n > len(self.view) - _THOROUGH:
            return False
        cells = self.view.grid.rows[n]
        filled = len(cells) - cells.count("") - cells.count(None)
        if filled < 3 or filled * 2 < self.usual:
            return False
        for value in cells[:_LABELS]:
            if isinstance(value, str) and (
                "计" in value or "otal" in value or value == self.names.first.text
            ):
                return False
        return True

    def is_note(self, row: Row, body: Body) -> bool:
        """Whether the row is a footer."""
        text = re.sub(r"\s+", " ", row.first.text)
        if NOTE.match(text) and row.values * 2 < len(row.boxes) + 1 and len(row.boxes) <= max(4, self.usual):
            return True
        if body.notes and body.notes[-1] > max([*body.records[-1:], *body.totals[-1:]], default=-1):
            return len(row.boxes) <= 2 or is_caption(row) or not row.values
        return False

    def is_total(self, row: Row) -> bool:
        """Whether the row is computed from others, by its label."""
        labels = [box for box in row.boxes[:_LABELS] if box.kind is Kind.TEXT]
        if any(TOTAL.search(re.sub(r"\s+", "", box.text)) for box in labels[:2] if len(box.text) <= 40):
            return True
        return False

    def is_section(self, row: Row) -> bool:
        """Whether the row is a heading: a label and no value."""
        if row.values or row.count(Kind.PLACEHOLDER):
            return False
        if len(row.boxes) == 1:
            return self._heads(row.first)
        others = row.boxes[1:]
        return all(box.kind is Kind.DASH for box in others) and bool(self.coded) and not self.valued

    def _heads(self, box: Box) -> bool:
        if box.col > self.left + 1 and box.right == box.col:
            return False
        if self.coded or box.right - box.col >= max(1, (self.right - self.left) // 2):
            return True
        return self.usual >= 2 and bool(HEADING.match(box.text) or box.text.endswith((":", "：")))

    def next_table(self, row: Row) -> int | None:
        """The row the next table begins in (its title, if it has one), if ``row`` is its header's first."""
        if len(row.boxes) < 2 or row.number <= self.header.bottom + 1:
            return None
        same = row.texts == self.names.texts and len(row.boxes) >= 2
        if not same and not self._is_new_header(row):
            return None
        begin = row.number
        n = row.number - 1
        while n > self.header.bottom:
            above = self.view.row(n)
            if above.boxes and not (_may_title(above) or is_caption(above)):
                break
            if above.boxes:
                begin = n
            n -= 1
        return begin

    def _is_new_header(self, row: Row) -> bool:
        above = self.view.row(row.number - 1)
        if above.boxes and not _may_title(above) or row.values or not self.numeric:
            return False
        names = [box for box in row.boxes if box.kind in (Kind.TEXT, Kind.YEAR)]
        over = sum(box.col in self.numeric for box in names)
        if len(names) < len(row.boxes) or over * 2 < len(self.numeric):
            return False
        found = find_header(self.view, row.number)
        if found is None or found.bottom + 1 >= len(self.view):
            return False
        return any(
            self.view.row(n).values for n in range(found.bottom + 1, min(found.bottom + 4, len(self.view)))
        )


def _may_title(row: Row) -> bool:
    if len(row.boxes) != 1 or row.values:
        return False
    text = row.first.text
    return bool(
        CONTINUED.match(text) or TITLE_WORD.search(text) or row.first.right > row.first.col
    ) and not NOTE.match(text)
