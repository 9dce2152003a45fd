"""Time for the people who write SQL: each dataset as it stood in a month, as named relations.

A definition's SQL reads ``<dataset>_as_of``, ``<dataset>_in_month`` or ``<dataset>_in_year``; every row of these
carries ``as_of``, the month it is told for, so one query answers for many months. The relations are common table
expressions put before the SQL: nothing is created in the caller's connection.

- ``_as_of`` of a dataset that keeps *events*: all records up to the month.
- ``_as_of`` of a *snapshot*: of each coverage unit (county, township or village) the latest state that still
  stands. A state stands as long as its frequency says: a monthly one only for its own month, so that a county that
  has not handed in shows as a gap and not as last month's figure; a quarterly one for 3 months, and so on.
- ``_in_month``: the records of the month itself. ``_in_year``: those from January to the month.

``observations_as_of`` are the month's observations, in December the year's where there are any. ``months`` has the
months asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from warehouse.codes import DIGITS
from warehouse.engines.spark_sql import trouble
from warehouse.guard import QueryError, ask, check, lock

if TYPE_CHECKING:
    from warehouse.engines import Engine

RELATION = re.compile(r"\b(?:from|join)\s+\(*([a-z]\w*?)_(as_of|in_month|in_year)\b", re.IGNORECASE)

_OBSERVATIONS = (
    "observations_as_of as (select months.as_of, o.* from months join observations o "
    "on o.period = months.as_of or o.period || '-12' = months.as_of "
    "qualify length(o.period) = min(length(o.period)) over (partition by indicator, region_code, as_of))"
)
_RECORD = {
    "region_code": "varchar",
    "period": "varchar",
    "submission_id": "varchar",
    "sheet": "varchar",
    "row": "bigint",
    "handed_in_as": "varchar",
}
NOTED = ("region_code", "period", "submission_id")
"""Columns that what is noted here has of a record's."""
_WINDOWS = {
    "in_month": "{period} = months.as_of",
    "in_year": "{period} between left(months.as_of, 4) || '-01' and months.as_of",
    "as_of": "{period} <= months.as_of",
}
_STANDS = (
    "{period} between strftime(strptime(months.as_of, '%Y-%m') - interval {before} month, '%Y-%m')"
    " and months.as_of"
)


@dataclass(frozen=True)
class Source:
    """What an engine must know of a dataset; the caller takes it from the dataset's contract.

    Attributes:
        evidence: Grade of its records, ``A`` to ``D``.
        keeps: ``snapshot`` or ``events``.
        coverage: The level whose units hand in as a whole: ``county``, ``township`` or ``village``.
        stands: Months for which a snapshot stands (1 monthly, 3 quarterly, 6 termly, 12 yearly).
        columns: SQL type by column, for binding definitions without data.
        rates: Columns that do not add up (percentages, yields, prices).
        is_there: Whether the engine has its table; see :func:`located`.
        has_rows: Whether that table holds any; the same.
        has_nils: Whether the engine knows of nil reports, by its table ``submissions``; the same.
        is_handed_in: Whether its rows were handed in, and lie in sheets; those of ``hand_ins`` were noted here.
    """

    evidence: str
    keeps: str
    coverage: str = "township"
    stands: int = 1
    columns: Mapping[str, str] = field(default_factory=dict)
    rates: frozenset[str] = frozenset()
    is_there: bool = True
    has_rows: bool = True
    has_nils: bool = False
    is_handed_in: bool = True

    @property
    def every_column(self) -> dict[str, str]:
        """SQL type by column of its table, those that every record has included."""
        every = _RECORD if self.is_handed_in else {name: _RECORD[name] for name in NOTED}
        return {**self.columns, **every}


def relations_in(sql: str) -> set[tuple[str, str]]:
    """The ``(dataset, window)`` pairs a statement reads, observations apart."""
    found = {(dataset.lower(), window.lower()) for dataset, window in RELATION.findall(sql)}
    return {pair for pair in found if pair[0] != "observations"}


def finds_rows(sql: str, sources: Mapping[str, Source]) -> bool:
    """Whether a statement may find anything: it reads a dataset that holds rows, or other things than datasets."""
    read = {dataset for dataset, _ in relations_in(sql)}
    return not read or any(dataset not in sources or sources[dataset].has_rows for dataset in read)


def with_relations(sql: str, sources: Mapping[str, Source], shape: str, extra: Iterable[str] = ()) -> str:
    """A statement with its relations in front; takes the parameter ``$months``.

    Args:
        sql: The definition's own select.
        sources: Facts by dataset.
        shape: The outer select, reading from ``stated`` (the definition's rows).
        extra: Further common table expressions the select may read.

    Raises:
        KeyError: The statement reads a dataset that is not among the sources.
    """
    parts = ["months as (select unnest($months::varchar[]) as as_of)", *extra]
    missing = sorted({dataset for dataset, _ in relations_in(sql) if not sources[dataset].is_there})
    parts += [_empty(dataset, sources[dataset]) for dataset in missing]
    parts += [_relation(dataset, window, sources[dataset]) for dataset, window in sorted(relations_in(sql))]
    parts += [_OBSERVATIONS] if "observations_as_of" in sql else []
    parts.append(f"stated as ({sql.strip().rstrip(';')}\n)")
    return f"with {', '.join(parts)} {shape}"


