"""The tables of a sheet, one after the other and side by side."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.grid import Grid
from connectors.tables.body import Body, read_body
from connectors.tables.columns import columns_of
from connectors.tables.header import Header, find_header
from connectors.tables.labels import labels_of
from connectors.tables.model import Table
from connectors.tables.preamble import preamble
from connectors.tables.view import View


def find_tables(grid: Grid) -> list[Table]:
    """The tables of a sheet, from top to bottom.

    Args:
        grid: The cells as read; merged ranges may be given or not.

    Returns:
        One table per header block; none where the sheet holds only text.
    """
    view = View(grid)
    tables: list[Table] = []
    start = 0
    while start < len(view):
        table, start = _next_table(view, start)
        if table is not None:
            tables.append(table)
    return tables


def _next_table(view: View, start: int) -> tuple[Table | None, int]:
    titles, top = preamble(view, start)
    if top is None:
        return None, len(view)
    header = find_header(view, top)
    if header is None:
        header = Header(top, top - 1, {})
    body = read_body(view, header)
    return _table(view, titles, header, body), max(body.end, top + 1)


def _table(view: View, titles: list[int], header: Header, body: Body) -> Table:
    return Table(
        title_rows=titles,
        header_rows=list(range(header.top, header.bottom + 1)),
        body_rows=_compact(body.records),
        total_rows=body.totals,
        section_rows=body.sections,
        note_rows=body.notes,
        columns=columns_of(view, titles, header, body),
        row_labels=labels_of(view, header, body),
    )


def _compact(rows: list[int]) -> Sequence[int]:
    if rows and rows[-1] - rows[0] == len(rows) - 1:
        return range(rows[0], rows[-1] + 1)
    return rows
