"""Rates that jump are told once; a rate that is high, comes back or moves as the others do is not told."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.anomalies import detect
from expectations.anomalies.detectors import too_good
from warehouse.engines.duckdb import DuckDB
from warehouse.indicators import load_indicators

MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
TOWNS = [f"5203{county:02}2{town:02}000" for county in (21, 23, 24) for town in range(6)]
LATE = TOWNS[7]


def shares(seed: int = 11) -> npt.NDArray[np.float64]:
    """Months × townships: each at its own level, creeping up by a point a month or less."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0.35, 0.55, len(TOWNS)) + np.cumsum(rng.uniform(0, 0.01, (12, len(TOWNS))), axis=0)


def told(
    share: npt.NDArray[np.float64],
    indicator: str = "toilet_acceptance_rate",
    records: int = 260,
    unit_of_records: float = 1,
    months: list[str] = MONTHS,
    coverage: Mapping[str, float] | None = None,
) -> list[dict[str, object]]:
    whole = records * unit_of_records
    observed = pd.DataFrame(
        {
            "indicator": indicator,
            "region_code": TOWNS * len(MONTHS),
            "period": np.repeat(MONTHS, len(TOWNS)),
            "numerator": np.round(share.ravel() * whole, 2),
            "denominator": whole,
            "records": records,
        }
    )
    observed["coverage"] = observed["period"].map(coverage or {}).fillna(1.0)
    connection = duckdb.connect()
    connection.register("observations", observed)
    connection.register("regions", pd.DataFrame({"region_code": TOWNS, "level": "township"}))
    table = detect(DuckDB(connection), months, {}, load_indicators(), [too_good])
    rows: list[dict[str, object]] = table.to_pylist()
    return rows


def test_a_county_that_was_always_excellent_is_never_told() -> None:
    share = shares()
    share[:, :6] = 0.985
    assert told(share) == []


def test_a_jump_that_stays_is_told_once_in_its_first_month_with_the_records_counted() -> None:
    share = shares()
    share[6:, 7] += 0.3
    (row,) = told(share)
    assert (row["region_code"], row["period"], row["n"]) == (LATE, "2024-07", 260)
    assert float(str(row["value"])) - float(str(row["expected"])) > 28
    assert "260 条记录" in str(row["message"])


def test_a_second_jump_of_the_year_is_not_told_again_even_when_its_month_is_judged_alone() -> None:
    share = shares()
    share[5:, 7] += 0.2
    share[9:, 7] += 0.2
    assert [row["period"] for row in told(share)] == ["2024-06"]
    assert told(share, months=["2024-10"]) == []
    assert [row["period"] for row in told(share, months=["2024-06"])] == ["2024-06"]


def test_what_all_townships_gain_in_a_month_is_no_jump() -> None:
    share = shares()
    share[8:] += 0.25
    assert told(share) == []


def test_where_rates_often_move_a_move_of_that_size_is_not_told() -> None:
    share = shares()
    share += np.cumsum(np.random.default_rng(12).choice([0, 0.09], share.shape, p=[0.8, 0.2]), axis=0) / 3
    share[4:, 7] += 0.05
    assert told(share) == []


def test_a_fall_and_coming_back_from_it_are_not_told() -> None:
    share = shares()
    share[6:8, 7] -= 0.3
    assert told(share) == []


def test_of_an_indicator_that_should_be_low_the_fall_is_told_in_its_own_terms() -> None:
    share = shares()
    share[6:, 7] -= 0.3
    (row,) = told(share, "hand_in_correction_rate")
    assert (row["region_code"], row["period"]) == (LATE, "2024-07")
    assert float(str(row["value"])) < float(str(row["expected"])) - 25


def test_mu_and_kilometres_are_no_sample_size() -> None:
    share = shares()
    share[6:, 7] += 0.3
    assert told(share, "road_maintained_rate", records=12, unit_of_records=150) == []
    assert len(told(share, "road_maintained_rate", records=120, unit_of_records=15)) == 1


def test_villages_that_come_in_later_make_no_jump() -> None:
    share = shares()
    share[6:, 7] += 0.3
    assert told(share, coverage=dict.fromkeys(MONTHS[6:], 0.8)) == []
