"""The rows with an error as they lie in quarantine: their place, what is wrong, their original cells as they may be shown."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.grid import column_letter
from expectations.conform.joined import Joined, Positions
from expectations.conform.model import Conformed
from expectations.contracts.model import Contract
from expectations.privacy.safe_cells import Cells, SafeCells
from warehouse.schemas import QUARANTINE


def quarantined_rows(
    joined: Joined, errors: pd.DataFrame, contract: Contract, cells: SafeCells, ids: pa.StringArray
) -> pa.Table:
    """Rows with an error, in their order; schema ``QUARANTINE``.

    Args:
        joined: The tables.
        errors: Drafts of errors at joint positions.
        contract: Of the tables.
        cells: What may be shown of them.
        ids: The submission of each table.
    """
    if not len(errors):
        return QUARANTINE.empty_table()
    named = errors[["position", "rule"]].drop_duplicates().sort_values(["position", "rule"])
    bad, starts = np.unique(named["position"].to_numpy(), return_index=True)
    rows = joined.frame.iloc[bad]
    return pa.table(
        {
            "dataset": pa.repeat(contract.dataset, len(rows)),
            "period": pa.Array.from_pandas(rows["period"], type=pa.string()),
            "submission_id": ids.take(pa.array(joined.owners[bad])),
            "sheet": pa.Array.from_pandas(rows["sheet"], type=pa.string()),
            "row": pa.Array.from_pandas(rows["row"], type=pa.int64()),
            "cells": list(_original_cells(joined, bad, contract, cells)),
            "rules": pa.ListArray.from_arrays(
                pa.array([*starts, len(named)], pa.int32()), pa.array(named["rule"].tolist(), pa.string())
            ),
        },
        schema=QUARANTINE,
    )


def _original_cells(joined: Joined, bad: Positions, contract: Contract, cells: SafeCells) -> Iterator[str]:
    """The cells of rows as JSON by title, blanks left out; private ones masked."""
    owners = joined.owners[bad]
    asked = [
        one for table in np.unique(owners).tolist() for one in _row_cells(joined, table, bad[owners == table])
    ]
    shown = cells.shown(asked)
    at = 0
    for table in np.unique(owners).tolist():
        titles = _titles(joined.tables[table], contract).values()
        names = [cells.title(table, title) for title in titles]
        for row in zip(*shown[at : at + len(names)], strict=True):
            kept = {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}
            yield json.dumps(kept, ensure_ascii=False)
        at += len(names)


def _row_cells(joined: Joined, table: int, rows: Positions) -> Iterator[Cells]:
    """All cells of some rows of one table, column by column."""
    extract = joined.tables[table].extract
    taken = extract.cells.take(pa.array(rows - joined.starts[table]))
    for column in extract.table.columns:
        at = str(column.index)
        yield Cells(table, at, rows, taken[at])


def _titles(conformed: Conformed, contract: Contract) -> dict[str, str]:
    """Column name in the extract to the title shown; a title that repeats bears its column letter."""
    named = {str(at): contract.by_name[name].title for name, at in conformed.columns.items()}
    titles: dict[str, str] = {}
    for column in conformed.extract.table.columns:
        title = named.get(str(column.index)) or " ".join(column.path) or column_letter(column.index)
        taken = title in titles.values()
        titles[str(column.index)] = f"{title} {column_letter(column.index)}" if taken else title
    return titles
