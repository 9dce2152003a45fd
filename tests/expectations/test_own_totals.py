"""A ledger's totals held against its rows: told where they differ, silent where it cannot be known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sheets import VILLAGE, city, contract

from expectations.contracts.model import Column
from expectations.submissions.understand import Submission, Understood, understand

LEDGER = contract(
    *VILLAGE,
    Column("name", "项目", required=True),
    Column("length_km", "里程", type="number", unit="公里"),
    Column("households", "户数", type="integer", unit="户"),
    Column("income", "人均收入", type="number", unit="元"),
)
HEADER = ("乡镇", "村", "项目", "里程（公里）", "户数", "人均收入（元）")
Line = Sequence[Any]


def line(township: str, village: str, name: str, km: Any, households: Any = None, income: Any = None) -> Line:
    return (township, village, name, km, households, income)


def told(tmp_path: Path, *lines: Line, header: Line = HEADER) -> dict[str, tuple[float, float]]:
    """By cell, what the sheet says and what its rows come to, for the totals that do not hold."""
    checks = understood(tmp_path, *lines, header=header).checks.to_pylist()
    return {row["cell"]: (row["left_value"], row["right_value"]) for row in checks if row["agrees"] is False}


def understood(tmp_path: Path, *lines: Line, header: Line = HEADER) -> Understood:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for each in (("东山县2025年6月道路台账",), header, *lines):
        sheet.append(each)
    path = tmp_path / "道路.xlsx"
    book.save(path)
    submission = Submission(
        "s", "office", "office/东山县2025年6月台账.xlsx", path.name, path, dt.date(2026, 1, 5)
    )
    found = understand(submission, {LEDGER.dataset: LEDGER}, city())
    assert isinstance(found, Understood), found
    return found


WILLOW = ("清河镇", "柳树村")
WHITE = ("白石乡", "柳树村")


def test_a_total_that_its_rows_do_not_come_to_is_told_at_its_cell(tmp_path: Path) -> None:
    rows = [line(*WILLOW, "东路", 2.5, 10), line(*WHITE, "西路", 1.5, 4), ("合计", None, None, 4, 18)]
    assert told(tmp_path, *rows) == {"E5": (18.0, 14.0)}


def test_the_sentence_names_the_total_both_sides_and_the_difference(tmp_path: Path) -> None:
    rows = [line(*WILLOW, "东路", 2.5), line(*WHITE, "西路", 1.5), ("合计", None, None, 3.2)]
    (said,) = [
        row["instruction"] for row in understood(tmp_path, *rows).checks.to_pylist() if row["agrees"] is False
    ]
    assert said == "第5行“合计”的「里程」写的是3.2公里，表中2行相加是4公里，合计少0.8公里。"


def test_rows_that_are_not_good_count_as_the_senders_rows(tmp_path: Path) -> None:
    rows = [line(*WILLOW, "东路", 2.5), line("没有镇", "没有村", "西路", 1.5), ("合计", None, None, 4)]
    assert told(tmp_path, *rows) == {}


def test_a_column_with_a_cell_that_is_no_number_is_not_held_against_its_total(tmp_path: Path) -> None:
    rows = [line(*WILLOW, "东路", "约两公里多", 3), line(*WHITE, "西路", 1.5, 3), ("合计", None, None, 4, 7)]
    assert told(tmp_path, *rows) == {"E5": (7.0, 6.0)}


@pytest.mark.parametrize(
    ("total", "agrees"), [("10.0", True), ("10", True), ("9.999", True), ("10.2", False)]
)
def test_a_total_may_be_rounded_as_it_is_shown(tmp_path: Path, total: str, agrees: bool) -> None:
    rows = [line(*WILLOW, name, 3.333) for name in "甲乙丙"] + [("合计", None, None, total)]
    assert (told(tmp_path, *rows) == {}) == agrees


def test_rows_may_be_rounded_where_their_total_is_not(tmp_path: Path) -> None:
    rows = [line(*WILLOW, name, 3.3) for name in "甲乙丙"] + [("合计", None, None, 9.99)]
    assert told(tmp_path, *rows) == {}


def test_subtotals_below_their_rows(tmp_path: Path) -> None:
    rows = [
        line(*WILLOW, "东路", 2), line(*WILLOW, "南路", 3), ("小计", None, None, 5),
        line(*WHITE, "西路", 4), ("小计", None, None, 5), ("合计", None, None, 9),
    ]  # fmt: skip
    assert told(tmp_path, *rows) == {"D7": (5.0, 4.0)}


def test_subtotals_above_their_rows(tmp_path: Path) -> None:
    rows = [
        ("合计", None, None, 9), ("小计", None, None, 6), line(*WILLOW, "东路", 2), line(*WILLOW, "南路", 3),
        ("小计", None, None, 4), line(*WHITE, "西路", 4),
    ]  # fmt: skip
    assert told(tmp_path, *rows) == {"D4": (6.0, 5.0)}


def test_a_subtotal_named_after_a_township_stands_for_its_rows_wherever_it_is(tmp_path: Path) -> None:
    rows = [
        line(*WILLOW, "东路", 2), line(*WHITE, "西路", 4), line(*WILLOW, "南路", 3),
        ("清河镇小计", None, None, 5), ("白石乡小计", None, None, 7), ("总计", None, None, 9),
    ]  # fmt: skip
    assert told(tmp_path, *rows) == {"D7": (7.0, 4.0)}


def test_what_cannot_be_known_is_not_told(tmp_path: Path) -> None:
    rows = [
        line(*WILLOW, "东路", 2, None, 900), line(*WHITE, "西路", 4, None, 1100), ("本页合计", None, None, 3),
        line(*WILLOW, "南路", 3, None, 1000), ("累计", None, None, 8), ("平均", None, None, 5), ("合计", None, None, 9, None, 1000),
    ]  # fmt: skip
    assert told(tmp_path, *rows) == {}


def test_a_total_is_read_in_the_unit_of_its_column(tmp_path: Path) -> None:
    header = (*HEADER[:3], "里程（米）", *HEADER[4:])
    rows = [line(*WILLOW, "东路", 2000), line(*WHITE, "西路", 1500), ("合计", None, None, 4500)]
    assert told(tmp_path, *rows, header=header) == {"D5": (4.5, 3.5)}


def test_of_several_places_that_a_subtotal_names_the_narrowest_is_meant(tmp_path: Path) -> None:
    rows = [
        line("清河镇", "柳树村", "东路", 2), line("清河镇", "三村村", "南路", 3), ("清河镇", "三村村", "小计", 4),
        ("清河镇", "合计", None, 5),
    ]  # fmt: skip
    assert told(tmp_path, *rows) == {"D5": (4.0, 3.0)}


def test_a_named_subtotal_below_some_of_its_rows_may_stand_for_these(tmp_path: Path) -> None:
    rows = [
        line(*WILLOW, "东路", 2), ("清河镇小计", None, None, 3), line(*WILLOW, "南路", 3), ("清河镇小计", None, None, 4),
    ]  # fmt: skip
    assert told(tmp_path, *rows) == {}
