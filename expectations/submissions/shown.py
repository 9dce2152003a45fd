"""What is kept of a submission under names that others may see: its sheets, and the sentences of its findings.

The ledger keeps the true path, the archive the true sheet: a slip is written in the sender's own words again
(``with_own_sheets``). Cells are cleaned in staging.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.privacy.columns import as_arrow
from expectations.privacy.shield import Shield

_SENTENCES = ("message", "remedy", "instruction")


def shown_rows(rows: pa.Table, shield: Shield) -> pa.Table:
    """Rows with their sheets, cell addresses and sentences as others may see them."""
    if not rows.num_rows:
        return rows
    for name in _SENTENCES:
        if name in rows.schema.names:
            rows = _replaced(rows, name, _cleaned(rows[name], shield))
    return with_sheets(rows, {own: shown for own, shown in shield.sheets.items() if own != shown})


def with_own_sheets(findings: pa.Table, sheets: Mapping[str, str]) -> pa.Table:
    """Findings with the sheets as the sender calls them.

    Args:
        findings: Rows of ``FINDINGS``.
        sheets: By the sender's name, the name shown.
    """
    return with_sheets(findings, {shown: own for own, shown in sheets.items() if own != shown})


def with_sheets(rows: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """Rows with other names of sheets: in the column ``sheet``, before the ``!`` of a cell's address, quoted in sentences."""
    if not names or not rows.num_rows:
        return rows
    for sentence in _SENTENCES:
        if sentence in rows.schema.names:
            rows = _replaced(rows, sentence, _renamed(rows[sentence], names))
    own = rows["sheet"].to_pylist()
    sheets = [names.get(sheet, sheet) for sheet in own]
    if "cell" in rows.schema.names:
        cells = [
            f"{sheet}{cell[len(before) :]}" if cell and before and cell.startswith(f"{before}!") else cell
            for cell, before, sheet in zip(rows["cell"].to_pylist(), own, sheets, strict=True)
        ]
        rows = _replaced(rows, "cell", pa.array(cells, pa.string()))
    if "reconciliation" in rows.schema.names:
        rules = [
            rule.replace(f":{before}:", f":{sheet}:", 1) if before else rule
            for rule, before, sheet in zip(rows["reconciliation"].to_pylist(), own, sheets, strict=True)
        ]
        rows = _replaced(rows, "reconciliation", pa.array(rules, pa.string()))
    return _replaced(rows, "sheet", pa.array(sheets, pa.string()))


def _renamed(sentences: pa.ChunkedArray, names: Mapping[str, str]) -> pa.ChunkedArray:
    for before, after in names.items():
        sentences = pc.replace_substring(sentences, f"“{before}”", f"“{after}”")
    return sentences


def _cleaned(column: pa.ChunkedArray, shield: Shield) -> pa.Array:
    """Each distinct sentence cleaned once: a rule says the same of many rows."""
    distinct = pc.unique(column.drop_null())
    sentences = pd.Series(distinct.to_pylist(), dtype="str")
    cleaned = shield.texts(sentences)
    if cleaned is sentences:
        return column
    return as_arrow(cleaned).take(pc.index_in(column, value_set=distinct))


def _replaced(rows: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, rows.schema.field(at), column)
