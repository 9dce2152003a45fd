"""Indicators: rolled up the tree, divided last, with grade, counts and coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.engines.duckdb import DuckDB
from warehouse.indicators import Indicator, IndicatorError, observe
from warehouse.relations import Source
from warehouse.schemas import OBSERVATIONS, REGIONS

CITY, COUNTY, OTHER = "990100000000", "990101000000", "990102000000"
TOWN, FAR = "990101100000", "990102100000"
VILLAGES = ("990101100201", "990101100202", "990102100201")
SOURCES = {
    "toilets": Source("B", "events"),
    "register": Source("C", "snapshot"),
    "roads": Source("B", "snapshot", coverage="county", stands=3),
    "claims": Source("D", "snapshot", stands=12),
    "answers": Source("B", "snapshot", stands=3),
}


def region(code: str, level: str, parent: str | None, **more: Any) -> dict[str, Any]:
    return {"region_code": code, "name": code, "level": level, "parent_code": parent, **more}


REGION_ROWS = [
    region(CITY, "city", None),
    region(COUNTY, "county", CITY),
    region(OTHER, "county", CITY),
    region(TOWN, "township", COUNTY),
    region(FAR, "township", OTHER),
    *(region(code, "village", code[:9] + "000") for code in VILLAGES),
]
REGIONS_TABLE = pa.Table.from_pylist(REGION_ROWS, schema=REGIONS)


def indicator(**fields: Any) -> Indicator:
    given = {
        "id": "rate",
        "title": "普及率",
        "dimension": "生态宜居",
        "unit": "%",
        "kind": "ratio",
        "direction": "higher",
        "scale": 100,
        "numerator": "select as_of, region_code, 1 as value from toilets_as_of",
        "denominator": "select as_of, region_code, households as value from register_as_of",
        "description": "口径",
        "source": "规则",
    }
    return Indicator.model_validate({**given, **fields})


TOTAL: dict[str, Any] = {"id": "total", "kind": "sum", "unit": "户", "scale": 1, "denominator": ""}


def ledger(
    toilets: Sequence[tuple[str, str]] = (), register: Sequence[tuple[str, str, int]] = ()
) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create table toilets (region_code varchar, period varchar)")
    connection.execute("create table register (region_code varchar, period varchar, households bigint)")
    connection.executemany("insert into toilets values (?, ?)", list(toilets) or [("x", "0000-00")])
    connection.executemany("insert into register values (?, ?, ?)", list(register) or [("x", "0000-00", 0)])
    for table in ("toilets", "register"):
        connection.execute(f"delete from {table} where region_code = 'x'")
    return connection


def told(table: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["region_code"], row["period"]): row for row in table.to_pylist()}


def observed(
    connection: duckdb.DuckDBPyConnection, one: Indicator, *months: str
) -> dict[tuple[str, str], dict[str, Any]]:
    return told(observe(DuckDB(connection), {one.id: one}, REGIONS_TABLE, months, SOURCES))


def test_a_county_rate_is_the_quotient_of_its_sums_and_not_the_mean_of_village_rates() -> None:
    connection = ledger(
        toilets=[(VILLAGES[0], "2025-01")] * 9 + [(VILLAGES[1], "2025-01")],
        register=[(VILLAGES[0], "2025-01", 10), (VILLAGES[1], "2025-01", 90)],
    )
    rows = observed(connection, indicator(), "2025-01")
    assert rows[VILLAGES[0], "2025-01"]["value"] == 90
    assert rows[COUNTY, "2025-01"]["value"] == 10
    assert rows[COUNTY, "2025-01"]["records"] == 10


def test_events_add_up_over_months_and_a_monthly_snapshot_is_of_its_own_month() -> None:
    connection = ledger(
        toilets=[(VILLAGES[0], "2025-01"), (VILLAGES[0], "2025-02")],
        register=[(VILLAGES[0], "2025-01", 10), (VILLAGES[0], "2025-02", 20)],
    )
    rows = observed(connection, indicator(), "2025-01", "2025-02", "2025-03")
    assert rows[TOWN, "2025-01"]["value"] == 10
    assert rows[TOWN, "2025-02"]["value"] == 10
    assert (TOWN, "2025-03") not in rows


def test_the_observation_carries_the_weakest_grade_of_its_inputs() -> None:
    connection = ledger([(VILLAGES[0], "2025-01")], [(VILLAGES[0], "2025-01", 10)])
    assert observed(connection, indicator(), "2025-01")[COUNTY, "2025-01"]["evidence"] == "C"
    assert observed(connection, indicator(**TOTAL), "2025-01")[COUNTY, "2025-01"]["evidence"] == "B"


def test_a_township_without_its_denominator_stays_out_of_both_sides_and_lowers_coverage() -> None:
    connection = ledger(
        toilets=[(VILLAGES[0], "2025-01"), (VILLAGES[2], "2025-01")],
        register=[(VILLAGES[0], "2025-01", 10), (VILLAGES[1], "2025-01", 10)],
    )
    rows = observed(connection, indicator(), "2025-01")
    assert rows[CITY, "2025-01"]["numerator"] == 1
    assert rows[CITY, "2025-01"]["value"] == 5
    assert rows[CITY, "2025-01"]["coverage"] == pytest.approx(2 / 3)
    assert (OTHER, "2025-01") not in rows


def test_a_village_without_a_row_in_a_ledger_its_township_handed_in_counts_as_zero() -> None:
    connection = ledger(
        toilets=[(VILLAGES[0], "2025-01")],
        register=[(VILLAGES[0], "2025-01", 10), (VILLAGES[1], "2025-01", 10)],
    )
    assert observed(connection, indicator(), "2025-01")[VILLAGES[1], "2025-01"]["value"] == 0


def test_a_zero_denominator_gives_no_value() -> None:
    connection = ledger([(VILLAGES[0], "2025-01")], [(VILLAGES[0], "2025-01", 0)])
    row = observed(connection, indicator(), "2025-01")[TOWN, "2025-01"]
    assert row["denominator"] == 0
    assert row["value"] is None


def test_an_adopted_figure_stands_only_where_it_was_stated_and_conflicting_ones_give_no_value() -> None:
    connection = duckdb.connect()
    connection.execute(
        "create table claims as select * from (values "
        f"('{TOWN}', '2025-12', 91.5), ('{FAR}', '2025-12', 80.0), ('{FAR}', '2025-12', 70.0)) "
        "t(region_code, period, claimed)"
    )
    one = indicator(
        kind="adopted",
        scale=1,
        numerator="",
        denominator="",
        stated="select as_of, region_code, claimed as value from claims_as_of",
    )
    rows = observed(connection, one, "2025-12")
    assert set(rows) == {(TOWN, "2025-12"), (FAR, "2025-12")}
    assert rows[TOWN, "2025-12"]["value"] == 91.5
    assert rows[TOWN, "2025-12"]["evidence"] == "D"
    assert rows[FAR, "2025-12"]["value"] is None


def test_nothing_is_told_of_months_before_the_first_one() -> None:
    connection = ledger(toilets=[(VILLAGES[0], "2025-06"), (VILLAGES[0], "2025-07")])
    one = indicator(**{**TOTAL, "numerator": "select as_of, region_code, 1 as value from toilets_as_of"})
    late = one.model_copy(update={"since": "2025-07"})
    assert {month for _, month in observed(connection, one, "2025-06", "2025-07")} == {"2025-06", "2025-07"}
    assert {month for _, month in observed(connection, late, "2025-06", "2025-07")} == {"2025-07"}


def test_a_ledger_kept_by_county_says_nothing_of_its_villages() -> None:
    connection = duckdb.connect()
    connection.execute(f"create table roads as select '{COUNTY}' region_code, '2025-03' period, 4.5 km")
    one = indicator(**{**TOTAL, "numerator": "select as_of, region_code, km as value from roads_as_of"})
    rows = observed(connection, one, "2025-05")
    assert {code for code, _ in rows} == {COUNTY, CITY}
    assert rows[COUNTY, "2025-05"]["coverage"] == 1
    assert rows[CITY, "2025-05"]["coverage"] == pytest.approx(2 / 3)


def test_a_quarterly_state_stands_for_three_months_and_is_replaced_unit_by_unit() -> None:
    connection = duckdb.connect()
    connection.execute(
        "create table roads as select * from (values "
        f"('{COUNTY}', '2025-03', 4), ('{OTHER}', '2025-03', 5), ('{COUNTY}', '2025-04', 7)) t(region_code, period, km)"
    )
    one = indicator(**{**TOTAL, "numerator": "select as_of, region_code, km as value from roads_as_of"})
    rows = observed(connection, one, "2025-03", "2025-05", "2025-06")
    assert [rows[CITY, month]["value"] for month in ("2025-03", "2025-05", "2025-06")] == [9, 12, 7]


def test_a_survey_share_carries_its_wilson_interval_and_sample_size() -> None:
    connection = duckdb.connect()
    connection.execute(
        f"create table answers as select '{VILLAGES[0]}' region_code, '2025-03' period, if(i < 45, 5, 2) score from range(50) t(i)"
    )
    sql = "select as_of, region_code, 1 as value from answers_as_of"
    one = indicator(kind="survey", numerator=f"{sql} where score >= 4", denominator=sql)
    row = observed(connection, one, "2025-03")[COUNTY, "2025-03"]
    assert (row["value"], row["records"]) == (90, 50)
    # Wilson's interval for 45 of 50, as printed in Newcombe (1998) style tables
    assert row["interval_low"] == pytest.approx(78.64, abs=0.01)
    assert row["interval_high"] == pytest.approx(95.65, abs=0.01)


def test_the_year_takes_the_last_month_of_a_stock_and_the_sum_of_a_flow() -> None:
    connection = ledger(
        toilets=[(VILLAGES[0], "2025-01")] * 2 + [(VILLAGES[0], "2025-03")] * 3,
        register=[
            (VILLAGES[0], "2025-01", 10),
            (VILLAGES[2], "2025-01", 7),
            (VILLAGES[0], "2025-03", 20),
        ],
    )
    households = "select as_of, region_code, households as value from register_as_of"
    news = "select as_of, region_code, 1 as value from toilets_in_month"
    several = {
        "stock": indicator(**{**TOTAL, "id": "stock", "numerator": households}),
        "flow": indicator(**{**TOTAL, "id": "flow", "numerator": news, "over_time": "sum"}),
        "mean": indicator(**{**TOTAL, "id": "mean", "numerator": households, "over_time": "average"}),
    }
    table = observe(DuckDB(connection), several, REGIONS_TABLE, [], SOURCES, ["2025"])
    city = {row["indicator"]: row["value"] for row in table.to_pylist() if row["region_code"] == CITY}
    assert city == {"stock": 27, "flow": 5, "mean": 22}
    assert set(table["period"].to_pylist()) == {"2025"}


def test_months_and_years_asked_for_together_are_those_asked_for_apart() -> None:
    connection = ledger(
        toilets=[(VILLAGES[0], "2025-01"), (VILLAGES[1], "2025-03")],
        register=[(VILLAGES[0], "2025-01", 10), (VILLAGES[1], "2025-03", 20)],
    )
    several = {"rate": indicator(), "total": indicator(**TOTAL)}
    months = ["2025-01", "2025-02"]
    together = observe(DuckDB(connection), several, REGIONS_TABLE, months, SOURCES, ["2025"])
    monthly = observe(DuckDB(connection), several, REGIONS_TABLE, months, SOURCES)
    yearly = observe(DuckDB(connection), several, REGIONS_TABLE, [], SOURCES, ["2025"])
    assert together.equals(pa.concat_tables([monthly, yearly]))


def test_an_abolished_village_is_not_missed() -> None:
    import datetime as dt

    gone = region("990101100299", "village", TOWN, valid_to=dt.date(2024, 6, 30))
    regions = pa.Table.from_pylist([*REGION_ROWS, gone], schema=REGIONS)
    connection = ledger([(VILLAGES[0], "2025-01"), (VILLAGES[1], "2025-01")])
    one = indicator(**TOTAL)
    rows = told(observe(DuckDB(connection), {"total": one}, regions, ["2025-01"], SOURCES))
    assert rows[COUNTY, "2025-01"]["coverage"] == 1


def test_a_village_that_moves_leaves_the_months_before_with_the_county_it_lay_in() -> None:
    import datetime as dt

    day = dt.date(2025, 2, 1)
    away = region("990102100000", "township", "990102000000")
    county = region("990102000000", "county", CITY)
    rows = [
        row
        for row in REGION_ROWS
        if row["region_code"] not in (VILLAGES[0], *(c["region_code"] for c in (away, county)))
    ]
    moves = [
        region(VILLAGES[0], "village", TOWN, valid_to=day),
        region(VILLAGES[0], "village", away["region_code"], valid_from=day),
    ]
    regions = pa.Table.from_pylist([*rows, away, county, *moves], schema=REGIONS)
    connection = ledger([(VILLAGES[0], "2025-01"), (VILLAGES[0], "2025-02"), (VILLAGES[1], "2025-01")])
    seen = told(
        observe(DuckDB(connection), {"total": indicator(**TOTAL)}, regions, ["2025-01", "2025-02"], SOURCES)
    )
    assert seen[COUNTY, "2025-01"]["value"] == 2
    assert seen.get((county["region_code"], "2025-01"), {"value": 0})["value"] == 0
    assert seen[county["region_code"], "2025-02"]["value"] == 2  # a stock goes where its village goes
    assert [seen[CITY, month]["value"] for month in ("2025-01", "2025-02")] == [2, 3]


def test_records_of_an_unknown_region_stop_the_work_by_name() -> None:
    connection = ledger([("990109100201", "2025-01")])
    with pytest.raises(IndicatorError, match=r"990109100201.*Import these regions"):
        observed(connection, indicator(**TOTAL), "2025-01")


def test_failing_sql_names_the_indicator_and_its_side() -> None:
    connection = ledger(register=[("990101100201", "2025-01", 5)])
    broken = indicator(denominator="select as_of, region_code, homes as value from register_as_of")
    with pytest.raises(IndicatorError, match="indicator rate: its denominator"):
        observed(connection, broken, "2025-01")


def test_an_input_without_a_contract_is_named() -> None:
    with pytest.raises(IndicatorError, match="rate reads toilets"):
        observe(
            DuckDB(ledger()),
            {"rate": indicator()},
            REGIONS_TABLE,
            ["2025-01"],
            {"register": SOURCES["register"]},
        )


def test_a_month_is_written_with_four_and_two_digits() -> None:
    with pytest.raises(ValueError, match="write 2025-06"):
        observed(ledger(), indicator(), "2025-6")


def test_a_dataset_nobody_has_handed_in_yet_is_an_empty_one() -> None:
    connection = ledger([(VILLAGES[0], "2025-01")])
    connection.execute("drop table register")
    sources = {**SOURCES, "register": Source("C", "snapshot", columns={"households": "bigint"})}
    several = {"rate": indicator(), "total": indicator(**TOTAL)}
    table = observe(DuckDB(connection), several, REGIONS_TABLE, ["2025-01"], sources)
    assert set(table["indicator"].to_pylist()) == {"total"}


def test_nothing_reported_gives_an_empty_table_of_the_fixed_schema() -> None:
    table = observe(DuckDB(ledger()), {"rate": indicator()}, REGIONS_TABLE, ["2025-01"], SOURCES)
    assert table.num_rows == 0
    assert table.schema == OBSERVATIONS


@settings(max_examples=10, deadline=None)
@given(
    areas=st.lists(st.tuples(st.sampled_from(VILLAGES), st.integers(0, 10**9)), min_size=1, max_size=40),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_records_changes_no_digit(areas: list[tuple[str, int]], seed: Any) -> None:
    sql = "select as_of, region_code, households * 0.1 as value from register_as_of"
    one = indicator(**{**TOTAL, "numerator": sql})
    tables = []
    for _ in range(2):
        rows = [(code, "2025-01", number) for code, number in areas]
        seed.shuffle(rows)
        tables.append(
            observe(DuckDB(ledger(register=rows)), {"total": one}, REGIONS_TABLE, ["2025-01"], SOURCES)
        )
    assert tables[0].equals(tables[1])
    total = sum(number for _, number in areas) / 10
    city = next(row for row in tables[0].to_pylist() if row["region_code"] == CITY)
    assert city["value"] == total
