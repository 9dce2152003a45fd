"""A register that shrinks is told from one that moves, by a step or little by little, and once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.anomalies.detectors import shrunk_denominator
from tests.expectations.test_anomalies import city, found

MONTHS = [f"2023-{month:02}" for month in range(1, 13)]
TOWNS = [f"5301{county:02}1{town:02}000" for county in range(21, 24) for town in range(6)]
VILLAGES = [f"{town[:9]}2{number:02}" for town in TOWNS for number in range(9)]
TOWN = TOWNS[7]


def register(seed: int, moving: float = 1.0, leaving: float = 0.0) -> pd.DataFrame:
    """Households by village (rows) and month: heavy-tailed sizes, a few families come and go, ``leaving`` goes everywhere."""
    rng = np.random.default_rng(seed)
    size = np.clip(rng.lognormal(5.6, 0.7, len(VILLAGES)), 40, 4000)
    flows = rng.poisson(size[:, None] * 0.004 * moving, (len(VILLAGES), 12)) - rng.poisson(
        size[:, None] * (0.004 * moving + leaving), (len(VILLAGES), 12)
    )
    # One village in a hundred a month has families entered late, in a batch.
    late = (
        (rng.random(flows.shape) < 0.01) * rng.integers(2, 7, flows.shape) * rng.choice([-1, 1], flows.shape)
    )
    states = np.rint(size)[:, None] + np.cumsum(flows + late, axis=1)
    return pd.DataFrame(np.maximum(states, 5), index=VILLAGES, columns=MONTHS)


def told(wide: pd.DataFrame, months: list[str] = MONTHS) -> pd.DataFrame:
    frame = wide.reset_index(names="region_code").melt(
        "region_code", var_name="period", value_name="households"
    )
    return found(city(household_register=frame.dropna()), shrunk_denominator, months=months)


def big(wide: pd.DataFrame) -> str:
    """A village of middling size."""
    return str(wide[MONTHS[0]].sort_values().index[len(wide) * 2 // 3])


def test_honest_registers_of_any_noise_raise_hardly_anything() -> None:
    alarms = [len(told(register(seed, moving))) for seed in range(4) for moving in (0.2, 1.0, 3.0)]
    assert sum(alarms) <= 2


def test_a_city_that_all_leave_is_not_told() -> None:
    assert sum(len(told(register(seed, leaving=0.01))) for seed in range(3)) <= 1


def test_a_county_that_people_leave_is_not_told() -> None:
    alarms = 0
    for seed in range(3):
        wide = register(seed)
        here = wide.index.str.startswith("530122")
        wide.loc[here] = np.rint(wide.loc[here] * (1 - 0.01 * np.arange(12)))
        alarms += len(told(wide))
    assert alarms <= 1


@pytest.mark.parametrize("seed", range(4))
def test_a_village_that_loses_a_hundredth_each_month_is_told_once(seed: int) -> None:
    wide = register(seed, moving=0.3)
    village = big(wide)
    wide.loc[village] = np.rint(wide.loc[village] * (1 - 0.009 * np.arange(12)))
    (row,) = told(wide).query("region_code == @village").to_dict("records")
    assert row["period"] >= "2023-05"
    assert row["value"] < 0.96 * row["expected"]


@pytest.mark.parametrize("share", [0.06, 0.2])
def test_a_village_that_falls_by_one_step_is_told_in_that_month_alone(share: float) -> None:
    wide = register(5, moving=0.3)
    village = big(wide)
    wide.loc[village, "2023-08":] = np.rint(wide.loc[village, "2023-08":] * (1 - share))
    rows = told(wide)
    (row,) = rows[rows["region_code"] == village].to_dict("records")
    assert row["period"] == "2023-08"
    assert "2023-07" in row["message"]
    assert len(rows) <= 2


def test_a_township_whose_villages_all_shrink_is_told_once_for_the_township() -> None:
    wide = register(6)
    here = wide.index.str.startswith(TOWN[:9])
    wide.loc[here] = np.rint(wide.loc[here] * (1 - 0.008 * np.arange(12)))
    rows = told(wide)
    rows = rows[rows["region_code"].str.startswith(TOWN[:9])]
    assert rows["region_code"].tolist().count(TOWN) == 1
    assert len(rows) <= 2


def test_households_that_moved_to_the_next_village_or_a_new_code_are_not_told() -> None:
    wide = register(7, moving=0.3)
    one, other = wide.index[18], wide.index[19]
    wide.loc[one, "2023-06":] -= 40 + 0.1 * wide.loc[one, MONTHS[0]] // 1
    wide.loc[other, "2023-06":] += 40 + 0.1 * wide.loc[one, MONTHS[0]] // 1
    split = wide.index[30]
    part = np.rint(wide.loc[split, "2023-09":] * 0.4)
    wide.loc[split, "2023-09":] -= part
    wide.loc[split[:9] + "299", "2023-09":] = part
    assert not set(told(wide)["region_code"]) & {one, split}


def test_a_month_is_told_alike_alone_and_among_others() -> None:
    wide = register(5, moving=0.3)
    village = big(wide)
    wide.loc[village, "2023-08":] = np.rint(wide.loc[village, "2023-08":] * 0.8)
    among = told(wide)
    for month in ("2023-08", "2023-09"):
        alone = told(wide, [month])
        assert alone["anomaly_id"].tolist() == among.loc[among["period"] == month, "anomaly_id"].tolist()
    assert village in set(told(wide, ["2023-08"])["region_code"]) - set(
        told(wide, ["2023-09"])["region_code"]
    )
