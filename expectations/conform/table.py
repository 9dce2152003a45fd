"""A table of text into the types of its contract: every column, then the period and the region of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.codes import BIRTH_DATE
from expectations.conform.columns import conform_column
from expectations.conform.heed import heed
from expectations.conform.model import HEADER, Conformed
from expectations.conform.places import ROLES, Places, locate
from expectations.conform.regions import RegionIndex
from expectations.conform.texts import problem, read_texts
from expectations.contracts.model import Column
from expectations.contracts.records import ARROW_TYPES
from expectations.dating import is_january_or_october, parse_period
from expectations.findings import drafts, no_drafts
from expectations.routing import Route
from expectations.rules import told
from warehouse.periods import Month

if TYPE_CHECKING:
    from connectors.extract import Extract

_PANDAS_TYPES = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def conform(
    extract: Extract,
    route: Route,
    period: str | None,
    index: RegionIndex,
    scope: Sequence[str] = (),
    beside: Sequence[Column] = (),
) -> Conformed:
    """Read a routed table into typed columns, with a draft for every cell that cannot be read.

    Args:
        extract: The table as text.
        route: Its contract, and which column is which.
        period: The submission's month, for rows that name none; None where nothing says it.
        index: The region tree.
        scope: Texts that may name a county or township for the whole file (sender path, file name), the nearest
            first; the sheet's name and the titles come before them.
        beside: Columns of other versions of the contract, which the dataset's records have too; blank here.
    """
    contract = route.contract
    periods, found = _periods(extract, route, period)
    latest = _last_day(periods)
    columns = _columns(extract, route, latest, len(periods))
    if columns.have_decimal_commas:
        columns = _columns(extract, route, latest, len(periods), have_decimal_commas=True)
    arrays, found = columns.arrays, [*found, *columns.found]
    located = _located(arrays, route, index, extract, scope, found, periods)
    arrays |= {**located.columns, "region_code": located.regions, "period": periods}
    for column in beside:
        arrays |= _absent(column, len(periods))
    arrays |= {
        "handed_in_as": located.handed_in_as,
        "sheet": pa.repeat(extract.sheet, len(periods)),
        "row": extract.rows,
    }
    every = [frame for frame in (*found, located.findings, _guesses(route)) if len(frame)]
    return Conformed(
        frame=pa.table(arrays).to_pandas(types_mapper=_PANDAS_TYPES.get, use_threads=False),
        findings=pd.concat(every, ignore_index=True) if every else no_drafts(),
        extract=extract,
        columns=dict(route.mapping),
        notes=(*columns.notes, *_filled(located, route), *_unused(route)),
        valid_from=contract.valid_from,
    )


@dataclass
class _Columns:
    """A table's columns as they are read, and whether one of them writes its decimals with a comma."""

    arrays: dict[str, pa.Array] = field(default_factory=dict)
    found: list[pd.DataFrame] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    have_decimal_commas: bool = False


def _columns(
    extract: Extract,
    route: Route,
    latest: np.datetime64 | None,
    rows: int,
    *,
    have_decimal_commas: bool = False,
) -> _Columns:
    """Every column; where one has decimal commas, ``1,234`` in another is read anew in that light."""
    read = _Columns()
    units = {column.index: column.unit for column in extract.table.columns}
    for column in route.contract.columns:
        if column.name not in route.mapping:
            read.arrays |= _absent(column, rows)
            continue
        at = route.mapping[column.name]
        own, known, unread = heed(extract.cells[str(at)], column, extract, at)
        if have_decimal_commas:
            known = replace(known, has_decimal_commas=True)
        texts, parsed, note = conform_column(own, column, units.get(at), extract.titles, latest, known)
        read.have_decimal_commas |= parsed.has_decimal_commas
        read.arrays[column.name] = texts.spread(parsed.values)
        read.found += unread
        read.found += [texts.drafts(problem, column.name) for problem in parsed.problems]
        read.notes += [note] if note else []
        read.arrays |= {column.name + suffix: texts.spread(h) for suffix, h in parsed.helpers.items()}
    return read


