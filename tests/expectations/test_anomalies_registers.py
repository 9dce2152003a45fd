"""Registers and ledgers that lose, repeat or invent households: found, and honest look-alikes left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.anomalies.counts import at_least_among, usual_share
from expectations.anomalies.detectors import ghosts, shrunk_denominator, stale
from tests.expectations.test_anomalies import city, found

MONTHS = [f"2031-{month:02}" for month in range(1, 13)]
TOWNS = [f"4209{county:02}1{town:02}000" for county in (11, 25, 83) for town in range(5)]
VILLAGES = [f"{town[:9]}2{number:02}" for town in TOWNS for number in range(7)]
TOWN, VILLAGE = TOWNS[7], VILLAGES[7 * 7 + 2]


def sizes(seed: int) -> pd.Series:
    """Heavy-tailed: hamlets of forty households, and villages of two thousand."""
    drawn = np.random.default_rng(seed).lognormal(5.3, 0.9, len(VILLAGES))
    return pd.Series(drawn.clip(40, 4000).astype(int), index=VILLAGES)


def register(seed: int = 1, busy: float = 0.02) -> pd.DataFrame:
    """Households by village (rows) and month (columns): births, deaths, people who come and go."""
    rng = np.random.default_rng(seed)
    start = sizes(seed)
    flows = np.column_stack([rng.poisson(busy * start) - rng.poisson(busy * start) for _ in MONTHS])
    return pd.DataFrame(start.to_numpy()[:, None] + flows.cumsum(axis=1), VILLAGES, MONTHS, dtype=float)


def told(wide: pd.DataFrame) -> pd.DataFrame:
    long = wide.clip(lower=25).round().astype(int).stack().rename("households").reset_index()
    long.columns = pd.Index(["region_code", "period", "households"])
    return found(city(household_register=long), shrunk_denominator, months=MONTHS)


def inside(wide: pd.DataFrame, code: str) -> pd.Series:
    start = code[:6] if code.endswith("000000") else code[:9] if code.endswith("000") else code
    return pd.Series(wide.index.str.startswith(start), index=wide.index)


@pytest.mark.parametrize("seed", range(6))
def test_an_honest_register_is_left_alone(seed: int) -> None:
    assert len(told(register(seed))) <= 1


@pytest.mark.parametrize(("month", "share"), [("2031-12", 0.15), ("2031-06", 0.25)])
def test_a_step_is_told_once_of_the_township_and_not_of_its_villages(month: str, share: float) -> None:
    wide = register(2, busy=0.003)
    wide.loc[inside(wide, TOWN), [m for m in MONTHS if m >= month]] *= 1 - share

    (row,) = told(wide).to_dict("records")
    assert (row["region_code"], row["period"]) == (TOWN, month)
    assert 0.9 * share < 1 - row["value"] / row["expected"] < 1.1 * share
    assert "7 个村" in row["message"]


def test_a_drift_of_a_percent_a_month_is_told_once() -> None:
    wide = register(3, busy=0.001)
    lost = 1 - 0.01 * np.arange(12)
    wide.loc[inside(wide, TOWN)] = wide.loc[inside(wide, TOWN)].to_numpy() * lost

    (row,) = told(wide).to_dict("records")
    assert row["region_code"] == TOWN
    assert row["period"] < "2031-12"


def test_one_village_is_told_by_itself() -> None:
    wide = register(4, busy=0.002)
    wide.loc[VILLAGE, [m for m in MONTHS if m >= "2031-08"]] *= 0.75

    rows = told(wide)
    assert list(zip(rows["region_code"], rows["period"], strict=True)) == [(VILLAGE, "2031-08")]


def test_a_county_that_people_leave_tells_nobody() -> None:
    wide = register(5, busy=0.002)
    leaving = 1 - 0.008 * np.arange(12)
    wide.loc[inside(wide, "420925000000")] = wide.loc[inside(wide, "420925000000")].to_numpy() * leaving
    assert told(wide).empty


def test_a_hamlet_handed_to_the_next_village_tells_neither() -> None:
    wide = register(6, busy=0.002)
    after = [m for m in MONTHS if m >= "2031-05"]
    moved = (wide.loc[VILLAGE, after] * 0.4).round()
    wide.loc[VILLAGE, after] -= moved
    wide.loc[VILLAGES[7 * 7 + 5], after] += moved
    assert told(wide).empty


def ledger(share: dict[str, float], usual: float) -> dict[str, pd.DataFrame]:
    """A register of one month, and a ledger with a row for a share of each village's households."""
    start = sizes(8)
    rng = np.random.default_rng(8)
    reached = {
        code: share.get(code[:9] + "000", share.get(code, min(0.97, rng.beta(usual * 60, (1 - usual) * 60))))
        for code in VILLAGES
    }
    rows = [code for code in VILLAGES for _ in range(int(start[code] * reached[code]))]
    return {
        "household_register": pd.DataFrame({"region_code": VILLAGES, "period": MONTHS[0], "households": start.to_numpy()}),
        "toilet_ledger": pd.DataFrame({"region_code": rows, "period": MONTHS[0]}),
    }  # fmt: skip


