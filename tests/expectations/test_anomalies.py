"""Detectors: each finds its own way of padding, and nothing where nothing is amiss."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from expectations.anomalies import detect
from expectations.anomalies.control import coarsest_first, discoveries
from expectations.anomalies.detectors import (
    DETECTORS,
    claim_scale,
    copied_interviews,
    duplicates,
    falling,
    just_above_target,
    last_digit,
    recounted_roads,
    rounding,
    shrunk_denominator,
    stale,
    straight_lining,
    unit_scale,
    year_end,
)
from expectations.contracts.reading import load_contracts
from expectations.contracts.sources import sources
from warehouse.engines.duckdb import DuckDB
from warehouse.indicators import load_indicators
from warehouse.schemas import ANOMALIES

MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
TOWNS = [f"9901{county:02}1{town:02}000" for county in range(1, 7) for town in range(4)]
VILLAGES = [f"{town[:9]}2{number:02}" for town in TOWNS for number in range(5)]
PADDED_TOWN, PADDED_COUNTY = TOWNS[0], "990101000000"


def city(**tables: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """Datasets with all the contract's columns; those not given are null."""
    connection = duckdb.connect()
    for name, frame in tables.items():
        connection.register("_given", frame)
        if name in load_contracts():
            columns = {
                **sources(load_contracts())[name].columns,
                "region_code": "varchar",
                "period": "varchar",
            }
            columns |= {"submission_id": "varchar", "sheet": "varchar", "row": "bigint"}
            given = frame.assign(submission_id="s", sheet="表", row=range(len(frame)))
            connection.register("_given", given)
            chosen = ", ".join(
                f"{column}::{kind} as {column}" if column in given else f"null::{kind} as {column}"
                for column, kind in columns.items()
            )
            connection.execute(f"create table {name} as select {chosen} from _given")
        else:
            connection.execute(f"create table {name} as select * from _given")
    return connection


def found(
    connection: duckdb.DuckDBPyConnection, *detectors: ModuleType, months: list[str] = MONTHS
) -> pd.DataFrame:
    table = detect(DuckDB(connection), months, load_contracts(), load_indicators(), detectors or None)  # type: ignore[arg-type]
    assert table.schema == ANOMALIES
    frame: pd.DataFrame = table.to_pandas()
    return frame


def register(change: Callable[[pd.DataFrame], pd.Series] | None = None) -> pd.DataFrame:
    """Every village's households and people over the year, moving a little each month."""
    rng = np.random.default_rng(1)
    size = rng.integers(200, 900, len(VILLAGES))
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "region_code": VILLAGES,
                    "period": month,
                    "households": size + rng.integers(-2, 3, len(size)),
                    "population": 3 * size + rng.integers(-9, 10, len(size)),
                    "male": size + rng.integers(-5, 6, len(size)),
                }
            )
            for month in MONTHS
        ],
        ignore_index=True,
    )
    return frame if change is None else frame.assign(households=change(frame))


def in_town(frame: pd.DataFrame, region: str = PADDED_TOWN) -> pd.Series:
    return frame["region_code"].str.startswith(region[: 6 if region.endswith("000000") else 9])


def test_a_register_that_moves_as_registers_do_raises_nothing() -> None:
    assert found(city(household_register=register())).empty


def test_a_denominator_that_shrinks_in_one_township_is_found_once_for_the_township() -> None:
    def shrunk(frame: pd.DataFrame) -> pd.Series:
        fewer = in_town(frame) & (frame["period"] == "2025-12")
        return frame["households"].mask(fewer, (frame["households"] * 0.88).astype(int))

    (row,) = found(city(household_register=register(shrunk)), shrunk_denominator).to_dict("records")
    assert (row["region_code"], row["period"], row["n"]) == (PADDED_TOWN, "2025-12", 5)
    assert row["value"] < row["expected"]
    assert "值得核查" in row["message"]


