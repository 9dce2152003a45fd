"""Burden: cells that units filled, that repeat, that are asked for twice, and that nobody reads."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from expectations.burden.asked_twice import asked_twice
from expectations.burden.cells import cells, repeated
from expectations.burden.report import burden
from expectations.burden.unused import is_checked, unused, used_columns
from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.contracts.records import record_schema
from expectations.reconciliations.model import load_reconciliations
from tests.expectations.report_city import connect, empty, submission
from warehouse import schemas
from warehouse.indicators.model import load_indicators

TOILETS, MONITORED, REGISTER = "toilet_ledger", "monitored_households", "household_register"


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts()


def warehouse(
    contracts: dict[str, Contract], records: dict[str, list[dict[str, Any]]], **tables: pa.Table
) -> duckdb.DuckDBPyConnection:
    placed = {
        dataset: pa.Table.from_pylist(
            [{"region_code": "990101101201", "period": "2025-06", "submission_id": "s1", "row": at, **row} for at, row in enumerate(rows)],
            schema=record_schema(contracts[dataset]),
        )
        for dataset, rows in records.items()
    }  # fmt: skip
    return connect(empty() | placed | tables)


def test_cells_are_counted_by_township_and_month_and_blanks_are_none(contracts: dict[str, Contract]) -> None:
    rows = [
        {"households": 300, "population": 900},
        {"households": 200, "population": None, "region_code": "990101101202"},
        {"households": 100, "population": 400, "region_code": "990102000000", "period": "2025-07"},
        {"households": 100, "population": 400, "period": "2024-12"},
    ]
    found = cells(warehouse(contracts, {REGISTER: rows}), contracts, ["2025-06", "2025-07"])
    assert found == [
        {"dataset": REGISTER, "region_code": "990101101000", "period": "2025-06", "records": 2, "cells": 3},
        {"dataset": REGISTER, "region_code": "990102000000", "period": "2025-07", "records": 1, "cells": 2},
    ]


def test_a_cell_repeats_where_the_same_object_had_the_same_before(contracts: dict[str, Contract]) -> None:
    def household(number: str, period: str, **other: Any) -> dict[str, Any]:
        return {"household_number": number, "period": period, "household_size": 3, **other}

    rows = [
        household("1", "2025-05"),
        household("1", "2025-06"),
        household("2", "2025-06"),
        household("1", "2025-07", household_size=4),
    ]
    connection = warehouse(contracts, {MONITORED: rows})
    assert repeated(connection, contracts, ["2025-06"]) == {MONITORED: 2}
    assert repeated(connection, contracts, ["2025-07"]) == {MONITORED: 1}


def test_columns_are_asked_twice_where_most_values_of_the_same_person_are_equal(
    contracts: dict[str, Contract],
) -> None:
    people = [f"t{n}" for n in range(30)]
    toilets = [{"resident_id": one, "phone": one, "bank_card": one, "householder": one} for one in people]
    households = [
        {
            "resident_id": one,
            "household_number": one,
            "phone": one if n else "new",
            "householder": f"other {n}",
        }
        for n, one in enumerate(people)
    ]
    found = asked_twice(warehouse(contracts, {TOILETS: toilets, MONITORED: households}), contracts)
    (phone,) = [row for row in found if row["column"] == "phone"]
    assert {phone["dataset"], phone["other_dataset"]} == {TOILETS, MONITORED}
    assert (phone["objects"], phone["both"], phone["equal"]) == (30, 30, 29)
    assert not any("householder" in row["column"] for row in found)


def test_what_only_one_department_asks_is_not_asked_twice(contracts: dict[str, Contract]) -> None:
    child = [{"resident_id": f"t{n}", "phone": "1"} for n in range(30)]
    connection = warehouse(contracts, {"student_status": child, "student_grants": child})
    assert asked_twice(connection, contracts) == []


def test_a_column_is_read_where_an_indicator_a_reconciliation_or_a_detector_names_it(
    contracts: dict[str, Contract],
) -> None:
    used = used_columns(contracts, load_indicators(), load_reconciliations())
    assert {"use_status", "accepted_on"} <= used[TOILETS]  # indicators
    assert "coordinates" in used[TOILETS]  # the detector of duplicates
    assert "subsidy_yuan" in used[TOILETS]  # the detector of last digits, and of units
    idle = {column.name for column in unused(contracts[TOILETS], used[TOILETS])}
    assert "builder" in idle
    assert idle.isdisjoint({"village_code", "village_name", "resident_id", "use_status"})


def test_a_column_that_only_a_rule_looks_at_is_told_apart(contracts: dict[str, Contract]) -> None:
    contract = contracts[MONITORED]
    assert is_checked(contract, contract.by_name["wage_income_yuan"])
    assert not is_checked(contract, contract.by_name["phone"])


def test_hours_are_cells_times_the_assumption_and_rows_that_do_not_stand_are_told(
    contracts: dict[str, Contract],
) -> None:
    sent = [
        submission(1, REGISTER, "civil_affairs", "2025-06", 0, rows_in=2),
        submission(2, REGISTER, "civil_affairs", "2025-06", 0, rows_in=3, status="superseded"),
        submission(3, REGISTER, "civil_affairs", "2025-06", 0, rows_in=2, status="repeat"),
    ]
    submissions = pa.Table.from_pylist(sent, schema=schemas.SUBMISSIONS)
    rows = [{"households": 300}, {"households": 200, "region_code": "990101101202", "remark": "迁出"}]
    found = burden(
        warehouse(contracts, {REGISTER: rows}, submissions=submissions),
        contracts, load_indicators(), load_reconciliations(), ["2025-06"], 7200,
    )  # fmt: skip
    assert (found.cells, found.hours(found.cells)) == (3, 6.0)
    assert found.by_unit(6) == {"990101": {"records": 2, "cells": 3, "hours": 6.0}}
    (register,) = [row for row in found.datasets if row["dataset"] == REGISTER]
    assert (register["sent_again"], register["hours"], register["is_read"]) == (3, 6.0, True)
    assert ("remark", 1) in [(row["column"], row["cells"]) for row in found.unread]
