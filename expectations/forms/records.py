"""A form's cells as an extract: one row per filled cell, in the columns that every contract of forms has.

From here on a form goes the way of a ledger: conformed, validated, staged, answered. Totals over regions are no
records (they are checked against their parts); a dash says that there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.extract import Extract
from connectors.tables import Column, Table
from connectors.tables.cells import Kind, kind_of
from expectations.contracts.model import Contract
from expectations.routing import Route

COLUMNS: Mapping[str, str] = {
    "form": "表名",
    "region_name": "单位",
    "indicator_code": "代码",
    "indicator": "指标",
    "item": "栏次",
    "basis": "年度口径",
    "unit": "计量单位",
    "value": "数值",
    "cell": "单元格",
}
"""Columns of a dataset of forms, with the titles that findings show; ``cell`` is where the value stands, as ``D17``."""

NAMELESS = "（没有行名）"
"""Stands for a region whose label is blank: such a row must not pass for the office that hands in."""

PLAIN_ITEM = "数值"


def form_extract(extract: Extract, long: pa.Table) -> Extract:
    """The records of a sheet that is a form.

    Args:
        extract: A table of the sheet, for its titles and header.
        long: The sheet's rows of ``expectations.forms.LONG``.

    Returns:
        An extract whose columns are ``COLUMNS`` in their order.
    """
    cells = [cell for cell in long.to_pylist() if not _is_left_out(cell)]
    texts = {name: [_said(cell)[name] for cell in cells] for name in COLUMNS}
    return Extract(
        sheet=extract.sheet,
        hidden=extract.hidden,
        table=Table(
            title_rows=extract.table.title_rows,
            header_rows=extract.table.header_rows,
            body_rows=[cell["row"] - 1 for cell in cells],
            total_rows=(),
            section_rows=(),
            note_rows=(),
            columns=[Column(at, (title,)) for at, title in enumerate(COLUMNS.values())],
        ),
        titles=extract.titles,
        cells=pa.table({str(at): pa.chunked_array([pa.array(texts[name], pa.string())]) for at, name in enumerate(COLUMNS)}),
        rows=pa.array([cell["row"] for cell in cells], pa.int64()),
        totals=pa.table({}),
    )  # fmt: skip


def form_route(contract: Contract) -> Route:
    """The route of a form's records: every column is where it belongs."""
    places = {name: at for at, name in enumerate(COLUMNS)}
    return Route(
        contract=contract,
        mapping={column.name: places[column.name] for column in contract.columns if column.name in places},
        score=1.0,
        missing=tuple(column.name for column in contract.columns if column.name not in places),
        unknown=(),
    )


def takes(contract: Contract, long: pa.Table, titles: Sequence[str]) -> bool:
    """Whether a sheet is one of the forms that a contract describes, by its titles, its name or the form's."""
    if contract.form is None:
        return False
    if not contract.form.titles:
        return True
    said = ["".join(text.split()) for text in (*titles, *pc.unique(long["form"]).to_pylist())]
    return any("".join(title.split()) in text for title in contract.form.titles for text in said)


def _is_left_out(cell: Mapping[str, Any]) -> bool:
    is_total_of_regions = cell["is_total"] and cell["line"] is not None
    return is_total_of_regions or kind_of(cell["text"], cell["text"]) is Kind.DASH


def _said(cell: Mapping[str, Any]) -> dict[str, str | None]:
    """The cell in the columns of a record; where all rows are one region, the sheet says which."""
    return {
        "form": cell["form"],
        "region_name": (cell["region"] or NAMELESS) if cell["line"] is not None else None,
        "indicator_code": cell["code"],
        "indicator": cell["path"] or cell["item"] or cell["code"],
        "item": cell["item"] or PLAIN_ITEM,
        "basis": cell["basis"],
        "unit": cell["unit"],
        "value": cell["text"],
        "cell": f"{cell['column']}{cell['row']}",
    }
