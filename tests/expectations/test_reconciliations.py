"""Reconciliations: both sides compared where they are, unreported kept apart from wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from expectations.contracts.reading import load_contracts
from expectations.contracts.sources import sources
from expectations.reconciliations import (
    Reconciliation,
    ReconciliationError,
    lint_reconciliations,
    load_reconciliations,
    reconcile,
)
from expectations.reconciliations.model import BUILT_IN
from warehouse.engines.duckdb import DuckDB
from warehouse.indicators import load_indicators
from warehouse.relations import Source
from warehouse.schemas import OBSERVATIONS, RECONCILIATIONS, REGIONS, SUBMISSIONS

COUNTY, TOWN = "990101000000", "990101100000"
WHEN = dt.datetime(2025, 7, 2, tzinfo=dt.UTC)
VILLAGES = ("990101100201", "990101100202", "990101100203")
SOURCES = {
    "said": Source("C", "snapshot", columns={"people": "bigint"}),
    "listed": Source("B", "snapshot", columns={"people": "bigint"}),
}


def regions(villages: tuple[str, ...] = VILLAGES) -> pa.Table:
    def row(code: str, level: str, parent: str | None) -> dict[str, Any]:
        return {"region_code": code, "name": code, "level": level, "parent_code": parent}

    towns = sorted({code[:9] + "000" for code in villages})
    counties = sorted({code[:6] + "000000" for code in villages})
    rows = [
        *(row(code, "county", None) for code in counties),
        *(row(code, "township", code[:6] + "000000") for code in towns),
        *(row(code, "village", code[:9] + "000") for code in villages),
    ]
    return pa.Table.from_pylist(rows, schema=REGIONS)


def rule(**fields: Any) -> Reconciliation:
    side = "select as_of, region_code, people as value from {}_as_of"
    given = {
        "id": "people",
        "title": "人数",
        "level": "village",
        "left": {"title": "上报", "sql": side.format("said")},
        "operator": "=",
        "right": {"title": "名册", "sql": side.format("listed")},
        "importance": "high",
        "instruction": "上报 {left}，名册 {right}，相差 {gap}",
    }
    return Reconciliation.model_validate({**given, **fields})


def compared(
    one: Reconciliation,
    said: dict[str, float | None],
    listed: dict[str, float | None],
    nil: Sequence[str] = (),
) -> dict[str, dict[str, Any]]:
    """Rows by region; ``nil``: regions of which the list was handed in with nothing in it."""
    connection = duckdb.connect()
    reports = [
        {"submission_id": code, "dataset": "listed", "regions": [code], "period": "2025-06"} for code in nil
    ]
    filed = [{**row, "status": "accepted", "rows_in": 0, "received_at": WHEN} for row in reports]
    connection.register("submissions", pa.Table.from_pylist(filed, schema=SUBMISSIONS))
    for name, figures in (("said", said), ("listed", listed)):
        table = pa.table(
            {
                "region_code": pa.array(list(figures), pa.string()),
                "period": pa.array(["2025-06"] * len(figures), pa.string()),
                "people": pa.array(list(figures.values()), pa.float64()),
            }
        )
        connection.register(name, table)
    result = reconcile(DuckDB(connection), {one.id: one}, regions(), ["2025-06"], SOURCES)
    assert result.schema == RECONCILIATIONS
    return {row["region_code"]: row for row in result.to_pylist()}


def test_a_difference_is_listed_with_both_sides_and_what_to_do() -> None:
    row = compared(rule(), {VILLAGES[0]: 47}, {VILLAGES[0]: 25})[VILLAGES[0]]
    assert (row["left_value"], row["operator"], row["right_value"], row["gap"]) == (47, "=", 25, 22)
    assert row["agrees"] is False
    assert row["instruction"] == "上报 47，名册 25，相差 22"
    assert row["importance"] == "high"


def test_figures_that_agree_need_no_instruction() -> None:
    row = compared(rule(), {VILLAGES[0]: 25}, {VILLAGES[0]: 25})[VILLAGES[0]]
    assert row["agrees"] is True
    assert row["instruction"] is None


def test_an_unreported_side_is_neither_right_nor_wrong() -> None:
    rows = compared(rule(), {VILLAGES[0]: None}, {VILLAGES[0]: 25, VILLAGES[1]: 3})
    assert [rows[code]["agrees"] for code in VILLAGES[:2]] == [None, None]
    assert rows[VILLAGES[1]]["instruction"] == "上报 未报，名册 3，相差 未报"


def test_totals_are_compared_at_the_level_asked_for_and_one_blank_part_leaves_the_total_unknown() -> None:
    one = rule(level="township")
    agreeing = compared(one, {VILLAGES[0]: 1, VILLAGES[1]: 5}, {VILLAGES[0]: 2, VILLAGES[1]: 4})
    assert agreeing[TOWN]["agrees"] is True
    unknown = compared(one, {VILLAGES[0]: 1, VILLAGES[1]: None}, {VILLAGES[0]: 2, VILLAGES[1]: 4})
    assert unknown[TOWN]["agrees"] is None
    assert unknown[TOWN]["left_value"] is None


NILS = {
    "a nil report against people is wrong": (
        rule(level="township"),
        {"990101100201": 4},
        TOWN,
        (4, 0, False),
    ),
    "a nil report against none agrees": (rule(level="township"), {"990101100201": 0}, TOWN, (0, 0, True)),
    "it counts in the county": (rule(level="county"), {"990101100201": 4}, COUNTY, (4, 0, False)),
    "it is nothing against nothing said": (rule(level="township"), {}, TOWN, (None, 0, None)),
    "what is compared where it is stated is left alone": (
        rule(level="stated"),
        {"990101100201": 4},
        VILLAGES[0],
        (4, None, None),
    ),
}


@pytest.mark.parametrize("name", NILS)
def test_what_is_reported_as_nothing_is_nought_and_not_unreported(name: str) -> None:
    one, said, region, right = NILS[name]
    rows = compared(one, dict(said), {}, nil=[TOWN])
    row = rows[region]
    assert (row["left_value"], row["right_value"], row["agrees"]) == right


def test_a_nil_report_that_rows_have_followed_adds_nothing() -> None:
    (row,) = compared(rule(level="township"), {VILLAGES[0]: 4}, {VILLAGES[1]: 4}, nil=[TOWN]).values()
    assert (row["right_value"], row["agrees"]) == (4, True)


@pytest.mark.parametrize(
    ("operator", "left", "expected"),
    [
        ("=", 104, True),
        ("=", 96, True),
        ("=", 105, False),
        ("≤", 104, True),
        ("≤", 105, False),
        ("≥", 96, True),
        ("≥", 95, False),
        ("<", 103, True),
        ("<", 104, False),
        (">", 97, True),
        (">", 96, False),
    ],
)
def test_tolerance_is_absolute_plus_a_share_of_the_right_side(
    operator: str, left: float, expected: bool
) -> None:
    one = rule(operator=operator, tolerance={"absolute": 1, "relative": 0.03})
    assert compared(one, {VILLAGES[0]: left}, {VILLAGES[0]: 100})[VILLAGES[0]]["agrees"] is expected


def test_a_tenth_and_two_tenths_make_three_tenths() -> None:
    one = rule(level="township")
    rows = compared(one, {VILLAGES[0]: 0.1, VILLAGES[1]: 0.2}, {VILLAGES[0]: 0.3})
    assert rows[TOWN]["gap"] == 0
    assert rows[TOWN]["agrees"] is True


def test_only_the_side_that_lists_makes_rows() -> None:
    rows = compared(rule(listed_by="left"), {VILLAGES[0]: 1}, {VILLAGES[0]: 1, VILLAGES[1]: 9})
    assert set(rows) == {VILLAGES[0]}


def test_failing_sql_names_the_reconciliation_and_its_side() -> None:
    broken = rule(right={"title": "名册", "sql": "select nothing from listed_as_of"})
    with pytest.raises(ReconciliationError, match="reconciliation people: right"):
        compared(broken, {VILLAGES[0]: 1}, {VILLAGES[0]: 1})


def test_sql_that_reads_a_file_is_refused_by_lint_and_load(tmp_path: Path) -> None:
    reads = {
        "title": "名册",
        "sql": "select as_of, region_code, 1 as value from listed_as_of, read_text('/etc/passwd')",
    }
    with pytest.raises(ReconciliationError, match=r"people: right .* read_text\(…\) cannot be read from"):
        compared(rule(right=reads), {VILLAGES[0]: 1}, {VILLAGES[0]: 1})
    text = (BUILT_IN / "poverty_people.yaml").read_text(encoding="utf-8")
    (tmp_path / "one.yaml").write_text(
        text.replace("from village_poverty", "from read_text('/etc/passwd'), village_poverty"),
        encoding="utf-8",
    )
    found = lint_reconciliations([tmp_path], sources(load_contracts()))
    assert found
    assert all("read_text" in problem.message and problem.line > 1 for problem in found)


def test_lint_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    text = (BUILT_IN / "poverty_people.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("register_people", "registered_people"), encoding="utf-8")
    (found,) = lint_reconciliations([tmp_path], sources(load_contracts()))
    assert path.read_text(encoding="utf-8").splitlines()[found.line - 1].strip() == "sql: |"
    assert found.message.startswith("right: ")
    assert "registered_people" in found.message


def test_a_side_is_either_sql_or_an_observation() -> None:
    with pytest.raises(ValueError, match="either sql or observation"):
        rule(left={"title": "上报", "sql": "select 1", "observation": "grain_area"})


def test_the_built_in_reconciliations_have_no_problem() -> None:
    assert lint_reconciliations([BUILT_IN], sources(load_contracts())) == []
    assert len(load_reconciliations()) >= 10


def test_the_json_schema_beside_the_definitions_is_the_models() -> None:
    path = BUILT_IN.parent / "reconciliation.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == Reconciliation.model_json_schema()


def dataset(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """A table with the contract's columns; those not given are null."""
    columns = {**sources(load_contracts())[name].columns, "region_code": "varchar", "period": "varchar"}
    connection.execute(f"create table {name} ({', '.join(f'{key} {kind}' for key, kind in columns.items())})")
    for row in rows:
        names, values = ", ".join(row), list(row.values())
        connection.execute(f"insert into {name} ({names}) values ({', '.join('?' * len(row))})", values)


