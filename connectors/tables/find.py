"""The tables of a sheet, one below the other and side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.grid import Grid
from connectors.tables.body import Body, read_body
from connectors.tables.columns import columns_of
from connectors.tables.halves import halves
from connectors.tables.header import Header, find_header
from connectors.tables.labels import labels_of
from connectors.tables.model import Table
from connectors.tables.nesting import Nesting
from connectors.tables.preamble import preamble
from connectors.tables.units import Units
from connectors.tables.view import View
from connectors.tables.words import CONTINUED


def find_tables(grid: Grid) -> list[Table]:
    """The tables of a sheet, from top to bottom, the halves of one form from left to right.

    Args:
        grid: The cells as read; merged ranges may be given or not.

    Returns:
        One table per header block; none where the sheet holds only text.
    """
    view = View(grid)
    tables: list[Table] = []
    form = Form()
    start = 0
    while start < len(view):
        titles, top = preamble(view, start)
        if top is None:
            break
        form = form.continued(view, titles)
        found, start = _read(view, titles, top, form)
        tables += found
    return tables


@dataclass(frozen=True)
class Form:
    """What the parts of one form share: what their titles print, and the nesting of their labels.

    Attributes:
        titles: The title rows of the first part and of this one.
        nesting: The nesting so far.
    """

    titles: Sequence[int] = ()
    nesting: Nesting = field(default_factory=Nesting)

    def continued(self, view: View, titles: Sequence[int]) -> Form:
        """The same form where a title says 续表, else another."""
        goes_on = any(CONTINUED.match(text) for n in titles for text in view.row(n).texts)
        return Form((*self.titles, *titles), self.nesting) if goes_on else Form(titles)


def _read(view: View, titles: list[int], top: int, form: Form) -> tuple[list[Table], int]:
    """The tables whose header begins in row ``top``, and the row to go on from."""
    read = []
    for part in halves(view, top):
        header = find_header(part, top)
        read.append((part, header, read_body(part, header)))
    end = min(body.end for _, _, body in read)
    notes = sorted({n for _, _, body in read for n in body.notes if n < end})
    tables = [_table(part, titles, header, body.until(end, notes), form) for part, header, body in read]
    return tables, max(end, top + 1)


def _table(view: View, titles: list[int], header: Header, body: Body, form: Form) -> Table:
    written = sorted([*body.records, *body.totals, *body.sections])
    units = Units(view, form.titles, header, body.shape.of(written))
    columns = columns_of(view, header, units)
    taken = {column.unit for column in columns}
    left = [unit for unit in units.printed if unit not in taken]
    return Table(
        title_rows=titles,
        header_rows=list(range(header.top, header.bottom + 1)),
        body_rows=_compact(body.records),
        total_rows=body.totals,
        section_rows=body.sections,
        note_rows=body.notes,
        columns=columns,
        row_labels=labels_of(view, units.shape, body, form.nesting, left, taken != {None}),
    )


def _compact(rows: list[int]) -> Sequence[int]:
    if rows and rows[-1] - rows[0] == len(rows) - 1:
        return range(rows[0], rows[-1] + 1)
    return rows
