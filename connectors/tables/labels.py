"""Row labels with their nesting, unit and code, in tables whose rows carry the indicators."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from connectors.tables.body import Body
from connectors.tables.cells import Kind, text_of, tidy
from connectors.tables.meanings import fitting_unit
from connectors.tables.model import RowLabel
from connectors.tables.nesting import Nesting, lead_of, numbering
from connectors.tables.shape import Shape, is_numeral
from connectors.tables.view import View
from connectors.tables.words import RECORD_KEY

_AHEAD = 12  # labels looked at after the first one
_MOST = 2_000  # a table with more rows lists records, not indicators


def labels_of(
    view: View, shape: Shape, body: Body, nesting: Nesting, printed: Sequence[str], taken: bool
) -> list[RowLabel]:
    """The labels of the rows, where codes, units or indentation show that the rows carry the indicators.

    Args:
        view: The sheet, or one half of it.
        shape: What the table's rows look like.
        body: The table's rows.
        nesting: The nesting so far; shared by the halves of one form.
        printed: Units of the title line that no column takes; a row takes the one that fits its name.
        taken: Whether columns take others.
    """
    coded = shape.unit is not None or (shape.code is not None and _names_indicators(shape))
    if shape.places or len(body.records) > _MOST or not (coded or _may_be_indented(shape)):
        return []
    rows = sorted([*body.records, *body.totals, *body.sections])
    written = [_written(view, shape, n) for n in rows]
    leads = Counter(lead_of(raw) for raw in written if raw.strip())
    if not coded and sum(times > 1 for times in leads.values()) < 2:
        return []
    numbered = coded or sum(numbering(raw) is not None for raw in written) * 2 > len(rows)
    levels = _by_numbering(written, nesting) if numbered else _by_lead(written)
    labels: list[RowLabel] = []
    for n, raw, indent in zip(rows, written, levels, strict=True):
        text = tidy(raw)
        if not text and labels:  # a second unit of the indicator above
            text, indent = labels[-1].text, labels[-1].indent
        labels.append(RowLabel(n, text, indent, _cell(view, n, shape.unit), _cell(view, n, shape.code)))
    return _with_units(labels, printed, taken) if shape.unit is None else labels


def _by_numbering(written: Sequence[str], nesting: Nesting) -> list[int]:
    return [
        nesting.level(raw, written[i + 1 : i + 1 + _AHEAD]) if tidy(raw) else 0
        for i, raw in enumerate(written)
    ]


def _by_lead(written: Sequence[str]) -> list[int]:
    leads = sorted({lead_of(raw) for raw in written if raw.strip()})
    return [leads.index(lead_of(raw)) if raw.strip() else 0 for raw in written]


def _may_be_indented(shape: Shape) -> bool:
    """Whether spaces before the labels would nest them, and not just be strewn over the names of a ledger."""
    return shape.valued and not RECORD_KEY.search(shape.captions.get(shape.stub, ""))


def _with_units(labels: list[RowLabel], printed: Sequence[str], taken: bool) -> list[RowLabel]:
    """The labels with the unit that fits their own name or the nearest one above them in the nesting.

    Where columns have taken some of the printed units, a row takes one of the others only by its own name.
    """
    above: list[RowLabel] = []
    found = []
    for label in labels:
        while above and above[-1].indent >= label.indent:
            above.pop()
        names = [label.text, *([] if taken else [outer.text for outer in reversed(above)])]
        above.append(label)
        found.append(replace(label, unit=fitting_unit(tuple(names), tuple(printed), spoken_only=taken)))
    return found


def _names_indicators(shape: Shape) -> bool:
    caption = shape.captions.get(shape.stub, "")
    return not caption or bool(re.search(r"指标|项目|名称|品种|类别|指\s*标", caption))


def _written(view: View, shape: Shape, row: int) -> str:
    """The label as written; with the number of a heading that stands in the cell before it."""
    label = _raw(view, row, shape.stub)
    if shape.stub == shape.left:
        return label
    first = view.at(row, shape.left)
    return first.text + label.lstrip() if first is not None and is_numeral(first.text) else label


def _raw(view: View, row: int, col: int) -> str:
    if view.is_merged(row):
        box = view.row(row).at(col)
        return str(view.grid.rows[box.row][box.col]) if box and box.row == row else ""
    cells = view.grid.rows[row]
    cell = cells[col] if col < len(cells) else None
    return "" if cell is None or (view.grid.merged and not text_of(cell)) else str(cell)


def _cell(view: View, row: int, col: int | None) -> str | None:
    box = view.at(row, col) if col is not None else None
    return "".join(box.text.split()) if box and box.kind is not Kind.DASH else None
