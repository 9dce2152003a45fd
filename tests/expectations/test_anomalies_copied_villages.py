"""A village whose plots are its neighbour's is told; rounding and equal plots are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.anomalies.detectors import copied_villages
from tests.expectations.test_anomalies import city, found

TOWNS = [f"4109{county:02}1{town:02}000" for county in (22, 26) for town in range(5)]
VILLAGES = [f"{town[:9]}2{number:02}" for town in TOWNS for number in range(6)]
COPY, MODEL = VILLAGES[8], VILLAGES[10]


def plots(seed: int) -> pd.DataFrame:
    """Plots of a heavy-tailed size, more of them in some villages; one town's clerk rounds, one crop has one yield."""
    rng = np.random.default_rng(seed)
    count = rng.integers(8, 60, len(VILLAGES))
    frame = pd.DataFrame({"region_code": np.repeat(VILLAGES, count), "period": "2022-12"})
    area = np.round(rng.lognormal(0.9, 0.7, len(frame)) + 0.2, 2)
    yields = np.round(rng.normal(410, 45, len(frame)), 1)
    paper = frame["region_code"].str.startswith(TOWNS[3][:9])
    area = np.where(paper, np.maximum(np.round(area * 2) / 2, 0.5), area)
    yields = np.where(paper, np.round(yields, -1), yields)
    frame = frame.assign(area_mu=area, yield_kg_per_mu=yields, output_kg=np.round(area * yields, 1))
    heir = (
        frame.index[frame["region_code"] == VILLAGES[20]][0],
        frame.index[frame["region_code"] == VILLAGES[21]][0],
    )
    frame.loc[heir[1], ["area_mu", "yield_kg_per_mu", "output_kg"]] = frame.loc[
        heir[0], ["area_mu", "yield_kg_per_mu", "output_kg"]
    ].to_numpy()
    return frame


def copied(frame: pd.DataFrame, edited: float) -> pd.DataFrame:
    model = frame[frame["region_code"] == MODEL].assign(region_code=COPY)
    rng = np.random.default_rng(9)
    model["area_mu"] = model["area_mu"].mask(rng.random(len(model)) < edited, model["area_mu"] + 0.13)
    return pd.concat([frame[frame["region_code"] != COPY], model], ignore_index=True)


def test_plots_of_their_own_raise_nothing_whatever_a_clerk_rounds() -> None:
    assert (
        sum(
            len(found(city(grain_plots=plots(seed)), copied_villages, months=["2022-12"]))
            for seed in range(8)
        )
        == 0
    )


@pytest.mark.parametrize("edited", [0.0, 0.3, 0.6])
def test_a_village_that_copied_its_neighbour_is_told_with_the_rows(edited: float) -> None:
    frame = copied(plots(2), edited)
    (row,) = found(city(grain_plots=frame), copied_villages, months=["2022-12"]).to_dict("records")
    assert (row["region_code"], row["subject"]) == (COPY, MODEL)
    assert len(row["records"]) == 2 * row["value"]
    assert row["expected"] < 1
    assert MODEL in row["message"]
