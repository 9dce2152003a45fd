"""Paddings of plots and cooperatives: figures copied, made up, or in another unit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.paddings.model import Context, Kind, Padded
from pipelines.demo.world import YEAR

_AREAS = ("plot_area_mu", "area_mu", "machine_ploughed_mu", "machine_sown_mu", "machine_harvested_mu")
_MEASURED = ("crop", *_AREAS, "yield_kg_per_mu", "output_kg")
_MU_PER_HECTARE = 15


def _this_year(at: Context) -> bool:
    return at.period[:4] == str(YEAR)


def _repeated(at: Context) -> Padded:
    """So many of the plots are last year's to the digit."""
    if not _this_year(at):
        return at.frame, []
    before = at.honest(f"{YEAR - 1}-12").set_index("plot_number")
    here = np.flatnonzero(at.here() & at.frame["plot_number"].isin(before.index).to_numpy())
    chosen = np.sort(at.rng.permutation(here)[: max(1, round(at.size * len(here)))])
    frame = at.frame.copy()
    numbers = frame.loc[chosen, "plot_number"]
    for name in _MEASURED:
        frame.loc[chosen, name] = before.loc[numbers, name].to_numpy()
    return frame, at.towns


def _copied(at: Context) -> Padded:
    """A village's plots are its neighbour's, some of them changed a little."""
    if not _this_year(at):
        return at.frame, []
    copy, model = at.villages(2)
    frame = at.frame.copy()
    to = np.flatnonzero((frame["village_code"] == copy).to_numpy())
    source = np.flatnonzero((frame["village_code"] == model).to_numpy())[: len(to)]
    to = to[: len(source)]
    for name in _MEASURED:
        frame.loc[to, name] = frame.loc[source, name].to_numpy()
    edited = to[at.rng.random(len(to)) < at.size]
    area = np.round(frame.loc[edited, "area_mu"] * at.rng.uniform(0.85, 1.0, len(edited)), 2)
    return _sized(frame, edited, area, frame.loc[edited, "yield_kg_per_mu"]), [copy, model]


def _sized(
    frame: pd.DataFrame, rows: npt.NDArray[np.int64], area: npt.ArrayLike, yields: npt.ArrayLike
) -> pd.DataFrame:
    """The frame with other areas and yields in some rows, and all that follows from them."""
    area, yields = np.asarray(area, dtype=float), np.asarray(yields, dtype=float)
    frame.loc[rows, "area_mu"], frame.loc[rows, "yield_kg_per_mu"] = area, yields
    frame.loc[rows, "output_kg"] = np.round(area * yields, 1)
    frame.loc[rows, "plot_area_mu"] = np.maximum(frame.loc[rows, "plot_area_mu"], area)
    for name in _AREAS[2:]:
        frame.loc[rows, name] = np.where(frame.loc[rows, name] > 0, area, 0.0)
    return frame


def _hectares(at: Context) -> Padded:
    """So many plots are written in hectares under a head that says 亩."""
    if not _this_year(at):
        return at.frame, []
    rows = at.among(at.here(), int(at.size))
    frame = at.frame.copy()
    for name in (*_AREAS, "output_kg"):
        frame.loc[rows, name] = np.round(frame.loc[rows, name] / _MU_PER_HECTARE, 2)
    return frame, at.towns


def _invented(at: Context) -> Padded:
    """Areas and yields made up at a desk: hardly a nought or a five at the end, many a three, seven or eight."""
    if not _this_year(at):
        return at.frame, []
    rows = at.among(at.here(), round(at.size * int(at.here().sum())))
    ends = at.rng.choice(10, (2, len(rows)), p=[0.02, 0.08, 0.1, 0.2, 0.1, 0.02, 0.1, 0.2, 0.14, 0.04])
    frame = at.frame.copy()
    area = np.maximum(np.floor(frame.loc[rows, "area_mu"] * 10) / 10 + ends[0] / 100, 0.11).round(2)
    yields = (np.floor(frame.loc[rows, "yield_kg_per_mu"]) + ends[1] / 10).round(1)
    return _sized(frame, rows, area, yields), at.towns


