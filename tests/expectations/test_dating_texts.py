"""Dating: what one text says, by kind of writing; beside the ordinary ones of ``test_dating``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from expectations.contracts.reading import load_contracts
from expectations.dating import Dated, parse_period, period_of
from warehouse.frequency import Frequency

CONTRACT = load_contracts()["toilet_ledger"]


def dated(
    title: str, frequency: Frequency = "monthly", *, sheet: str = "", name: str = "表", folder: str = ""
) -> Dated:
    contract = replace(CONTRACT, frequency=frequency)
    return period_of([title], contract, f"office/{folder}/{name}.xlsx", f"{name}.xlsx", sheet)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2022-2023学年寄宿补助", None),
        ("2022-2023学年上学期寄宿补助", "2022-09"),
        ("2022/2023学年下学期", "2023-03"),
        ("22-23学年第二学期", "2023-03"),
        ("2022学年度第二学期", "2023-03"),
        ("2022-2023（下）", "2023-03"),
        ("2021-2025年教育发展", None),
        ("2021-2025", None),
        ("2022-2024学年", None),
        ("2023年春耕", None),
    ],
)
def test_a_school_year_needs_its_term(text: str, month: str | None) -> None:
    assert parse_period(text, "termly") == month
    assert dated(text, "termly").period == month


def test_a_term_in_one_place_completes_the_school_year_of_another() -> None:
    assert dated("2022-2023学年寄宿补助", "termly", name="第二学期").period == "2023-03"
    assert dated("寄宿补助", "termly", sheet="上学期", folder="2022-2023学年").period == "2022-09"
    assert dated("2022-2023学年寄宿补助", "termly", name="2023年秋季").conflicts


@pytest.mark.parametrize(
    ("title", "period", "cumulative"),
    [
        ("2023年1-8月危桥改造", "2023-08", "2023年1-8月"),
        ("2023年一至八月危桥改造", "2023-08", "2023年1至8月"),
        ("2023年前8个月危桥改造", "2023-08", "2023年前8个月"),
        ("2023年前两年危桥改造", None, ""),
        ("2023年7—8月危桥改造", "2023-08", "2023年7—8月"),
        ("截至2023年8月底危桥改造", "2023-08", "截至"),
        ("2023年8月危桥改造累计", "2023-08", "累计"),
        ("2023年上半年危桥改造", "2023-06", "2023年上半年"),
        ("2023年三季度危桥改造", "2023-09", "2023年3季度"),
        ("2023年7月26日-8月25日危桥改造", "2023-08", ""),
        ("2023年8月1日至8月31日危桥改造", "2023-08", ""),
        ("2023年8月危桥改造", "2023-08", ""),
    ],
)
def test_a_ledger_of_several_months_is_known_as_cumulative(
    title: str, period: str | None, cumulative: str
) -> None:
    found = dated(title)
    assert (found.period, found.cumulative, found.conflicts) == (period, cumulative, ())


def test_a_quarter_is_no_cumulation_where_a_quarter_is_due() -> None:
    assert dated("2023年三季度危桥改造", "quarterly").cumulative == ""
    assert dated("2023年前三季度危桥改造", "quarterly").cumulative == "2023年前3季度"


@pytest.mark.parametrize("place", ["sheet", "name"])
def test_any_place_may_say_that_a_ledger_is_cumulative(place: str) -> None:
    assert dated("危桥改造（2023年8月）", **{place: "1-8月累计"}).cumulative == "1-8月"  # type: ignore[arg-type]
    assert dated("危桥改造（2023年8月）", folder="2023年1-8月").cumulative == ""


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("危桥23.8", "2023-08"),
        ("危桥23.10", "2023-10"),
        ("危桥2023.10", "2023-10"),
        ("危桥（23.8.31）", "2023-08"),
        ("23年8月", "2023-08"),
        ("二〇二三年八月三十一日", "2023-08"),
        ("2023年元月", "2023-01"),
        ("2023年08", "2023-08"),
        ("附表23.8", None),
        ("里程23.8公里", None),
        ("近23年8月", None),
        ("V23.8", None),
    ],
)  # fmt: skip
def test_short_years_are_read_where_nothing_else_is_meant(text: str, month: str | None) -> None:
    assert dated(text).period == month


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("民国一百一十二年八月危桥改造", "minguo"),
        ("民国112年8月危桥改造", "minguo"),
        ("癸卯年八月危桥改造", "ganzhi"),
        ("农历八月危桥改造", "lunar"),
        ("2023年十四月危桥改造", "no_month"),
        ("2023年00月危桥改造", "no_month"),
        ("2023年7月、8月危桥改造", "several"),
        ("2023年7、8月危桥改造", "several"),
    ],
)
def test_what_is_not_taken_is_named(title: str, why: str) -> None:
    found = dated(title)
    assert found.period is None
    assert [one.why for _, one in found.unread] == [why]


def test_another_count_of_years_may_agree_with_the_file_name_or_contradict_it() -> None:
    agreeing = dated("民国112年8月危桥改造", name="2023年8月")
    assert (agreeing.period, agreeing.conflicts, len(agreeing.unread)) == ("2023-08", (), 1)
    assert dated("民国112年8月危桥改造", name="2023年9月").conflicts
    assert dated("癸卯年危桥改造", name="2024年8月").conflicts


def test_a_month_that_is_not_is_no_other_place_to_set_right() -> None:
    assert dated("2023年13月危桥改造", name="2023年8月").period is None


@pytest.mark.parametrize(
    "aside",
    [
        "2019年版", "（2021修订）", "2019年新版", "2018年以来", "自2018年", "2022年11月印发", "交规〔2021〕7号",
        "打印时间：2023-09-04 08:15:00", "2023年9月4日导出", "导出时间2023.9.4", "“十四五”（2021—2025年）", "V2.0", "2022年制",
        "报送截止日期：2023年9月5日", "比2022年8月",
    ],
)  # fmt: skip
def test_what_is_clearly_no_period_neither_says_one_nor_contradicts(aside: str) -> None:
    assert dated(f"危桥改造 {aside}").period is None
    beside = dated(f"危桥改造 {aside}", name="2023年8月")
    assert (beside.period, beside.conflicts) == ("2023-08", ())


@pytest.mark.parametrize(
    ("title", "sheet", "name", "folder"),
    [
        ("2023年8月", "9月", "表", ""),
        ("危桥", "9月", "8月", "2023"),
        ("危桥", "", "2023年8月", "2023年9月"),
        ("2022年危桥", "", "2023年8月", ""),
        ("2023年8月危桥", "", "2023年1-9月", ""),
        ("2023年8月", "二季度", "表", ""),
        ("2023年危桥", "8月", "2024年", ""),
    ],
)
def test_places_that_contradict_each_other_are_asked_about(
    title: str, sheet: str, name: str, folder: str
) -> None:
    assert dated(title, sheet=sheet, name=name, folder=folder).conflicts


@pytest.mark.parametrize(
    ("title", "sheet", "name", "folder", "period"),
    [
        ("2023年危桥", "", "2023年8月", "2023", "2023-08"),
        ("2022年任务危桥改造（2023年8月）", "", "表", "2023-08", "2023-08"),
        ("危桥", "", "8月", "2023年三季度", "2023-08"),
        ("危桥", "八月份", "2023年", "", "2023-08"),
        ("2023年8月", "", "附件12.3", "", "2023-08"),
        ("2023年8月危桥改造（9月5日报送）", "", "表", "", "2023-08"),
    ],
)
def test_places_that_go_together_are_no_conflict(
    title: str, sheet: str, name: str, folder: str, period: str
) -> None:
    found = dated(title, sheet=sheet, name=name, folder=folder)
    assert (found.period, found.conflicts) == (period, ())


def test_a_year_and_a_one_may_be_january_or_october() -> None:
    assert parse_period("2023.1", "monthly") is None
    assert parse_period("2023.1", "monthly", near="2023-10") == "2023-10"
    assert parse_period("2023.1", "monthly", near="2023-11") is None
    assert parse_period("2023.1", "yearly") == "2023-12"
    assert parse_period("2023.10", "monthly") == "2023-10"
    assert dated("2023.1").period is None
    assert dated("2023.1", name="2023年10月").period == "2023-10"
    assert dated("2023.1", name="2023年11月").conflicts
    assert dated("危桥", name="2023.1危桥").period == "2023-01"


def test_a_cell_with_two_months_is_none() -> None:
    assert parse_period("2023年7月，2023年8月") is None
