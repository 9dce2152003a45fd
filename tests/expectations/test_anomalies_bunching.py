"""Incomes written down to a line, and incomes that are only round or only dense there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.detectors import bunching
from tests.expectations.test_anomalies import city, found

MONTHS = ["2026-05", "2026-06"]
COUNTIES = [f"1304{n:02}" for n in (6, 21, 27, 34, 81)]
LINE = 6500.0


def incomes(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    places = np.repeat([f"{county}103{200 + n}" for county in COUNTIES for n in range(9)], 90)
    drawn = rng.lognormal(8.8, 0.25, len(places)).round(2)
    return pd.DataFrame(
        {
            "region_code": np.tile(places, 2), "period": np.repeat(MONTHS, len(places)),
            "per_capita_income_yuan": np.concatenate([drawn, (drawn * rng.normal(1.004, 0.004, len(drawn))).round(2)]),
        }
    )  # fmt: skip


def told(frame: pd.DataFrame) -> pd.DataFrame:
    return found(city(monitored_households=frame), bunching, months=MONTHS)


def test_who_was_just_below_a_line_and_is_written_just_above_it_is_told_once_with_the_line() -> None:
    frame = incomes()
    x = frame["per_capita_income_yuan"]
    here = frame["region_code"].str.startswith(COUNTIES[2]) & x.between(0.93 * LINE, LINE)
    frame.loc[here, "per_capita_income_yuan"] = LINE * np.random.default_rng(2).uniform(
        1.001, 1.025, here.sum()
    )

    (row,) = told(frame).to_dict("records")
    assert (row["region_code"], row["period"]) == (f"{COUNTIES[2]}000000", "2026-05")
    assert "6,500" in row["message"] or "6500" in row["message"]
    assert len(row["records"]) == row["value"]


def test_honest_incomes_and_a_county_that_rounds_tell_nobody() -> None:
    assert sum(len(told(incomes(seed))) for seed in range(10, 16)) == 0
    frame = incomes(3)
    here = frame["region_code"].str.startswith(COUNTIES[0])
    rounded = (frame["per_capita_income_yuan"] / 500).round() * 500
    frame["per_capita_income_yuan"] = frame["per_capita_income_yuan"].mask(here, rounded)
    assert told(frame).empty