def built_in(
    connection: duckdb.DuckDBPyConnection, name: str, months: list[str], codes: tuple[str, ...] = VILLAGES
) -> list[dict[str, Any]]:
    one = load_reconciliations()[name]
    table = reconcile(
        DuckDB(connection), {name: one}, regions(codes), months, sources(load_contracts()), load_indicators()
    )
    return table.to_pylist()


def test_a_claim_is_held_against_the_observation_of_the_year_where_it_was_stated() -> None:
    connection = duckdb.connect()
    claims = [("卫生厕所普及率", 95.0, "%"), ("粮食播种面积", 1.2, "万亩"), ("一个没有的指标", 1.0, "%")]
    dataset(
        connection,
        "self_assessment",
        [
            {
                "region_code": TOWN,
                "period": "2025-12",
                "indicator": title,
                "claimed_value": value,
                "claimed_unit": unit,
            }
            for title, value, unit in claims
        ],
    )
    observed = [
        ("sanitary_toilet_rate", "2025-12", 50.0),
        ("sanitary_toilet_rate", "2025", 70.0),
        ("grain_area", "2025", 12000.0),
    ]
    rows = [
        {"indicator": name, "region_code": TOWN, "period": period, "value": value}
        for name, period, value in observed
    ]
    connection.register("observations", pa.Table.from_pylist(rows, schema=OBSERVATIONS))
    toilets, grain = sorted(
        built_in(connection, "claim_vs_observation", ["2025-12"]), key=lambda row: row["agrees"]
    )
    assert toilets["reconciliation"] == "claim_vs_observation/sanitary_toilet_rate"
    assert (toilets["left_value"], toilets["right_value"]) == (95, 70)
    assert "卫生厕所普及率" in toilets["instruction"]
    assert grain["left_value"] == 12000


