"""From an observation to what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.home.site import Site
from warehouse.indicators.model import measured
from warehouse.periods import a_year_before
from warehouse.staged import Layout

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Traced:
    """An observation and the records behind it.

    Attributes:
        observation: The row of ``observations``, in a list; empty where there is none.
        rows: Records behind it (dataset, submission, file, sheet, row, cells by column), capped.
        total: How many records there are in all.
        submissions: How many submissions they come from; of a change those of both years.
        nils: Nil reports of its regions and months (dataset, submission, file, region, period).
    """

    observation: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    total: int
    submissions: int
    nils: list[dict[str, Any]]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "observation": self.observation[0] if self.observation else None,
            "records": self.total,
            "submissions": self.submissions,
            "rows": self.rows,
            "nil_reports": self.nils,
        }


def trace_observation(
    site: Site, connection: DuckDBPyConnection, indicator: str, region_code: str, period: str, *, limit: int
) -> Traced:
    """What an indicator's value for a region and a period rests on, as a connection of the site sees it.

    A change rests on what it is told of, in the period and in the one a year before.
    """
    from expectations.contracts.sources import sources
    from warehouse.trace import trace

    observed = connection.sql(
        "select * from observations where indicator = ? and region_code = ? and period = ?",
        params=[indicator, region_code, period],
    ).to_arrow_table()
    one = site.indicators[indicator]
    periods = (period, a_year_before(period)) if one.of else (period,)
    behind = measured(one, site.indicators)
    trails = [
        trace(
            connection,
            behind.statements.values(),
            sources(site.contracts),
            region_code,
            each,
            only_last=behind.over_time == "last",
            limit=limit,
        )
        for each in periods
    ]
    rows = pa.concat_tables(trail.rows for trail in trails).slice(0, limit)
    nils = pa.concat_tables(trail.nils for trail in trails).drop_columns(["sheet", "row", "cell"])
    return Traced(
        observed.to_pylist(),
        list(_with_cells(site, rows.to_pylist())),
        sum(trail.total for trail in trails),
        sum(trail.submissions for trail in trails),
        nils.to_pylist(),
    )


def _with_cells(site: Site, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows with the cell of every column of their record: ``{"households": "E5"}``; a form's record is one cell."""
    layouts: dict[tuple[str, str], Layout] = {}
    for row in rows:
        key = (row["dataset"], row["submission_id"])
        if key not in layouts:
            layouts[key] = site.staged.layout(*key)
        columns = layouts[key].get(row["sheet"], {})
        own = row.pop("cell")
        cells = {"value": own} if own else {name: f"{at}{row['row']}" for name, at in columns.items()}
        yield row | {"cells": cells}
