"""Row labels with their nesting, unit and code, in tables whose rows carry the indicators."""

from __future__ import annotations

import re

from connectors.tables.body import Body
from connectors.tables.cells import Kind, text_of, tidy
from connectors.tables.header import Header
from connectors.tables.model import RowLabel
from connectors.tables.view import View
from connectors.tables.words import CODE_CAPTION, UNIT_CAPTION

_MOST = 2_000  # a table with more rows lists records, not indicators
_LEVELS = (
    re.compile(r"^[一二三四五六七八九十廿]{1,3}\s*[、.．]"),
    re.compile(r"^[(（][一二三四五六七八九十]{1,3}[)）]"),
    re.compile(r"^\d{1,2}\s*[.．、](?!\d)"),
    re.compile(r"^[(（]\d{1,2}[)）]"),
    re.compile(r"^[①-⑳]"),
)


def labels_of(view: View, header: Header, body: Body) -> list[RowLabel]:
    """The labels of the rows, where a code or unit column shows that the rows carry the indicators."""
    stub, unit, code = _roles(view, header)
    if (unit is None and code is None) or len(body.records) > _MOST:
        return []
    levels = _Levels()
    labels = []
    for n in sorted([*body.records, *body.totals, *body.sections]):
        row = view.row(n)
        box = row.at(stub)
        raw = view.grid.rows[box.row][box.col] if box else ""
        label = tidy(box.text) if box else ""
        labels.append(
            RowLabel(n, label, levels.of(str(raw), label), _cell(view, n, unit), _cell(view, n, code))
        )
    return labels


def _roles(view: View, header: Header) -> tuple[int, int | None, int | None]:
    stub: int | None = None
    unit = code = None
    for n in header.roles:
        for box in view.row(n).boxes:
            text = re.sub(r"\s+", "", box.text)
            if UNIT_CAPTION.match(text) and unit is None and text != "单位名称":
                unit = box.col
            elif CODE_CAPTION.match(text) and code is None and box.col > view.left:
                code = box.col
            elif stub is None:
                stub = box.col
    return (view.left if stub is None else min(stub, view.left if unit or code else stub)), unit, code


def _cell(view: View, row: int, col: int | None) -> str | None:
    if col is None:
        return None
    box = view.row(row).at(col)
    return box.text if box and box.kind is not Kind.DASH else None


class _Levels:
    """Nesting by numbering first, by leading spaces where there is none."""

    def __init__(self) -> None:
        self.numbered: list[int] = []
        self.level = 0
        self.inside: int | None = None

    def of(self, raw: str, label: str) -> int:
        style = next((i for i, level in enumerate(_LEVELS) if level.match(text_of(label))), None)
        if style is not None:
            while self.numbered and self.numbered[-1] >= style:
                self.numbered.pop()
            self.numbered.append(style)
            self.level, self.inside = len(self.numbered) - 1, None
            return self.level
        if label.startswith("其中"):
            self.inside = self.level + 1
            return self.inside
        if self.inside is not None and raw[:1].isspace():
            return self.inside
        return self.level + bool(self.numbered)
