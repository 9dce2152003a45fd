"""Measuring: each indicator's SQL run against the records, kept per finest region and month. Nothing is added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.engines import Question, Unanswered
from warehouse.indicators.model import Indicator
from warehouse.relations import Source, check_months, finds_rows, located, units_reported, with_relations

if TYPE_CHECKING:
    from warehouse.engines import Desk, Engine

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


def measure(
    engine: Engine,
    desk: Desk,
    indicators: Mapping[str, Indicator],
    months: Iterable[str],
    sources: Mapping[str, Source],
) -> None:
    """Put on the desk what the records say of the months, before anything is added up; months differ by ``as_of``.

    ``measured`` has per indicator, side (``numerator``, ``denominator``, ``stated``), month and region: value, the lowest
    single value, number of records. ``told`` has the regions that each relation has records of, by month. Where all that
    an indicator reads holds no row yet, nothing is asked.

    Raises:
        IndicatorError: An indicator's SQL fails or reads a dataset without facts.
    """
    asked = {"months": check_months(months)}
    _check_inputs(indicators, sources)
    sources = located(engine, sources)
    try:
        desk.gather("measured", _PARTS, _parts(indicators, sources, asked))
    except Unanswered as error:
        named = error.question.labels
        raise IndicatorError(
            f"indicator {named['indicator']}: its {named['side']} cannot be computed: {error}\n"
            "Its rows are as_of, region_code, value; its relations <dataset>_as_of, _in_month or _in_year."
        ) from error
    desk.gather("told", _REPORTED, _reported(indicators, sources, asked))


def _parts(
    indicators: Mapping[str, Indicator], sources: Mapping[str, Source], asked: Mapping[str, list[str]]
) -> Iterator[Question]:
    for indicator in indicators.values():
        for side, sql in indicator.statements.items():
            if finds_rows(sql, sources):
                statement = with_relations(sql, sources, _STATED if side == "stated" else _SHAPE)
                yield Question(statement, asked, {"indicator": indicator.id, "side": side})


def _reported(
    indicators: Mapping[str, Indicator], sources: Mapping[str, Source], asked: Mapping[str, list[str]]
) -> Iterator[Question]:
    for dataset, window in sorted(frozenset().union(*(one.relations for one in indicators.values()))):
        source = sources[dataset]
        if source.is_there:
            labels = {"relation": f"{dataset}_{window}", "coverage": source.coverage}
            yield Question(units_reported(dataset, window, source), asked, labels)


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