def test_more_toilets_than_households_are_listed() -> None:
    connection = duckdb.connect()
    rows = [{"region_code": VILLAGES[0], "period": "2025-05", "resident_id": str(n)} for n in range(3)]
    dataset(connection, "toilet_ledger", rows)
    dataset(
        connection, "household_register", [{"region_code": VILLAGES[0], "period": "2025-06", "households": 2}]
    )
    (row,) = built_in(connection, "toilets_within_households", ["2025-06"])
    assert (row["left_value"], row["right_value"], row["agrees"]) == (3, 2, False)


@pytest.mark.parametrize(
    ("form", "indicator", "item", "unit", "value"),
    [
        ("粮食作物生产情况(演示数据)", "粮食作物合计/播种面积", "数值", "亩", 300.0),
        ("粮食作物生产情况(一)", "一、全年粮食/面积", "数值", "公顷", 20.0),
        ("粮食作物生产情况", "粮食作物", "面积", "千公顷", 0.02),
    ],
)
def test_the_grain_area_of_a_form_is_held_against_the_plots_in_their_unit(
    form: str, indicator: str, item: str, unit: str, value: float
) -> None:
    said = {"region_code": TOWN, "period": "2025-12", "form": form, "item": item, "unit": unit}
    rows = [
        {"indicator": indicator, "basis": "本年", "value": value},
        {"indicator": indicator, "basis": "上年", "value": 9 * value},
        {"indicator": f"一、稻谷/{item}", "basis": "本年", "value": value},
        {"indicator": indicator.replace("面积", "总产量"), "item": "总产量", "basis": "本年", "value": value},
    ]
    connection = duckdb.connect()
    dataset(connection, "rural_statistics", [{**said, **row} for row in rows])
    plots = [{"region_code": code, "period": "2025-12", "area_mu": 95.0} for code in VILLAGES]
    dataset(connection, "grain_plots", plots)
    (row,) = built_in(connection, "grain_area_form_within_plots", ["2025-12"])
    assert (row["region_code"], row["left_value"], row["right_value"]) == (TOWN, 300, 285)
    assert row["agrees"] is False


