"""Figures that stand still are judged by what the others did in the same month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

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


def plots(seed: int, kept: float = 0.04) -> pd.DataFrame:
    """Plots of two years: some are as they were, in some townships more than in others."""
    rng = np.random.default_rng(seed)
    count = rng.integers(3, 25, len(VILLAGES))
    frame = pd.DataFrame({"region_code": np.repeat(VILLAGES, count), "crop": "玉米"})
    frame["plot_number"] = [f"p{n}" for n in range(len(frame))]
    town = frame["region_code"].str[:9]
    same = rng.random(len(frame)) < town.map(dict(zip(town.unique(), rng.beta(2, 2 / kept, 8), strict=True)))
    years = []
    for year in ("2021-12", "2022-12"):
        area = np.round(rng.lognormal(1, 0.8, len(frame)) + 0.1, 2)
        years.append(
            frame.assign(
                period=year, area_mu=area, output_kg=np.round(area * rng.normal(380, 40, len(frame)), 1)
            )
        )
    years[1].loc[same, ["area_mu", "output_kg"]] = years[0].loc[same, ["area_mu", "output_kg"]]
    return pd.concat(years, ignore_index=True)


def repeated(frame: pd.DataFrame, share: float, town: str = TOWNS[2]) -> pd.DataFrame:
    size = len(frame) // 2
    before, now = frame.iloc[:size], frame.iloc[size:].reset_index(drop=True)
    here = now["region_code"].str.startswith(town[:9]) & (np.random.default_rng(3).random(size) < share)
    now.loc[here, ["area_mu", "output_kg"]] = before.loc[here, ["area_mu", "output_kg"]]
    return pd.concat([before, now], ignore_index=True)


def test_rows_that_repeat_where_townships_differ_by_themselves_raise_hardly_anything() -> None:
    frames = [plots(seed, kept) for seed in range(8) for kept in (0.04, 0.3)]
    assert sum(len(found(city(grain_plots=frame), stale, months=["2022-12"])) for frame in frames) <= 1


def test_a_year_in_which_every_row_is_repeated_is_not_told() -> None:
    frame = plots(2)
    for town in TOWNS:
        frame = repeated(frame, 0.9, town)
    assert found(city(grain_plots=frame), stale, months=["2022-12"]).empty


@pytest.mark.parametrize("share", [0.35, 0.6, 1.0])
def test_a_part_of_a_township_s_rows_that_repeats_last_year_is_told_with_them(share: float) -> None:
    (row,) = found(city(grain_plots=repeated(plots(4), share)), stale, months=["2022-12"]).to_dict("records")
    assert row["region_code"] == TOWNS[2]
    assert len(row["records"]) == min(row["value"], 200)
    assert "值得核查" in row["message"]
