"""Row labels with their nesting, unit and code, in tables whose rows carry the indicators."""

from __future__ import annotations

import re

from connectors.tables.body import Body
from connectors.tables.cells import Kind, tidy
from connectors.tables.header import Header
from connectors.tables.model import RowLabel
from connectors.tables.nesting import Nesting, lead_of
from connectors.tables.shape import Shape
from connectors.tables.view import View

_MOST = 2_000  # a table with more rows lists records, not indicators


def labels_of(view: View, header: Header, body: Body, nesting: Nesting) -> list[RowLabel]:
    """The labels of the rows, where codes, units or indentation show that the rows carry the indicators.

    Args:
        view: The sheet, or one half of it.
        header: The table's header.
        body: The table's rows.
        nesting: The nesting so far; shared by the halves of one form.
    """
    shape = Shape(view, header)
    rows = sorted([*body.records, *body.totals, *body.sections]) if len(body.records) <= _MOST else []
    written = [_written(view, n, shape.left) for n in rows]
    leads = sorted({lead_of(raw) for raw in written if raw.strip()})
    coded = shape.unit is not None or (shape.code is not None and _names_indicators(shape))
    if shape.places or not (coded or len(leads) > 1):
        return []
    labels: list[RowLabel] = []
    for i, (n, raw) in enumerate(zip(rows, written, strict=True)):
        if raw.strip():
            text = tidy(raw)
            after = next((later for later in written[i + 1 :] if later.strip()), "")
            indent = nesting.level(raw, after) if coded else leads.index(lead_of(raw))
        elif labels:  # a second unit of the indicator above
            text, indent = labels[-1].text, labels[-1].indent
        else:
            text, indent = "", 0
        labels.append(RowLabel(n, text, indent, _cell(view, n, shape.unit), _cell(view, n, shape.code)))
    return labels


def _names_indicators(shape: Shape) -> bool:
    caption = shape.captions.get(shape.left, "")
    return not caption or bool(re.search(r"指标|项目|名称|品种|类别|指\s*标", caption))


def _written(view: View, row: int, col: int) -> str:
    box = view.row(row).at(col)
    return str(view.grid.rows[box.row][box.col]) if box and box.row == row else ""


def _cell(view: View, row: int, col: int | None) -> str | None:
    box = view.row(row).at(col) if col is not None else None
    return "".join(box.text.split()) if box and box.kind is not Kind.DASH else None
