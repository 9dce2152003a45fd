"""A survey by its design: villages count by their size, and what is not known of them leaves the plain share."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from tests.warehouse.test_indicators import CITY, COUNTY, VILLAGES, indicator, observed
from warehouse.indicators import Indicator
from warehouse.sampling import share_of_clusters

ANSWERS = "select as_of, region_code, 1 as value from answers_as_of"
SURVEY = {
    "kind": "survey", "scale": 100, "numerator": f"{ANSWERS} where score >= 4", "denominator": ANSWERS,
    "weight": "select as_of, region_code, households as value from register_as_of",
}  # fmt: skip


def asked(*villages: tuple[str, int, int, int | None], period: str = "2025-03") -> duckdb.DuckDBPyConnection:
    """By village: answers that are so, answers, households (None: nobody says)."""
    connection = duckdb.connect()
    connection.execute("create table answers (region_code varchar, period varchar, score int)")
    connection.execute("create table register (region_code varchar, period varchar, households int)")
    for code, hits, answers, households in villages:
        connection.execute(
            f"insert into answers select '{code}', '{period}', if(i < {hits}, 5, 2) from range({answers}) t(i)"
        )
        if households is not None:
            connection.execute(f"insert into register values ('{code}', '{period}', {households})")
    return connection


def test_a_large_village_counts_for_more_than_its_answers() -> None:
    row = observed(
        asked((VILLAGES[0], 9, 10, 1000), (VILLAGES[1], 1, 10, 100)), indicator(**SURVEY), "2025-03"
    )[COUNTY, "2025-03"]
    assert row["value"] == pytest.approx(100 * (1000 * 0.9 + 100 * 0.1) / 1100)
    assert row["records"] == 20
    assert row["interval_low"] < row["value"] < row["interval_high"]
    assert row["design_effect"] > 1
    assert row["numerator"] / row["denominator"] * 100 == pytest.approx(row["value"])


def test_a_village_itself_keeps_its_plain_share() -> None:
    rows = observed(
        asked((VILLAGES[0], 45, 50, 1000), (VILLAGES[1], 1, 10, 100)), indicator(**SURVEY), "2025-03"
    )
    row = rows[VILLAGES[0], "2025-03"]
    assert (row["value"], row["design_effect"]) == (90, None)
    assert row["interval_low"] == pytest.approx(78.64, abs=0.01)


@pytest.mark.parametrize("households", [None, 0])
def test_where_a_size_is_not_known_the_plain_share_stays(households: int | None) -> None:
    row = observed(
        asked((VILLAGES[0], 9, 10, 1000), (VILLAGES[1], 1, 10, households)), indicator(**SURVEY), "2025-03"
    )[COUNTY, "2025-03"]
    assert (row["value"], row["design_effect"], row["numerator"]) == (50, None, 10)


def test_a_village_nobody_was_asked_in_does_not_count() -> None:
    connection = asked((VILLAGES[0], 9, 10, 300), (VILLAGES[1], 1, 10, 100))
    connection.execute(f"insert into register values ('{VILLAGES[2]}', '2025-03', 90000)")
    row = observed(connection, indicator(**SURVEY), "2025-03")[CITY, "2025-03"]
    assert row["value"] == pytest.approx(100 * (300 * 0.9 + 100 * 0.1) / 400)


def test_the_weight_is_not_asked_for_where_the_survey_was_handed_in() -> None:
    """Without a register there is a survey all the same."""
    connection = asked((VILLAGES[0], 9, 10, None), (VILLAGES[1], 1, 10, None))
    assert observed(connection, indicator(**SURVEY), "2025-03")[COUNTY, "2025-03"]["value"] == 50


def test_only_a_survey_takes_a_weight() -> None:
    with pytest.raises(ValueError, match="kind ratio takes no weight"):
        Indicator.model_validate(indicator(**{**SURVEY, "kind": "ratio"}).model_dump())


@pytest.mark.parametrize("alike", [0.0, 0.15])
def test_intervals_hold_the_truth_though_neighbours_agree(alike: float) -> None:
    """A thousand surveys of 15 of 150 villages, ten answers each, drawn by size; in some cities neighbours agree."""
    random = np.random.default_rng(31)
    sizes = random.gamma(3, 100, 150) + 30
    spread = 0.7 * 0.3 * alike
    villages = (
        np.clip(0.7 + random.normal(0, np.sqrt(spread), 150), 0.02, 0.98) if alike else np.full(150, 0.7)
    )
    truth = float((sizes * villages).sum() / sizes.sum())
    held = 0
    for _ in range(1000):
        drawn = random.choice(150, 15, replace=False)
        answers = np.full(15, 10.0)
        found = share_of_clusters(random.binomial(10, villages[drawn]).astype(float), answers, sizes[drawn])
        held += found.low <= truth <= found.high
    assert 930 <= held <= 985
