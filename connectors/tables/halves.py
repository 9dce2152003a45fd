"""Tables beside each other: forms printed in halves (the same header twice or more in one row), tables under titles of their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from connectors.tables.captions import is_particular
from connectors.tables.cells import Kind, bare
from connectors.tables.view import Box, View
from connectors.tables.words import CAPTION, CODE_CAPTION, STUB

_DEEP = 10  # rows of a header looked through for a row of 甲 乙 … 甲 乙 …
_NEAR = 3  # rows above a header in which its title stands
_TITLE = 4  # characters of a title
_BELOW = 12  # rows below looked at for labels


def halves(view: View, top: int) -> list[View]:
    """One view per half where the header's texts repeat as a whole, else the view itself."""
    if starts := _under_titles(view, top):
        return _parts(view, starts)
    for n in range(top, min(top + _DEEP, len(view))):
        row = view.row(n)
        if row.blank or (n > top and row.first.text != "甲"):
            continue
        if starts := _starts(view, n, row.boxes):
            return _parts(view, starts)
    return [view]


def _parts(view: View, starts: Sequence[int]) -> list[View]:
    ends = [*(start - 1 for start in starts[1:]), view.right]
    return [View(view.grid, start, end) for start, end in zip(starts, ends, strict=True)]


def _under_titles(view: View, top: int) -> list[int]:
    """The first columns of different tables beside each other: each under its own title, a blank column between."""
    titles = next(view.written(range(top - 1, max(top - _NEAR, -1), -1)), None)
    if (
        titles is None
        or titles.size < 2
        or is_particular(titles)
        or not all(_is_title(box) for box in titles.boxes)
    ):
        return []
    rows = view.written(range(top, min(top + _BELOW, len(view))))
    used = {col for row in rows for box in row.boxes for col in range(box.col, box.right + 1)}
    starts = [box.col for box in titles.boxes]
    apart = all(start in used and start - 1 not in used for start in starts[1:])
    return starts if apart and view.row(top).begin >= starts[0] else []


def _is_title(box: Box) -> bool:
    text = bare(box.text)
    return box.kind is Kind.TEXT and len(text) >= _TITLE and ":" not in text and not CAPTION.match(text)


def _starts(view: View, n: int, boxes: Sequence[Box]) -> list[int]:
    """The first column of every half, if the row's texts are one sequence over and over."""
    texts = [bare(box.text) for box in boxes]
    for width in range(2, len(texts) // 2 + 1):
        times, rest = divmod(len(texts), width)
        if rest or not _repeats(texts, width):
            continue
        if texts == texts[:width] * times and (starts := _with_labels(view, n, boxes, width)):
            return starts
        starts = [box.col for box in boxes[::width]]
        return starts if texts[0] == "甲" or _label_records(view, n, starts) else []
    return []


def _repeats(texts: Sequence[str], width: int) -> bool:
    """Whether the texts repeat as a whole, or as two sides of an account: all but the name of each side's labels.

    Sides number their lines both (行次), or their names end alike (收入项目, 支出项目); two persons with the same
    details in one record (镇长, 电话, 村长, 电话) do neither.
    """
    parts = [texts[i : i + width] for i in range(0, len(texts), width)]
    if any(part[1:] != parts[0][1:] for part in parts):
        return False
    names = {part[0] for part in parts}
    numbered = any(CODE_CAPTION.match(text) for text in parts[0][1:])
    return len(names) == 1 or (width > 2 and (numbered or len({name[-2:] for name in names}) == 1))


def _label_records(view: View, n: int, starts: Sequence[int]) -> bool:
    """Whether every half begins with labels or order numbers, and the first one where the records do."""
    rows = [row for row in view.written(range(n + 1, min(n + 1 + _BELOW, len(view)))) if row.size > 1]
    if not rows:
        return all(_names_rows(view, n, start) for start in starts)
    columns = [[box for row in rows if (box := row.at(start)) and box.col == start] for start in starts]
    if min(map(len, columns)) * 2 < len(rows) or min(row.begin for row in rows) < starts[0]:
        return False
    return all(_are_labels(column) for column in columns)


def _are_labels(cells: Sequence[Box]) -> bool:
    texts = sum(box.kind is Kind.TEXT for box in cells)
    numbers = [int(box.text) for box in cells if box.text.isdigit()]
    counted = sum(b - a == 1 for a, b in pairwise(numbers))
    return texts * 2 > len(cells) or (counted * 2 > len(cells) > 2)


def _names_rows(view: View, n: int, col: int) -> bool:
    box = view.row(n).at(col)
    text = bare(box.text) if box else ""
    return bool(STUB.match(text)) or text.endswith(("名称", "姓名", "编号", "序号", "项目"))


def _with_labels(view: View, n: int, boxes: Sequence[Box], width: int) -> list[int]:
    """The starts one or two columns to the left, where labels without a name stand before every half."""
    rows = [view.row(m) for m in range(n + 1, min(n + 1 + _BELOW, len(view)))]
    left = min((row.begin for row in rows if row.size > 1), default=boxes[0].col)
    shift = boxes[0].col - left
    starts = [box.col - shift for box in boxes[::width]]
    named = {col for box in boxes for col in range(box.col, box.right + 1)}
    texts = [
        sum((b := row.at(start)) is not None and b.kind is Kind.TEXT for row in rows) for start in starts
    ]
    if shift < 1 or named & set(starts) or min(texts) * 2 < len(rows):
        return []
    return starts
