"""Forms printed in halves beside each other: the same header twice or more in one row."""

from __future__ import annotations

import re

from connectors.tables.view import View
from connectors.tables.words import STUB


def halves(view: View, top: int) -> list[View]:
    """One view per half where the row's texts repeat as a whole, else the view itself."""
    boxes = view.row(top).boxes
    texts = [re.sub(r"\s+", "", box.text) for box in boxes]
    for width in range(2, len(texts) // 2 + 1):
        if (
            len(texts) % width == 0
            and texts == texts[:width] * (len(texts) // width)
            and _names_rows(texts[0])
        ):
            starts = [box.col for box in boxes[::width]]
            ends = [*(start - 1 for start in starts[1:]), view.right]
            return [View(view.grid, start, end) for start, end in zip(starts, ends, strict=True)]
    return [view]


def _names_rows(text: str) -> bool:
    return bool(STUB.match(text)) or text.endswith(("名称", "姓名", "编号", "序号"))
