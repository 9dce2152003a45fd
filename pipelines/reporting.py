"""Which county handed in what, in time, late or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from expectations.contract import Contract
from expectations.report.source import Source
from expectations.report.timeliness import HandIn, hand_ins
from pipelines.site import Site

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def reporting(
    site: Site,
    connection: DuckDBPyConnection,
    months: Sequence[str],
    contracts: Mapping[str, Contract] | None = None,
) -> list[HandIn]:
    """Every dataset × county × month, as it stands now.

    Args:
        site: The home.
        connection: Its warehouse.
        months: ``2025-06`` …
        contracts: All of the home's by default.
    """
    if not months:
        return []
    source = Source(
        connection,
        contracts or site.contracts,
        {},
        months,
        as_of=dt.datetime.now(dt.UTC),
        reconciliations={},
    )
    return hand_ins(source)
