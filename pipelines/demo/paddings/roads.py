"""Paddings of the road ledger: kilometres counted again, and kilometres that are no longer there."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from pipelines.demo.paddings.model import Context, Kind, Padded
from pipelines.demo.world import YEAR

_DAY = dt.date(YEAR, 11, 20)


def _on_paper(at: Context) -> Padded:
    """Earlier years' segments become this year's."""
    if at.period != at.last:
        return at.frame, []
    old = at.in_county() & (at.frame["built_year"] < YEAR - 2).to_numpy()
    chosen = at.among(old, int(at.size))
    return _as_new(at.frame, chosen), [f"{at.county}000000"]


def _as_new(frame: pd.DataFrame, rows: np.ndarray, nature: str = "新建") -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[rows, "built_year"] = YEAR
    frame.loc[rows, "construction_nature"] = nature
    for name in ("completed_on", "opened_on", "accepted_on"):
        frame[name] = frame[name].astype(object)
        for position in rows.tolist():
            frame.at[position, name] = _DAY
    return frame


def _twice(at: Context) -> Padded:
    """Segments are there a second time: under another route, with another name and chainage, hardly another length."""
    if at.period != at.last:
        return at.frame, []
    old = at.here() & (at.frame["built_year"] < YEAR - 2).to_numpy()
    chosen = at.among(old, 6)
    some = at.frame.loc[chosen].reset_index(drop=True)
    county = at.county
    shift = at.rng.uniform(0.2, 1.5, len(some)).round(3)
    length = (some["length_km"] * (1 + at.size * at.rng.uniform(-1, 1, len(some)))).round(3)
    some = some.assign(
        route_code=[f"C{900 + n:03d}{county}" for n in range(len(some))],
        route_name=[f"{name[:2]}产业路{n + 1}线" for n, name in enumerate(some["route_name"])],
        start_km=shift, length_km=length, end_km=(shift + length).round(3),
        maintained_km=np.minimum(some["maintained_km"], length),
    )  # fmt: skip
    some = _as_new(some, np.arange(len(some)))
    return pd.concat([at.frame, some], ignore_index=True), at.towns


def _fallen(at: Context) -> Padded:
    """A township's roads are shorter in one quarter than in the one before."""
    if at.period != at.last:
        return at.frame, []
    mine = at.here()
    gone = at.among(mine, max(2, int(mine.sum() * at.size)))
    return at.frame.drop(index=at.frame.index[gone]), at.towns


def _hidden(at: Context) -> Padded:
    """Whole routes go, and others of the township become longer by as much."""
    if at.period != at.last:
        return at.frame, []
    frame = at.frame.copy()
    mine = frame[at.here()]
    codes = at.always().permutation(np.sort(mine["route_code"].unique()))
    gone = mine["route_code"].isin(codes[: max(1, round(at.size * len(codes)))])
    stays = mine.index[~gone]
    share = 1 + mine.loc[gone, "length_km"].sum() / mine.loc[stays, "length_km"].sum()
    ends = (
        frame.loc[stays]
        .groupby("route_code")["length_km"]
        .transform(lambda lengths: (lengths * share).round(3).cumsum().round(3))
    )
    length = (frame.loc[stays, "length_km"] * share).round(3)
    frame.loc[stays, "length_km"], frame.loc[stays, "end_km"] = length, ends
    frame.loc[stays, "start_km"] = (ends - length).round(3)
    frame.loc[stays, "maintained_km"] = np.minimum(frame.loc[stays, "maintained_km"] * share, length).round(3)
    return frame.drop(index=mine.index[gone]), at.towns


def _rebuilt(at: Context) -> Padded:
    """Segments were rebuilt this year; the ledger has them once, as rebuilt."""
    if at.period != at.last:
        return at.frame, []
    old = at.in_county() & (at.frame["built_year"] < YEAR - 8).to_numpy()
    chosen = at.among(old, int(at.size))
    frame = _as_new(at.frame, chosen, "改建")
    frame.loc[chosen, "condition_grade"] = "优"
    frame.loc[chosen, "surface_width_m"] = (frame.loc[chosen, "surface_width_m"] + 1.0).round(1)
    frame.loc[chosen, "roadbed_width_m"] = (frame.loc[chosen, "roadbed_width_m"] + 1.0).round(1)
    return frame, sorted(set(frame.loc[chosen, "town_code"]))


KINDS = (
    Kind("roads_new_on_paper", "road_segments", "往年路段当作本年新建", _on_paper,
         {"blatant": 12, "moderate": 7, "subtle": 3}, "county", ("recounted_roads",)),
    Kind("roads_counted_twice", "road_segments", "换个路线名称和桩号再报一次", _twice,
         {"blatant": 0.0, "moderate": 0.01, "subtle": 0.03}, "towns", ("recounted_roads",)),
    Kind("cumulative_fall", "road_segments", "里程比上一季度少了", _fallen,
         {"blatant": 0.33, "moderate": 0.2, "subtle": 0.1}, "towns", ("falling",)),
    Kind("hidden_fall", "road_segments", "有路线消失，其余路线相应变长", _hidden,
         {"blatant": 0.4, "moderate": 0.25, "subtle": 0.12}, "towns", ("falling",)),
)  # fmt: skip

HONEST = (
    Kind("roads_rebuilt", "road_segments", "确实改建加宽的老路", _rebuilt,
         {"blatant": 8, "moderate": 5, "subtle": 3}, "county", (), is_honest=True),
)  # fmt: skip