def test_a_township_whose_figures_stand_still_is_found_once_when_it_begins() -> None:
    frame = register()
    first = frame[frame["period"] == MONTHS[0]].set_index("region_code")
    frozen = in_town(frame) & (frame["period"] <= "2025-03")
    for name in ("households", "population", "male"):
        frame.loc[frozen, name] = frame.loc[frozen, "region_code"].map(first[name])
    rows = found(city(household_register=frame), stale)
    assert list(zip(rows["region_code"], rows["period"], strict=True)) == [(PADDED_TOWN, "2025-02")]
    assert "有 5 条各项数字与上期（2025-01）分毫不差" in rows["message"].iloc[0]
    assert len(rows["records"].iloc[0]) == 5


def test_a_register_that_never_changes_anywhere_is_not_called_stale() -> None:
    frame = register()
    first = frame[frame["period"] == MONTHS[0]].set_index("region_code")
    for name in ("households", "population", "male"):
        frame[name] = frame["region_code"].map(first[name])
    assert found(city(household_register=frame), stale).empty


def cooperatives() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    frames = [
        pd.DataFrame(
            {
                "region_code": VILLAGES,
                "period": period,
                "capital_yuan": rng.integers(300, 800, len(VILLAGES)) * 1000.0,
            }
        )
        for period in ("2025-03", "2025-06", "2025-09")
    ]
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(credit_code=frame.index.astype(str))


def test_a_county_that_writes_a_thousandfold_for_one_quarter_is_found_in_that_quarter_alone() -> None:
    frame = cooperatives()
    wrong = in_town(frame, PADDED_COUNTY) & (frame["period"] == "2025-06")
    frame["capital_yuan"] = frame["capital_yuan"].mask(wrong, frame["capital_yuan"] * 1000)
    rows = found(city(cooperatives=frame), unit_scale)
    assert rows[["region_code", "period"]].values.tolist() == [[PADDED_COUNTY, "2025-06"]]
    assert "1000 倍" in rows["message"].iloc[0]


def test_amounts_of_one_scale_raise_no_unit_error() -> None:
    assert found(city(cooperatives=cooperatives()), unit_scale).empty


def test_a_county_that_is_simply_twice_as_rich_raises_no_unit_error() -> None:
    frame = cooperatives()
    rich = in_town(frame, PADDED_COUNTY)
    frame["capital_yuan"] = frame["capital_yuan"].mask(rich, frame["capital_yuan"] * 2)
    assert found(city(cooperatives=frame), unit_scale).empty


def plots(heaped: bool) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"region_code": np.repeat(VILLAGES, 8), "period": "2025-12"})
    frame["area_mu"] = np.round(rng.gamma(3, 4, len(frame)) + 1, 2)
    frame["yield_kg_per_mu"] = 500.0
    mask = in_town(frame, PADDED_COUNTY)
    if heaped:
        frame["area_mu"] = frame["area_mu"].mask(mask, (frame["area_mu"] / 5).round().clip(lower=1) * 5)
    return frame


def test_areas_that_all_end_in_five_or_nought_are_found_and_rates_are_left_alone() -> None:
    heaped = city(grain_plots=plots(heaped=True))
    (row,) = found(heaped, rounding).to_dict("records")
    assert (row["region_code"], row["n"], row["value"]) == (PADDED_COUNTY, 160, 1.0)
    assert "播种面积" in row["message"]
    assert found(heaped, last_digit).empty, "who rounds invents nothing"


def test_measured_areas_raise_nothing() -> None:
    assert found(city(grain_plots=plots(heaped=False)), last_digit, rounding).empty


def test_fewer_than_a_hundred_values_are_not_judged_by_their_digits() -> None:
    few = plots(heaped=True).groupby("region_code").head(4)
    assert found(city(grain_plots=few), last_digit, rounding).empty


def toilets() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 364, len(VILLAGES) * 6), unit="D")
    frame = pd.DataFrame({"region_code": np.repeat(VILLAGES, 6), "completed_on": days})
    return frame.assign(period=days.strftime("%Y-%m"), resident_id=[f"t{n}" for n in range(len(frame))])


