"""From an observation to what it rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pipelines.site import Site


@dataclass(frozen=True)
class Traced:
    """An observation and the records behind it.

    Attributes:
        observation: The row of ``observations``, in a list; empty where there is none.
        rows: Records behind it (dataset, submission, file, sheet, row), capped.
        total: How many records there are in all.
        submissions: How many submissions they come from.
    """

    observation: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    total: int
    submissions: int

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "observation": self.observation[0] if self.observation else None,
            "records": self.total,
            "submissions": self.submissions,
            "rows": self.rows,
        }


def trace_observation(
    site: Site, indicator: str, region_code: str, period: str, *, limit: int, as_of: dt.datetime | None = None
) -> Traced:
    """What an indicator's value for a region and a period rests on."""
    from warehouse.trace import trace

    with site.connect(as_of=as_of) as connection:
        observed = connection.sql(
            "select * from observations where indicator = ? and region_code = ? and period = ?",
            params=[indicator, region_code, period],
        ).to_arrow_table()
        found = trace(connection, site.indicators[indicator].inputs, region_code, period, limit=limit)
    return Traced(observed.to_pylist(), found.rows.to_pylist(), found.total, found.submissions)
