"""A figure of each dataset that a clerk may get wrong and put right without breaking a rule of its contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

FIGURES: Mapping[str, str] = {
    "household_register": "resident_households",
    "toilet_ledger": "subsidy_yuan",
    "monitored_households": "wage_income_yuan",
    "road_segments": "maintained_km",
    "student_grants": "grant_yuan",
    "grain_plots": "machine_harvested_mu",
    "cooperatives": "members",
    "satisfaction_survey": "minutes",
}
"""By dataset, the column."""

_OTHER: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "household_register": lambda rows: (rows["resident_households"] - 3).clip(lower=0),
    "toilet_ledger": lambda rows: rows["subsidy_yuan"] + 100,
    "monitored_households": lambda rows: rows["wage_income_yuan"] + 50,
    "road_segments": lambda rows: (rows["length_km"] / 2).round(3),
    "student_grants": lambda rows: rows["grant_yuan"] + 50,
    "grain_plots": lambda rows: pd.Series(
        np.where(rows["machine_harvested_mu"] > 0, 0.0, rows["area_mu"]), index=rows.index
    ),
    "cooperatives": lambda rows: rows["members"] + 4,
    "satisfaction_survey": lambda rows: rows["minutes"] + 2.5,
}


def mistaken(dataset: str, frame: pd.DataFrame, positions: Sequence[int]) -> pd.DataFrame:
    """The frame with another figure in these rows."""
    if not len(positions):
        return frame
    here = np.isin(np.arange(len(frame)), positions)
    changed = {FIGURES[dataset]: _OTHER[dataset](frame).where(here, frame[FIGURES[dataset]])}
    if dataset == "monitored_households":  # the parts of an income still add up
        changed["business_income_yuan"] = frame["business_income_yuan"] - np.where(here, 50, 0)
    return frame.assign(**changed)