def test_works_crowded_into_the_last_days_of_december_are_found_for_the_county() -> None:
    frame = toilets()
    crowded = in_town(frame, PADDED_COUNTY) & (np.arange(len(frame)) % 2 == 0)
    frame.loc[crowded, ["completed_on", "period"]] = [pd.Timestamp("2025-12-29"), "2025-12"]
    (row,) = found(city(toilet_ledger=frame), year_end).to_dict("records")
    assert (row["region_code"], row["period"], row["n"]) == (PADDED_COUNTY, "2025-12", 120)


def test_works_spread_over_the_year_raise_nothing() -> None:
    assert found(city(toilet_ledger=toilets()), year_end, duplicates).empty


def test_a_householder_who_comes_back_in_another_village_and_month_is_found_there_without_a_number() -> None:
    frame = toilets().sort_values("period", ignore_index=True)
    frame.loc[frame.index[-1], "resident_id"] = frame["resident_id"].iloc[0]
    (row,) = found(city(toilet_ledger=frame), duplicates).to_dict("records")
    assert row["region_code"] == frame["region_code"].iloc[-1]
    assert row["value"] == 1
    assert frame["region_code"].iloc[0] in row["message"]
    assert frame["resident_id"].iloc[0] not in row["message"]


def test_a_child_granted_in_two_terms_is_no_duplicate_but_twice_in_one_term_is() -> None:
    rows = [("a", "2025-03"), ("a", "2025-09"), ("b", "2025-09"), ("b", "2025-09")]
    frame = pd.DataFrame(rows, columns=["resident_id", "period"])
    frame = frame.assign(region_code=VILLAGES[0], grant_kind="生活补助")
    (row,) = found(city(student_grants=frame), duplicates).to_dict("records")
    assert (row["period"], row["value"]) == ("2025-09", 2)


def roads() -> pd.DataFrame:
    rows = [
        {
            "region_code": town,
            "period": period,
            "route_code": f"C{number:03}",
            "start_km": 0.0,
            "end_km": 4.0,
            "length_km": 4.0,
            "built_year": 2019,
        }
        for period in ("2025-06", "2025-09")
        for number, town in enumerate(TOWNS)
    ]
    return pd.DataFrame(rows)


def test_an_old_segment_that_comes_back_as_new_is_found() -> None:
    frame = roads()
    frame.loc[len(TOWNS), "built_year"] = 2025
    (row,) = found(city(road_segments=frame), recounted_roads).to_dict("records")
    assert (row["region_code"], row["period"], row["value"]) == (PADDED_COUNTY, "2025-09", 1)


def test_a_network_that_gets_shorter_is_found_and_one_that_stays_is_not() -> None:
    frame = roads()
    assert found(city(road_segments=frame), falling, recounted_roads).empty
    frame.loc[len(TOWNS), "length_km"] = 2.5
    (row,) = found(city(road_segments=frame), falling).to_dict("records")
    assert (row["region_code"], row["value"], row["expected"]) == (PADDED_TOWN, 2.5, 4.0)


def interviews(copied: bool) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    questions = ["awareness", "support", "satisfaction", "satisfaction_industry", "satisfaction_culture"]
    frame = pd.DataFrame(rng.integers(3, 6, (len(VILLAGES) * 2, 5)), columns=questions)
    frame = frame.assign(region_code=np.repeat(VILLAGES, 2), period="2025-12")
    frame["interviewer"] = "tok_" + frame["region_code"].str[:9]
    if copied:
        frame.loc[in_town(frame), questions] = 5
    return frame


def test_an_interviewer_whose_questionnaires_are_all_alike_is_found_without_a_name() -> None:
    (row,) = found(city(satisfaction_survey=interviews(copied=True)), straight_lining).to_dict("records")
    assert (row["region_code"], row["n"], row["value"]) == (PADDED_COUNTY, 10, 10)
    assert "tok_" not in row["message"]


def test_interviews_that_are_alike_by_chance_raise_nothing() -> None:
    assert found(city(satisfaction_survey=interviews(copied=False)), copied_interviews, straight_lining).empty