def test_a_grant_to_a_child_that_no_school_ledger_knows_is_listed() -> None:
    connection = duckdb.connect()
    child = {"region_code": VILLAGES[0], "period": "2025-09"}
    dataset(connection, "student_grants", [{**child, "resident_id": key} for key in ("a", "b", "b")])
    dataset(connection, "student_status", [{**child, "resident_id": key} for key in ("a", "c")])
    (row,) = built_in(connection, "grant_children_enrolled", ["2025-09"])
    assert (row["region_code"], row["left_value"], row["right_value"], row["agrees"]) == (TOWN, 2, 1, False)


def test_a_grant_to_a_child_who_is_not_at_school_is_listed_and_home_teaching_is_school() -> None:
    connection = duckdb.connect()
    child = {"region_code": VILLAGES[0], "period": "2025-03"}
    ledger = {
        "at school": {"school": "南坡小学"},
        "says none": {"school": "南坡小学", "absence_reason": "无"},
        "at home": {"attendance": "送教上门", "absence_reason": "重度残疾"},
        "dropped out": {"absence_reason": "辍学"},
        "no school": {},
        "gone": {"school": "南坡小学", "absence_reason": "随父母外出"},
    }
    granted = [*ledger, "dropped out", "in no ledger"]
    dataset(connection, "student_grants", [{**child, "resident_id": key} for key in granted])
    dataset(
        connection, "student_status", [{**child, "resident_id": key, **said} for key, said in ledger.items()]
    )
    (row,) = built_in(connection, "grant_children_at_school", ["2025-03"])
    assert (row["region_code"], row["left_value"], row["right_value"], row["agrees"]) == (TOWN, 6, 3, False)


