"""Headings that state how many rows follow (``北京市（23所）``), held against the rows that do follow."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import normalize

import pyarrow as pa

from connectors.celltext import cell_text
from connectors.grid import Sheet, column_letter
from connectors.tables import Table, find_tables
from expectations.forms.check import CHECKS

SECTION_COUNTS = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("sheet", "cell", "label")),
        *(pa.field(name, pa.int64()) for name in ("row", "claimed", "counted", "first_row", "last_row")),
        pa.field("agrees", pa.bool_()),
        pa.field("instruction", pa.string()),
    ]
)
"""One row per heading with a count; rows as the spreadsheet numbers them."""

_COUNT = re.compile(
    r"^(.*?)\s*[(](?:共|计|共计)?\s*(\d+)\s*(?:所|个|家|人|户|名|处|项|条|座|村|宗|户次|人次)[)]\s*$"
)


def section_counts(sheet: Sheet, tables: Sequence[Table] | None = None) -> pa.Table:
    """Each heading's own count against the body rows below it, up to the next heading with a count.

    Args:
        sheet: The sheet as read.
        tables: Its tables where they are known already.

    Returns:
        Rows of ``SECTION_COUNTS``; ``instruction`` in Chinese.
    """
    found = find_tables(sheet.grid) if tables is None else tables
    rows = [row for table in found for row in _of_table(sheet, table)]
    return pa.Table.from_pylist(rows, schema=SECTION_COUNTS)


def section_checks(sheet: Sheet, tables: Sequence[Table]) -> pa.Table:
    """The same as checks of a submission: the count stated on the left, the rows that follow on the right.

    Returns:
        Rows of ``expectations.forms.check.CHECKS``; no region, as a heading may name anything.
    """
    rows = [
        {
            "reconciliation": f"section_count:{sheet.name}:{row['label']}", "left_value": float(row["claimed"]),
            "operator": "=", "right_value": float(row["counted"]), "gap": float(row["claimed"] - row["counted"]),
            "agrees": row["agrees"], "instruction": row["instruction"], "importance": "medium", "sheet": sheet.name,
            "cell": row["cell"].rpartition("!")[2],
        }
        for row in section_counts(sheet, tables).to_pylist()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=CHECKS)


def _of_table(sheet: Sheet, table: Table) -> Iterator[dict[str, Any]]:
    claims = [claim for row in table.section_rows if (claim := _claim(sheet, row))]
    if not claims:
        return
    ends = [row for row, *_ in claims[1:]] + [len(sheet.grid.rows)]
    body = table.body_rows
    for (row, column, label, claimed), end in zip(claims, ends, strict=True):
        first, last = bisect_left(body, row), bisect_left(body, end)
        counted = last - first
        yield {
            "sheet": sheet.name, "cell": f"{sheet.name}!{column_letter(column)}{row + 1}", "label": label, "row": row + 1,
            "claimed": claimed, "counted": counted, "agrees": claimed == counted,
            "first_row": body[first] + 1 if counted else None, "last_row": body[last - 1] + 1 if counted else None,
            "instruction": _said(sheet.name, label, row + 1, claimed, counted),
        }  # fmt: skip


def _claim(sheet: Sheet, row: int) -> tuple[int, int, str, int] | None:
    """Row, column, name and count of a heading; ``None`` where it states none."""
    for column, cell in enumerate(sheet.grid.rows[row][:26]):
        found = _COUNT.match(normalize("NFKC", cell_text(cell) or ""))
        if found:
            return row, column, found[1], int(found[2])
    return None


def _said(sheet: str, label: str, row: int, claimed: int, counted: int) -> str:
    if claimed == counted:
        return f"工作表“{sheet}”第{row}行“{label}”写明{claimed}，下面正好{counted}行。"
    return (
        f"工作表“{sheet}”第{row}行“{label}”写明{claimed}，下面有{counted}行，请核对是多报、漏报还是数字写错。"
    )
