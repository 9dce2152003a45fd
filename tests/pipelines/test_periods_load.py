"""Periods through the inbox: what is contradicted changes nothing, sheets of months, and cumulative ledgers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from pipelines.loading.release import gate
from tests.pipelines.town import HEADER, Toilet, Town, example_contract, new_town, toilets

HEAD = HEADER.split(",")
MONTHLY = example_contract().replace("value: quarterly", "value: monthly")
EVENTS = (
    MONTHLY.replace("id: saplings", "id: plantings")
    .replace("- name: saplings", "- name: plantings")
    .replace("造林台账", "补植台账")
    .replace("domain: forestry", "domain: gardens")
    .replace("value: snapshot}", "value: events}")
)


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        page = made.create_sheet(name)
        for row in rows:
            page.append(list(row))
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def toilet_rows(rows: Sequence[Toilet]) -> list[list[object]]:
    return [HEAD, *(row.line.split(",") for row in rows)]


def titled(title: str, rows: Sequence[Toilet]) -> bytes:
    return workbook(("台账", [[title], *toilet_rows(rows)]))


def plots(*areas: float) -> list[list[object]]:
    return [
        ["乡镇", "地块编号", "造林面积（亩）"],
        *(["沐溪镇", f"P{n}", area] for n, area in enumerate(areas)),
    ]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return planting_town(tmp_path / "home")


def planting_town(root: Path) -> Town:
    """A town with two datasets of its own: a state and events."""
    town = new_town(root)
    for name, text in (("forestry/saplings", MONTHLY), ("gardens/plantings", EVENTS)):
        path = town.root / "config" / "contracts" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return town


def counts(town: Town, dataset: str = "toilet_ledger") -> dict[str, int]:
    return dict(town.ask(f"select period, count(*) from {dataset} group by all order by all"))


def findings(town: Town) -> set[tuple[str, str]]:
    return set(town.ask("select rule, message from findings where cell is null"))


def test_a_stale_title_changes_nothing_and_the_corrected_file_is_taken(town: Town) -> None:
    april = toilets("甲村", "丙村", completed="2025-04-10")
    may = toilets("甲村", "乙村", "丙村", first=11, completed="2025-05-10")
    town.drop("toilet_reform/2025-04/改厕.xlsx", titled("榆塘县2025年4月改厕台账", april))
    town.load()
    town.drop("toilet_reform/2025-05/改厕5月.xlsx", titled("榆塘县2025年4月改厕台账", may))
    town.load()
    assert counts(town) == {"2025-04": 2}
    ((reason, remedy),) = town.ask("select reason, remedy from submissions where status = 'refused'")
    assert "标题写的是“2025年4月”" in reason
    assert "文件夹写的是“2025-05”" in reason
    assert "改正写错的一处" in remedy
    assert ("period_conflict", reason) in findings(town)
    town.drop("toilet_reform/2025-05/改厕5月.xlsx", titled("榆塘县2025年5月改厕台账", may))
    town.load()
    assert counts(town) == {"2025-04": 2, "2025-05": 3}
    assert gate(town.site) == []


def test_a_sheet_left_from_last_month_is_left_out_of_this_months_file(town: Town) -> None:
    town.drop("forestry/2025-03/造林台账.xlsx", workbook(("Sheet1", plots(10, 10))))
    town.load()
    town.drop("forestry/2025年4月造林台账.xlsx", workbook(("3月", plots(1, 1, 1)), ("4月", plots(11))))
    town.load()
    assert counts(town, "saplings") == {"2025-03": 2, "2025-04": 1}
    ((sheet, message),) = town.ask("select sheet, message from findings where rule = 'period_conflict'")
    assert sheet == "3月"
    assert "文件名写的是“2025年4月”" in message
    assert gate(town.site) == []


def test_one_month_of_several_is_replaced_alone(town: Town) -> None:
    town.drop("forestry/2025年造林台账.xlsx", workbook(("3月", plots(10, 10)), ("4月", plots(11, 12))))
    town.load()
    town.drop("forestry/2025-04/造林台账.xlsx", workbook(("Sheet1", plots(1, 2, 3))))
    town.load()
    assert counts(town, "saplings") == {"2025-03": 2, "2025-04": 3}
    assert gate(town.site) == []


def test_what_an_inspection_says_of_sheets_of_months(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "inbox" / "forestry" / "2025年造林台账.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(workbook(("3月", plots(10)), ("4月", plots(11))))
    said = town.shiji("inspect", str(path))
    assert "2025-03、2025-04" in said.out


def test_a_cumulative_ledger_counts_its_own_month_and_says_so(town: Town) -> None:
    march = toilets("甲村", "乙村", completed="2025-03-08")
    april = toilets("丙村", first=21, completed="2025-04-02")
    town.drop("toilet_reform/2025-03/改厕.xlsx", titled("榆塘县2025年3月改厕台账", march))
    town.load()
    town.drop("toilet_reform/2025-04/改厕.xlsx", titled("榆塘县2025年1至4月改厕台账", [*march, *april]))
    town.load()
    assert counts(town) == {"2025-03": 2, "2025-04": 1}
    monthly = town.ask(
        "select period, value from observations where indicator = 'new_toilets' "
        "and region_code = '990121000000' and period in ('2025-03', '2025-04', '2025') order by period"
    )
    assert dict(monthly) == {"2025": 3, "2025-03": 2, "2025-04": 1}
    said = dict(findings(town))["cumulative"]
    assert "2025年1至4月" in said
    assert "2 行没有计入" in said
    assert gate(town.site) == []


def test_a_state_is_no_sum_and_may_be_as_of_a_month(town: Town) -> None:
    book = workbook(("台账", [["榆塘县截至2025年4月底造林台账"], *plots(10, 20)]))
    town.drop("forestry/造林台账.xlsx", book)
    town.load()
    assert town.statuses() == {"forestry/造林台账.xlsx": "accepted"}
    assert counts(town, "saplings") == {"2025-04": 2}


def test_a_dataset_that_accumulates_by_its_contract_counts_its_own_month(town: Town) -> None:
    built_in = Path(__file__).parents[2] / "expectations/contracts/toilet_reform/toilet_ledger.yaml"
    text = built_in.read_text(encoding="utf-8").replace(
        "value: events}", "value: events}\n  - {property: accumulates, value: year_to_date}"
    )
    path = town.root / "config" / "contracts" / "toilet_reform" / "toilet_ledger.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    rows = [
        *toilets("甲村", "乙村", completed="2025-03-08"),
        *toilets("丙村", first=21, completed="2025-04-02"),
    ]
    town.drop("toilet_reform/2025年4月改厕.csv", rows)
    town.load()
    assert counts(town) == {"2025-04": 1}
    assert dict(town.ask("select rule, count(*) from findings group by all")) == {
        "counted_before": 2,
        "cumulative": 1,
    }


def test_a_cell_that_may_be_january_or_october_is_asked_about(town: Town) -> None:
    column = (
        "      - name: reported_for\n        businessName: 月份\n        logicalType: string\n"
        "        customProperties: [{property: role, value: period}]\n      - name: area_mu\n"
    )
    path = town.root / "config" / "contracts" / "forestry" / "saplings.yaml"
    path.write_text(MONTHLY.replace("      - name: area_mu\n", column), encoding="utf-8")
    head = ["乡镇", "地块编号", "月份", "造林面积（亩）"]
    rows = [["沐溪镇", "P1", 2025.09, 10], ["沐溪镇", "P2", 2025.10, 11], ["沐溪镇", "P3", "2025.10", 12]]
    town.drop("forestry/造林台账.xlsx", workbook(("台账", [head, *rows])))
    town.load()
    assert counts(town, "saplings") == {"2025-09": 1, "2025-10": 1}
    ((cell, message),) = town.ask("select cell, message from findings where rule = 'missing_period'")
    assert cell == "台账!C3"
    assert "也可能是 10 月" in message


# Four files that have nothing to do with each other, in one load ----------------------------------------------------


def grants() -> bytes:
    head = ["学期", "县区", "乡镇", "行政村", "学生姓名", "身份证号", "资助项目", "资助金额"]
    pupil = ["甲村", "严测试", toilets("甲村")[0].resident_id, "生活补助", 500]
    row = ["2024年秋季学期", "榆塘县", "沐溪镇", *pupil]
    return workbook(("名单", [["2024-2025学年第二学期学生资助名单"], head, row]))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """For reading."""
    town = planting_town(tmp_path_factory.mktemp("periods") / "home")
    months = workbook(("3月", plots(10, 10)), ("4月", plots(11, 12, 13)), ("汇总", plots(21, 22)))
    town.drop("forestry/2025年造林台账.xlsx", months)
    late = [*toilets("甲村", completed="2025-02-08"), *toilets("乙村", first=2, completed="2025-03-08")]
    own = toilets("丙村", first=21, completed="2025-04-02")
    town.drop("toilet_reform/2025年4月改厕.csv", [*late, *own])
    march = toilets("丙村", first=31, completed="2025-03-02")
    town.drop("toilet_reform/2025年3月改厕.csv", [*late[:1], *march])
    year_to_date = workbook(("台账", [["榆塘县2025年1-4月补植台账"], *plots(10, 20)]))
    town.drop("gardens/2025-04/补植台账.xlsx", year_to_date)
    town.drop("education/学生资助名单.xlsx", grants())
    town.load()
    return town


def told_of(town: Town, department: str) -> list[tuple[str, str]]:
    return town.ask("select status, reason from submissions where department = ?", [department])


@pytest.mark.xdist_group("periods")
def test_a_workbook_with_a_sheet_for_each_month_covers_them_all(mixed: Town) -> None:
    assert counts(mixed, "saplings") == {"2025-03": 2, "2025-04": 3}
    ((status, period, recorded, quarantined),) = mixed.ask(
        "select status, period, rows_recorded, rows_quarantined from submissions where department = 'forestry'"
    )
    assert (status, period, recorded, quarantined) == ("partial", "2025-04", 5, 2)
    said = dict(findings(mixed))
    assert "2025-03、2025-04" in said["several_periods"]
    assert "工作表名里写明" in mixed.ask("select remedy from findings where rule = 'undated_table'")[0][0]
    assert gate(mixed.site) == []


@pytest.mark.xdist_group("periods")
def test_a_ledger_that_repeats_earlier_months_without_saying_so_is_told(mixed: Town) -> None:
    assert counts(mixed) == {"2025-03": 2, "2025-04": 3}
    told = mixed.ask("select period, severity from findings where rule = 'looks_cumulative'")
    assert told == [("2025-04", "warning")]


@pytest.mark.xdist_group("periods")
def test_a_cumulative_ledger_whose_rows_say_no_day_is_refused(mixed: Town) -> None:
    ((status, reason),) = told_of(mixed, "gardens")
    assert status == "refused"
    assert "累计表" in reason


@pytest.mark.xdist_group("periods")
def test_rows_of_another_term_than_the_title_says_are_asked_about(mixed: Town) -> None:
    ((status, reason),) = told_of(mixed, "education")
    assert status == "refused"
    assert "「学期」列" in reason
