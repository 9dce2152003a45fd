"""What stands above a table: its title, form number and 填报单位 line; and where the header begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from connectors.tables.captions import is_caption, is_particular, stands_above
from connectors.tables.cells import Kind
from connectors.tables.view import Row, View
from connectors.tables.words import CAPTION, CONTINUED, NOTE, STUB, TITLE_WORD

_REACH = 60  # rows looked at for the first row with several cells
_LONG = 9  # characters of a part of a title, which few names have
_PAIRS = 8  # lines of a name and a value above a table
_NEAR = 4  # rows below a title in which a caption line shows that it is one


def preamble(view: View, start: int) -> tuple[list[int], int | None]:
    """The title rows from ``start`` on and the row the header begins in.

    Returns:
        The title rows, and the header's first row, or ``None`` where no row of several cells follows.
    """
    rows = [row for n in range(start, min(len(view), start + _REACH)) if not (row := view.row(n)).blank]
    left = min((row.begin for row in rows), default=view.left)
    for i, row in enumerate(rows):
        if not _is_title(left, rows, i):
            return [above.number for above in rows[:i]], row.number
    return [row.number for row in rows], None


def _is_title(left: int, rows: Sequence[Row], i: int) -> bool:
    """Whether a row above the header is a title rather than the header's first row."""
    row = rows[i]
    if is_caption(row) or _is_above_names(rows, i):
        return True
    if row.size == 1:
        return _alone_is_title(left, rows, i)
    if _is_split_title(rows, i):
        return True
    if row.size != 2:
        return False
    if _opens_pairs(rows, i):
        return True
    return _caption_follows(rows[i + 1 : i + 1 + _NEAR]) or (
        row.begin == left and _beside_title(row, rows[i + 1 : i + 2])
    )


def _is_above_names(rows: Sequence[Row], i: int) -> bool:
    """Whether the row is a caption line over the first of the next rows that has several texts and is none itself."""
    near = rows[i + 1 : i + 1 + _NEAR]
    below = next((r for r in near if r.size > 1 and not (is_caption(r) or is_particular(r))), None)
    return below is not None and stands_above(rows[i], below)


def _is_split_title(rows: Sequence[Row], i: int) -> bool:
    """Whether a title is written over a few cells, or has a date beside it, above a row that names all columns."""
    row = rows[i]
    below = next((r for r in rows[i + 1 : i + 1 + _NEAR] if r.size > 1 and not is_caption(r)), None)
    if row.size > 3 or row.values or below is None or below.size < 2 * row.size:
        return False
    if below.begin > row.begin or below.hanging or below.values:
        return False
    adjacent = all(b.col == a.right + 1 for a, b in pairwise(row.boxes))
    is_long = i == 0 and all(len(text) >= _LONG for text in row.texts)
    joined = "".join(row.texts)
    titled = adjacent and bool(is_long or TITLE_WORD.search(joined) or CAPTION.match(joined))
    is_named = row.first.kind is Kind.TEXT and not STUB.match(row.first.text)
    dated = is_named and all(b.kind in (Kind.YEAR, Kind.DATE) for b in row.boxes[1:])
    return titled or dated


def _opens_pairs(rows: Sequence[Row], i: int) -> bool:
    """Whether names and values of different kinds stand here line by line, apart from the table that follows."""
    pairs = next((n for n in range(i, len(rows)) if rows[n].size != 2), len(rows))
    first = next((n + 1 for n in range(i, -1, -1) if rows[n].size != 2), 0)
    if pairs == len(rows) or pairs - first > _PAIRS or rows[pairs].size < 3 or rows[pairs].values:
        return False
    left = rows[pairs].begin
    if any(row.begin != left or row.boxes[1].col > row.first.right + 2 for row in rows[first:pairs]):
        return False
    apart = rows[pairs].number > rows[pairs - 1].number + 1
    kinds = [row.boxes[1].kind for row in rows[first:pairs]]
    return apart and (len(kinds) == 1 or len(set(kinds[1:])) > 1)


def _beside_title(row: Row, below: Sequence[Row]) -> bool:
    """Whether a title has a second text beside it (表一), over a header that names all its columns itself."""
    if not below or not TITLE_WORD.search(row.first.text) or below[0].size < 4:
        return False
    return below[0].begin <= row.begin and not below[0].hanging and not below[0].values


def _caption_follows(rows: Sequence[Row]) -> bool:
    for row in rows:
        if is_caption(row):
            return True
        if row.size > 2 or row.values:
            return False
    return False


def _alone_is_title(left: int, rows: Sequence[Row], i: int) -> bool:
    """Whether a text alone in its row is a title; else it is a group head or a stub's caption."""
    row, box = rows[i], rows[i].first
    below = rows[i + 1] if i + 1 < len(rows) else None
    if below is None or CONTINUED.match(box.text) or NOTE.match(box.text):
        return True
    if box.bottom > row.number:
        return below.size == 1 or box.bottom < below.number
    if box.kind is Kind.DATE and below.size > 2 and below.begin == left:
        return True
    if box.col > left and not TITLE_WORD.search(box.text):
        if i and all(above.size == 1 and above.begin == box.col for above in rows[:i]):
            return True
        if box.right > box.col:
            return i == 0 and box.col <= left + 1 and box.right >= below.boxes[-1].col
        return i == 0 or (box.kind is not Kind.YEAR and below.size == 1 and below.begin == left)
    years_below = below.number == row.number + 1 and below.count(Kind.YEAR) >= 2
    return not (years_below and below.begin > box.right)
