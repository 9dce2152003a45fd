"""Claims beside evidence: who gains, since when, and what is a slip of the unit and not padding."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from expectations.claims import claims, counties
from tests.expectations.report_city import connect, county_code, empty
from warehouse import schemas
from warehouse.indicators.model import Indicator, load_indicators

RATE, OUTPUT, CROWDING = "sanitary_toilet_rate", "grain_output", "year_end_crowding"


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return load_indicators()


def claim(
    indicator: str,
    county: int,
    claimed: float | None,
    computed: float | None,
    period: str = "2025-12",
    *,
    township: bool = False,
) -> dict[str, Any]:
    gap = None if claimed is None or computed is None else claimed - computed
    return {
        "reconciliation": f"claim_vs_observation/{indicator}",
        "region_code": f"{county_code(county)[:6]}101000" if township else county_code(county),
        "period": period, "left_value": claimed, "operator": "=", "right_value": computed, "gap": gap,
        "agrees": None if gap is None else abs(gap) < 0.1, "instruction": "", "importance": "high",
    }  # fmt: skip


def told(rows: list[dict[str, Any]], indicators: dict[str, Indicator]) -> list[dict[str, Any]]:
    tables = empty() | {"reconciliations": pa.Table.from_pylist(rows, schema=schemas.RECONCILIATIONS)}
    return claims(connect(tables), indicators)


@pytest.mark.parametrize(
    ("indicator", "claimed", "computed", "verdict", "slip"),
    [
        (RATE, 95.0, 80.0, "gains", None),
        (RATE, 70.0, 80.0, "loses", None),
        (RATE, 80.0, 80.0, "agrees", None),
        (RATE, None, 80.0, "one_sided", None),
        (RATE, 80.0, None, "one_sided", None),
        (CROWDING, 10.0, 30.0, "gains", None),  # lower is better
        (OUTPUT, 5_100_000.0, 5_000.0, "unit_slip", "公斤与吨"),
        (OUTPUT, 0.5, 5_000.0, "unit_slip", "元与万元"),
        (OUTPUT, 6_500.0, 5_000.0, "gains", None),
        (OUTPUT, 0.0, 5_000.0, "loses", None),
        (RATE, 0.81, 80.0, "unit_slip", "百分数与小数"),
        (RATE, 95.0, 9.5, "gains", None),  # no slip: a rate may be padded tenfold
    ],
)
def test_a_claim_is_told_by_who_gains_and_a_whole_unit_factor_is_a_slip(
    indicators: dict[str, Indicator],
    indicator: str,
    claimed: float | None,
    computed: float | None,
    verdict: str,
    slip: str | None,
) -> None:
    (row,) = told([claim(indicator, 1, claimed, computed)], indicators)
    assert (row["verdict"], row["slip"]) == (verdict, slip)


def test_the_gap_stands_in_the_unit_and_in_per_cent_of_the_records(indicators: dict[str, Indicator]) -> None:
    (row,) = told([claim(CROWDING, 1, 10, 40)], indicators)
    assert (row["gap"], row["gap_percent"], row["gain_percent"]) == (-30, -75, 75)
    assert (row["title"], row["place"]) == ("年末集中竣工占比", "长山县")


def test_since_when_goes_back_to_the_first_period_without_another_verdict_between(
    indicators: dict[str, Indicator],
) -> None:
    rows = [
        claim(RATE, 1, 95, 80, "2022-12"),
        claim(RATE, 1, 80, 80, "2023-12"),
        claim(RATE, 1, 96, 80, "2024-12"),
        claim(RATE, 1, 97, 80, "2025-12"),
    ]
    (row,) = told(rows, indicators)
    assert (row["period"], row["claimed"], row["since"], row["periods"]) == ("2025-12", 97, "2024-12", 2)


def test_counties_are_placed_by_gap_among_counties_that_can_be_compared(
    indicators: dict[str, Indicator],
) -> None:
    rows = [
        claim(OUTPUT, 1, 5_000_000, 5_000),
        claim(OUTPUT, 2, 6_000, 5_000),
        claim(OUTPUT, 3, 5_500, 5_000),
        claim(OUTPUT, 3, 9_000, 5_000, township=True),
    ]
    places = {(row["place"], row["is_county"]): row["place_by_gain"] for row in told(rows, indicators)}
    assert places == {
        ("长山县", True): None,
        ("北湖县", True): 1,
        ("东陵市", True): 2,
        ("东陵市·第1镇", False): None,
    }


def test_a_slip_of_the_unit_counts_in_no_mean(indicators: dict[str, Indicator]) -> None:
    rows = [
        claim(OUTPUT, 1, 5_000_000, 5_000),
        claim(RATE, 1, 88, 80),
        claim(RATE, 2, 80, 80),
        claim(RATE, 2, 96, 80, township=True),
    ]
    tables = empty() | {"reconciliations": pa.Table.from_pylist(rows, schema=schemas.RECONCILIATIONS)}
    first, second = counties(connect(tables), indicators)
    assert (first["place"], first["mean_gain_percent"], first["unit_slips"], first["gains"]) == (
        "长山县",
        10,
        1,
        1,
    )
    assert (second["place"], second["mean_gain_percent"], second["township_mean_gain_percent"]) == (
        "北湖县",
        0,
        20,
    )
