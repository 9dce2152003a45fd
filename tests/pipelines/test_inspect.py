"""``shiji inspect`` tells an engineer and a clerk how a file is read, and shows nobody's private values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from connectors.errors import Refused
from expectations.contract import load_contracts
from pipelines.cli.app import app
from pipelines.inspection import PARTS, inspect_file

RESIDENT = "11010519491231002X"
"""The example of the standard."""


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    return lambda *words: CliRunner().invoke(
        app, ["--home", str(tmp_path / "none"), "inspect", *map(str, words)]
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.create_sheet("台账", 0)
    del book["Sheet"]
    sheet.append(["2025年6月人员台账"])
    sheet.append(["姓名", "备注", "面积（亩）"])
    sheet.append(["王小明", f"证件{RESIDENT}", 3.5])
    sheet.append(["李建国", "电话13912345678", 4])
    sheet.append(["合计", "", 7.5])
    hidden = book.create_sheet("旧数据")
    hidden.sheet_state = "hidden"
    hidden.append(["本表作废"])
    path = tmp_path / "人员台账.xlsx"
    book.save(path)
    return path


@pytest.fixture
def form(tmp_path: Path) -> Path:
    text = "农业生产条件\n指标名称,年末耕地,年初耕地,年内增加\n计算单位,亩,亩,亩\n汇总代码,11,01,01\n合计,30,28,1\n甲镇,10,9,1\n乙镇,20,19,1\n平衡关系：11=01+02，11=上年末耕地\n"
    path = tmp_path / "耕地.csv"
    path.write_text(text, encoding="gb18030")
    return path


def drawn(result: Any) -> str:
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_sheets_tables_headers_and_rows_are_drawn(run: Callable[..., Any], ledger: Path) -> None:
    text = drawn(run(ledger))
    assert "台账 · 5 行 × 3 列" in text
    assert "2025年6月人员台账" in text
    assert "数据 2 行（第 3-4 行）" in text
    assert "合计 1 行（第 5 行）" in text
    assert "亩" in text
    assert "旧数据（隐藏）" in text
    assert "没有找到表格" in text


def test_private_values_are_masked(run: Callable[..., Any], ledger: Path) -> None:
    for text in (drawn(run(ledger)), drawn(run(ledger, "--json"))):
        assert RESIDENT not in text
        assert "13912345678" not in text
        assert "小明" not in text
        assert "王**" in text


def test_json_holds_the_same_facts(run: Callable[..., Any], ledger: Path) -> None:
    found = json.loads(drawn(run(ledger, "--json")))
    (sheet, hidden) = found["sheets"]
    (table,) = sheet["tables"]
    assert table["rows"]["body"] == {"count": 2, "where": "3-4"}
    assert table["columns"][2] == {"column": "C", "path": ["面积"], "unit": "亩", "code": None}
    assert [row for row, _ in table["first_rows"]] == [3, 4]
    assert hidden["hidden"] is True


def test_printed_rules_are_listed_run_and_what_is_unclear_is_said(
    run: Callable[..., Any], form: Path
) -> None:
    text = drawn(run(form))
    assert "表上印的关系 2 条，能执行 1 条：11=01+02" in text
    assert "上年" in text
    assert "印了不止一次的代码：01" in text
    (sheet,) = json.loads(drawn(run(form, "--json")))["sheets"]
    taking = [["rural_statistics", "农村统计年报", "agriculture"]]
    assert sheet["form"] == {
        "indicators": "columns",
        "codes": 3,
        "regions": 2,
        "cells": 9,
        "datasets": taking,
    }
    assert sheet["checked"]["differ"] == 1  # 年内增加 adds up to 2, printed is 1
    assert sheet["checked"]["unknown"] == 3


def test_a_table_is_named_by_the_dataset_it_would_be(run: Callable[..., Any], tmp_path: Path) -> None:
    from expectations.template import write_template

    contract = next(iter(load_contracts().values()))
    path = tmp_path / "模板.xlsx"
    write_template(contract, path)
    found = json.loads(drawn(run(path, "--json")))
    fitting = [
        one
        for sheet in found["sheets"]
        for table in sheet["tables"]
        for one in table["datasets"]
        if one["fits"]
    ]
    assert [one["dataset"] for one in fitting] == [contract.dataset]


def test_one_sheet_can_be_asked_for_and_a_wrong_name_lists_those_there_are(
    run: Callable[..., Any], ledger: Path
) -> None:
    assert "旧数据" not in drawn(run(ledger, "--sheet", "台账"))
    wrong = run(ledger, "--sheet", "台帐")
    assert wrong.exit_code == 1
    assert "台账、旧数据" in str(wrong.exception)


def test_a_refusal_says_why_and_what_to_do(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "空表.csv"
    path.write_bytes(b"\n\n")
    refused = json.loads(run(path, "--json").output)["refused"]
    assert refused["code"] == "empty"
    assert refused["remedy"]
    assert isinstance(run(path).exception, Refused)


def test_a_long_text_is_inspected_without_its_grid(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "长表.csv"
    rows = "".join(f"甲村,{number},13912345678\n" for number in range(30_000))
    path.write_text(f"村名,面积（亩）,联系电话\n{rows}", encoding="utf-8")
    (sheet,) = json.loads(drawn(run(path, "--json")))["sheets"]
    (table,) = sheet["tables"]
    assert table["rows"]["body"]["count"] == 30_000
    assert "13912345678" not in json.dumps(table)


REFUSED = {"horror_encrypted_no_password.xls": "encrypted", "snj_2016_retail_1to6.xls.xls": "picture_only"}


@pytest.mark.slow
def test_every_real_file_is_read_or_refused_for_the_right_reason(shared: Path) -> None:
    contracts = load_contracts()
    refused = {}
    for path in sorted((shared / "real").iterdir()):
        if path.name == "SOURCES.tsv":
            continue
        try:
            found = inspect_file(path, contracts)
        except Refused as error:
            refused[path.name] = (error.code, bool(error.message and error.remedy))
            continue
        written = [sheet for sheet in found.sheets if sheet.rows]
        assert written, path.name
        assert all(sheet.tables or sheet.not_understood or sheet.notes for sheet in written), path.name
        assert any(table.rows["body"].count or table.rows["header"].count for table in _tables(found)), (
            path.name
        )
    assert refused == {name: (code, True) for name, code in REFUSED.items()}


def _tables(found: Any) -> list[Any]:
    assert set(PARTS) == {"title", "header", "body", "total", "section", "note"}
    return [table for sheet in found.sheets for table in sheet.tables]
