"""Digits made up at a desk are told of a township; a paper clerk who rounds is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.anomalies.detectors import last_digit
from tests.expectations.test_anomalies import city, found

TOWNS = [f"6203{county:02}1{town:02}000" for county in (21, 22, 25) for town in range(5)]
INVENTED, PAPER = TOWNS[6], TOWNS[11]
ENDS = [0.01, 0.09, 0.12, 0.19, 0.11, 0.02, 0.11, 0.19, 0.12, 0.04]


def plots(seed: int, invented: float = 0.0) -> pd.DataFrame:
    """Areas in hundredths, one township of three in halves; some of one township's digits are made up."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"region_code": np.repeat([f"{town[:9]}201" for town in TOWNS], 240), "period": "2022-12"}
    )
    frame["area_mu"] = np.round(rng.lognormal(1.2, 0.8, len(frame)) + 0.3, 2)
    paper = frame["region_code"].str.startswith(PAPER[:9])
    frame["area_mu"] = frame["area_mu"].mask(paper, (frame["area_mu"] * 2).round().clip(lower=1) / 2)
    here = frame["region_code"].str.startswith(INVENTED[:9]) & (rng.random(len(frame)) < invented)
    made_up = np.floor(frame["area_mu"] * 10) / 10 + rng.choice(10, len(frame), p=ENDS) / 100
    frame["area_mu"] = frame["area_mu"].mask(here, made_up.round(2))
    return frame


def test_measured_and_rounded_areas_raise_nothing() -> None:
    assert (
        sum(len(found(city(grain_plots=plots(seed)), last_digit, months=["2022-12"])) for seed in range(8))
        <= 1
    )


@pytest.mark.parametrize("share", [0.7, 1.0])
def test_digits_that_are_made_up_are_told_of_their_township(share: float) -> None:
    (row,) = found(city(grain_plots=plots(3, share)), last_digit, months=["2022-12"]).to_dict("records")
    assert (row["region_code"], row["n"]) == (INVENTED, 236)
    assert row["value"] < row["expected"]
