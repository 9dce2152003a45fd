"""A small city and its scheme, to be varied by tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from warehouse.assessment import Assessment, Decision, Scheme, assess
from warehouse.assessment.scored import Scored, Standing
from warehouse.indicators.model import Indicator
from warehouse.schemas import OBSERVATIONS, REGIONS

NORTH, SOUTH, EAST, WEST = (f"9902{n:02}000000" for n in (1, 2, 3, 4))
NAMES = {NORTH: "北山县", SOUTH: "南川县", EAST: "东屏区", WEST: "西浦县"}


def indicator(name: str, direction: str = "higher", dimension: str = "产业兴旺", **more: Any) -> Indicator:
    """An indicator that sums something."""
    return Indicator.model_validate(
        {
            "id": name, "title": name, "dimension": dimension, "unit": "个", "kind": "sum", "direction": direction,
            "numerator": "select as_of, region_code, 1 as value from things_as_of", "description": "d", "source": "s",
        } | more
    )  # fmt: skip


INDICATORS = {
    "wells": indicator("wells"),
    "fires": indicator("fires", "lower"),
    "paths": indicator("paths", dimension="生态宜居"),
    "halls": indicator("halls", dimension="生态宜居"),
}


def scheme(**changed: Any) -> Scheme:
    """Two groups, four objectives, 100 points."""
    said: dict[str, Any] = {
        "id": "plan", "title": "方案", "year": 2031, "source": "甲办〔2031〕7号",
        "groups": [
            {"id": "hills", "title": "山区", "regions": [NORTH, WEST]},
            {"id": "plains", "title": "平原", "rest": True},
        ],
        "objectives": [
            {"indicator": "wells", "weight": {"hills": 40, "plains": 10}, "rule": {"linear": {"floor": 10}}, "target": 50},
            {"indicator": "fires", "weight": {"hills": 10, "plains": 40}, "rule": {"linear": {"floor": 20}}, "target": 0},
            {"indicator": "paths", "weight": 30, "rule": "min_max"},
            {"indicator": "halls", "weight": 20, "rule": {"threshold": {"below": 50}}, "target": 3},
        ],
    }  # fmt: skip
    return Scheme.model_validate(said | changed)


VALUES = {
    "wells": {NORTH: 30, SOUTH: 50, EAST: 10, WEST: 60},
    "fires": {NORTH: 5, SOUTH: 0, EAST: 20, WEST: 10},
    "paths": {NORTH: 7, SOUTH: 9, EAST: 1, WEST: 7.5},
    "halls": {NORTH: 3, SOUTH: 2, EAST: 4, WEST: 1},
}
Values = Mapping[str, Mapping[str, float | None]]


def observations(values: Values = VALUES, period: str = "2031", **facts: Any) -> pa.Table:
    """Observations of one period; ``facts`` are other columns of all of them."""
    rows = [
        {"indicator": name, "region_code": code, "period": period, "value": value, "unit": "个",
         "evidence": "B", "records": 40, "coverage": 1.0} | facts
        for name, own in values.items()
        for code, value in own.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=OBSERVATIONS)


def regions(codes: Sequence[str] = tuple(NAMES)) -> pa.Table:
    """Counties."""
    rows = [{"region_code": code, "name": NAMES[code], "level": "county"} for code in codes]
    return pa.Table.from_pylist(rows, schema=REGIONS)


def assessed(
    scheme: Scheme, *tables: pa.Table, decisions: Sequence[Decision] = (), codes: Sequence[str] = tuple(NAMES)
) -> Assessment:
    """The scheme carried out."""
    every = pa.concat_tables(tables or (observations(),))
    return assess(scheme, every, regions(codes), INDICATORS, decisions)


def of(done: Assessment, code: str, objective: str, period: str = "2031") -> Scored:
    """One objective of one region."""
    (one,) = (
        one
        for one in done.scored
        if (one.region.code, one.objective, one.period) == (code, objective, period)
    )
    return one


def whole(done: Assessment, code: str, period: str = "2031", dimension: str = "") -> Standing:
    """Where one region stands."""
    (one,) = (
        one
        for one in done.standings
        if (one.region.code, one.dimension, one.period) == (code, dimension, period)
    )
    return one
