"""What the statistics bureau publishes of each county: this year's figures and last year's beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.regions import Character
from pipelines.demo.world import YEAR, World


@dataclass(frozen=True)
class _Figure:
    """One county's figure of this year, and its growth since last year in per cent."""

    value: float
    growth: float
    unit: str
    digits: int


def statistics_bureau(world: World) -> Rows:
    """One row per county, year and indicator."""
    counties = world.villages.drop_duplicates("county")
    table = pd.concat(
        [
            _stated(code, name, _figures(world, code, world.character(name)))
            for code, name in zip(counties["county"], counties["county_name"], strict=True)
        ],
        ignore_index=True,
    )
    return lambda period: table.copy()


def _figures(world: World, county: str, kind: Character) -> Mapping[str, _Figure]:
    """A rich county has more of everything, and less between town and country."""
    rng = world.rng("statistics_bureau", county)
    wealth = kind.income / 25_000
    return {
        "农村居民人均可支配收入": _Figure(kind.income, rng.uniform(5.0, 7.6), "元", 0),
        "城乡居民收入比": _Figure(2.4 - 0.45 * wealth, rng.uniform(-2.5, -0.4), "倍", 2),
        "人均地区生产总值": _Figure(kind.income * rng.uniform(2.4, 3.0), rng.uniform(3.5, 6.5), "元", 0),
        "农业劳动生产率": _Figure(3.9 + 1.3 * wealth, rng.uniform(3.0, 7.0), "万元/人", 2),
        "农产品加工业产值与农业总产值之比": _Figure(1.1 + 1.1 * wealth, rng.uniform(1.0, 6.0), "倍", 2),
        "农林牧渔业总产值": _Figure(kind.towns * kind.villages * rng.uniform(900, 1400), rng.uniform(3.0, 5.5), "万元", 0),
        "九年义务教育巩固率": _Figure(rng.uniform(95.2, 99.0), rng.uniform(0.0, 0.4), "%", 1),
    }  # fmt: skip


def _stated(county: str, name: str, figures: Mapping[str, _Figure]) -> pd.DataFrame:
    code = f"{county}000000"
    rows = [
        {
            "county": county, "township": name, "town_code": code, "county_name": name, "area_code": code,
            "year": str(year), "indicator": title, "stated_value": round(value, one.digits), "stated_unit": one.unit,
            "status": status, "publication": f"{year}年统计公报（演示）",
        }
        for title, one in figures.items()
        for year, value, status in (
            (YEAR, one.value, "初步核算数"),
            (YEAR - 1, one.value / (1 + one.growth / 100), "最终核实数"),
        )
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"stated_value": np.float64})