def test_a_township_with_a_toilet_for_nearly_every_household_is_told_among_others_that_have_not() -> None:
    (row,) = found(city(**ledger({TOWN: 0.985}, 0.7)), ghosts, months=MONTHS).to_dict("records")
    assert row["region_code"] == TOWN
    assert "占 98" in row["message"]


def test_a_village_is_told_by_itself_and_an_excellent_county_is_not() -> None:
    rows = found(city(**ledger({VILLAGE: 0.99}, 0.62)), ghosts, months=MONTHS)
    assert list(rows["region_code"]) == [VILLAGE]
    assert found(city(**ledger({}, 0.95)), ghosts, months=MONTHS).empty


def plots(seed: int) -> pd.DataFrame:
    """Two years of the same plots: areas stay in most, and the harvest is another."""
    rng = np.random.default_rng(seed)
    places = np.repeat(VILLAGES, 9)
    area = rng.lognormal(0.4, 0.7, len(places)).round(2)
    numbers = [f"{code}{n}" for n, code in enumerate(places)]
    years = [
        pd.DataFrame(
            {
                "region_code": places, "period": period, "plot_number": numbers, "crop": "谷子", "area_mu": area,
                "plot_area_mu": area, "output_kg": (area * rng.normal(210, 25, len(area))).round(1),
            }
        )
        for period in ("2030-12", "2031-12")
    ]  # fmt: skip
    return pd.concat(years, ignore_index=True)


def test_part_of_a_townships_plots_of_last_year_is_told_with_its_rows() -> None:
    frame = plots(9)
    now, before = frame["period"] == "2031-12", frame["period"] == "2030-12"
    here = frame["region_code"].str.startswith(TOWN[:9])
    chosen = np.random.default_rng(0).random(len(frame)) < 0.4
    again = frame[now & here & chosen].index
    frame.loc[again, "output_kg"] = frame.loc[again - before.sum(), "output_kg"].to_numpy()

    (row,) = found(city(grain_plots=frame), stale, months=["2031-12"]).to_dict("records")
    assert (row["region_code"], row["value"], row["n"]) == (TOWN, len(again), 63)
    assert {int(one.split(" ")[1]) for one in row["records"]} == set(again)


def test_a_beta_binomial_without_scatter_is_a_binomial_and_scatter_makes_extremes_less_odd() -> None:
    from math import comb

    exact = sum(comb(20, k) * 0.3**k * 0.7 ** (20 - k) for k in range(11, 21))
    assert at_least_among([11], [20], [0.3], [1e-7])[0] == pytest.approx(exact, rel=1e-4)
    assert at_least_among([11], [20], [0.3], [0.1])[0] > 3 * exact
    assert at_least_among([0], [20], [0.3], [0.1])[0] == 1


def test_what_is_usual_is_learned_without_the_row_and_without_the_highest() -> None:
    count = pd.Series([2.0] * 19 + [40.0])
    n = pd.Series([40.0] * 20)
    usual = usual_share(count, n, pd.Series(["a"] * 20))
    assert usual["share"].iloc[-1] == pytest.approx(0.05, abs=0.01)
    assert usual["share"].iloc[0] < 0.06
