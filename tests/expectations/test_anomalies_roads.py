"""Roads counted again under another name, code or chainage, and rebuilt roads that are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.anomalies.detectors import recounted_roads
from tests.expectations.test_anomalies import TOWNS, city, found

PERIODS = ["2024-09", "2024-12"]
COUNTIES = sorted({town[:6] for town in TOWNS})


def network(seed: int, whole_kilometres: bool = False) -> pd.DataFrame:
    """Forty segments a township, most of them old, some of this year; lengths are long-tailed."""
    rng = np.random.default_rng(seed)
    parts = []
    for number, town in enumerate(TOWNS):
        count = 40
        length = np.round(rng.lognormal(0.3, 0.6, count) + 0.2, 3)
        if whole_kilometres:
            length = np.maximum(np.round(length * 2) / 2, 0.5)
        start = np.where(rng.random(count) < 0.6, 0.0, np.round(rng.uniform(0, 9, count), 3))
        grade = rng.choice(["三级", "四级", "等外"], count, p=[0.15, 0.7, 0.15])
        width = rng.choice([3.5, 4.0, 4.5, 5.0, 6.0], count)
        part = pd.DataFrame(
            {
                "region_code": town,
                "route_code": [f"C{number:02}{one:02}{town[:6]}" for one in range(count)],
                "route_name": [f"村道{number}-{one}线" for one in range(count)],
                "start_km": start,
                "end_km": np.round(start + length, 3),
                "length_km": length,
                "technical_class": grade,
                "surface_type": rng.choice(
                    ["水泥混凝土", "沥青混凝土", "砂石路面"], count, p=[0.7, 0.2, 0.1]
                ),
                "surface_width_m": width,
                "roadbed_width_m": width + rng.choice([1.0, 1.5], count),
                "construction_nature": rng.choice(["新建", "改建"], count),
                "built_year": np.where(rng.random(count) < 0.06, 2024, rng.integers(2009, 2024, count)),
            }
        )
        parts.append(part)
    once = pd.concat(parts, ignore_index=True)
    first = once[~((once["built_year"] == 2024) & (rng.random(len(once)) < 0.5))]
    return pd.concat([first.assign(period=PERIODS[0]), once.assign(period=PERIODS[1])], ignore_index=True)


def recounted(
    frame: pd.DataFrame, county: str, count: int = 6, shift: float = 0.0, seed: int = 1
) -> pd.DataFrame:
    """Old segments of a county once more in the last period, by another code and name."""
    rng = np.random.default_rng(seed)
    old = frame[(frame["period"] == PERIODS[1]) & frame["region_code"].str.startswith(county)]
    again = old[old["built_year"] < 2020].sample(count, random_state=seed).copy()
    again["route_code"] = [f"C9{one:02}{county}" for one in rng.permutation(90)[:count]]
    again["route_name"] = [f"产业路{one}" for one in range(count)]
    again["start_km"] = again["start_km"] + shift
    again["end_km"] = again["end_km"] + shift
    return pd.concat([frame, again.assign(built_year=2024)], ignore_index=True)


@pytest.mark.parametrize(("shift", "least"), [(0.0, 4), (2.345, 3)])
def test_old_segments_by_a_new_name_code_and_chainage_are_found(shift: float, least: int) -> None:
    for seed in range(5):
        frame = recounted(network(seed), COUNTIES[3], shift=shift)
        rows = found(city(road_segments=frame), recounted_roads, months=PERIODS)
        told = rows[rows["region_code"].str.startswith(COUNTIES[3])]
        assert told["period"].tolist() == [PERIODS[1]]
        assert told["value"].iloc[0] >= least
        assert len(rows) == 1


def test_both_rows_are_named() -> None:
    frame = recounted(network(2), COUNTIES[1])
    (row,) = found(city(road_segments=frame), recounted_roads, months=PERIODS).to_dict("records")
    lines = [int(one.split()[1]) for one in row["records"]]
    again = [line for line in lines if line >= len(frame) - 6]
    assert len(again) == row["value"]
    assert len(lines) == 2 * row["value"]
    assert "换了名称" in row["message"]


@pytest.mark.parametrize("whole", [False, True])
def test_an_honest_network_is_left_alone(whole: bool) -> None:
    told = [
        len(found(city(road_segments=network(seed, whole)), recounted_roads, months=PERIODS))
        for seed in range(10)
    ]
    assert sum(told) <= 1


def rebuilt(frame: pd.DataFrame, **new: object) -> pd.DataFrame:
    frame = frame.copy()
    chosen = (frame["period"] == PERIODS[1]) & (frame["built_year"] < 2020)
    some = frame.index[chosen & frame["region_code"].str.startswith(COUNTIES[0])][:8]
    frame.loc[some, "built_year"] = 2024
    for name, value in new.items():
        frame.loc[some, name] = value
    return frame


def test_a_road_rebuilt_in_its_place_is_left_alone_and_a_mere_new_year_is_not() -> None:
    frame = network(5)
    true = rebuilt(frame, construction_nature="改建", surface_width_m=6.5, roadbed_width_m=7.5)
    assert found(city(road_segments=true), recounted_roads, months=PERIODS).empty
    (row,) = found(city(road_segments=rebuilt(frame)), recounted_roads, months=PERIODS).to_dict("records")
    assert (row["region_code"], row["value"]) == (f"{COUNTIES[0]}000000", 8)


def test_a_rebuilt_road_that_replaces_the_old_one_under_a_new_code_is_left_alone() -> None:
    frame = recounted(network(5), COUNTIES[0])
    again = frame.tail(6)
    keys = ["region_code", "length_km", "surface_width_m"]
    replaced = (
        frame.merge(again[keys].drop_duplicates(), on=keys, how="left", indicator=True)["_merge"] == "both"
    )
    gone = replaced & (frame["period"] == PERIODS[1]) & (frame["built_year"] < 2024)
    kept = frame[~gone.to_numpy()].reset_index(drop=True)
    kept.loc[kept.index[-6:], "construction_nature"] = "改建"
    assert found(city(road_segments=kept), recounted_roads, months=PERIODS).empty


def test_what_the_ledger_marks_as_repeated_is_left_alone() -> None:
    frame = recounted(network(6), COUNTIES[0]).assign(is_repeated=False)
    frame.loc[frame.index[-6:], "is_repeated"] = True
    assert found(city(road_segments=frame), recounted_roads, months=PERIODS).empty
