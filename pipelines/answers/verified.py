"""What visits say of what was claimed: by region the share of records that hold, and the figures that rest on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.guard import ask
from warehouse.indicators.evidence_rules import FieldCheck
from warehouse.places import with_places

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.indicators import Indicator

_RESULTS = """
    select * from verifications where $sample = '' or sample = $sample order by sample, region_code
"""
_FIGURES = """
    select o.indicator, o.region_code, o.period, o.value, c.left_value as claimed from observations o
    left join reconciliations c on c.reconciliation = 'claim_vs_observation/' || o.indicator
        and c.region_code = o.region_code and c.period = o.period
    where list_contains($indicators, o.indicator) and o.value is not null
        and (o.region_code, o.period) in (select (region_code, period) from verifications)
"""


def verified(connection: DuckDBPyConnection, sample: str = "") -> list[dict[str, Any]]:
    """Rows of ``verifications`` with names of regions; of one sample, or of all."""
    return with_places(connection, ask(connection, _RESULTS, {"sample": sample}).to_pylist())


def claims_below(
    connection: DuckDBPyConnection, rows: Sequence[Mapping[str, Any]], indicators: Mapping[str, Indicator]
) -> list[dict[str, Any]]:
    """The figures that rest on records visited, as recorded, as claimed, and as visits leave them.

    A figure is taken down by the share of its records that do not hold. ``is_below`` says that the whole interval lies
    below what was claimed; where nobody claims anything the records do, and as much as the rule tolerates is let pass.
    """
    resting = [
        (one, rule)
        for one in indicators.values()
        for rule in one.corroborated_by
        if isinstance(rule, FieldCheck)
    ]
    asked = ask(connection, _FIGURES, {"indicators": [one.id for one, _ in resting]}).to_pylist()
    figures = {(row["indicator"], row["region_code"], row["period"]): row for row in asked}
    return [
        _line(row, indicator, rule, figures[key])
        for row in rows
        if row["value"] is not None
        for indicator, rule in resting
        if rule.field_check == row["dataset"]
        and (key := (indicator.id, row["region_code"], row["period"])) in figures
    ]


def _line(
    row: Mapping[str, Any], indicator: Indicator, rule: FieldCheck, figure: Mapping[str, Any]
) -> dict[str, Any]:
    recorded, claimed = figure["value"], figure["claimed"]
    limit = recorded * (1 - rule.tolerance / 100) if claimed is None else claimed
    return {
        **{name: row[name] for name in ("sample", "region_code", "region", "period")},
        "indicator": indicator.id, "title": indicator.title, "unit": indicator.unit,
        "claimed": claimed, "recorded": recorded,
        "verified": recorded * row["value"],
        "low": recorded * row["interval_low"], "high": recorded * row["interval_high"],
        "is_below": recorded * row["interval_high"] < limit,
    }  # fmt: skip