def _periods(extract: Extract, route: Route, period: str | None) -> tuple[pa.Array, list[pd.DataFrame]]:
    """The month of every row: its own column's, else the submission's; a text that is no period is a finding."""
    rows, contract = len(extract.rows), route.contract
    column = contract.with_role("period")
    if column is None or column.name not in route.mapping:
        missing = [] if period else [_undated(np.arange(rows), "")]
        return pa.array([period], pa.string()).take(pa.array(np.zeros(rows, dtype=np.int64))), missing
    texts = read_texts(extract.cells[str(route.mapping[column.name])], title=column.title)
    distinct = texts.values.to_pylist()
    months = pa.array([parse_period(t, contract.frequency, period) for t in distinct], pa.string())
    own = texts.spread(months)
    blank = texts.indices.is_null()
    if period is not None:
        own = pc.if_else(blank, pa.scalar(period), own)
        blank = pc.and_(blank, False)
    unread = months.is_null().to_numpy(zero_copy_only=False)
    doubtful = unread & np.array([is_january_or_october(text) for text in distinct], dtype=bool)
    wrong = (
        *problem(unread & ~doubtful, "missing_period", "cell", title=column.title),
        *problem(doubtful, "missing_period", "january", title=column.title),
    )
    undated = _undated(np.flatnonzero(blank.to_numpy(zero_copy_only=False)), column.name)
    return own, [*(texts.drafts(one, column.name) for one in wrong), undated]


def _undated(rows: np.ndarray, column: str) -> pd.DataFrame:
    return drafts(pd.Index(rows), told("missing_period"), column=column)


def _absent(column: Column, rows: int) -> dict[str, pa.Array]:
    """A column the table has not, with the helpers that rules count on."""
    blank = {column.name: pa.nulls(rows, ARROW_TYPES[column.type])}
    if column.kind == "resident_id":
        blank[column.name + BIRTH_DATE] = pa.nulls(rows, ARROW_TYPES["date"])
    return blank


def _last_day(periods: pa.Array) -> np.datetime64 | None:
    last = pc.max(periods).as_py() if len(periods) else None
    return np.datetime64(Month(last).end) if last else None


def _located(
    arrays: Mapping[str, pa.Array],
    route: Route,
    index: RegionIndex,
    extract: Extract,
    scope: Sequence[str],
    found: Sequence[pd.DataFrame],
    periods: pa.Array,
) -> Places:
    code = route.contract.with_role("region_code")
    spoilt = [] if code is None else [f.loc[f["column"] == code.name, "position"] for f in found]
    skip = frozenset(int(row) for rows in spoilt for row in rows)
    named = (extract.sheet, *extract.titles, *scope)
    own = {name: array for name, array in arrays.items() if name in route.mapping}
    return locate(
        own, _starts(extract), route.contract, index, named, skip, _nowhere(own, route, extract), periods
    )


def _nowhere(own: Mapping[str, pa.Array], route: Route, extract: Extract) -> dict[str, list[int]]:
    """By column of places the rows whose cell is not blank and yet names nothing: a dash, 无."""
    found = {}
    for column in route.contract.columns:
        if column.role in ROLES.values() and column.name in own and own[column.name].null_count:
            raw = extract.cells[str(route.mapping[column.name])].combine_chunks()
            marked = pc.and_(
                pc.is_null(own[column.name]), pc.not_equal(pc.fill_null(pc.utf8_trim_whitespace(raw), ""), "")
            )
            found[column.name] = np.flatnonzero(marked.to_numpy(zero_copy_only=False)).tolist()
    return found


def _starts(extract: Extract) -> np.ndarray:
    """Rows that do not go on from the one before: above them is a total, a heading, a blank row, or nothing."""
    rows = extract.rows.to_numpy()
    starts = np.ones(len(rows), dtype=bool)
    starts[1:] = np.diff(rows) != 1
    return starts


def _filled(located: Places, route: Route) -> tuple[str, ...]:
    if not located.filled:
        return ()
    titles = "、".join(f"「{route.contract.by_name[name].title}」" for name in located.columns)
    return (f"{titles}有 {located.filled:,} 行空着或写“同上”，按上面一行填入，请核对。",)


def _guesses(route: Route) -> pd.DataFrame:
    parts = [
        drafts(
            [HEADER], told("guessed_column", title=guess.title), column=guess.column, values=[guess.header]
        )
        for guess in route.guesses
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_drafts()


def _unused(route: Route) -> tuple[str, ...]:
    if not route.unknown:
        return ()
    return (f"以下列不在规定的列中，没有采用：{'、'.join(route.unknown)}。",)
