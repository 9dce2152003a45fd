"""Measuring: each indicator's SQL run against the records, kept per finest region and month. Nothing is added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.guard import QueryError, ask
from warehouse.indicators.model import Indicator
from warehouse.relations import Source, check_months, finds_rows, located, units_reported, with_relations

if TYPE_CHECKING:
    import duckdb

_PARTS = pa.schema(
    [
        ("indicator", pa.string()),
        ("side", pa.string()),
        ("as_of", pa.string()),
        ("region_code", pa.string()),
        ("value", pa.decimal128(38, 6)),
        ("low", pa.decimal128(38, 6)),
        ("records", pa.int64()),
    ]
)
# Decimals, not doubles: a sum of doubles depends on the order threads happen to add in.
_SHAPE = (
    "select as_of, region_code, sum(value::decimal(38, 6)) as value, min(value::decimal(38, 6)) as low, "
    "count(value) as records from stated where value is not null group by all"
)
_STATED = (
    "select as_of, region_code, max(value::decimal(38, 6)) as value, min(value::decimal(38, 6)) as low, "
    "count(value) as records from stated where value is not null group by all"
)
_REPORTED = pa.schema(
    [
        ("relation", pa.string()),
        ("coverage", pa.string()),
        ("as_of", pa.string()),
        ("region_code", pa.string()),
    ]
)


class IndicatorError(RuntimeError):
    """An indicator that cannot be computed; names it, the cause and the remedy."""


@dataclass(frozen=True)
class Measures:
    """What the records say, before anything is added up.

    Attributes:
        parts: Per indicator, side (``numerator``, ``denominator``, ``stated``), month and region: value, the lowest
            single value, number of records.
        reported: The regions each relation has records of, by month.
    """

    parts: pa.Table
    reported: pa.Table

    def during(self, months: Sequence[str]) -> Measures:
        """Those of some of the months."""
        chosen = pa.array(months, pa.string())
        return Measures(
            *(
                table.filter(pc.is_in(table["as_of"], value_set=chosen))
                for table in (self.parts, self.reported)
            )
        )


def measure(
    connection: duckdb.DuckDBPyConnection,
    indicators: Mapping[str, Indicator],
    months: Iterable[str],
    sources: Mapping[str, Source],
) -> Measures:
    """Run the indicators' SQL for the months; where all that it reads holds no row yet, nothing is asked.

    Raises:
        IndicatorError: An indicator's SQL fails or reads a dataset without facts.
    """
    asked = {"months": check_months(months)}
    _check_inputs(indicators, sources)
    sources = located(connection, sources)
    parts = [
        part
        for indicator in indicators.values()
        for side, sql in indicator.statements.items()
        if finds_rows(sql, sources)
        for part in [_part(connection, indicator, side, sql, sources, asked)]
    ]
    relations = sorted(frozenset[tuple[str, str]]().union(*(i.relations for i in indicators.values())))
    reported = [
        _labelled(
            connection.sql(units_reported(dataset, window, sources[dataset]), params=asked).to_arrow_table(),
            _REPORTED,
            relation=f"{dataset}_{window}",
            coverage=sources[dataset].coverage,
        )
        for dataset, window in relations
        if sources[dataset].is_there
    ]
    return Measures(
        pa.concat_tables([_PARTS.empty_table(), *parts]),
        pa.concat_tables([_REPORTED.empty_table(), *reported]),
    )


def _part(
    connection: duckdb.DuckDBPyConnection,
    indicator: Indicator,
    side: str,
    sql: str,
    sources: Mapping[str, Source],
    asked: Mapping[str, list[str]],
) -> pa.Table:
    statement = with_relations(sql, sources, _STATED if side == "stated" else _SHAPE)
    try:
        rows = ask(connection, statement, asked)
    except QueryError as error:
        raise IndicatorError(
            f"indicator {indicator.id}: its {side} cannot be computed: {error}\n"
            "Its rows are as_of, region_code, value; its relations <dataset>_as_of, _in_month or _in_year."
        ) from error
    return _labelled(rows, _PARTS, indicator=indicator.id, side=side)


def _labelled(rows: pa.Table, schema: pa.Schema, **labels: str) -> pa.Table:
    for name, label in labels.items():
        rows = rows.append_column(name, pa.repeat(pa.scalar(label), rows.num_rows))
    return rows.select(schema.names).cast(schema)


def _check_inputs(indicators: Mapping[str, Indicator], sources: Mapping[str, Source]) -> None:
    unknown = {
        f"{indicator.id} reads {dataset}"
        for indicator in indicators.values()
        for dataset in indicator.inputs
        if dataset not in sources
    }
    if unknown:
        raise IndicatorError(
            f"{len(unknown)} inputs without a contract: {'; '.join(sorted(unknown)[:10])}. "
            "Add the contract or take the indicator out."
        )
