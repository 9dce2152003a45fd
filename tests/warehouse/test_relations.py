"""How long a state stands: as many months as its frequency has, and not one longer."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.periods import Month
from warehouse.relations import Source, units_reported, with_relations

COUNTY = "990101000000"


def ledger() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        f"create table roads as select '{COUNTY}' as region_code, '2025-01' as period, 4 as km"
    )
    return connection


@pytest.mark.parametrize("stands", [1, 3, 6, 12])
def test_a_state_stands_to_its_last_month_and_no_longer(stands: int) -> None:
    source = Source("B", "snapshot", coverage="county", stands=stands)
    months = [str(Month("2025-01") + ahead) for ahead in range(-1, 14)]
    standing = months[1 : 1 + stands]

    sql = with_relations(
        "select as_of from roads_as_of", {"roads": source}, "select as_of from stated order by 1"
    )
    told = ledger().execute(sql, {"months": months}).fetchall()
    reported = ledger().execute(units_reported("roads", "as_of", source), {"months": months}).fetchall()

    assert [month for (month,) in told] == standing
    assert sorted(month for month, _ in reported) == standing


@pytest.mark.parametrize("stands", [1, 3])
def test_a_nil_report_is_reported_and_ends_the_state_before_it(stands: int) -> None:
    source = Source("B", "snapshot", coverage="county", stands=stands, has_nils=True)
    connection = ledger()
    other = "990102000000"
    connection.execute(
        "create table submissions as select unnest(['a', 'b', 'c', 'd']) as submission_id, 'roads' as dataset, "
        f"unnest([['{COUNTY}'], ['{other}'], ['{COUNTY}'], ['{COUNTY}']]) as regions, "
        "unnest(['2025-02', '2025-02', '2025-03', '2025-01']) as period, "
        "unnest(['accepted', 'accepted', 'held', 'accepted']) as status, unnest([0, 0, 0, 1]) as rows_in"
    )
    months = ["2025-01", "2025-02"]

    sql = with_relations(
        "select as_of from roads_as_of", {"roads": source}, "select as_of from stated order by 1"
    )
    asked = {"months": [*months, "2025-03"]}
    reported = connection.execute(units_reported("roads", "in_month", source), asked).fetchall()

    assert connection.execute(sql, {"months": months}).fetchall() == [("2025-01",)]
    assert sorted(reported) == [("2025-01", COUNTY), ("2025-02", COUNTY), ("2025-02", other)]