def claims(values: Callable[[np.random.Generator, int], Any]) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {"region_code": np.repeat(TOWNS, 10), "period": "2025-12", "indicator": "卫生厕所普及率"}
    )
    return frame.assign(target_value=85.0, claimed_value=values(rng, len(frame)))


def test_claims_that_all_just_pass_their_targets_are_found() -> None:
    frame = claims(lambda rng, n: rng.uniform(83.5, 86.5, n))
    lifted = in_town(frame, PADDED_COUNTY) & (frame["claimed_value"] < 85)
    frame["claimed_value"] = frame["claimed_value"].mask(lifted, 85.1)
    (row,) = found(city(self_assessment=frame), just_above_target).to_dict("records")
    assert (row["region_code"], row["n"], row["value"]) == (PADDED_COUNTY, 40, 40)


def test_claims_on_both_sides_of_a_target_raise_nothing() -> None:
    assert found(
        city(self_assessment=claims(lambda rng, n: rng.uniform(83.5, 86.5, n))), just_above_target
    ).empty


def test_a_claim_in_kilograms_against_an_observation_in_tonnes_is_found() -> None:
    claim = pd.DataFrame(
        {
            "region_code": TOWNS[:2],
            "period": "2025-12",
            "indicator": "粮食总产量",
            "claimed_value": [2_521_000.0, 2_400.0],
        }
    )
    observed = pd.DataFrame(
        {"indicator": "grain_output", "region_code": TOWNS[:2], "period": "2025", "value": [2_520.0, 2_200.0]}
    )
    (row,) = found(city(self_assessment=claim, observations=observed), claim_scale).to_dict("records")
    assert (row["region_code"], row["indicator"]) == (TOWNS[0], "grain_output")
    assert "1000 倍" in row["message"]


def test_an_anomaly_keeps_its_id_and_a_month_is_judged_alike_alone_and_among_others() -> None:
    def shrunk(frame: pd.DataFrame) -> pd.Series:
        fewer = in_town(frame) & (frame["period"] == "2025-11")
        return frame["households"].mask(fewer, frame["households"] // 2)

    connection = city(household_register=register(shrunk))
    alone, among = (found(connection, shrunk_denominator, months=months) for months in (["2025-11"], MONTHS))
    pd.testing.assert_frame_equal(alone, among)
    assert len(alone) == 1


def test_later_months_are_not_looked_at() -> None:
    def shrunk(frame: pd.DataFrame) -> pd.Series:
        return frame["households"].mask(
            in_town(frame) & (frame["period"] == "2025-11"), frame["households"] // 2
        )

    assert found(city(household_register=register(shrunk)), shrunk_denominator, months=["2025-10"]).empty


def test_no_data_and_no_months_give_an_empty_table() -> None:
    assert found(duckdb.connect()).empty
    assert found(duckdb.connect(), months=[]).empty


def test_of_many_tests_of_nothing_at_most_a_few_pass_for_something() -> None:
    rng = np.random.default_rng(8)
    tests = pd.DataFrame({"p": rng.uniform(size=20_000), "period": "2025-01"})
    assert len(discoveries(tests)) <= 2
    with_real_ones = pd.concat([tests, pd.DataFrame({"p": [1e-9] * 50, "period": "2025-01"})])
    assert 50 <= len(discoveries(with_real_ones)) <= 60


def test_a_region_inside_one_that_stands_out_is_not_told_again() -> None:
    codes = [PADDED_COUNTY, PADDED_TOWN, TOWNS[5]]
    tests = pd.DataFrame({"subject": "x", "period": "2025-01", "region_code": codes, "p": [1e-9, 1e-9, 0.4]})
    assert coarsest_first(tests)["region_code"].tolist() == [PADDED_COUNTY, TOWNS[5]]


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: str(detector.NAME))
def test_every_detector_names_its_source_and_accuses_nobody(detector: ModuleType) -> None:
    from pathlib import Path

    assert "Source:" in (detector.__doc__ or "")
    text = Path(str(detector.__file__)).read_text(encoding="utf-8")
    assert "值得" in text
    assert not any(word in text for word in ("造假", "作假", "弄虚"))
