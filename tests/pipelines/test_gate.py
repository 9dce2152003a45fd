"""The audit gate: no record is lost, doubled or moved on the way from what was staged to the tables readers see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.loading.release import gate
from tests.pipelines.town import Town, new_town, toilets

pytestmark = pytest.mark.xdist_group("gate")

MONTHS = ("2025-05", "2025-06")
Record = dict[str, Any]
Change = Callable[[list[Record]], list[Record]]


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Two months of two townships, each month in a file; the second township of June was sent again."""
    town = new_town(tmp_path_factory.mktemp("gate") / "home")
    for at, month in enumerate(MONTHS):
        rows = toilets("甲村", "乙村", "丙村", "丙村", first=10 * at + 1, completed=f"{month}-02")
        town.drop(f"toilet_reform/{month}/榆塘县.csv", rows)
    town.load()
    town.drop("toilet_reform/2025-06/汀坪乡.csv", toilets("丙村", "丙村", first=31, completed="2025-06-03"))
    town.load()
    return town


@pytest.fixture
def changed(two_months: Town, tmp_path: Path) -> Callable[[Change], list[str]]:
    """What the gate says after the records were changed behind the load's back."""

    def objections(change: Change) -> list[str]:
        town = two_months.copy(tmp_path / "home")
        store, records = town.site.store, town.table("toilet_ledger")
        rows = change(sorted(records.to_pylist(), key=lambda row: (row["period"], row["region_code"])))
        table = pa.Table.from_pylist(rows, schema=records.schema)
        store.write("toilet_ledger", table, records.schema, {"period": MONTHS})
        return gate(town.site)

    return objections


def test_what_was_loaded_passes(changed: Callable[[Change], list[str]]) -> None:
    assert changed(lambda rows: rows) == []


@pytest.mark.parametrize("at", range(8))
def test_a_record_missing_from_any_month_and_township_is_told(
    changed: Callable[[Change], list[str]], at: int
) -> None:
    (problem,) = changed(lambda rows: rows[:at] + rows[at + 1 :])

    month = MONTHS[at // 4]
    assert problem.startswith("toilet_ledger: the table holds 1 of the 2 records in force of ")
    assert problem.endswith(f", {'990121100000' if at % 4 < 2 else '990121200000'}, {month}")


def test_a_doubled_record_is_told(changed: Callable[[Change], list[str]]) -> None:
    (problem,) = changed(lambda rows: [*rows, rows[0]])

    assert "the table holds 3 of the 2 records" in problem


def test_a_record_moved_to_another_month_is_told_where_it_came_and_where_it_went(
    changed: Callable[[Change], list[str]],
) -> None:
    came, went = changed(lambda rows: [{**rows[0], "period": "2025-06"}, *rows[1:]])

    assert {text[-7:] for text in (came, went)} == set(MONTHS)
    assert {"1 of the 2" in came, "1 of the 2" in went} == {True, False}


def test_a_record_moved_to_another_township_is_told(changed: Callable[[Change], list[str]]) -> None:
    (moved,) = changed(lambda rows: [{**rows[0], "region_code": "990121200200"}, *rows[1:]])

    assert "1 records of" in moved
    assert "handed in for 990121100000 lie in 990121200" in moved


def test_a_record_handed_in_for_another_township_is_told(changed: Callable[[Change], list[str]]) -> None:
    problems = changed(lambda rows: [{**rows[0], "handed_in_as": "990121200000"}, *rows[1:]])

    assert len(problems) == 3
    assert "1 of the 2 records" in problems[0]
    assert "3 of the 2 records" in problems[1]


def test_a_record_of_a_superseded_submission_that_came_back_is_told(
    changed: Callable[[Change], list[str]],
) -> None:
    old = "20250101-000001-deadbeef"

    (problem,) = changed(lambda rows: [*rows, {**rows[-1], "submission_id": old}])

    assert f"1 of the 0 records in force of {old}" in problem
