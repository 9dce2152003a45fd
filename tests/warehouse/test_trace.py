from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from tests.warehouse.conftest import FIRST, RETIRED, SECOND, TOWN, Warehouse
from warehouse.query import connect
from warehouse.relations import Source
from warehouse.schemas import REGIONS
from warehouse.trace import trace

MONTH = ["select as_of, region_code, 1 as value from toilet_ledger_in_month"]
UP_TO = ["select as_of, region_code, 1 as value from toilet_ledger_as_of"]
SOURCES = {"toilet_ledger": Source(evidence="B", keeps="events")}


def test_a_number_leads_to_files_sheets_and_rows(warehouse: Warehouse) -> None:
    trail = trace(connect(warehouse.store, warehouse.ledger), MONTH, SOURCES, TOWN, "2025-06")
    assert (trail.total, trail.submissions) == (2, 1)
    assert trail.rows.to_pylist()[0] == {
        "dataset": "toilet_ledger", "submission_id": warehouse.submissions[0], "department": "toilet_reform",
        "file_name": "台账.xlsx", "sha256": "0" * 64, "sheet": "台账", "row": 5, "cell": None, "region_code": FIRST, "period": "2025-06",
    }  # fmt: skip


def test_a_year_is_the_sum_of_its_months_and_the_list_is_capped_but_the_count_is_not(
    warehouse: Warehouse,
) -> None:
    trail = trace(connect(warehouse.store, warehouse.ledger), MONTH, SOURCES, TOWN, "2025", limit=3)
    assert (trail.rows.num_rows, trail.total, trail.submissions) == (3, 4, 2)


def test_records_under_a_code_that_led_here_count(warehouse: Warehouse) -> None:
    trail = trace(connect(warehouse.store, warehouse.ledger), MONTH, SOURCES, SECOND, "2025Q3")
    assert trail.rows["region_code"].to_pylist() == [RETIRED]


def test_what_nothing_lies_behind_has_an_empty_trail(warehouse: Warehouse) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    assert trace(connection, MONTH, SOURCES, "123456789012", "2025-06").total == 0
    assert trace(connection, [], SOURCES, TOWN, "2025-06").rows.num_rows == 0
    with pytest.raises(ValueError, match="not a month"):
        trace(connection, MONTH, SOURCES, TOWN, "2025年6月")


def test_a_stock_of_events_leads_to_every_month_up_to_its_own(warehouse: Warehouse) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    held = trace(connection, UP_TO, SOURCES, TOWN, "2025-12")
    assert held.total > trace(connection, MONTH, SOURCES, TOWN, "2025-12").total
    assert held.total == trace(connection, MONTH, SOURCES, TOWN, "2025").total
    year = trace(connection, UP_TO, SOURCES, TOWN, "2025", only_last=True)
    assert year.total == held.total


def test_only_the_records_that_the_statement_counts_lie_behind_it(warehouse: Warehouse) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    dear = "select as_of, region_code, subsidy_yuan as value from toilet_ledger_in_month where subsidy_yuan > 150"
    assert trace(connection, [dear], SOURCES, TOWN, "2025-06").rows["row"].to_pylist() == [6]


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("select as_of, region_code, max(plots) as value from toilet_ledger_in_month group by all", [5, 6]),
        (
            "select t.as_of, t.region_code, 1 as value from toilet_ledger_in_month t "
            "semi join regions r on r.region_code = t.region_code and r.name = '二村' where t.plots = 1",
            [6],
        ),
        (
            "select as_of, region_code, value from (select as_of, region_code, 1 as value from toilet_ledger_in_month)",
            [5, 6],
        ),
    ],
    ids=["groups are taken apart", "joins choose", "a nested select means all"],
)
def test_whatever_the_shape_of_the_statement(warehouse: Warehouse, statement: str, rows: list[int]) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    assert trace(connection, [statement], SOURCES, TOWN, "2025-06").rows["row"].to_pylist() == rows


@pytest.mark.parametrize(
    ("region", "period", "rows"),
    [
        ("990101200000", "2025-06", [5]),
        ("990101200000", "2025-07", [4, 7]),
        (TOWN, "2025-06", [6, 7]),
        (TOWN, "2025-07", []),
        ("990100000000", "2025", [4, 5, 6, 7, 7]),
    ],
)
def test_a_town_that_was_merged_lies_in_its_successor_from_then_on(
    warehouse: Warehouse, region: str, period: str, rows: list[int]
) -> None:
    """The town ends in July; one of its villages is given another code, the other goes over with its own."""
    july = date(2025, 7, 1)
    known = [
        {"region_code": "990100000000", "name": "县", "level": "county"},
        {"region_code": TOWN, "name": "东镇", "level": "township", "parent_code": "990100000000",
         "valid_to": july, "successor": "990101200000"},
        {"region_code": "990101200000", "name": "西镇", "level": "township", "parent_code": "990100000000"},
        {"region_code": FIRST, "name": "一村", "level": "village", "parent_code": TOWN, "valid_to": july,
         "successor": "990101200201"},
        {"region_code": SECOND, "name": "二村", "level": "village", "parent_code": TOWN, "valid_to": july},
        {"region_code": SECOND, "name": "二村", "level": "village", "parent_code": "990101200000", "valid_from": july},
        {"region_code": "990101200201", "name": "一村", "level": "village", "parent_code": "990101200000",
         "valid_from": july},
        {"region_code": "990101200202", "name": "三村", "level": "village", "parent_code": "990101200000"},
    ]  # fmt: skip
    warehouse.store.write("regions", pa.Table.from_pylist(known, schema=REGIONS), REGIONS, {})
    warehouse.write("2025-06", (FIRST, 1.0, 6), (SECOND, 1.0, 7), ("990101200202", 1.0, 5))
    warehouse.write("2025-07", ("990101200201", 1.0, 4), (SECOND, 1.0, 7))
    trail = trace(connect(warehouse.store, warehouse.ledger), MONTH, SOURCES, region, period)
    assert sorted(trail.rows["row"].to_pylist()) == rows
