"""Rules, totals and stated counts are held against the cells, and what cannot be told is not called wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.grid import Cell, Grid, Sheet
from connectors.readers import read_sheets
from expectations.forms import (
    check_relations,
    check_totals,
    long_forms,
    long_table,
    parse_relations,
    printed_rules,
    section_counts,
)
from expectations.forms.check import CHECKS

TOWNS = {"松柏镇", "阳日镇", "木鱼镇", "红坪镇", "新华镇", "宋洛乡", "九湖镇", "下谷乡"}


def form(*rows: list[Cell], names: tuple[str, ...] = ("总数", "男", "女"), unit: str = "人") -> pa.Table:
    codes = [f"{number:02d}" for number in range(1, len(names) + 1)]
    head: list[list[Cell]] = [
        ["人口表"],
        ["指标名称", *names],
        ["计算单位", *[unit] * len(names)],
        ["汇总代码", *codes],
    ]
    return long_table(Sheet("人口", False, Grid([*head, *rows])))


def checked(long: pa.Table, rules: str) -> dict[str, dict[str, Any]]:
    relations, _ = parse_relations(rules)
    found = check_relations(long, relations)
    assert found.schema == CHECKS
    return {row["region_code"]: row for row in found.to_pylist()}


def test_a_broken_rule_names_form_codes_and_cells() -> None:
    rows = checked(form(["甲镇", 10, 6, 4], ["乙镇", 10, 6, 5]), "01=02+03")
    assert rows["甲镇"]["agrees"] is True
    wrong = rows["乙镇"]
    assert (wrong["left_value"], wrong["right_value"], wrong["gap"], wrong["agrees"]) == (10, 11, -1, False)
    assert "《人口表》乙镇" in wrong["instruction"]
    assert "01 总数=10（B6）" in wrong["instruction"]


def test_sides_and_gaps_carry_no_noise_of_binary_fractions() -> None:
    long = form(["合计", 0.3, 0.3, 0], ["甲镇", 0.1, 0.1, 0], ["乙镇", 0.2, 0.2, 0])
    for row in (
        checked(form(["甲镇", 0.3, 0.1, 0.2]), "01=02+03")["甲镇"],
        check_totals(long).to_pylist()[0],
    ):
        assert (row["left_value"], row["right_value"], row["agrees"]) == (0.3, 0.3, True)
        assert str(row["gap"]) == "0.0"


def test_blanks_beside_filled_cells_count_as_nothing_and_alone_as_unreported() -> None:
    rows = checked(form(["甲镇", 6, 6, ""], ["乙镇", 10, "", ""], ["丙镇", 1, 1, 0]), "01=02+03")
    assert rows["甲镇"]["agrees"] is True
    assert rows["乙镇"]["agrees"] is None
    assert "没有填数" in rows["乙镇"]["instruction"]


def test_a_total_rounded_to_fewer_decimals_than_its_parts_agrees() -> None:
    long = form(["合计", 31, 10], ["甲镇", 10.3, 5], ["乙镇", 20.4, 4], names=("面积", "户数"))
    agrees = {row["reconciliation"]: row["agrees"] for row in check_totals(long).to_pylist()}
    assert agrees == {"form_total:人口:01": True, "form_total:人口:02": False}


def test_yields_rates_and_prices_are_not_added_up() -> None:
    long = form(
        ["合计", 30, 400, 50, 9.9, 7],
        ["甲镇", 10, 410, 60, 8, 3],
        ["乙镇", 20, 390, 45, 9, 4],
        names=("播种面积", "单产", "入学率", "人均收入", "平均价格"),
    )
    assert [row["reconciliation"] for row in check_totals(long).to_pylist()] == ["form_total:人口:01"]


def test_totals_are_checked_along_the_rows_where_columns_are_the_regions() -> None:
    grid = Grid(
        [
            ["指标", "代码", "单位", "甲镇", "乙镇", "全县"],
            ["人口", "01", "人", 10, 9, 19],
            ["户数", "02", "户", 5, 4, 8],
        ]
    )
    found = {
        row["reconciliation"]: row["agrees"]
        for row in check_totals(long_table(Sheet("表", False, grid))).to_pylist()
    }
    assert found == {"form_total:表:01": True, "form_total:表:02": False}


def test_a_unit_per_something_is_not_added_up() -> None:
    assert (
        check_totals(form(["合计", 9], ["甲镇", 5], ["乙镇", 6], names=("甲", "乙"), unit="公斤/亩")).num_rows
        == 0
    )


def test_a_code_printed_twice_is_not_judged() -> None:
    grid = Grid(
        [
            ["表"],
            ["名称", "总数", "男", "女"],
            ["汇总代码", "01", "02", "02"],
            ["甲镇", 9, 4, 5],
            ["乙镇", 8, 4, 4],
        ]
    )
    rows = checked(long_table(Sheet("人口", False, grid)), "01=02")
    assert rows["甲镇"]["agrees"] is None
    assert "不止一次" in rows["甲镇"]["instruction"]


def test_the_farmland_balance_fails_in_all_eight_towns(shared: Path) -> None:
    sheets = read_sheets(shared / "real" / "snj_2016_rural_yearbook_28sheets.xls")
    relations = [relation for sheet in sheets for relation in printed_rules(sheet)[0]]
    rows = check_relations(long_forms(sheets)[0], relations).to_pylist()
    failing = {
        row["region_code"]
        for row in rows
        if row["reconciliation"].endswith("11=01+02-05") and row["agrees"] is False
    }
    assert failing & TOWNS == TOWNS


def test_the_yearbooks_totals_are_checked_and_no_yield_is_flagged(shared: Path) -> None:
    rows = check_totals(
        long_forms(read_sheets(shared / "real" / "snj_2016_rural_yearbook_28sheets.xls"))[0]
    ).to_pylist()
    assert not any("单产" in row["instruction"] for row in rows)
    wrong = [row for row in rows if row["agrees"] is False]
    assert (len(rows), len(wrong)) == (1038, 13)
    assert any(row["left_value"] == 77069 and row["gap"] == 0.7 for row in wrong)


def test_headings_that_count_their_rows_are_checked(shared: Path) -> None:
    (sheet,) = read_sheets(shared / "real" / "moe_2025_adult_colleges.xls")
    found = section_counts(sheet).to_pylist()
    assert (len(found), sum(row["agrees"] for row in found), sum(row["counted"] for row in found)) == (
        30,
        30,
        248,
    )


def test_a_heading_whose_count_is_wrong_says_so() -> None:
    rows: list[list[Cell]] = [
        ["序号", "学校名称", "主管部门"],
        ["北京市（3所）"],
        [1, "甲校", "教育部"],
        [2, "乙校", "教育部"],
    ]
    (row,) = section_counts(
        Sheet("名单", False, Grid([*rows, ["天津市（1所）"], [3, "丙校", "天津市"]]))
    ).to_pylist()[:1]
    assert (row["claimed"], row["counted"], row["agrees"]) == (3, 2, False)
    assert "名单" in row["instruction"]
