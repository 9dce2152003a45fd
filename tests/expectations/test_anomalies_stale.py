"""Figures that stand still are judged by what the others did in the same month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.detectors import stale
from tests.expectations.test_anomalies import city, found

MONTHS = [f"2023-{month:02}" for month in range(3, 10)]
TOWNS = [f"5227221{town:02}000" for town in range(8)]
VILLAGES = [f"{town[:9]}2{number:02}" for town in TOWNS for number in range(4)]
COLUMNS = ("wage_income_yuan", "business_income_yuan", "transfer_income_yuan", "net_income_yuan")
QUIET = "2023-06"


def incomes() -> pd.DataFrame:
    """One household a village; its figures move every month but the quiet one."""
    rng = np.random.default_rng(21)
    frame = pd.DataFrame({"region_code": VILLAGES * len(MONTHS), "period": np.repeat(MONTHS, len(VILLAGES))})
    for column in COLUMNS:
        frame[column] = rng.integers(3_000, 60_000, len(frame)).astype(float)
    return standing_still(frame, TOWNS, QUIET)


def standing_still(frame: pd.DataFrame, towns: list[str], month: str) -> pd.DataFrame:
    here = frame["region_code"].str[:9].isin([town[:9] for town in towns])
    before = MONTHS[MONTHS.index(month) - 1]
    frame = frame.copy()
    now, then = here & (frame["period"] == month), here & (frame["period"] == before)
    frame.loc[now, list(COLUMNS)] = frame.loc[then, list(COLUMNS)].to_numpy()
    return frame


def test_a_quiet_month_in_which_all_stand_still_flags_nobody() -> None:
    assert found(city(monitored_households=incomes()), stale, months=MONTHS).empty


def test_a_township_that_stands_still_while_others_move_is_told_though_another_month_was_quiet() -> None:
    frame = standing_still(incomes(), [TOWNS[5]], "2023-08")
    (row,) = found(city(monitored_households=frame), stale, months=MONTHS).to_dict("records")
    assert (row["region_code"], row["period"], row["n"], row["value"]) == (TOWNS[5], "2023-08", 4, 4)
    assert row["expected"] < 0.1


def test_too_few_villages_elsewhere_tell_nothing() -> None:
    frame = standing_still(incomes(), [TOWNS[0]], "2023-08")
    few = frame[frame["region_code"].str[:9].isin([town[:9] for town in TOWNS[:3]])]
    assert found(city(monitored_households=few), stale, months=MONTHS).empty