def _rounded(at: Context) -> Padded:
    """The town's clerk keeps a paper ledger and writes halves of a mu and tens of kilograms."""
    rows = np.flatnonzero(at.here())
    frame = at.frame.copy()
    area = np.maximum((frame.loc[rows, "area_mu"] / at.size).round() * at.size, at.size)
    yields = (frame.loc[rows, "yield_kg_per_mu"] / 10).round() * 10
    return _sized(frame, rows, area, yields), at.towns


def _flooded(at: Context) -> Padded:
    """A flood took so much of the harvest."""
    if not _this_year(at):
        return at.frame, []
    rows = np.flatnonzero(at.here())
    frame = at.frame.copy()
    lost = at.rng.uniform(at.size - 0.15, at.size + 0.15, len(rows)).clip(0, 0.95)
    yields = (frame.loc[rows, "yield_kg_per_mu"] * (1 - lost)).round(1)
    return _sized(frame, rows, frame.loc[rows, "area_mu"], yields), at.towns


def _thousandfold(at: Context) -> Padded:
    """From a quarter on, capital in yuan where it was written in ten thousands, or the other way round."""
    if at.period < "2025-09":
        return at.frame, []
    whole = at.size >= 1
    here = at.in_county() if whole else at.here()
    rows = np.flatnonzero(here) if at.size != 0.1 else _drawn(at, here, 4)
    frame = at.frame.copy()
    frame.loc[rows, "capital_yuan"] *= 1000.0
    return frame, [f"{at.county}000000"] if whole else at.towns


def _drawn(at: Context, here: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.int64]:
    codes = np.sort(at.frame.loc[here, "credit_code"].unique())
    chosen = at.always().permutation(codes)[:count]
    return np.flatnonzero(at.frame["credit_code"].isin(chosen).to_numpy())


def _rich(at: Context) -> Padded:
    """One cooperative really has a thousand times the capital of its neighbours."""
    rows = _drawn(at, at.here(), 1)
    frame = at.frame.copy()
    frame.loc[rows, "capital_yuan"] *= 1000.0
    return frame, at.towns


KINDS = (
    Kind("plots_of_last_year", "grain_plots", "面积、单产与上年分毫不差", _repeated,
         {"blatant": 1.0, "moderate": 0.6, "subtle": 0.3}, "towns", ("stale",)),
    Kind("plots_of_a_neighbour", "grain_plots", "整村地块照抄邻村", _copied,
         {"blatant": 0.0, "moderate": 0.3, "subtle": 0.6}, "towns", ("copied_villages",)),
    Kind("plots_in_hectares", "grain_plots", "面积按公顷填报，应为亩", _hectares,
         {"blatant": 60, "moderate": 13, "subtle": 5}, "towns", ("unit_scale", "unit_of_rows")),
    Kind("invented_digits", "grain_plots", "面积、单产的末位像是编的", _invented,
         {"blatant": 1.0, "moderate": 0.7, "subtle": 0.45}, "towns", ("last_digit",)),
    Kind("unit_error", "cooperatives", "出资总额大了一千倍", _thousandfold,
         {"blatant": 1.0, "moderate": 0.5, "subtle": 0.1}, "county", ("unit_scale", "unit_of_rows")),
)  # fmt: skip

HONEST = (
    Kind("rounding_clerk", "grain_plots", "纸质台账，面积取半亩、单产取整十", _rounded,
         {"blatant": 0.5, "moderate": 0.5, "subtle": 0.1}, "towns", (), is_honest=True),
    Kind("flood", "grain_plots", "洪灾减产", _flooded,
         {"blatant": 0.6, "moderate": 0.4, "subtle": 0.25}, "towns", (), is_honest=True),
    Kind("rich_cooperative", "cooperatives", "一家合作社确实出资很大", _rich,
         {"blatant": 1, "moderate": 1, "subtle": 1}, "towns", (), is_honest=True),
)  # fmt: skip
