"""Statistical forms from the inbox: records by cell, rules and totals answered at the cell, the real yearbook whole."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from expectations.contracts.reading import BUILT_IN
from tests.pipelines.town import Town, new_town

Rows = Sequence[Sequence[Any]]
NAME = "agriculture/榆塘县2025年农村统计年报.xlsx"


def grain(*towns: Sequence[Any], total: Sequence[Any] = (30, 18, 12), unit: str = "亩") -> Rows:
    """A form with towns down and coded indicators across."""
    return [
        ["榆塘县2025年粮食作物播种面积"],
        ["综合机关名称：榆塘县统计局"],
        ["指标名称", "播种面积合计", "夏粮", "秋粮"],
        ["计量单位", unit, unit, unit],
        ["汇总代码", "01", "02", "03"],
        ["合计", *total],
        *towns,
        ["审核关系：01=02+03"],
    ]


GOOD = grain(["沐溪镇", 10, 6, 4], ["汀坪乡", 20, 12, 8])
BASICS: Rows = [
    ["榆塘县2025年农村基本情况"],
    ["填报单位：榆塘县统计局"],
    ["指标名称", "计量单位", "代码", "本年", "上年"],
    ["甲", "乙", "丙", 1, 2],
    ["一、农村人口", "人", "01", 900, 910],
    ["其中：男", "人", "02", 460, 465],
    ["女", "人", "03", 440, "—"],
]


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def values(town: Town) -> list[tuple[Any, ...]]:
    return town.ask(
        "select sheet, cell, region_code, indicator_code, basis, unit, value from rural_statistics order by all"
    )


def slip_of(town: Town) -> str:
    [name] = [name for name in town.slips() if name.startswith("agriculture")]
    path = town.root / "outbox" / name
    if path.suffix == ".txt":
        return path.read_text(encoding="utf-8-sig")
    cover = openpyxl.load_workbook(path).worksheets[0]
    return "\n".join(str(cell) for row in cover.iter_rows(values_only=True) for cell in row if cell)


def test_both_ways_round_become_records_with_their_cells_and_totals_do_not(town: Town) -> None:
    town.drop(NAME, workbook({"粮食": GOOD, "基本情况": BASICS}))
    town.load()
    towns = ("990121100000", "990121200000")
    expected = [
        ("粮食", f"{'BCD'[place]}{row + 7}", towns[row], f"0{place + 1}", "本年", "亩", float(value))
        for row, line in enumerate(([10, 6, 4], [20, 12, 8]))
        for place, value in enumerate(line)
    ]
    county = "990121000000"
    for row, (this, last) in enumerate(((900, 910), (460, 465), (440, None)), start=5):
        code = f"0{row - 4}"
        expected.append(("基本情况", f"D{row}", county, code, "本年", "人", float(this)))
        expected += [("基本情况", f"E{row}", county, code, "上年", "人", float(last))] if last else []
    assert values(town) == sorted(expected)
    assert town.statuses() == {NAME: "accepted"}
    assert town.ask("select rows_in, rows_recorded from submissions") == [(11, 11)]
    assert "共 11 格" in slip_of(town)


def test_rules_and_totals_that_hold_stand_among_the_reconciliations(town: Town) -> None:
    town.drop(NAME, workbook({"粮食": GOOD}))
    town.load()
    found = town.ask(
        "select reconciliation, region_code, agrees, instruction from reconciliations "
        "where reconciliation like 'form%' order by all"
    )
    assert found == [
        ("form_rule:粮食:01=02+03", "990121000000", True, None),  # the 合计 row
        ("form_rule:粮食:01=02+03", "990121100000", True, None),
        ("form_rule:粮食:01=02+03", "990121200000", True, None),
        *((f"form_total:粮食:0{code}", "990121000000", True, None) for code in (1, 2, 3)),
    ]


def test_a_broken_rule_and_a_wrong_total_are_answered_at_their_cells(town: Town) -> None:
    town.drop(
        NAME,
        workbook({"粮食": grain(["沐溪镇", 10, 6, 4], ["汀坪乡", 21, 12, 8], total=(31, 18, 13))}),
    )
    town.load()
    found = town.ask("select rule, severity, cell, region_code, message from findings order by cell")
    assert [row[:4] for row in found] == [
        ("form_rule", "warning", "粮食!B8", "990121200000"),
        ("form_total", "warning", "粮食!D6", "990121000000"),
    ]
    assert "01=02+03" in found[0][4]
    assert "相差1" in found[1][4]
    assert "粮食!B8" in slip_of(town) or "B8" in slip_of(town)
    assert town.ask("select count(*) from rural_statistics") == [(6,)]


def test_a_cell_that_is_no_number_and_a_town_that_is_none_are_quarantined_and_the_rest_recorded(
    town: Town,
) -> None:
    rows = grain(["沐溪镇", 10, "约六", 4], ["汀坪乡", 20, 12, 8], ["林管局", 1, 1, 0], ["", 2, 2, 0])
    town.drop(NAME, workbook({"粮食": rows}))
    town.load()
    assert town.ask("select rows_in, rows_recorded, rows_quarantined from submissions") == [(12, 5, 7)]
    wrong = town.ask("select rule, cell, row from findings where severity = 'error' order by row")
    assert wrong == [
        ("unparsed_number", "粮食!C7", 7),
        ("unknown_region", None, 9),
        ("unknown_region", None, 10),
    ]


def test_the_latest_workbook_is_in_force_with_its_rules(town: Town) -> None:
    town.drop(NAME, workbook({"粮食": grain(["沐溪镇", 10, 6, 4], ["汀坪乡", 21, 12, 8])}))
    town.load()
    town.drop(NAME, workbook({"粮食": GOOD}))
    town.load()
    assert town.ask("select sum(value) from rural_statistics where indicator_code = '01'") == [(30.0,)]
    assert town.ask("select bool_and(agrees) from reconciliations") == [(True,)]
    assert set(town.ask("select rule, status from findings where rule like 'form%'")) == {
        ("form_rule", "corrected"),
        ("form_total", "corrected"),
    }


def test_a_blank_form_is_refused_by_name(town: Town) -> None:
    town.drop(NAME, workbook({"粮食": grain(["沐溪镇"], ["汀坪乡"], total=())}))
    town.load()
    assert town.ask("select status, reason from submissions") == [("refused", "《粮食》里没有数据行。")]


def test_a_sheet_that_is_no_form_beside_forms_goes_to_quarantine(town: Town) -> None:
    notes: Rows = [["问题", "办理人"], ["补报", "甲"], ["核对", "乙"]]
    town.drop(NAME, workbook({"粮食": GOOD, "记事": notes}))
    town.load()
    assert town.ask("select rows_in, rows_recorded, rows_quarantined from submissions") == [(8, 6, 2)]


def asked(town: Town, **form: Any) -> None:
    """A contract of the home that asks for more than the built-in one."""
    contract = yaml.safe_load((BUILT_IN / "agriculture/rural_statistics.yaml").read_text(encoding="utf-8"))
    [own] = [item for item in contract["customProperties"] if item["property"] == "form"]
    own["value"] = form
    target = town.root / "config/contracts/agriculture/rural_statistics.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    assert town.shiji("contract", "lint", str(target)).code == 0


def test_units_are_brought_to_those_asked_for_and_lacking_indicators_are_named(town: Town) -> None:
    indicators = [
        {"code": "01", "title": "播种面积合计", "unit": "亩"},
        {"code": "02", "title": "夏粮", "unit": "亩"},
        {"code": "04", "title": "其他", "unit": "亩"},
    ]
    asked(town, indicators=indicators)
    town.drop(NAME, workbook({"粮食": grain(["沐溪镇", 1, 0.6, 0.4], total=(1, 0.6, 0.4), unit="公顷")}))
    town.load()
    assert [row[3:] for row in values(town)] == [
        ("01", "本年", "亩", 15.0),
        ("02", "本年", "亩", 9.0),
        ("03", "本年", "公顷", 0.4),
    ]
    found = dict(town.ask("select rule, message from findings"))
    assert "04 其他" in found["missing_indicator"]
    assert "代码03" in found["unknown_indicator"]
    assert "由公顷换算为亩" in slip_of(town)


def test_a_unit_that_does_not_convert_is_an_error_at_the_cell(town: Town) -> None:
    asked(town, indicators=[{"code": "01", "title": "播种面积合计", "unit": "亩"}])
    town.drop(NAME, workbook({"粮食": grain(["沐溪镇", 1, 0.6, 0.4], total=(), unit="吨")}))
    town.load()
    assert town.ask("select cell from findings where rule = 'unknown_unit'") == [("粮食!B7",)]
    assert [row[3] for row in values(town)] == ["02", "03"]


def test_a_rule_of_the_contract_is_run_beside_the_printed_ones(town: Town) -> None:
    asked(town, relations=["02>03"])
    town.drop(NAME, workbook({"粮食": grain(["沐溪镇", 10, 4, 6], ["汀坪乡", 20, 14, 6])}))
    town.load()
    assert town.ask(
        "select region_code, agrees from reconciliations where reconciliation = 'form_rule:粮食:02>03' order by all"
    ) == [("990121000000", True), ("990121100000", False), ("990121200000", True)]


def test_only_forms_that_bear_a_title_asked_for_are_taken(town: Town) -> None:
    asked(town, titles=["播种面积"])
    town.drop(NAME, workbook({"粮食": GOOD, "基本情况": BASICS}))
    town.load()
    assert {row[0] for row in values(town)} == {"粮食"}


# The real yearbook --------------------------------------------------------------------------------------------------

TOWNS = {
    "100": "松柏镇", "101": "阳日镇", "102": "木鱼镇", "103": "红坪镇", "104": "新华镇", "105": "九湖镇", "200": "宋洛乡",
    "202": "下谷坪土家族乡",
}  # fmt: skip
REGIONS = "\n".join(
    [
        "region_code,name,level,parent_code",
        "429000000000,省直辖县级行政区划,city,",
        "429021000000,神农架林区,county,429000000000",
        *(f"429021{code}000,{name},township,429021000000" for code, name in TOWNS.items()),
        "",
    ]
)


@pytest.fixture(scope="module")
def yearbook(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    file = shared / "real" / "snj_2016_rural_yearbook_28sheets.xls"
    if not file.exists():
        pytest.skip("no real files beside the repository")
    town = new_town(tmp_path_factory.mktemp("yearbook") / "home", regions=False)
    town.import_regions(REGIONS)
    contract = yaml.safe_load((BUILT_IN / "agriculture/rural_statistics.yaml").read_text(encoding="utf-8"))
    region = contract["schema"][0]["properties"][1]
    region["customProperties"].append({"property": "value_aliases", "value": {"下谷乡": "下谷坪土家族乡"}})
    target = town.root / "config/contracts/agriculture/rural_statistics.yaml"
    target.parent.mkdir(parents=True)
    target.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    inbox = town.root / "inbox/agriculture"
    inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, inbox / "2016年农村统计年报汇总表.xls")
    town.load()
    return town


@pytest.mark.xdist_group("yearbook")
def test_every_number_of_the_eight_towns_is_a_record(yearbook: Town) -> None:
    held = yearbook.ask(
        "select count(*), count(distinct region_code), count(distinct sheet) from rural_statistics"
    )
    dashes = 97  # of the 3,592 filled cells of the eight towns; they say that there is nothing
    of_another_year = 123  # on the one sheet that still says 2015, in a file that says 2016
    assert held == [(3592 - dashes - of_another_year, 8, 25)]
    ((sheet, message),) = yearbook.ask("select sheet, message from findings where rule = 'period_conflict'")
    assert sheet == "其它畜牧业生产情况表"
    assert "标题写的是“2015”，文件名写的是“2016”" in message


@pytest.mark.xdist_group("yearbook")
def test_the_rule_of_income_fails_in_all_eight_towns_and_no_yield_is_added_up(yearbook: Town) -> None:
    failing = yearbook.ask(
        "select count(distinct region_code) from reconciliations where reconciliation like '%:11=01+02-05' and not agrees and region_code <> '429021000000'"
    )
    assert failing == [(8,)]
    totals = yearbook.ask(
        "select count(*) from reconciliations where reconciliation like 'form_total:%' and instruction like '%单产%'"
    )
    assert totals == [(0,)]


@pytest.mark.xdist_group("yearbook")
def test_a_town_given_by_a_short_form_is_placed_and_an_office_is_not(yearbook: Town) -> None:
    assert yearbook.ask("select count(*) > 400 from rural_statistics where region_code = '429021202000'") == [
        (True,)
    ]
    values = yearbook.ask("select distinct value from findings where rule = 'unknown_region' order by all")
    assert values == [("林管局",), ("（没有行名）",)]
