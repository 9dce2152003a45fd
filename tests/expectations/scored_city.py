"""The small city of ``report_city`` under a scheme of two groups, scored, for what the bulletin tells."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from expectations.contracts.model import Contract
from tests.expectations.report_city import city
from warehouse import schemas
from warehouse.assessment import Scheme, assess
from warehouse.assessment.sensitivity import robustness
from warehouse.assessment.tables import scheme_table, scores_table, standings_table
from warehouse.indicators.model import Indicator

SCHEME = Scheme.model_validate(
    {
        "id": "plan_2025", "title": "示范市考核方案", "year": 2025, "level": "county", "source": "示例办〔2025〕3号",
        "groups": [
            {"id": "farming", "title": "农业县和山区县", "region_groups": ["农业县", "山区县"]},
            {"id": "others", "title": "其他县区", "rest": True},
        ],
        "minimum": {"evidence": "D", "coverage": 0},
        "objectives": [
            {"indicator": "sanitary_toilet_rate", "weight": 40, "rule": {"linear": {"floor": 50}}, "target": 95},
            {"indicator": "road_maintained_rate", "weight": 30, "rule": {"linear": {"floor": 50}}, "target": 98},
            {"indicator": "satisfaction", "weight": 30, "rule": "min_max"},
        ],
    }
)  # fmt: skip


def scored_city(
    contracts: dict[str, Contract], indicators: dict[str, Indicator], **tables: pa.Table
) -> dict[str, pa.Table]:
    """Every table of a year of the city, with its scores; those given stand in place of the city's."""
    found: dict[str, Any] = city(contracts, indicators, findings=20) | tables
    done = assess(SCHEME, found["observations"], found["regions"], indicators)
    sure = {quarter: robustness(done, quarter, indicators, 100) for quarter in ("2025Q2", "2025Q3")}
    return {
        "samples": schemas.SAMPLES.empty_table(),
        "verifications": schemas.VERIFICATIONS.empty_table(),
        **found,
        "schemes": scheme_table(SCHEME),
        "scores": scores_table(done),
        "standings": standings_table(done, sure),
    }
