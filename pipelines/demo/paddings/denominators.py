"""Paddings of the household register: every rate looks better when fewer households are there to be reached."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.demo.paddings.model import Context, Kind, Padded

_SHOWN = ("shrunk_denominator",)


def _fewer(at: Context, share: float, rows: pd.Series) -> pd.DataFrame:
    frame = at.frame.copy()
    frame.loc[rows, "households"] = np.floor(frame.loc[rows, "households"] * (1 - share)).astype(int)
    frame["resident_households"] = np.minimum(frame["resident_households"], frame["households"])
    return frame


def _stepped(at: Context) -> Padded:
    """From a month on, so much is missing."""
    if at.period < at.month(5):
        return at.frame, []
    return _fewer(at, at.size, at.frame["town_code"].isin(at.towns)), at.towns


def _year_end(at: Context) -> Padded:
    """In the last month alone, the one that rates of the year are told by."""
    if at.period != at.last:
        return at.frame, []
    return _fewer(at, at.size, at.frame["town_code"].isin(at.towns)), at.towns


def _village_stepped(at: Context) -> Padded:
    if at.period < at.month(5):
        return at.frame, []
    chosen = at.villages(1)
    return _fewer(at, at.size, at.frame["village_code"].isin(chosen)), chosen


def _drifting(at: Context) -> Padded:
    """A little more is missing every month."""
    if at.step == 0:
        return at.frame, []
    share = at.size * at.step / (len(at.world.months) - 1)
    return _fewer(at, share, at.frame["town_code"].isin(at.towns)), at.towns


def _frozen(at: Context) -> Padded:
    """So many of the villages say the first month's figures again in every month."""
    if at.step == 0:
        return at.frame, []
    inside = at.world.villages["town_code"].isin(at.towns).sum()
    chosen = at.villages(max(3, round(at.size * inside)))
    here = at.frame["village_code"].isin(chosen).to_numpy()
    frame = at.frame.copy()
    figures = [name for name in frame.columns if frame[name].dtype.kind == "i"]
    frame.loc[here, figures] = at.honest(at.world.months[0]).loc[here, figures].to_numpy()
    return frame, at.towns


def _shifted(at: Context) -> Padded:
    """Households and people who really moved: the world has it, and every ledger with it."""
    return at.frame, [
        code.ljust(12, "0")
        for shift in at.world.shifts
        if (shift.month == "") == (at.padding.kind.name == "leaving") and at.period > shift.month
        for code in (shift.giver, shift.taker)
        if code
    ]


def _quiet(at: Context) -> Padded:
    """A month in which nobody anywhere counted anew, which the whole city knows."""
    quiet = at.month(3)
    if at.period != quiet:
        return at.frame, []
    before = at.honest(at.world.months[at.step - 1])
    return before.copy(), sorted(set(before["town_code"]))


KINDS = (
    Kind("denominator_stepped", "household_register", "从某月起户数少了一截", _stepped,
         {"blatant": 0.20, "moderate": 0.12, "subtle": 0.07}, "towns", _SHOWN),
    Kind("denominator_at_year_end", "household_register", "年末户数少了一成多", _year_end,
         {"blatant": 0.18, "moderate": 0.12, "subtle": 0.07}, "towns", _SHOWN),
    Kind("denominator_of_a_village", "household_register", "一个村的户数少了一截", _village_stepped,
         {"blatant": 0.25, "moderate": 0.15, "subtle": 0.09}, "towns", _SHOWN),
    Kind("denominator_drifting", "household_register", "户数逐月减少", _drifting,
         {"blatant": 0.15, "moderate": 0.08, "subtle": 0.05}, "towns", _SHOWN),
    Kind("stale_values", "household_register", "各月户数、人口与首月分毫不差", _frozen,
         {"blatant": 1.0, "moderate": 0.7, "subtle": 0.4}, "towns", ("stale",)),
)  # fmt: skip

HONEST = (
    Kind("quiet_month", "household_register", "全市这个月都沿用上月户籍数", _quiet,
         {"blatant": 1.0, "moderate": 1.0, "subtle": 1.0}, "county", (), is_honest=True),
    Kind("leaving", "household_register", "全县人口外迁，户数逐月减少", _shifted,
         {"blatant": 1, "moderate": 1, "subtle": 1}, "county", (), is_honest=True),
    Kind("hamlet_moved", "household_register", "一个自然村划归邻村", _shifted,
         {"blatant": 1, "moderate": 1, "subtle": 1}, "county", (), is_honest=True),
)  # fmt: skip
