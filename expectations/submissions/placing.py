"""Drafts become findings: each gets its submission, its cell and what stands there, as far as it may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from connectors.grid import column_letter
from expectations.conform.joined import Joined, Positions
from expectations.conform.model import HEADER
from expectations.contracts.model import Contract
from expectations.findings import DRAFT_COLUMNS, finding_id
from expectations.privacy.masks import mask
from expectations.privacy.safe_cells import Cells, SafeCells
from warehouse.schemas import FINDINGS


def findings_at_cells(
    joined: Joined, found: pd.DataFrame, contract: Contract, cells: SafeCells, ids: pa.StringArray
) -> tuple[pa.Table, Positions]:
    """Findings, schema ``FINDINGS``, and the table that each is of.

    Args:
        joined: The tables.
        found: Drafts at joint positions, with their ``table``; table by table, unique index from 0.
        contract: Of the tables.
        cells: What may be shown of them.
        ids: The submission of each table.
    """
    if not len(found):
        return FINDINGS.empty_table(), np.empty(0, dtype=np.int64)
    tables = found["table"].to_numpy()
    about_rows = (found["position"] != HEADER).to_numpy()
    places = joined.frame[["region_code", "period", "row"]].reindex(
        found["position"].where(about_rows, other=-1)
    )
    rows = places["row"].where(about_rows).reset_index(drop=True)
    lines = rows.fillna(pd.Series(_headers(joined)[tables])).astype("int64").astype("str")
    sheets = pd.Series(
        np.array([one.extract.sheet for one in joined.tables], dtype=object)[tables], dtype="str"
    )
    own = _own_cells(joined, found) if contract.form else _column_cells(joined, found, lines)
    if contract.form:
        lines = lines.where(own == "", own)  # a row of the sheet holds many records
    submissions = ids.take(pa.array(tables)).to_pylist()
    columns: dict[str, Any] = {
        "finding_id": _finding_ids(submissions, sheets, lines, found),
        "submission_id": submissions,
        "dataset": contract.dataset,
        "region_code": places["region_code"].to_numpy(),
        "period": places["period"].to_numpy(),
        "sheet": sheets,
        "row": rows.to_numpy(),
        "cell": (sheets + "!" + own).where(own != "", None),
        "value": _shown_values(joined, found, contract, cells),
        "status": "open",
        "table": tables,
    }
    frame = pd.DataFrame({**{name: found[name] for name in DRAFT_COLUMNS[1:]}, **columns})
    frame = frame.drop_duplicates(["table", "finding_id"])
    placed = pa.Table.from_pandas(frame[FINDINGS.names], schema=FINDINGS, preserve_index=False)
    return placed, frame["table"].to_numpy()


def _headers(joined: Joined) -> npt.NDArray[np.int64]:
    """The last line of each table's header, as the spreadsheet numbers it."""
    return np.array([max(one.extract.table.header_rows, default=0) + 1 for one in joined.tables])


def _column_cells(joined: Joined, found: pd.DataFrame, lines: pd.Series) -> pd.Series:
    """The cell of each finding: its column's letter in its row; blank where a row as a whole is meant."""
    letters = [{name: column_letter(at) for name, at in one.columns.items()} for one in joined.tables]
    own = [
        letters[table].get(column, "") for table, column in zip(found["table"], found["column"], strict=True)
    ]
    named = pd.Series(own, dtype="str")
    return (named + lines).where(named != "", "")


def _own_cells(joined: Joined, found: pd.DataFrame) -> pd.Series:
    """The same in a form, whose record is one cell of its sheet; what is wrong with the region is wrong with the row."""
    cells = joined.frame["cell"].reindex(found["position"]).reset_index(drop=True)
    is_own = (found["position"] != HEADER) & ~found["column"].isin(["region_name", "form"])
    return cells.where(is_own, "").fillna("")


def _finding_ids(
    submissions: Sequence[str], sheets: pd.Series, lines: pd.Series, found: pd.DataFrame
) -> list[str]:
    return [
        finding_id(*place)
        for place in zip(submissions, sheets, lines, found["column"], found["rule"], strict=True)
    ]


def _shown_values(joined: Joined, found: pd.DataFrame, contract: Contract, cells: SafeCells) -> list[str]:
    """The cell as it was read, as far as it may be shown; what the draft says where no single cell is meant."""
    values: list[str] = found["value"].tolist()
    tables, columns = found["table"].tolist(), found["column"].tolist()
    at_cells = _at_cells(joined, tables, columns, found["position"].tolist())
    asked = [_cells(joined, *cell, found["position"].to_numpy()[at]) for cell, at in at_cells.items()]
    for at, shown in zip(at_cells.values(), cells.shown(asked), strict=True):
        for place, text in zip(at, shown, strict=True):
            values[place] = text or ""
    for place in set(range(len(values))).difference(*at_cells.values()):
        text, is_private = values[place], columns[place] in contract.private
        if text:
            values[place] = mask(text) if is_private else cells.text(tables[place], text)
    return values


def _at_cells(
    joined: Joined, tables: Sequence[int], columns: Sequence[str], positions: Sequence[int]
) -> Mapping[tuple[int, str], list[int]]:
    """By table and column, which drafts are about cells of it."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, (table, column, position) in enumerate(zip(tables, columns, positions, strict=True)):
        if position != HEADER and column in joined.tables[table].columns:
            found[table, column].append(place)
    return found


def _cells(joined: Joined, table: int, column: str, positions: Positions) -> Cells:
    one = joined.tables[table]
    at = str(one.columns[column])
    texts = one.extract.cells[at].take(pa.array(positions - joined.starts[table]))
    return Cells(table, at, positions, texts)
