"""A table of text into the types of its contract: every column, then the period and the region of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.codes import BIRTH_DATE
from expectations.conform.columns import ARROW_TYPES, conform_column
from expectations.conform.model import HEADER, Conformed
from expectations.conform.places import locate
from expectations.conform.regions import RegionIndex
from expectations.conform.texts import Problem, read_texts
from expectations.contract import Column, Contract
from expectations.dating import parse_period
from expectations.findings import drafts, no_drafts
from expectations.routing import Route
from warehouse.periods import Month

if TYPE_CHECKING:
    from connectors.extract import Extract

_PANDAS_TYPES = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def conform(
    extract: Extract, route: Route, period: str | None, index: RegionIndex, scope: Sequence[str] = ()
) -> Conformed:
    """Read a routed table into typed columns, with a draft for every cell that cannot be read.

    Args:
        extract: The table as text.
        route: Its contract, and which column is which.
        period: The submission's month, for rows that name none; None where nothing says it.
        index: The region tree.
        scope: Texts that may name a county or township for the whole file (sender path, file name), the nearest
            first; the sheet's name and the titles come before them.
    """
    contract = route.contract
    cells = {name: extract.cells[str(at)] for name, at in route.mapping.items()}
    periods, found = _periods(extract, contract, cells, period)
    latest = _last_day(periods)
    arrays: dict[str, pa.Array] = {}
    notes: list[str] = []
    units = {column.index: column.unit for column in extract.table.columns}
    for column in contract.columns:
        if column.name not in cells:
            arrays |= _absent(column, len(periods))
            continue
        printed = units.get(route.mapping[column.name])
        texts, parsed, note = conform_column(cells[column.name], column, printed, extract.titles, latest)
        arrays[column.name] = texts.spread(parsed.values)
        found += [texts.drafts(problem, column.name) for problem in parsed.problems if problem.at.any()]
        notes += [note] if note else []
        arrays |= {column.name + suffix: texts.spread(helper) for suffix, helper in parsed.helpers.items()}
    regions, lost = _regions(arrays, contract, index, extract, scope, found)
    arrays |= {"region_code": regions, "period": periods}
    arrays |= {"sheet": pa.repeat(extract.sheet, len(periods)), "row": extract.rows}
    every = [frame for frame in (*found, lost, _guesses(route)) if len(frame)]
    return Conformed(
        frame=pa.table(arrays).to_pandas(types_mapper=_PANDAS_TYPES.get),
        findings=pd.concat(every, ignore_index=True) if every else no_drafts(),
        extract=extract,
        columns=dict(route.mapping),
        notes=(*notes, *_unused(route)),
    )


def _periods(
    extract: Extract, contract: Contract, cells: Mapping[str, pa.ChunkedArray], period: str | None
) -> tuple[pa.Array, list[pd.DataFrame]]:
    """The month of every row: its own column's, else the submission's; a text that is no period is a finding."""
    rows = len(extract.rows)
    column = contract.with_role("period")
    if column is None or column.name not in cells:
        missing = [] if period else [_undated(np.arange(rows), "")]
        return pa.array([period], pa.string()).take(pa.array(np.zeros(rows, dtype=np.int64))), missing
    texts = read_texts(cells[column.name], title=column.title)
    months = pa.array([parse_period(t, contract.frequency) for t in texts.values.to_pylist()], pa.string())
    own = texts.spread(months)
    blank = texts.indices.is_null()
    if period is not None:
        own = pc.if_else(blank, pa.scalar(period), own)
        blank = pc.and_(blank, False)
    wrong = Problem(
        "missing_period",
        months.is_null().to_numpy(zero_copy_only=False),
        f"「{column.title}」看不出是哪个月。",
        "请写明所属年月，如 2025-06。",
    )
    undated = _undated(np.flatnonzero(blank.to_numpy(zero_copy_only=False)), column.name)
    return own, [texts.drafts(wrong, column.name), undated]


def _undated(rows: np.ndarray, column: str) -> pd.DataFrame:
    return drafts(
        pd.Index(rows),
        column=column,
        rule="missing_period",
        severity="error",
        values=None,
        message="此行没有所属期，表题、文件名和文件夹中也没有。",
        remedy="请在表题或文件名中写明所属年月，如 2025年6月。",
    )


def _absent(column: Column, rows: int) -> dict[str, pa.Array]:
    """A column the table has not, with the helpers that rules count on."""
    blank = {column.name: pa.nulls(rows, ARROW_TYPES[column.type])}
    if column.kind == "resident_id":
        blank[column.name + BIRTH_DATE] = pa.nulls(rows, ARROW_TYPES["date"])
    return blank


def _last_day(periods: pa.Array) -> np.datetime64 | None:
    last = pc.max(periods).as_py() if len(periods) else None
    return np.datetime64(Month(last).end) if last else None


def _regions(
    arrays: Mapping[str, pa.Array],
    contract: Contract,
    index: RegionIndex,
    extract: Extract,
    scope: Sequence[str],
    found: Sequence[pd.DataFrame],
) -> tuple[pa.Array, pd.DataFrame]:
    code = contract.with_role("region_code")
    spoilt = [] if code is None else [f.loc[f["column"] == code.name, "position"] for f in found]
    skip = frozenset(int(row) for rows in spoilt for row in rows)
    named = index.scope((extract.sheet, *extract.titles, *scope))
    return locate(arrays, len(extract.rows), contract, index, named, skip)


def _guesses(route: Route) -> pd.DataFrame:
    parts = [
        drafts(
            [HEADER],
            column=guess.column,
            rule="guessed_column",
            severity="warning",
            values=[guess.header],
            message=f"表头与规定不同，按「{guess.title}」处理。",
            remedy="请核对；下次请使用规定的列名。",
        )
        for guess in route.guesses
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_drafts()


def _unused(route: Route) -> tuple[str, ...]:
    if not route.unknown:
        return ()
    return (f"以下列不在规定的列中，没有采用：{'、'.join(route.unknown)}。",)
