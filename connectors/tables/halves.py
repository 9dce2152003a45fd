"""Forms printed in halves beside each other: the same header twice or more in one row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.tables.cells import Kind
from connectors.tables.view import Box, View
from connectors.tables.words import STUB

_DEEP = 10  # rows of a header looked through for a row of 甲 乙 … 甲 乙 …
_BELOW = 12  # rows below looked at for labels


def halves(view: View, top: int) -> list[View]:
    """One view per half where the header's texts repeat as a whole, else the view itself."""
    for n in range(top, min(top + _DEEP, len(view))):
        boxes = view.row(n).boxes
        if not boxes or (n > top and boxes[0].text != "甲"):
            continue
        if starts := _starts(view, n, boxes):
            ends = [*(start - 1 for start in starts[1:]), view.right]
            return [View(view.grid, start, end) for start, end in zip(starts, ends, strict=True)]
    return [view]


def _starts(view: View, n: int, boxes: Sequence[Box]) -> list[int]:
    """The first column of every half, if the row's texts are one sequence over and over."""
    texts = [re.sub(r"\s+", "", box.text) for box in boxes]
    for width in range(2, len(texts) // 2 + 1):
        times, rest = divmod(len(texts), width)
        if rest or texts != texts[:width] * times:
            continue
        if starts := _with_labels(view, n, boxes, width):
            return starts
        return [box.col for box in boxes[::width]] if _names_rows(texts[0]) else []
    return []


def _names_rows(text: str) -> bool:
    return text == "甲" or bool(STUB.match(text)) or text.endswith(("名称", "姓名", "编号", "序号"))


def _with_labels(view: View, n: int, boxes: Sequence[Box], width: int) -> list[int]:
    """The starts one or two columns to the left, where labels without a name stand before every half."""
    rows = [view.row(m) for m in range(n + 1, min(n + 1 + _BELOW, len(view)))]
    left = min((row.first.col for row in rows if len(row.boxes) > 1), default=boxes[0].col)
    shift = boxes[0].col - left
    starts = [box.col - shift for box in boxes[::width]]
    named = {col for box in boxes for col in range(box.col, box.right + 1)}
    texts = [
        sum((b := row.at(start)) is not None and b.kind is Kind.TEXT for row in rows) for start in starts
    ]
    if shift < 1 or named & set(starts) or min(texts) * 2 < len(rows):
        return []
    return starts
