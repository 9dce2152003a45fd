"""From indicators and records to observations, for many months at once.

Two steps. ``measure`` runs each indicator's SQL against the records and keeps what it gives per finest region and
month. ``rollup`` adds numerators and denominators over the region tree and divides only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.indicators.measure import measure
from warehouse.indicators.model import Indicator
from warehouse.indicators.rollup import roll_up
from warehouse.relations import Source

if TYPE_CHECKING:
    import duckdb


def observe(
    connection: duckdb.DuckDBPyConnection,
    indicators: Mapping[str, Indicator],
    regions: pa.Table,
    months: Iterable[str],
    sources: Mapping[str, Source],
) -> pa.Table:
    """Observations of months.

    Args:
        connection: Has a table or view per dataset that the indicators read.
        indicators: By id.
        regions: Columns of ``warehouse.schemas.REGIONS``.
        months: ``2025-06`` …
        sources: Facts by dataset.

    Returns:
        ``warehouse.schemas.OBSERVATIONS``, sorted by indicator, region and period; byte-equal for equal records.

    Raises:
        IndicatorError: SQL that fails, or records of a region that is not in ``regions``.
    """
    return roll_up(measure(connection, indicators, months, sources), indicators, regions, sources)


def observe_year(
    connection: duckdb.DuckDBPyConnection,
    indicators: Mapping[str, Indicator],
    regions: pa.Table,
    year: str,
    sources: Mapping[str, Source],
) -> pa.Table:
    """Observations of a year (``period`` ``2025``) from its months, as each indicator's ``over_time`` says.

    For ``last`` each finest region counts with the last month it has reported. Otherwise like :func:`observe`.
    """
    months = [f"{year}-{month:02}" for month in range(1, 13)]
    return roll_up(
        measure(connection, indicators, months, sources), indicators, regions, sources, yearly=True
    )
