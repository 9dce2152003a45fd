"""From conformed tables and drafts to what is written: records, quarantine and findings of one submission.

This is where private columns become tokens, and the last place that sees them: nothing leaves here in the clear.
Rows in are records plus quarantined rows, or staging stops. Judging values belongs to conforming and validation.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.grid import column_letter
from expectations.conform.model import HEADER, Conformed
from expectations.conform.texts import Mask
from expectations.contracts.model import Contract
from expectations.contracts.records import RECORD_NAMES, record_schema
from expectations.findings import DRAFT_COLUMNS, finding_id, no_drafts
from expectations.privacy.masks import Privacy, mask_all
from expectations.privacy.safe_cells import SafeCells
from expectations.privacy.shield import Shield
from warehouse.schemas import FINDINGS, QUARANTINE


@dataclass(frozen=True)
class Staged:
    """One submission, ready to be written.

    Attributes:
        records: Rows without an error; schema ``record_schema(contract)``.
        quarantine: Rows with an error, original cells masked; schema ``QUARANTINE``.
        findings: Every problem; schema ``FINDINGS``.
        coverage: By region code (at the contract's coverage level) and period, how many records were handed in for it.
        rows_in, rows_recorded, rows_quarantined: Counts; the first is the sum of the others.
    """

    records: pa.Table
    quarantine: pa.Table
    findings: pa.Table
    coverage: Counter[tuple[str, str]]
    rows_in: int
    rows_recorded: int
    rows_quarantined: int


class Miscounted(RuntimeError):
    """Rows were lost or doubled between reading and staging; ours, never the sender's."""


def join(tables: Sequence[Conformed]) -> tuple[pd.DataFrame, list[int]]:
    """Frames of several tables of one dataset under one another, and where each begins; for one joint validation."""
    offsets = np.cumsum([0, *(len(table.frame) for table in tables)]).tolist()
    return pd.concat([table.frame for table in tables], ignore_index=True), offsets


def join_drafts(tables: Sequence[Conformed], offsets: Sequence[int]) -> pd.DataFrame:
    """Drafts of conforming, at the positions of the joined frame; drafts about headers are left out."""
    parts = [
        _moved(table.findings.loc[table.findings["position"] != HEADER], start)
        for table, start in zip(tables, offsets, strict=False)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_drafts()


def split(joint: pd.DataFrame, offsets: Sequence[int]) -> list[pd.DataFrame]:
    """Drafts at joint positions, as one frame per table with that table's own positions."""
    owner = np.searchsorted(np.asarray(offsets), joint["position"].to_numpy(), side="right") - 1
    return [_moved(joint.loc[owner == table], -start) for table, start in enumerate(offsets[:-1])]


def _moved(drafts: pd.DataFrame, by: int) -> pd.DataFrame:
    return drafts.assign(position=drafts["position"] + by).reset_index(drop=True)


def stage(
    conformed: Conformed,
    judged: pd.DataFrame,
    contract: Contract,
    privacy: Privacy,
    submission_id: str,
    shield: Shield,
) -> Staged:
    """Divide one table into records and quarantine and give its drafts their cells and ids.

    Args:
        conformed: The table.
        judged: Drafts of validation; conforming's own are added here.
        contract: Its contract.
        privacy: Tokens and masks.
        submission_id: The submission.
        shield: What may be shown of it.

    Raises:
        Miscounted: Rows in are not records plus quarantined rows.
    """
    cells = SafeCells(conformed, contract, shield)
    every = [d for d in (conformed.findings, cells.findings(), judged) if len(d)]
    found = pd.concat(every, ignore_index=True) if every else no_drafts()
    errors = found.loc[(found["severity"] == "error") & (found["position"] != HEADER)]
    bad = np.zeros(len(conformed.frame), dtype=bool)
    bad[errors["position"].to_numpy()] = True
    records = _records(conformed, bad, contract, privacy, cells, submission_id)
    quarantine = _quarantine(conformed, bad, errors, contract, cells, submission_id)
    rows_in = len(conformed.extract.rows)
    if rows_in != len(records) + len(quarantine):
        raise Miscounted(
            f"{submission_id} {contract.dataset}: {rows_in} rows in, {len(records)} records and "
            f"{len(quarantine)} quarantined"
        )
    return Staged(
        records=records,
        quarantine=quarantine,
        findings=_findings(conformed, found, contract, cells, submission_id),
        coverage=_coverage(records),
        rows_in=rows_in,
        rows_recorded=len(records),
        rows_quarantined=len(quarantine),
    )


def _records(
    conformed: Conformed,
    bad: Mask,
    contract: Contract,
    privacy: Privacy,
    cells: SafeCells,
    submission_id: str,
) -> pa.Table:
    good = None if not bad.any() else np.flatnonzero(~bad)
    rows = len(bad) if good is None else len(good)

    def column(field: pa.Field) -> pa.Array:
        if field.name == "submission_id":
            return pa.repeat(submission_id, rows)
        known = contract.by_name.get(field.name)
        values = conformed.frame[field.name]
        if known is not None and not known.private and field.name not in RECORD_NAMES:
            values = cells.recorded(known)
        values = values if good is None else values.iloc[good]
        if known is not None and known.private:
            values = privacy.tokens(values, known.kind or "text")
        return pa.Array.from_pandas(values, type=field.type)

    schema = record_schema(contract)
    return pa.table([column(field) for field in schema], schema=schema)


def _quarantine(
    conformed: Conformed,
    bad: Mask,
    errors: pd.DataFrame,
    contract: Contract,
    cells: SafeCells,
    submission_id: str,
) -> pa.Table:
    if not bad.any():
        return QUARANTINE.empty_table()
    rows = conformed.frame.loc[bad]
    named = errors[["position", "rule"]].drop_duplicates().sort_values(["position", "rule"])
    rules = named.groupby("position")["rule"].agg(list)
    return pa.table(
        {
            "dataset": pa.repeat(contract.dataset, len(rows)),
            "period": pa.Array.from_pandas(rows["period"], type=pa.string()),
            "submission_id": pa.repeat(submission_id, len(rows)),
            "sheet": pa.Array.from_pandas(rows["sheet"], type=pa.string()),
            "row": pa.Array.from_pandas(rows["row"], type=pa.int64()),
            "cells": _original_cells(conformed, bad, contract, cells),
            "rules": pa.array(rules.loc[rows.index].tolist(), pa.list_(pa.string())),
        },
        schema=QUARANTINE,
    )


def _original_cells(conformed: Conformed, bad: Mask, contract: Contract, cells: SafeCells) -> list[str]:
    """The cells of quarantined rows as JSON by title, blanks left out; private ones masked."""
    titles = {at: cells.title(title) for at, title in _titles(conformed, contract).items()}
    rows = np.flatnonzero(bad)
    shown = [cells.shown(at, rows).tolist() for at in titles]
    return [
        json.dumps(
            {title: cell for title, cell in zip(titles.values(), row, strict=True) if isinstance(cell, str)},
            ensure_ascii=False,
        )
        for row in zip(*shown, strict=True)
    ]


def _titles(conformed: Conformed, contract: Contract) -> dict[str, str]:
    """Column name in the extract to the title shown; a title that repeats bears its column letter."""
    named = {str(at): contract.by_name[name].title for name, at in conformed.columns.items()}
    titles: dict[str, str] = {}
    for column in conformed.extract.table.columns:
        title = named.get(str(column.index)) or " ".join(column.path) or column_letter(column.index)
        taken = title in titles.values()
        titles[str(column.index)] = f"{title} {column_letter(column.index)}" if taken else title
    return titles


def _findings(
    conformed: Conformed, found: pd.DataFrame, contract: Contract, cells: SafeCells, submission_id: str
) -> pa.Table:
    if not len(found):
        return FINDINGS.empty_table()
    about_rows = found["position"] != HEADER
    places = conformed.frame[["region_code", "period", "row"]].reindex(
        found["position"].where(about_rows, other=-1)
    )
    sheet = conformed.extract.sheet
    header = max(conformed.extract.table.header_rows, default=0) + 1
    rows = places["row"].where(about_rows.to_numpy())
    found = found.reset_index(drop=True)
    lines = rows.fillna(header).astype("int64").astype("str").reset_index(drop=True)
    own = _own_cells(conformed, found) if contract.form else _column_cells(conformed, found, lines)
    addresses = (sheet + "!" + own).where(own != "", None)
    if contract.form:
        lines = lines.where(own == "", own)  # a row of the sheet holds many records
    columns: dict[str, Any] = {
        "finding_id": _finding_ids(submission_id, sheet, lines, found),
        "submission_id": submission_id,
        "dataset": contract.dataset,
        "region_code": places["region_code"].to_numpy(),
        "period": places["period"].to_numpy(),
        "sheet": sheet,
        "row": rows.to_numpy(),
        "cell": addresses,
        "value": _shown_values(conformed, found, contract, cells),
        "status": "open",
    }
    frame = pd.DataFrame({**{name: found[name] for name in DRAFT_COLUMNS[1:]}, **columns}).drop_duplicates(
        "finding_id"
    )
    return pa.Table.from_pandas(frame[FINDINGS.names], schema=FINDINGS, preserve_index=False)


def _column_cells(conformed: Conformed, found: pd.DataFrame, lines: pd.Series) -> pd.Series:
    """The cell of each finding: its column's letter in its row; blank where a row as a whole is meant."""
    letters = found["column"].map({n: column_letter(at) for n, at in conformed.columns.items()}).fillna("")
    return (letters + lines).where(letters != "", "")


def _own_cells(conformed: Conformed, found: pd.DataFrame) -> pd.Series:
    """The same in a form, whose record is one cell of its sheet; what is wrong with the region is wrong with the row."""
    cells = conformed.frame["cell"].reindex(found["position"]).reset_index(drop=True)
    is_own = (found["position"] != HEADER) & ~found["column"].isin(["region_name", "form"])
    return cells.where(is_own, "").fillna("")


def _finding_ids(submission_id: str, sheet: str, lines: pd.Series, found: pd.DataFrame) -> list[str]:
    return [
        finding_id(submission_id, sheet, row, column, rule)
        for row, column, rule in zip(lines, found["column"], found["rule"], strict=True)
    ]


def _shown_values(
    conformed: Conformed, found: pd.DataFrame, contract: Contract, cells: SafeCells
) -> pd.Series:
    """The cell as it was read, as far as it may be shown; what the draft says where no single cell is meant."""
    private = found["column"].isin(contract.private)
    values = mask_all(found["value"]).where(private, cells.texts(found["value"]))
    for name, index in conformed.columns.items():
        places = found.loc[(found["column"] == name) & (found["position"] != HEADER), "position"]
        if len(places):
            shown = cells.shown(str(index), places.to_numpy())
            values.loc[places.index] = shown.fillna("").to_numpy()
    return values


def _coverage(records: pa.Table) -> Counter[tuple[str, str]]:
    """Regions × periods that the records were handed in for; what was quarantined supersedes nothing."""
    counted = records.group_by(["handed_in_as", "period"]).aggregate([([], "count_all")]).to_pylist()
    return Counter({(row["handed_in_as"], row["period"]): row["count_all"] for row in counted})