def test_a_child_who_drops_out_in_another_term_than_that_of_the_grant_is_not_listed() -> None:
    connection = duckdb.connect()
    child = {"region_code": VILLAGES[0], "resident_id": "a"}
    terms = [
        {**child, "period": "2025-03", "school": "南坡小学"},
        {**child, "period": "2025-09", "absence_reason": "辍学"},
    ]
    dataset(connection, "student_grants", [{**child, "period": "2025-03"}])
    dataset(connection, "student_status", terms)
    (row,) = built_in(connection, "grant_children_at_school", ["2025-03"])
    assert row["agrees"] is True


def test_grants_of_a_township_without_school_ledger_are_unreported_and_not_wrong() -> None:
    connection = duckdb.connect()
    dataset(
        connection, "student_grants", [{"region_code": VILLAGES[0], "period": "2025-09", "resident_id": "a"}]
    )
    dataset(connection, "student_status", [])
    (row,) = built_in(connection, "grant_children_enrolled", ["2025-09"])
    assert row["agrees"] is None


@pytest.mark.parametrize(
    ("county", "villages", "either", "households", "people", "unreported"),
    [("conghua", 125, 75, 71, 18, 2), ("zengcheng", 81, 9, 7, 5, 1)],
)
def test_the_real_forms_disagree_with_their_register_in_exactly_these_villages(
    county: str, villages: int, either: int, households: int, people: int, unreported: int
) -> None:
    path = (
        Path(__file__).resolve().parents[2] / ".." / "shared" / "real" / f"gz_poverty_report_{county}_206.xls"
    )
    if not path.exists():
        pytest.skip("the real forms are not beside this checkout")
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    body = [row for row in sheet.to_python(skip_empty_area=False)[2:] if row[2]]
    codes = tuple(f"990101100{number:03}" for number in range(201, 201 + len(body)))
    columns = {"register_households": 3, "register_people": 4, "reported_households": 8, "reported_people": 9}
    connection = duckdb.connect()
    dataset(
        connection,
        "village_poverty_report",
        [
            {"region_code": code, "period": "2012-12"}
            | {name: (row[at] if row[at] != "" else None) for name, at in columns.items()}
            for code, row in zip(codes, body, strict=True)
        ],
    )
    found = {
        name: {row["region_code"]: row["agrees"] for row in built_in(connection, name, ["2012-12"], codes)}
        for name in ("poverty_households", "poverty_people")
    }
    wrong = {name: {code for code, agrees in rows.items() if agrees is False} for name, rows in found.items()}
    missing = {code for rows in found.values() for code, agrees in rows.items() if agrees is None}
    assert len(found["poverty_households"]) == villages
    assert (len(wrong["poverty_households"]), len(wrong["poverty_people"])) == (households, people)
    assert len(missing) == unreported
    assert len(wrong["poverty_households"] | wrong["poverty_people"]) == either


def test_a_village_that_filled_in_people_but_not_households_has_reported() -> None:
    connection = duckdb.connect()
    figures = {"register_households": 21, "register_people": 72, "reported_people": 21}
    dataset(
        connection, "village_poverty_report", [{"region_code": VILLAGES[0], "period": "2012-12", **figures}]
    )
    (row,) = built_in(connection, "poverty_households", ["2012-12"])
    assert (row["left_value"], row["gap"], row["agrees"]) == (0, -21, False)
