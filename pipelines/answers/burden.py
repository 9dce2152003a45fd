"""What filling in came to, for the months that the office asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.loading.figures import months_in_records
from warehouse.periods import months_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.burden.report import Burden
    from pipelines.home.site import Site

_LAST_MONTHS = 12


def burden_of(site: Site, connection: DuckDBPyConnection, period: str | None) -> Burden:
    """The burden of a month, a quarter or a year; of the last twelve months of records where none is given.

    Raises:
        ValueError: It is no period.
    """
    from expectations.burden.report import burden

    months = (
        [month.text for month in months_of(period)] if period else months_in_records(site)[-_LAST_MONTHS:]
    )
    return burden(
        connection,
        site.contracts,
        site.indicators,
        site.reconciliations,
        months,
        site.home.settings.seconds_per_cell,
    )


def as_json(found: Burden) -> dict[str, Any]:
    """All of it for programs; hours beside the assumption that they rest on."""
    return {
        "seconds_per_cell": found.seconds_per_cell,
        "cells": found.cells,
        "hours": found.hours(found.cells),
        "datasets": list(found.datasets),
        "units": list(found.filled),
        "asked_twice": list(found.twice),
        "unread": list(found.unread),
    }


def in_short(found: Burden, departments: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    """A row per dataset of which anything was filled in, most cells first; shares in per cent."""
    rows = sorted((row for row in found.datasets if row["cells"]), key=lambda row: -row["cells"])
    return [
        {
            **row,
            "department": departments.get(row["department"], row["department"]),
            "hours": round(row["hours"]),
            "repeated": "" if row["repeated"] is None else f"{row['repeated'] / row['cells']:.0%}",
            "unread": f"{row['unused_cells'] / row['cells']:.0%}",
        }
        for row in rows
    ]
