"""Row labels with their nesting, unit and code, in tables whose rows carry the indicators."""

from __future__ import annotations

from connectors.tables.body import Body
from connectors.tables.cells import Kind, text_of, tidy
from connectors.tables.header import Header
from connectors.tables.model import RowLabel
from connectors.tables.numbering import numbering
from connectors.tables.shape import Shape
from connectors.tables.view import View

_MOST = 2_000  # a table with more rows lists records, not indicators


def labels_of(view: View, header: Header, body: Body) -> list[RowLabel]:
    """The labels of the rows, where a code or unit column shows that the rows carry the indicators."""
    shape = Shape(view, header)
    if (shape.unit is None and shape.code is None) or len(body.records) > _MOST or shape.places:
        return []
    levels = _Levels()
    labels = []
    for n in sorted([*body.records, *body.totals, *body.sections]):
        box = view.row(n).at(shape.left)
        raw = str(view.grid.rows[box.row][box.col]) if box else ""
        label = tidy(box.text) if box else ""
        labels.append(
            RowLabel(n, label, levels.of(raw, label), _cell(view, n, shape.unit), _cell(view, n, shape.code))
        )
    return labels


def _cell(view: View, row: int, col: int | None) -> str | None:
    box = view.row(row).at(col) if col is not None else None
    return tidy(box.text) if box and box.kind is not Kind.DASH else None


class _Levels:
    """Nesting by numbering first, by 其中 and leading spaces where there is none."""

    def __init__(self) -> None:
        self.styles: list[int] = []
        self.inside: int | None = None

    def of(self, raw: str, label: str) -> int:
        """The nesting level of the next label."""
        style = numbering(text_of(raw))
        if style is not None:
            while self.styles and self.styles[-1] >= style:
                self.styles.pop()
            self.styles.append(style)
            self.inside = None
            return len(self.styles) - 1
        if label.startswith("其中"):
            self.inside = len(self.styles)
            return self.inside
        return len(self.styles)
