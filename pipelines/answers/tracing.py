"""From an observation to what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.home.site import Site
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
        submissions: How many submissions they come from.
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
    """What an indicator's value for a region and a period rests on, as a connection of the site sees it."""
    from expectations.contracts.sources import sources
    from warehouse.trace import trace

    observed = connection.sql(
        "select * from observations where indicator = ? and region_code = ? and period = ?",
        params=[indicator, region_code, period],
    ).to_arrow_table()
    one = site.indicators[indicator]
    found = trace(
        connection,
        one.statements.values(),
        sources(site.contracts),
        region_code,
        period,
        only_last=one.over_time == "last",
        limit=limit,
    )
    rows = list(_with_cells(site, found.rows.to_pylist()))
    nils = found.nils.drop_columns(["sheet", "row", "cell"]).to_pylist()
    return Traced(observed.to_pylist(), rows, found.total, found.submissions, nils)


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
