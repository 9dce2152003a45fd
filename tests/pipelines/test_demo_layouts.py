"""A clerk's table looks as the habit says, and the place of every value is known."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from expectations.contracts.model import Column, Contract
from expectations.contracts.reading import load_contracts
from pipelines.demo.cells import cell_writer, header_text, periods_written
from pipelines.demo.datasets.statistics import CROPS, GENERAL, summed, with_totals
from pipelines.demo.forms import lay_out_forms
from pipelines.demo.habits import Habit, Suffix, habit_of
from pipelines.demo.layouts import Heading, Page, lay_out
from pipelines.demo.writers import page_bytes

PLAIN = Habit(
    suffix="xlsx", title=False, unit_line=False, groups=False, serial=False, lead=(0, 0), per_township=False,
    totals=False, footer=False, note_sheet=False, unit_style=0, scaled=False, aliases=False, regions="both",
    order=0, dates="iso", months=0, thousands=False, full_width=False, blank="", across=False,
)  # fmt: skip
HEADING = Heading("榆塘县", "2025-06", "2025年7月3日")
AREA = Column("area_mu", "播种面积", ("种植面积",), type="number", unit="亩")


@pytest.fixture(scope="module")
def register() -> Contract:
    return load_contracts()["household_register"]


def villages() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "township": ["沐溪镇", "汀坪乡", "沐溪镇"],
            "village_name": ["甲村", "乙村", "丙村"],
            "village_code": ["990121100200", "990121200200", "990121100201"],
            "households": [120, 80, 1060],
            "population": [400, 260, 3300],
        }
    )


def test_a_plain_table_is_a_header_and_its_rows(register: Contract) -> None:
    pages, place = lay_out(villages(), register, PLAIN, HEADING, {})

    assert pages[0].rows[0] == ["行政村", "村代码", "总户数（户）", "总人口（人）"]
    assert pages[0].rows[3] == ["丙村", "990121100201", 1060, 3300]
    assert (place.rows, place.cell(2, "households")) == ([2, 3, 4], "C4")


def test_title_serial_leading_blanks_and_totals_move_the_cells(register: Contract) -> None:
    habit = replace(PLAIN, title=True, unit_line=True, serial=True, lead=(1, 1), totals=True, footer=True)

    pages, place = lay_out(villages(), register, habit, HEADING, {})

    rows = pages[0].rows
    assert rows[0] == []
    assert rows[1][1] == "榆塘县2025年6月农户底册（演示数据）"
    assert rows[2][1] == "填报单位：榆塘县"
    assert place.cell(0, "households") == "E5"
    assert rows[4][:5] == [None, 1, "甲村", "990121100200", 120]
    assert rows[7] == [None, "合计", None, None, 1260, 3960]
    assert "填报日期：2025年7月3日" in str(rows[8][1])


def test_one_sheet_per_township_keeps_track_of_every_row(register: Contract) -> None:
    pages, place = lay_out(villages(), register, replace(PLAIN, per_township=True), HEADING, {})

    assert [page.name for page in pages] == ["沐溪镇", "汀坪乡"]
    assert place.sheets == ["沐溪镇", "汀坪乡", "沐溪镇"]
    assert place.rows == [2, 2, 3]


def test_a_grouped_header_has_two_rows_and_merges(register: Contract) -> None:
    pages, place = lay_out(villages(), register, replace(PLAIN, groups=True), HEADING, {})

    assert pages[0].rows[:2] == [
        ["所在地", None, "数量", None],
        ["行政村", "村代码", "总户数（户）", "总人口（人）"],
    ]
    assert pages[0].merges == [(0, 0, 0, 1), (0, 2, 0, 3)]
    assert place.rows[0] == 3


def county() -> pd.DataFrame:
    """Two towns with nothing but rice, and their county before them."""
    places = [("990121000000", "合计"), ("990121100000", "沐溪镇"), ("990121200000", "汀坪乡")]
    figures = {f"{crop}_{what}": 0.0 for crop in CROPS for what in ("area", "output")}
    people = {column.name: [3, 1, 2] for column in GENERAL}
    frame = pd.DataFrame(places, columns=["town_code", "township"]).assign(county="990121", **figures)
    frame = frame.assign(**people, **{f"{name}_last": values for name, values in people.items()})
    return with_totals(summed(frame.assign(rice_area=[0, 15.0, 30.0], rice_output=[0, 6.0, 15.0])))


def test_a_form_has_coded_columns_its_total_first_and_every_record_in_its_place() -> None:
    pages, place = lay_out_forms(county(), replace(PLAIN, scaled=True, thousands=True, blank="—"), HEADING)

    (_, grain) = pages
    assert [page.name for page in pages] == ["农村基本情况", "粮食作物生产情况"]
    assert [row[:6] for row in grain.rows[4:11]] == [
        ["指标名称", "编号", "粮食作物合计", None, None, "一、稻谷"],
        ["项    目", "--", "播种面积", "总产量", "单产", "播种面积"],
        ["计量单位", "--", "公顷", "吨", "公斤/亩", "公顷"],
        ["汇总代码", "--", "01", "02", "03", "04"],
        ["合计", "00", 3.0, 21.0, 466.7, 3.0],
        ["沐溪镇", "01", 1.0, 6.0, 400.0, 1.0],
        ["汀坪乡", "02", 2.0, 15.0, 500.0, 2.0],
    ]
    assert (4, 2, 4, 4) in grain.merges
    assert grain.rows[9][10] == "—"
    assert Counter(zip(place.sheets, place.rows, strict=True)) == {
        **{("农村基本情况", row): 2 for row in range(7, 13)},
        ("粮食作物生产情况", 10): 14,
        ("粮食作物生产情况", 11): 14,
    }


def test_a_form_with_the_towns_across_counts_no_total_as_a_record() -> None:
    (general, _), place = lay_out_forms(county(), replace(PLAIN, across=True), HEADING)

    assert general.rows[4] == ["指标名称", "计量单位", "代码", "合计", "沐溪镇", "汀坪乡"]
    assert general.rows[6] == ["一、乡村户数", "户", "01", 3, 1, 2]
    assert place.rows.count(7) == 2


def test_a_cell_typed_otherwise_stands_exactly_as_typed(register: Contract) -> None:
    pages, _ = lay_out(villages(), register, PLAIN, HEADING, {(1, "population"): "12..5"})

    assert [row[3] for row in pages[0].rows[1:]] == [400, "12..5", 3300]


@pytest.mark.parametrize(
    ("habit", "value", "cell"),
    [
        (PLAIN, 1234.5, 1234.5),
        (replace(PLAIN, thousands=True), 1234.5, "1,234.5"),
        (replace(PLAIN, full_width=True), 12.5, "１２．５"),
        (replace(PLAIN, scaled=True), 30.0, 2.0),
        (replace(PLAIN, blank="—"), None, "—"),
        (PLAIN, float("nan"), None),
    ],
)
def test_amounts_are_written_as_the_habit_has_it(habit: Habit, value: object, cell: object) -> None:
    assert cell_writer(AREA, habit)(value) == cell


def test_another_unit_is_printed_in_the_header() -> None:
    assert header_text(AREA, replace(PLAIN, scaled=True)) == "播种面积（公顷）"
    assert header_text(AREA, replace(PLAIN, aliases=True, unit_style=1)) == "种植面积(亩)"


@pytest.mark.parametrize(
    ("dates", "cell"),
    [
        ("cell", dt.date(2025, 6, 3)),
        ("dots", "2025.6.3"),
        ("chinese", "2025年6月3日"),
        ("compact", "20250603"),
    ],
)
def test_dates_are_written_as_the_habit_has_it(dates: str, cell: object) -> None:
    write = cell_writer(Column("day", "日期", type="date"), replace(PLAIN, dates=dates))  # type: ignore[arg-type]

    assert write(dt.date(2025, 6, 3)) == cell


def test_years_carry_no_separators() -> None:
    year = Column("reform_year", "改厕年度", type="integer")

    assert cell_writer(year, replace(PLAIN, thousands=True))(2025) == 2025


def test_periods_are_written_by_frequency() -> None:
    assert periods_written("monthly", 2)("2025-06") == "2025.6"
    assert periods_written("quarterly", 0)("2025-06") == "2025年第二季度"
    assert periods_written("termly", 0)("2025-09") == "2025年秋季学期"


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_a_workbook_reads_back_as_written(suffix: Suffix) -> None:
    page = Page("表", [["标题", None], ["a<b", 1.5], [dt.date(2025, 6, 1), 3]], [(0, 0, 0, 1)])

    data = page_bytes([page], suffix)

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("表")
    assert sheet.to_python(skip_empty_area=False) == [["标题", ""], ["a<b", 1.5], [dt.date(2025, 6, 1), 3]]
    assert data == page_bytes([page], suffix)


def test_a_habit_is_kept_over_the_months_and_differs_between_offices() -> None:
    habits = [habit_of(2025, "toilet_ledger", f"9901{n}", 100) for n in range(21, 29)]

    assert habits[0] == habit_of(2025, "toilet_ledger", "990121", 100)
    assert len({repr(habit) for habit in habits}) > 4
