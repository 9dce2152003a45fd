from __future__ import annotations

import time
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tests.warehouse.conftest import FIRST, TOILETS, Warehouse
from warehouse.guard import QueryError
from warehouse.query import FIXED, connect, select
from warehouse.release import ReleaseError, freeze, releases


def one(connection: object, sql: str) -> object:
    return next(iter(select(connection, sql).to_pylist()[0].values()))  # type: ignore[arg-type]


def test_every_table_is_a_view_with_its_columns_in_order(warehouse: Warehouse) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    answer = select(connection, "FROM toilet_ledger ORDER BY subsidy_yuan")
    assert answer.column_names == TOILETS.names
    assert answer["period"].to_pylist() == ["2025-07", "2025-06", "2025-06", "2025-07"]
    assert answer["region_code"].type == pa.string()
    assert one(connection, "SELECT sum(plots) FROM toilet_ledger") == 4
    assert one(connection, "SELECT count(*) FROM submissions WHERE status = 'accepted'") == 1


def test_tables_not_yet_written_are_empty_and_not_an_error(warehouse: Warehouse) -> None:
    roads = pa.schema([("length_km", pa.float64()), ("period", pa.string())])
    connection = connect(warehouse.store, warehouse.ledger, expected={"road_segments": roads})
    for table in (*FIXED, "road_segments"):
        if table != "regions":
            assert one(connection, f"SELECT count(*) FROM {table}") == 0
    assert one(connection, "SELECT sum(length_km) FROM road_segments WHERE period = '2025-06'") is None


def test_a_table_whose_rows_are_all_gone_is_empty(warehouse: Warehouse) -> None:
    warehouse.store.write("toilet_ledger", TOILETS.empty_table(), TOILETS, {"period": ["2025-06", "2025-07"]})
    assert one(connect(warehouse.store, warehouse.ledger), "SELECT count(*) FROM toilet_ledger") == 0


def test_a_column_that_only_new_files_have_is_empty_in_old_ones(warehouse: Warehouse) -> None:
    grown = TOILETS.append(pa.field("card_token", pa.string()))
    rows = pa.Table.from_pylist(
        [{"region_code": FIRST, "period": "2025-06", "card_token": "x"}], schema=grown
    )
    warehouse.store.write("toilet_ledger", rows, grown, {"period": ["2025-06"]})
    connection = connect(warehouse.store, warehouse.ledger)
    assert one(connection, "SELECT count(card_token) FROM toilet_ledger") == 1
    assert one(connection, "SELECT count(*) FROM toilet_ledger") == 3


def test_a_column_that_no_file_has_yet_is_there(warehouse: Warehouse) -> None:
    grown = TOILETS.append(pa.field("length_m", pa.float64()))
    warehouse.store.write("toilet_ledger", grown.empty_table(), grown, {"period": ["2025-06"]})
    connection = connect(warehouse.store, warehouse.ledger)
    assert one(connection, "SELECT count(*) FROM toilet_ledger WHERE length_m IS NULL") == 2


def test_a_column_of_a_contract_that_no_month_was_built_with_is_null(warehouse: Warehouse) -> None:
    grown = TOILETS.append(pa.field("length_m", pa.float64()))
    connection = connect(warehouse.store, warehouse.ledger, expected={"toilet_ledger": grown})
    assert one(connection, "SELECT count(*) FROM toilet_ledger WHERE length_m IS NULL") == 4


def test_the_warehouse_is_seen_as_it_was(warehouse: Warehouse) -> None:
    before = datetime.now(UTC)
    time.sleep(0.02)
    warehouse.write("2025-06", (FIRST, 1.0, 5))
    now = connect(warehouse.store, warehouse.ledger)
    then = connect(warehouse.store, warehouse.ledger, as_of=before)
    total = "SELECT sum(subsidy_yuan) FROM toilet_ledger"
    assert (one(now, total), one(then, total)) == (351.0, 650.5)


def test_before_the_first_load_there_is_no_answer_rather_than_nought(warehouse: Warehouse) -> None:
    long_ago = datetime(2020, 1, 1, 15, 59, tzinfo=UTC)
    with pytest.raises(QueryError, match=r"2020-01-01 23:59 .*no release to this day"):
        connect(warehouse.store, warehouse.ledger, as_of=long_ago)
    freeze(warehouse.store, "初稿", created_at=datetime(2025, 7, 2, 18, 0, tzinfo=UTC))
    with pytest.raises(QueryError, match="the first release is of 2025-07-03 02:00"):
        connect(warehouse.store, warehouse.ledger, as_of=long_ago)


def test_an_open_connection_is_not_disturbed_by_a_later_load(warehouse: Warehouse) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    warehouse.write("2025-06")
    warehouse.store.tend()
    assert one(connection, "SELECT count(*) FROM toilet_ledger") == 4


def test_a_release_means_the_same_numbers_for_good(warehouse: Warehouse) -> None:
    made = freeze(warehouse.store, "2025 年度终稿", "主任会议用")
    warehouse.write("2025-06", (FIRST, 1.0, 5))
    released = connect(warehouse.store, warehouse.ledger, release="2025 年度终稿")
    assert one(released, "SELECT sum(subsidy_yuan) FROM toilet_ledger") == 650.5
    assert one(connect(warehouse.store, warehouse.ledger), "SELECT note FROM releases") == "主任会议用"
    assert releases(warehouse.store) == [made]


def test_a_release_is_never_overwritten(warehouse: Warehouse) -> None:
    made = freeze(warehouse.store, "终稿")
    with pytest.raises(ReleaseError, match="already"):
        freeze(warehouse.store, "终稿", "再来")
    with pytest.raises(ReleaseError, match="cannot name a release"):
        freeze(warehouse.store, "a/b ")
    with pytest.raises(ReleaseError, match="no release 初稿; there are: 终稿"):
        connect(warehouse.store, warehouse.ledger, release="初稿")
    assert releases(warehouse.store) == [made]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DROP TABLE submissions", "only questions are answered"),
        ("COPY submissions TO 'x.csv'", "only questions are answered"),
        ("SELECT 1; SELECT 2", "one statement at a time; here are 2"),
        ("", "here are 0"),
        ("SELECT nothing FROM nowhere", "not answered: .* nowhere does not exist"),
        ("SELEKT", "not understood: .*SELEKT"),
    ],
)
def test_what_is_not_one_question_is_not_run(warehouse: Warehouse, sql: str, message: str) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    with pytest.raises(QueryError, match=message):
        select(connection, sql)
    assert one(connection, "SELECT count(*) FROM submissions") == 2


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE submissions",
        "SHOW TABLES",
        "EXPLAIN FROM regions",
        "FROM regions",
        "WITH a AS (SELECT 1) FROM a",
    ],
)
def test_questions_of_all_kinds_are_answered(warehouse: Warehouse, sql: str) -> None:
    assert select(connect(warehouse.store, warehouse.ledger), sql).num_rows > 0


def test_parameters_are_bound(warehouse: Warehouse) -> None:
    connection = connect(warehouse.store, warehouse.ledger)
    answer = select(connection, "SELECT name FROM regions WHERE region_code = ?", [FIRST])
    assert answer.to_pydict() == {"name": ["一村"]}
