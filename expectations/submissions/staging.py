"""From conformed tables and drafts to what is written: records, quarantine and findings of submissions.

This is where private columns become tokens, and the last place that sees them: nothing leaves here in the clear.
All submissions of a dataset go through it together, and each gets its part of the outcome. Rows in are records plus
quarantined rows, or staging stops. Judging values belongs to conforming and validation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from expectations.conform.joined import Joined, Positions
from expectations.conform.model import HEADER, Conformed
from expectations.conform.patterns import Mask
from expectations.contracts.model import Contract
from expectations.contracts.records import RECORD_NAMES, record_schema
from expectations.privacy.masks import Privacy
from expectations.privacy.safe_cells import SafeCells
from expectations.privacy.shield import Shield
from expectations.submissions.placing import findings_at_cells
from expectations.submissions.quarantining import quarantined_rows
from warehouse.schemas import FINDINGS, QUARANTINE


@dataclass(frozen=True)
class Own:
    """What is a submission's own.

    Attributes:
        submission_id: Which.
        tables: Its tables.
        shield: What may be shown of it.
    """

    submission_id: str
    tables: Sequence[Conformed]
    shield: Shield


@dataclass(frozen=True)
class Staged:
    """One submission, ready to be written.

    Attributes:
        records: Rows without an error; schema ``record_schema(contract)``.
        quarantine: Rows with an error, original cells masked; schema ``QUARANTINE``.
        findings: Every problem; schema ``FINDINGS``.
        coverage: By region code (at the contract's coverage level) and period, how many records were handed in for it.
    """

    records: pa.Table
    quarantine: pa.Table
    findings: pa.Table
    coverage: Counter[tuple[str, str]]


class Miscounted(RuntimeError):
    """Rows were lost or doubled between reading and staging; ours, never the sender's."""


def stage(
    submissions: Sequence[Own], joined: Joined, judged: pd.DataFrame, contract: Contract, privacy: Privacy
) -> list[Staged]:
    """Divide the tables of submissions into records and quarantine and give their drafts their cells and ids.

    Args:
        submissions: In the order of their tables.
        joined: The tables of all of them.
        judged: Drafts of validation at joint positions; conforming's own are added here.
        contract: Their contract.
        privacy: Tokens and masks.

    Raises:
        Miscounted: Rows in are not records plus quarantined rows.
    """
    cells = SafeCells(joined, contract, [own.shield for own in submissions for _ in own.tables])
    ids = pa.array([own.submission_id for own in submissions for _ in own.tables], pa.string())
    found = _found(joined, cells.findings(), judged)
    errors = found.loc[(found["severity"] == "error") & (found["position"] != HEADER)]
    bad = np.zeros(len(joined.frame), dtype=bool)
    bad[errors["position"].to_numpy()] = True
    records = _records(joined, bad, contract, privacy, cells, ids)
    quarantine = quarantined_rows(joined, errors, contract, cells, ids)
    tables = np.cumsum([0, *(len(own.tables) for own in submissions)])
    rows = joined.starts[tables]
    good = np.concatenate([[0], np.cumsum(~bad)])[rows]
    _count(submissions, good, rows - good, records, quarantine)
    findings, owners = findings_at_cells(joined, found, contract, cells, ids)
    parts = zip(
        _cut(records, good),
        _cut(quarantine, rows - good),
        _cut(findings, np.searchsorted(owners, tables)),
        _coverage(records, good),
        strict=True,
    )
    return [Staged(*part) for part in parts]


def nothing_staged(contract: Contract) -> Staged:
    """A submission without a table."""
    empty = record_schema(contract).empty_table()
    return Staged(empty, QUARANTINE.empty_table(), FINDINGS.empty_table(), Counter())


def _found(joined: Joined, private: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """All drafts table by table: what conforming found, private values, what validation found."""
    placed = [
        drafts.assign(table=joined.owners[drafts["position"].to_numpy()])
        for drafts in (private, judged)
        if len(drafts)
    ]
    every = pd.concat([joined.drafts, *placed], ignore_index=True) if placed else joined.drafts
    return every.sort_values("table", kind="stable", ignore_index=True)


def _records(
    joined: Joined, bad: Mask, contract: Contract, privacy: Privacy, cells: SafeCells, ids: pa.StringArray
) -> pa.Table:
    good = np.flatnonzero(~bad) if bad.any() else None

    def column(field: pa.Field) -> pa.Array:
        if field.name == "submission_id":
            return ids.take(pa.array(joined.owners if good is None else joined.owners[good]))
        known = contract.by_name.get(field.name)
        values = joined.frame[field.name]
        if known is not None and not known.private and field.name not in RECORD_NAMES:
            values = cells.recorded(known)
        values = values if good is None else values.iloc[good]
        if known is not None and known.private:
            values = privacy.tokens(values, known.kind or "text")
        return pa.Array.from_pandas(values, type=field.type)

    schema = record_schema(contract)
    return pa.table([column(field) for field in schema], schema=schema)


def _count(
    submissions: Sequence[Own],
    good: Positions,
    bad: Positions,
    records: pa.Table,
    quarantine: pa.Table,
) -> None:
    """Hold the rows of every submission against what became of them."""
    counted = zip(submissions, np.diff(good).tolist(), np.diff(bad).tolist(), strict=True)
    for own, recorded, quarantined in counted:
        rows_in = sum(len(table.extract.rows) for table in own.tables)
        if rows_in != recorded + quarantined:
            raise Miscounted(
                f"{own.submission_id}: {rows_in} rows in, {recorded} records and {quarantined} quarantined"
            )
    if (len(records), len(quarantine)) != (good[-1], bad[-1]):
        raise Miscounted(
            f"{good[-1]} good rows and {len(records)} records, {bad[-1]} bad and {len(quarantine)} quarantined"
        )


def _cut(rows: pa.Table, at: npt.NDArray[np.int64]) -> Iterator[pa.Table]:
    """The part of each submission, from where it begins to where the next does; nothing is copied."""
    return (
        rows.slice(start, end - start) for start, end in zip(at[:-1].tolist(), at[1:].tolist(), strict=True)
    )


def _coverage(records: pa.Table, at: Positions) -> list[Counter[tuple[str, str]]]:
    """Regions × periods that records were handed in for; what was quarantined supersedes nothing."""
    covered: list[Counter[tuple[str, str]]] = [Counter() for _ in at[1:]]
    owners = np.repeat(np.arange(len(covered)), np.diff(at))
    units = pa.table(
        [pa.array(owners), records["handed_in_as"], records["period"]], ["own", "region", "period"]
    )
    counted = units.group_by(["own", "region", "period"]).aggregate([([], "count_all")])
    for row in counted.to_pylist():
        covered[row["own"]][row["region"], row["period"]] = row["count_all"]
    return covered
