"""Dating the tables of one file: each by its own title and sheet, or by its neighbours'."""

from __future__ import annotations

from dataclasses import replace

from expectations.contracts.reading import load_contracts
from expectations.dating import Dated, TableTexts, dates_of
from warehouse.frequency import Frequency

CONTRACT = load_contracts()["toilet_ledger"]


def dates(
    *tables: tuple[str, str], name: str = "表", folder: str = "", frequency: Frequency = "monthly"
) -> list[Dated]:
    texts = [TableTexts((title,) if title else (), sheet) for title, sheet in tables]
    contract = replace(CONTRACT, frequency=frequency)
    return dates_of(texts, contract, f"office/{folder}/{name}.xlsx", f"{name}.xlsx")


def periods(found: list[Dated]) -> list[str | None]:
    assert not [one.conflicts for one in found if one.conflicts]
    return [one.period for one in found]


def test_a_sheet_for_each_month_has_its_own() -> None:
    assert periods(dates(("", "3月"), ("", "4月"), ("", "5月"), name="2023年")) == [
        "2023-03",
        "2023-04",
        "2023-05",
    ]
    assert periods(dates(("", "2023年11月"), ("", "2024年1月"))) == ["2023-11", "2024-01"]
    assert periods(dates(("2023年3月护林台账", "甲"), ("2023年4月护林台账", "乙"))) == ["2023-03", "2023-04"]


def test_a_year_may_stand_in_the_title_of_another_sheet() -> None:
    assert periods(dates(("2023年3月护林台账", "3月"), ("", "4月"))) == ["2023-03", "2023-04"]


def test_a_file_name_of_many_months_holds_those_of_its_sheets() -> None:
    found = dates(("", "3月"), ("", "4月"), name="2023年1-4月累计")
    assert (periods(found), [one.cumulative for one in found]) == (["2023-03", "2023-04"], ["", ""])


def test_a_file_name_of_one_month_contradicts_the_sheet_of_another() -> None:
    found = dates(("", "3月"), ("", "4月"), name="2023年4月")
    assert found[0].conflicts == (("工作表名", "3月"),)


def test_a_sheet_that_names_no_month_has_that_of_the_others_if_they_agree() -> None:
    assert periods(dates(("2023年4月护林台账", "云溪镇"), ("", "双桥乡"))) == ["2023-04", "2023-04"]
    assert periods(dates(("", "3月"), ("", "4月"), ("", "汇总"), name="2023年")) == [
        "2023-03",
        "2023-04",
        None,
    ]


def test_terms_and_quarters_may_be_sheets_too() -> None:
    terms = dates(("", "上学期"), ("", "下学期"), name="2023-2024学年", frequency="termly")
    assert periods(terms) == ["2023-09", "2024-03"]
    assert periods(dates(("", "一季度"), ("", "二季度"), folder="2023", frequency="quarterly")) == [
        "2023-03",
        "2023-06",
    ]
