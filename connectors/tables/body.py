"""The rows under a header: records, totals, section headings, notes; and where the next table begins."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from statistics import median

from connectors.tables.captions import is_caption
from connectors.tables.cells import Kind
from connectors.tables.header import Header
from connectors.tables.sections import is_section
from connectors.tables.shape import Shape
from connectors.tables.stacked import next_table, repeats, repeats_names
from connectors.tables.totals import compared, computed, is_total, may_be_sum, whole
from connectors.tables.view import Row, View
from connectors.tables.words import NOTE

_SMALL = 800  # rows of a body whose rows are compared with each other
_WIDE = 3  # boxes of a record beside which a text alone may be a remark
_WORDY = 4  # texts of a record from which a total has fewer: sums have a label and figures
_SENTENCE = 8  # characters from which a text alone may be a sentence
_STRETCH = 256  # rows that are told to be records at once
_FOOTER = 400  # rows a footer has at most


@dataclass
class Body:
    """The rows of one body.

    Attributes:
        shape: What the rows look like.
        records: Body rows.
        totals: Rows computed from others.
        sections: Headings without values.
        notes: Footers.
        end: The first row that is not of this table.
    """

    shape: Shape
    records: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    end: int = 0

    def until(self, end: int, notes: list[int]) -> Body:
        """The same body with the footers of the whole form, ending where its other half ends."""
        if end >= self.end:
            return replace(self, notes=notes, end=end)
        records, totals, sections = (
            [n for n in rows if n < end] for rows in (self.records, self.totals, self.sections)
        )
        return replace(self, records=records, totals=totals, sections=sections, notes=notes, end=end)


def read_body(view: View, header: Header) -> Body:
    """Sort the rows under ``header`` until the next table begins."""
    shape = Shape(view, header)
    plain, odd, figures, end = _walk(shape)
    body = Body(shape, end=end)
    notes_from = _notes_from(shape, odd, plain)
    for n in odd:
        is_record = n < notes_from and n in figures
        (body.records if is_record else _kind(shape, body, n, n >= notes_from)).append(n)
    _compare(shape, odd, body)
    body.records = sorted(plain + body.records) if plain else body.records
    _reclaim(shape, body)
    _settle(shape, body)
    return body


def _walk(shape: Shape) -> tuple[list[int], list[int], set[int], int]:
    """The rows that are plainly records, the other written rows, those of them that are surely records of figures, and where the next table begins."""
    view = shape.view
    plain: list[int] = []
    odd: list[int] = []
    figures: set[int] = set()
    sure = 0
    for n in range(shape.header.bottom + 1, len(view)):
        if n < sure:
            plain.append(n)
            continue
        cells = view.grid.rows[n]
        if not cells or (not cells[0] and cells.count("") + cells.count(None) == len(cells)):
            continue  # told without reading: a sheet may have a million of them
        follows_plain = bool(plain) and plain[-1] == n - 1
        if follows_plain and n % _STRETCH == 0 and shape.all_plain(n, n + _STRETCH):
            sure = n + _STRETCH
            plain.append(n)
        elif shape.plain(n, follows_plain):
            plain.append(n)
        elif not (row := view.row(n)).blank:
            if _has_figures(shape, row):
                figures.add(n)
            elif (begin := next_table(shape, row)) is not None:
                return [m for m in plain if m < begin], [m for m in odd if m < begin], figures, begin
            odd.append(n)
    return plain, odd, figures, len(view)


def _has_figures(shape: Shape, row: Row) -> bool:
    """Whether a row is surely a record, unless it stands in the footer: figures, and no word of sums or of the header.

    The other questions that are asked of rows have this answer then.
    """
    if row.values < 2 or row.size <= 2 or row.count(Kind.PLACEHOLDER):
        return False
    if shape.code is not None or shape.unit is not None or may_be_sum(row):
        return False
    return row.count(Kind.TEXT, Kind.YEAR) * 2 <= row.size or not repeats(
        row, shape.view.row(shape.header.top)
    )


def _kind(shape: Shape, body: Body, n: int, is_footer: bool) -> list[int]:
    """The list of the body that a written row belongs in."""
    row = shape.view.row(n)
    if is_footer or _is_note(shape, row):
        return body.notes
    if is_total(row) and not (shape.valued and row.size == 1 and row.first.text.endswith(":")):
        return body.totals
    if is_section(shape, row):
        return body.sections
    return body.records


def _compare(shape: Shape, odd: list[int], body: Body) -> None:
    """Find the totals that only a look at several rows shows."""
    if len(odd) > _SMALL:
        return
    kept = {*body.records, *body.totals}
    rows = [shape.view.row(n) for n in odd if n in kept]
    found = set(compared(rows)) - set(body.totals)
    if found:
        found |= set(computed(shape, rows, [*body.totals, *found]))
    if not body.totals and not found:
        found = set(whole(shape, [row for row in rows if row.number in body.records]))
    body.totals = sorted({*body.totals, *found})
    body.records = [n for n in body.records if n not in found]


def _reclaim(shape: Shape, body: Body) -> None:
    """Rows named as totals that say as much in words as records do are records: one of their cells holds the word."""
    if not body.totals or not body.records:
        return
    words = median(shape.view.row(n).kinds.count(Kind.TEXT) for n in body.records[:_SMALL])
    if words < _WORDY:
        return
    whole = {n for n in body.totals if shape.view.row(n).count(Kind.TEXT) >= words}
    body.totals = [n for n in body.totals if n not in whole]
    body.records = sorted([*body.records, *whole])


def _settle(shape: Shape, body: Body) -> None:
    """Headings with nothing below them are footers; so are texts alone under the last total."""
    if shape.valued and body.totals:
        under = [n for n in body.records if n > body.totals[-1]]
        if under and all(_alone(shape, n) for n in under[:_FOOTER]):
            body.records = body.records[: -len(under)]
            body.notes += under
    last = max([*body.records[-1:], *body.totals[-1:]], default=-1)
    tail = [n for n in body.sections if n > last >= 0]
    body.sections = [n for n in body.sections if n not in tail]
    body.notes = sorted(body.notes + tail)


def _alone(shape: Shape, n: int) -> bool:
    row = shape.view.row(n)
    return row.size == 1 and not row.values


def _is_note(shape: Shape, row: Row) -> bool:
    if repeats_names(shape, row):
        return True
    if row.values > 1 or row.size > max(6, shape.usual):
        return False
    if shape.code is not None and shape.unit is not None and _is_coded(shape, row):
        return False
    return bool(NOTE.match(re.sub(r"\s+", " ", row.first.text)))


def _is_coded(shape: Shape, row: Row) -> bool:
    return all(col is not None and row.kind(col) != Kind.BLANK for col in (shape.code, shape.unit))


def _notes_from(shape: Shape, odd: list[int], plain: list[int]) -> int:
    """The row from which on everything is a footer: a note, and no record below it."""
    start = len(shape.view)
    for n in reversed(odd[-_FOOTER:]):
        if plain and n < plain[-1]:
            break
        row = shape.view.row(n)
        if _is_note(shape, row) or (is_caption(row) and row.values <= 1) or _is_remark(shape, row):
            start = n
        elif not _may_follow_note(shape, row):
            break
    return start


def _is_remark(shape: Shape, row: Row) -> bool:
    """Whether the row is a text that no record begins with: a sentence, or one that stands right of all labels."""
    if row.size != 1 or row.values or shape.usual < _WIDE or is_total(row):
        return False
    box = row.first
    if shape.coded_rows and box.col != shape.code:
        return False
    is_sentence = len(box.text) >= _SENTENCE and bool(re.search(r"[:;,。]|\d\s*日$", box.text))
    return is_sentence or box.col > max(shape.left, shape.stub) + 1


def _may_follow_note(shape: Shape, row: Row) -> bool:
    return (
        not is_total(row)
        and (row.size <= 2 or is_caption(row))
        and row.values <= 1
        and (shape.code is None or row.at(shape.code) is None or row.size == 1)
    )
