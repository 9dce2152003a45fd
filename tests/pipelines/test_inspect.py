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
from connectors.extract import Reading, read_tables
from expectations.conform import RegionIndex
from expectations.contracts.reading import load_contracts
from expectations.inspection.inspect import PARTS, inspect_file
from expectations.inspection.verdict import Known, Verdicts
from pipelines.cli.app import app
from tests.pipelines.town import HEADER, Town, toilets
from tests.pipelines.town import ledger as town_ledger

RESIDENT = "11010519491231002X"
"""The example of the standard."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.delenv("COLUMNS", raising=False)
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
    from expectations.templates.ledger import write_template

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


# What a load would make of it ----------------------------------------------------------------------------------------

JUNE = "toilet_reform/2025-06"


def verdicts(run: Callable[..., Any], *words: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(drawn(run(*words, "--json")))["verdicts"]
    return found


def test_a_table_whose_period_nobody_can_tell_is_shown_as_refused(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "改厕.csv"
    path.write_bytes(town_ledger(toilets("甲村")))
    (verdict,) = verdicts(run, path)
    assert (verdict["department"], verdict["code"]) == ("toilet_reform", "no_period")
    assert "放进 toilet_reform 文件夹会被退回：看不出这份表是哪一期的" in drawn(run(path))


def test_the_name_of_the_file_dates_it_as_in_a_load(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "2025年6月改厕.csv"
    path.write_bytes(town_ledger(toilets("甲村", "丁村")))
    (verdict,) = verdicts(run, path)
    assert (verdict["status"], verdict["dataset"], verdict["period"]) == (
        "understood",
        "toilet_ledger",
        "2025-06",
    )
    assert (verdict["rows"], verdict["recorded"]) == (2, None)


def test_a_second_sheet_that_a_load_would_leave_out_is_not_shown_as_taken(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    book = Workbook()
    main, other = book.active, book.create_sheet("其他")
    assert main is not None
    for sheet, lines in (
        (main, [HEADER, *(row.line for row in toilets("甲村", "乙村"))]),
        (other, ["甲,乙,丙", "1,2,3", "4,5,6"]),
    ):
        for line in lines:
            sheet.append(line.split(","))
    path = tmp_path / "2025年6月改厕.xlsx"
    book.save(path)
    verdict = next(one for one in verdicts(run, path) if one["department"] == "toilet_reform")
    assert verdict["rows"] == 2
    assert [sheet for sheet, _ in verdict["left"]] == ["其他"]


def test_a_file_in_an_inbox_is_judged_for_its_department_and_as_the_load_then_judges_it(town: Town) -> None:
    path = town.drop(f"{JUNE}/改厕.csv", toilets("甲村", "无名村"))
    wrong = town.drop("road/2025-06/改厕.csv", toilets("乙村", first=9))

    (taken,) = json.loads(town.shiji("inspect", str(path), "--judge", "--json").out)["verdicts"]
    (refused,) = json.loads(town.shiji("inspect", str(wrong), "--judge", "--json").out)["verdicts"]
    town.load()

    told = {row["sender_path"]: row for row in town.site.ledger.submissions().to_pylist()}
    assert (taken["status"], taken["period"]) == ("partial", "2025-06")
    loaded = told[f"{JUNE}/改厕.csv"]
    assert taken["status"] == loaded["status"]
    assert (taken["rows"], taken["recorded"]) == (loaded["rows_in"], loaded["rows_recorded"])
    assert dict(taken["rules"]) == dict(
        town.ask("select rule, count(*) from findings where dataset = 'toilet_ledger' group by all")
    )
    assert (refused["status"], refused["reason"]) == ("refused", told["road/2025-06/改厕.csv"]["reason"])


def test_what_is_refused_everywhere_for_one_reason_is_said_once(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "说明.csv"
    path.write_text("这里只有一段说明文字\n", encoding="utf-8")
    (verdict,) = verdicts(run, path)
    assert (verdict["department"], verdict["code"]) == ("", "no_table")


def test_every_file_of_the_demo_that_a_load_refused_or_took_is_shown_so(village: Town) -> None:
    contracts, index = village.site.contracts, RegionIndex(village.site.regions)
    rows = village.site.ledger.submissions().to_pylist()
    rows = [row for row in rows if row["department"] and row["status"] != "repeat"][::9]
    assert {"refused", "accepted"} <= {row["status"] for row in rows}
    for row in rows:
        path = village.site.archive.path(row["sha256"])
        reading = read_or_refuse(path, row["file_name"])
        if isinstance(reading, str):
            assert (row["status"], row["reason"]) == ("refused", reading)
            continue
        # As it lay in the inbox, where the load read it.
        found = Verdicts(
            village.root / "inbox" / row["sender_path"], reading, contracts, Known(index)
        ).listed()
        assert len(found) == 1
        if found[0].code:
            assert row["status"] == "refused"
            assert found[0].reason == row["reason"]
        else:
            assert found[0].dataset == row["dataset"]


def read_or_refuse(path: Path, name: str) -> Reading | str:
    try:
        return read_tables(path, name=name)
    except Refused as refusal:
        return refusal.message
