"""What stands above a table: its title, form number and 填报单位 line; and where the header begins."""

from __future__ import annotations

import re

from connectors.tables.cells import Kind
from connectors.tables.view import Row, View
from connectors.tables.words import CAPTION, CONTINUED, NOTE, TITLE_WORD

_REACH = 60  # rows looked at for the first row with several cells


def preamble(view: View, start: int) -> tuple[list[int], int | None]:
    """The title rows from ``start`` on and the row the header begins in.

    Returns:
        The title rows, and the header's first row, or ``None`` where no row of several cells follows.
    """
    rows = [row for n in range(start, min(len(view), start + _REACH)) if not (row := view.row(n)).blank]
    captions = [i for i, row in enumerate(_before_values(rows)) if is_caption(row)]
    first = captions[-1] + 1 if captions else 0
    while first < len(rows) and is_title(
        view, rows[first], rows[first + 1] if first + 1 < len(rows) else None
    ):
        first += 1
    if first >= len(rows):
        return [row.number for row in rows], None
    return [row.number for row in rows[:first]], rows[first].number


def _before_values(rows: list[Row]) -> list[Row]:
    """The leading rows that hold no numbers; captions below the first record are not of this table."""
    for i, row in enumerate(rows):
        if row.values >= 2 and not is_caption(row):
            return rows[:i]
    return rows


def is_caption(row: Row) -> bool:
    """Whether the row is a caption line: form number, issuing office, 填报单位, 单位：万元, dates."""
    texts = [re.sub(r"\s+", "", text) for text in row.texts]
    hits = sum(bool(CAPTION.match(text)) for text in texts)
    return hits > 0 and (hits * 2 >= len(texts) or any(":" in text for text in texts if CAPTION.match(text)))


def is_title(view: View, row: Row, below: Row | None) -> bool:
    """Whether a row above the header is a title rather than the header's first row."""
    if is_caption(row):
        return True
    if len(row.boxes) > 1:
        return False
    box = row.first
    if below is None or CONTINUED.match(box.text) or NOTE.match(box.text):
        return True
    if box.col > view.left and not TITLE_WORD.search(box.text) and len(box.text) <= 30:
        return below.number > row.number + 1 and box.right == box.col
    if box.bottom > row.number:
        return False
    # A stub's caption alone in its row, with the years below it.
    return not (
        below.number == row.number + 1 and below.count(Kind.YEAR) >= 2 and below.first.col > box.right
    )