def located(engine: Engine, sources: Mapping[str, Source]) -> dict[str, Source]:
    """The sources, those without a table or rows marked: a dataset that nobody has handed in yet is an empty one."""
    there = engine.tables()
    holding = engine.filled(there & sources.keys())
    has_nils = "submissions" in there
    return {
        dataset: replace(source, is_there=dataset in there, has_rows=dataset in holding, has_nils=has_nils)
        for dataset, source in sources.items()
    }


def _empty(dataset: str, source: Source) -> str:
    columns = ", ".join(f'null::{kind} as "{name}"' for name, kind in source.every_column.items())
    return f"{dataset} as (select {columns} where false)"


def nil_reports(dataset: str, source: Source) -> str:
    """SQL for what nil reports of a dataset speak for: ``(submission_id, region_code, period)``.

    They are the submissions that count and have no rows; where another has handed in rows since, these speak.
    """
    digits = DIGITS[source.coverage]
    return (
        "select submission_id, nil.region_code, nil.period from ("  # noqa: S608 — names of contracts
        "select submission_id, unnest(regions) as region_code, period from submissions "
        f"where dataset = '{dataset}' and status = 'accepted' and rows_in = 0) nil "
        f"anti join {dataset} r on r.period = nil.period "
        f"and left(r.region_code, {digits}) = left(nil.region_code, {digits})"
    )


def nils_in(dataset: str, window: str, source: Source) -> str:
    """SQL for the nil reports that a relation rests on: ``(as_of, submission_id, region_code, period)``; takes ``$months``."""
    within = _within(window, source).format(period="nil.period", before=source.stands - 1)
    return (
        "select months.as_of, nil.* from (select unnest($months::varchar[]) as as_of) months "  # noqa: S608 - the same
        f"join ({nil_reports(dataset, source)}) nil on {within}"
    )


def _reported(dataset: str, source: Source, columns: str = "region_code, period") -> str:
    """SQL for the regions and months of which there are records, or a nil report."""
    held = f"select distinct {columns} from {dataset}"  # noqa: S608 — names of contracts
    return f"{held} union select {columns} from ({nil_reports(dataset, source)})" if source.has_nils else held  # noqa: S608


def units_reported(dataset: str, window: str, source: Source) -> str:
    """SQL for the regions that a relation has records, or nil reports, of: ``(as_of, region_code)``; takes ``$months``."""
    return (
        "with months as (select unnest($months::varchar[]) as as_of), "  # noqa: S608 — names of contracts
        f"held as ({_reported(dataset, source)}) "
        "select distinct months.as_of, held.region_code from months "
        f"join held on {_within(window, source).format(period='held.period', before=source.stands - 1)}"
    )


def _within(window: str, source: Source) -> str:
    return _STANDS if window == "as_of" and source.keeps == "snapshot" else _WINDOWS[window]


def _relation(dataset: str, window: str, source: Source) -> str:
    name = f"{dataset}_{window}"
    within = _within(window, source)
    if within is not _STANDS:
        on = within.format(period="r.period")
        return f"{name} as (select months.as_of, r.* from months join {dataset} r on {on})"  # noqa: S608
    if source.stands == 1:
        return f"{name} as (select r.period as as_of, r.* from {dataset} r where r.period in (select as_of from months))"  # noqa: S608
    digits = DIGITS[source.coverage]
    on = _STANDS.format(period="u.period", before=source.stands - 1)
    return (
        f"{name} as (select l.as_of, r.* from {dataset} r join ("  # noqa: S608
        "select months.as_of, u.unit, max(u.period) as period from months join "
        f"({_reported(dataset, source, f'left(region_code, {digits}) as unit, period')}) u on {on} group by all"
        f") l on l.period = r.period and l.unit = left(r.region_code, {digits}))"
    )


def check_months(months: Iterable[str]) -> list[str]:
    """The months in order, once each.

    Raises:
        ValueError: One is not written ``2025-06``.
    """
    ordered = sorted(set(months))
    wrong = [month for month in ordered if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month)]
    if wrong:
        raise ValueError(f"not a month: {', '.join(wrong)}; write 2025-06")
    return ordered


def bind_problem(
    sql: str, sources: Mapping[str, Source], wanted: Iterable[str], extra: Iterable[str] = ()
) -> str | None:
    """Why a statement would fail on tables with the sources' columns, or on one engine, or None; runs on empty tables."""
    import duckdb

    read = {dataset for dataset, _ in relations_in(sql)}
    if unknown := sorted(read - set(sources)):
        return f"no contract for {', '.join(unknown)}; datasets are {', '.join(sorted(sources))}"
    with duckdb.connect() as empty:
        for name, columns in _tables(sql, sources).items():
            empty.execute(f"create table {name} ({columns})")
        lock(empty)
        try:
            check(sql)
            statement = with_relations(sql, sources, "select * from stated", extra)
            found = ask(empty, statement, {"months": ["2025-01"]}).column_names
        except QueryError as error:
            return str(error)
    if missing := sorted(set(wanted) - set(found)):
        return f"selects no {', '.join(missing)}"
    return trouble(sql, {name: kind for dataset in read for name, kind in sources[dataset].columns.items()})


def _tables(sql: str, sources: Mapping[str, Source]) -> dict[str, str]:
    fixed = {
        "regions": "region_code varchar, name varchar, level varchar, parent_code varchar, region_group varchar",
        "observations": "indicator varchar, region_code varchar, period varchar, numerator double, "
        "denominator double, value double, records bigint",
    }
    return fixed | {dataset: _columns(sources[dataset]) for dataset, _ in relations_in(sql)}


def _columns(source: Source) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in source.every_column.items())
