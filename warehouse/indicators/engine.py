"""From indicators and records to observations, for many months at once.

Two steps. ``measure`` runs each indicator's SQL against the records and keeps what it gives per finest region and
month. ``rollup`` adds numerators and denominators over the region tree and divides only then. Changes since a year
before are told of what comes out (``change``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.indicators.measure import measure
from warehouse.indicators.model import Indicator
from warehouse.indicators.rollup import lay_tree, roll_up
from warehouse.indicators.surveyed import weigh
from warehouse.relations import Source, check_months

if TYPE_CHECKING:
    from warehouse.engines import Engine


def observe(
    engine: Engine,
    indicators: Mapping[str, Indicator],
    regions: pa.Table,
    months: Iterable[str],
    sources: Mapping[str, Source],
    years: Iterable[str] = (),
) -> pa.Table:
    """Observations of months and of years; the records are read once for all of them.

    A year's rows (``period`` ``2025``) come from its months as each indicator's ``over_time`` says; for ``last`` each
    finest region counts with the last month it has reported.

    Args:
        engine: Has a table per dataset that the indicators read; a dataset without one is empty.
        indicators: By id.
        regions: Columns of ``warehouse.schemas.REGIONS``.
        months: ``2025-06`` …
        sources: Facts by dataset.
        years: ``2025`` …

    Returns:
        ``warehouse.schemas.OBSERVATIONS``: first the months' rows, then the years', each sorted by indicator, region
        and period; byte-equal for equal records.

    Raises:
        IndicatorError: SQL that fails, or records of a region that is not in ``regions``.
    """
    wanted = check_months(months)
    whole = [f"{year}-{month:02}" for year in sorted(set(years)) for month in range(1, 13)]
    with engine.desk() as desk:
        measure(engine, desk, indicators, [*wanted, *whole], sources)
        lay_tree(desk, indicators, regions, sources)
        monthly = weigh(desk, roll_up(desk, wanted), indicators)
        if not whole:
            return monthly
        return pa.concat_tables([monthly, weigh(desk, roll_up(desk, whole, yearly=True), indicators)])
