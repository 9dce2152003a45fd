"""Rows that were copied, renumbered, made up or written in another unit; and rows that only look like it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.anomalies.detectors import copied_villages, falling, form_ratio, last_digit, unit_of_rows
from tests.expectations.test_anomalies import city, found

PERIOD, BEFORE = "2029-12", "2028-12"
TOWNS = [f"3717{county:02}1{town:02}000" for county in (3, 24, 26, 28) for town in range(4)]
VILLAGES = [f"{town[:9]}2{number:02}" for town in TOWNS for number in range(6)]
TOWN = TOWNS[5]
MINE = [code for code in VILLAGES if code.startswith(TOWN[:9])]


def plots(seed: int, each: int = 25, period: str = PERIOD) -> pd.DataFrame:
    """Measured plots whose sizes have a heavy tail."""
    rng = np.random.default_rng(seed)
    places = np.repeat(VILLAGES, each)
    area = (rng.lognormal(1.1, 0.8, len(places)) + 1).round(2)
    return pd.DataFrame(
        {
            "region_code": places, "period": period, "plot_number": [f"P{n}" for n in range(len(places))],
            "crop": "花生", "plot_area_mu": (area * 1.1).round(2), "area_mu": area,
            "output_kg": (area * rng.normal(260, 30, len(area))).round(1),
        }
    )  # fmt: skip


MEASURED = ["plot_area_mu", "area_mu", "output_kg"]


def rows_of(frame: pd.DataFrame, village: str) -> pd.Index:
    return frame.index[frame["region_code"] == village]


@pytest.mark.parametrize("edited", [0.0, 0.5])
def test_a_village_copied_from_its_neighbour_is_told_though_half_was_edited(edited: float) -> None:
    frame = plots(1)
    copy, model = rows_of(frame, MINE[1]), rows_of(frame, MINE[4])
    frame.loc[copy, MEASURED] = frame.loc[model, MEASURED].to_numpy()
    changed = copy[: int(edited * len(copy))]
    frame.loc[changed, "area_mu"] -= 0.13

    (row,) = found(city(grain_plots=frame), copied_villages, months=[PERIOD]).to_dict("records")
    assert (row["region_code"], row["subject"]) == (MINE[1], MINE[4])
    assert row["value"] == len(copy) - len(changed)
    assert len(row["records"]) == 2 * row["value"]


def test_villages_of_a_clerk_who_rounds_are_no_copies() -> None:
    frame = plots(2)
    here = frame["region_code"].isin(MINE)
    frame.loc[here, "area_mu"] = frame.loc[here, "area_mu"].round().clip(lower=1)
    frame.loc[here, "plot_area_mu"] = frame.loc[here, "area_mu"]
    frame.loc[here, "output_kg"] = frame.loc[here, "area_mu"] * 250
    assert found(city(grain_plots=frame), copied_villages, months=[PERIOD]).empty
    assert found(city(grain_plots=plots(3)), copied_villages, months=[PERIOD]).empty


def both_years(seed: int) -> pd.DataFrame:
    before = plots(seed, period=BEFORE)
    moved = np.random.default_rng(seed + 50).normal(1, 0.08, len(before))
    now = before.assign(period=PERIOD, output_kg=(before["output_kg"] * moved).round(1))
    return pd.concat([before, now], ignore_index=True)


def test_a_few_plots_in_hectares_are_told_with_their_rows_and_the_correction_is_not() -> None:
    frame = both_years(4)
    slips = frame.index[(frame["period"] == PERIOD) & (frame["region_code"] == MINE[0])][:5]
    frame.loc[slips, ["plot_area_mu", "area_mu"]] = (
        frame.loc[slips, ["plot_area_mu", "area_mu"]] / 15
    ).to_numpy()

    (row,) = found(city(grain_plots=frame), unit_of_rows, months=[PERIOD]).to_dict("records")
    assert (row["region_code"], row["value"]) == (TOWN, 5)
    assert "15 分之一" in row["message"]
    assert {int(one.split(" ")[1]) for one in row["records"]} == set(slips)
    mended = frame.assign(period=frame["period"].map({PERIOD: BEFORE, BEFORE: PERIOD}))
    assert found(city(grain_plots=mended), unit_of_rows, months=[PERIOD]).empty


def test_one_plot_that_grew_tenfold_and_honest_years_raise_nothing() -> None:
    frame = both_years(5)
    one = frame.index[frame["period"] == PERIOD][40]
    frame.loc[one, MEASURED] *= 10
    assert found(city(grain_plots=frame), unit_of_rows, months=[PERIOD]).empty


def made_up(rng: np.random.Generator, area: pd.Series) -> pd.Series:
    ends = rng.choice(10, len(area), p=[0.01, 0.1, 0.12, 0.2, 0.1, 0.01, 0.12, 0.2, 0.1, 0.04])
    return (np.floor(area * 10) / 10 + ends / 100).round(2)


def test_areas_made_up_at_a_desk_are_told_of_their_township() -> None:
    frame = plots(6, each=50)
    here = frame["region_code"].isin(MINE)
    frame.loc[here, "area_mu"] = made_up(np.random.default_rng(6), frame.loc[here, "area_mu"])

    (row,) = found(city(grain_plots=frame), last_digit, months=[PERIOD]).to_dict("records")
    assert (row["region_code"], row["subject"]) == (TOWN, "area_mu")


@pytest.mark.parametrize("seed", range(20, 25))
def test_measured_areas_are_left_alone(seed: int) -> None:
    assert found(city(grain_plots=plots(seed)), last_digit, copied_villages, months=[PERIOD]).empty


def roads(seed: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    routes = [(town, f"C{n:03}{town[:6]}{town[6:9]}") for town in TOWNS for n in range(8)]
    frame = pd.DataFrame(routes, columns=["region_code", "route_code"])
    frame["length_km"] = rng.gamma(2, 1.6, len(frame)).round(3) + 0.4
    frame["start_km"] = 0.0
    return frame


def quarters(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([then.assign(period="2029-09"), now.assign(period=PERIOD)], ignore_index=True)
    return found(city(road_segments=both), falling, months=["2029-09", PERIOD])


def test_routes_that_vanish_while_others_grow_are_told_by_their_numbers() -> None:
    then = roads()
    mine = then.index[then["region_code"] == TOWN]
    now = then.drop(index=mine[:2])
    now.loc[mine[2:], "length_km"] *= (
        then.loc[mine, "length_km"].sum() / then.loc[mine[2:], "length_km"].sum()
    )

    (row,) = quarters(then, now).to_dict("records")
    gone = then.loc[mine[:2], "length_km"].sum()
    assert (row["region_code"], row["n"]) == (TOWN, 2)
    assert row["expected"] - row["value"] == pytest.approx(gone), "what is left of what was there"
    assert all(code in row["message"] for code in then.loc[mine[:2], "route_code"])
    assert {int(one.split(" ")[1]) for one in row["records"]} == set(mine[:2])


def test_routes_renumbered_or_handed_to_another_township_are_not_missed() -> None:
    then = roads()
    mine = then.index[then["region_code"] == TOWN]
    renumbered = then.copy()
    renumbered.loc[mine[0], "route_code"] = "Y777371724"
    handed = then.copy()
    handed.loc[mine[1], "region_code"] = TOWNS[6]
    assert quarters(then, renumbered).empty
    assert (quarters(then, handed)["subject"] == "length_km").all()
    assert not quarters(then, handed)["message"].str.contains("不见了").any()


def forms(raised: dict[str, float], usual: float = 8.3) -> dict[str, pd.DataFrame]:
    """A form of every township that comes to a multiple of its sample of plots."""
    ledger = plots(8)
    rng = np.random.default_rng(8)
    sums = ledger.groupby(ledger["region_code"].str[:9] + "000")["area_mu"].sum()
    value = [sums[town] * usual * rng.normal(1, 0.008) * (1 + raised.get(town, 0.0)) / 15 for town in TOWNS]
    form = pd.DataFrame(
        {
            "region_code": TOWNS, "period": PERIOD, "form": "粮食作物生产情况", "indicator": "粮食作物合计/播种面积",
            "item": "数值", "basis": "本年", "unit": "公顷", "value": value,
        }
    )  # fmt: skip
    return {"rural_statistics": form, "grain_plots": ledger}


def test_a_form_six_per_cent_above_what_others_make_of_their_sample_is_told() -> None:
    (row,) = found(city(**forms({TOWN: 0.065})), form_ratio, months=[PERIOD]).to_dict("records")
    assert row["region_code"] == TOWN
    assert row["value"] / row["expected"] == pytest.approx(1.065, abs=0.02)
    assert found(city(**forms({})), form_ratio, months=[PERIOD]).empty


def test_a_whole_county_above_the_others_is_told_as_the_county() -> None:
    rows = found(city(**forms(dict.fromkeys(TOWNS[4:8], 0.07))), form_ratio, months=[PERIOD])
    assert list(rows["region_code"]) == ["371724000000"]
