"""Dating: what a text says about its period, and which of several texts is believed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.dating import Dated, parse_period, period_of

CONTRACTS = load_contracts()


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2025-06", "2025-06"),
        ("2025.6", "2025-06"),
        ("2025/6", "2025-06"),
        ("202506", "2025-06"),
        ("2025年6月", "2025-06"),
        ("2025年06月份", "2025-06"),
        ("2025 年 6 月", "2025-06"),
        ("２０２５年６月", "2025-06"),
        ("二〇二五年六月", "2025-06"),
        ("二○二五年十二月", "2025-12"),
        ("二零二五年十月", "2025-10"),
        ("农村改厕台账（2025年6月）", "2025-06"),
        ("2025年1-6月", "2025-06"),
        ("2025年1月至6月", "2025-06"),
        ("截至2025年6月30日", "2025-06"),
        ("2025年上半年", "2025-06"),
        ("2025年下半年", "2025-12"),
        ("2025年第二季度", "2025-06"),
        ("2025年三季度", "2025-09"),
        ("2025Q4", "2025-12"),
        ("2025年春季学期", "2025-03"),
        ("2025春", "2025-03"),
        ("2025年秋季学期", "2025-09"),
        ("2024-2025学年第一学期", "2024-09"),
        ("2024-2025学年度第二学期", "2025-03"),
        ("2025年", "2025-12"),
        ("2025年度", "2025-12"),
        ("2025年全年", "2025-12"),
        ("2025-06-30", "2025-06"),
        ("2025-06-30 00:00:00", "2025-06"),
        ("20250630", "2025-06"),
    ],
)
def test_a_period_is_read_however_it_is_written(text: str, month: str) -> None:
    assert parse_period(text) == month


@pytest.mark.parametrize(
    "text",
    ["", "6月", "农村改厕台账", "2025-13", "2025年13月", "1234567890", "45808", "0.2025", "统农〔2025〕12号", "填报日期：2025年7月3日", "填表时间:2025-07-03", "13800002025"],
)  # fmt: skip
def test_what_is_no_period_is_not_taken_for_one(text: str) -> None:
    assert parse_period(text) is None


@pytest.mark.parametrize(
    ("text", "frequency", "month"),
    [
        ("2025年5月", "monthly", "2025-05"),
        ("2025年5月", "quarterly", "2025-06"),
        ("2025年5月", "termly", "2025-03"),
        ("2025年11月", "termly", "2025-09"),
        ("2026年1月", "termly", "2025-09"),
        ("2025年5月", "yearly", "2025-12"),
        ("2025秋", "termly", "2025-09"),
        ("2025", "yearly", "2025-12"),
        ("2025", "monthly", None),
        ("2025年", "quarterly", None),
        ("2025春", "monthly", None),
    ],
)
def test_a_period_is_brought_to_the_month_at_which_the_dataset_is_due(
    text: str, frequency: str, month: str | None
) -> None:
    assert parse_period(text, frequency) == month  # type: ignore[arg-type]


def dated(*titles: str, path: str = "", name: str = "表.xlsx", dataset: str = "toilet_ledger") -> Dated:
    contract: Contract = CONTRACTS[dataset]
    return period_of(titles, contract, path, name)


def test_every_place_that_says_another_month_is_told() -> None:
    found = dated("2025年6月农村改厕台账", path="toilet_reform/2025-08/2025年7月.xlsx", name="2025年7月.xlsx")
    assert (found.period, found.where, found.text) == ("2025-06", "标题", "2025年6月")
    assert found.conflicts == (("文件名", "2025年7月"), ("文件夹", "2025-08"))


def test_agreeing_places_are_no_conflict() -> None:
    assert (
        dated("2025年6月农村改厕台账", path="toilet_reform/2025/2025-06/a.xlsx", name="a.xlsx").conflicts
        == ()
    )


def test_two_folders_may_contradict_each_other() -> None:
    found = dated(path="toilet_reform/2025-05/2025-06/a.csv", name="a.csv")
    assert (found.period, found.conflicts) == ("2025-06", (("文件夹", "2025-05"),))


@pytest.mark.parametrize(
    "path", ["x/2025年/6月/a.xlsx", "x/2025/06/a.xlsx", "x\\2025\\06\\a.xlsx", "x/2025/06"]
)
def test_year_and_month_may_stand_in_two_folders(path: str) -> None:
    assert dated(path=path, name="a.xlsx").period == "2025-06"


def test_a_title_with_the_year_alone_leaves_the_month_to_the_path() -> None:
    found = dated("2025年农村改厕台账", path="x/2025-06/a.xlsx", name="a.xlsx")
    assert (found.period, found.where, found.conflicts) == ("2025-06", "文件夹", ())


def test_a_title_of_another_year_than_the_path_is_told() -> None:
    found = dated("2024年农村改厕台账", path="x/2025-06/a.xlsx", name="a.xlsx")
    assert found.conflicts == (("标题", "2024"),)


def test_the_year_alone_does_not_date_a_monthly_ledger() -> None:
    found = dated("2025年农村改厕台账")
    assert (found.period, found.mentioned) == (None, (("标题", "2025"),))


def test_the_year_alone_dates_a_yearly_ledger() -> None:
    assert dated("2025年粮食种植地块台账", dataset="grain_plots").period == "2025-12"


def test_a_sheet_named_by_the_month_completes_a_title_with_the_year() -> None:
    assert dated("2025年农村改厕台账", "6月").period == "2025-06"


def test_the_day_a_form_was_filled_in_is_not_its_period() -> None:
    found = dated(
        "农村改厕台账", "填报单位：清河镇 填报日期：2025年7月3日", path="x/2025-06/a.xlsx", name="a.xlsx"
    )
    assert (found.period, found.conflicts) == ("2025-06", ())


def test_a_bare_day_says_its_month_only_as_the_last_and_when_nothing_else_does() -> None:
    assert dated("2025年7月3日", path="x/2025-06/a.xlsx", name="a.xlsx").period == "2025-06"
    assert dated(name="改厕台账20250630.xlsx").period == "2025-06"
    assert dated(name="改厕台账20250703.xlsx").period is None


@pytest.mark.parametrize(
    ("day", "file", "period", "conflicts"),
    [
        ("2025-06-01", "表", "2025-06", 0),
        ("2025-06-01 00:00:00", "2025年6月", "2025-06", 0),
        ("2025-05-01", "2025年6月", "2025-06", 1),
        ("2025-07-01", "2025年6月", "2025-06", 1),
        ("2025年5月31日", "2025年6月", "2025-06", 1),
        ("2025年6月30日", "2025年5月", "2025-05", 0),
    ],
)
def test_a_month_typed_into_a_title_is_a_date_cell(day: str, file: str, period: str, conflicts: int) -> None:
    found = dated("农村改厕台账", day, name=f"{file}.xlsx")
    assert (found.period, len(found.conflicts)) == (period, conflicts)


def test_nothing_written_is_no_period() -> None:
    assert dated("农村改厕台账", path="toilet_reform/清河镇/a.xlsx", name="a.xlsx") == Dated(None)


YEARS, MONTHS = st.integers(1950, 2049), st.integers(1, 12)
SHAPES = st.sampled_from(
    ["{y}年{m}月", "{y}-{m:02}", "{y}.{m}", "{y}{m:02}", "{y}/{m}", "{y}年{m:02}月份", "{y} 年 {m} 月"]
)
AROUND = st.text(st.sampled_from("农村改厕台账（）()《》 汇总表第页、"), max_size=12)


@given(YEARS, MONTHS, SHAPES, AROUND, AROUND)
def test_a_month_is_found_in_any_title(year: int, month: int, shape: str, before: str, after: str) -> None:
    written = shape.format(y=year, m=month)
    assume(f"{before}{written}{after}".strip() != f"{year}.1")
    assert parse_period(f"{before}{written}{after}") == f"{year}-{month:02}"


@given(st.text(max_size=60))
def test_any_text_gives_a_month_or_nothing(text: str) -> None:
    found = parse_period(text)
    assert found is None or (1950 <= int(found[:4]) <= 2050 and 1 <= int(found[5:]) <= 12)


@pytest.mark.parametrize("name", ["01.csv", "07.csv", "11.xlsx"])
def test_a_running_number_completes_a_year_and_contradicts_no_month(name: str) -> None:
    contract = load_contracts()["toilet_ledger"]
    beside_a_month = period_of((), contract, f"toilet_reform/2025-06/{name}", name)
    assert (beside_a_month.period, beside_a_month.conflicts) == ("2025-06", ())
    month = int(name.partition(".")[0])
    assert period_of((), contract, f"toilet_reform/2025/{name}", name).period == f"2025-{month:02}"
