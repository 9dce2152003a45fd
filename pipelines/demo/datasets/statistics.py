"""The yearbook of rural statistics (agriculture): towns by indicators, added up from the plots and the register.

How its forms are printed is ``forms``.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from expectations.contracts.model import Column
from pipelines.demo.datasets import HELPERS, Rows
from pipelines.demo.world import YEAR

TOTAL = "合计"
"""Stands for the township in a county's own row, its first."""
LAST_YEAR = "_last"
"""What the columns with last year's figures end in."""

CROPS: Mapping[str, tuple[str, ...]] = {
    "rice": ("早稻", "中稻", "晚稻"),
    "wheat": ("小麦",),
    "maize": ("玉米",),
    "beans": ("大豆",),
    "tubers": ("甘薯",),
}
"""Which crops of the plots one crop of the form is."""
_HUNDREDTH = 0.15
"""0.01 公顷 in 亩: areas are kept so that they are printed exactly in either unit, and add up in both."""


def _measures(crop: str) -> tuple[Column, ...]:
    return (
        Column(f"{crop}_area", "播种面积", type="number", unit="亩"),
        Column(f"{crop}_output", "总产量", type="number", unit="吨"),
        Column(f"{crop}_yield", "单产", type="number", unit="公斤/亩"),
    )


GRAIN: Mapping[str, tuple[Column, ...]] = {
    "粮食作物合计": _measures("grain"),
    "一、稻谷": _measures("rice"),
    "二、小麦": _measures("wheat"),
    "三、玉米": _measures("maize"),
    "四、豆类": _measures("beans"),
    "五、薯类": _measures("tubers"),
}
"""Indicators of the form of grain by the head they stand under; the first head is the sum of the others."""

GENERAL: tuple[Column, ...] = (
    Column("households", "一、乡村户数", type="integer", unit="户"),
    Column("population", "二、乡村人口数", type="integer", unit="人"),
    Column("male", "    其中：男", type="integer", unit="人"),
    Column("female", "          女", type="integer", unit="人"),
    Column("resident_households", "三、常住户数", type="integer", unit="户"),
    Column("resident_population", "四、常住人口数", type="integer", unit="人"),
)
"""Indicators of the form of households and people."""


def rural_statistics(plots: Rows, register: Rows) -> Rows:
    """A row for each county, then its towns: a column per indicator, those of households also for last year.

    Args:
        plots: Rows of ``grain_plots``.
        register: Rows of ``household_register``; what it says of January is last year's end.
    """

    def rows(period: str) -> pd.DataFrame:
        now, before = (_people(register(month)) for month in (period, f"{YEAR}-01"))
        parts = [_crops(plots(period)), now, before.add_suffix(LAST_YEAR)]
        return with_totals(summed(pd.concat(parts, axis=1).reset_index()))

    return rows


def summed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its crops rounded as they are printed, and grain as their sum."""
    crops = {name: _rounded(frame[name]) for crop in CROPS for name in (f"{crop}_area", f"{crop}_output")}
    rounded = frame.assign(**crops)
    grain = {
        f"grain_{what}": rounded[[f"{crop}_{what}" for crop in CROPS]].sum(axis=1).round(2)
        for what in ("area", "output")
    }
    return rounded.assign(**grain)


def with_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """The towns of a frame, each county's sum before them, and the yields of all rows."""
    towns = frame[frame["township"] != TOTAL]
    figures = [name for name in towns.columns if name not in HELPERS]
    totals = towns.groupby("county")[figures].sum().round(2).reset_index()
    totals = totals.assign(town_code=totals["county"] + "000000", township=TOTAL)
    whole = pd.concat([totals, towns]).sort_values("town_code", ignore_index=True)
    yields = {
        f"{crop}_yield": (whole[f"{crop}_output"] * 1000 / whole[f"{crop}_area"]).round(1)
        for crop in ("grain", *CROPS)
    }
    return whole.assign(**yields)


def _rounded(values: pd.Series) -> pd.Series:
    if str(values.name).endswith("_area"):
        return ((values / _HUNDREDTH).round() * _HUNDREDTH).round(2)
    return values.round(1)


def _crops(plots: pd.DataFrame) -> pd.DataFrame:
    """Area in 亩 and output in 吨 of each crop, by town."""
    places = list(HELPERS)
    towns = plots.groupby(places).size().index
    columns = {}
    for crop, members in CROPS.items():
        mine = plots[plots["crop"].isin(members)].groupby(places)[["area_mu", "output_kg"]].sum()
        mine = mine.reindex(towns, fill_value=0.0)
        columns[f"{crop}_area"], columns[f"{crop}_output"] = mine["area_mu"], mine["output_kg"] / 1000
    return pd.DataFrame(columns)


def _people(register: pd.DataFrame) -> pd.DataFrame:
    return register.groupby(list(HELPERS))[[column.name for column in GENERAL]].sum()
