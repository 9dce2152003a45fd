"""Laying the forms of a yearbook out as statistical offices print them: codes, units, totals first, rules in the footer.

Ledgers are ``layouts``; which figures there are is ``datasets.statistics``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from expectations.contracts.model import Column
from pipelines.demo.cells import Cell, cell_writer, written_unit
from pipelines.demo.datasets.statistics import GENERAL, GRAIN, LAST_YEAR, TOTAL
from pipelines.demo.habits import Habit
from pipelines.demo.layouts import TOWNSHIP, Heading, Page, Place

_GRAIN_NOTES = (
    "注：薯类按鲜薯填报；单产由总产量除以播种面积得出，不相加。",
    "审核关系：01=04+07+10+13+16；02=05+08+11+14+17；01≥04",
)
_GENERAL_NOTES = ("平衡关系：02=03+04；01≥05；02≥06；02＞01",)


@dataclass(frozen=True)
class _Form:
    """A sheet, and the zero-based row of each of its records: a filled cell that is no total."""

    page: Page
    records: list[int]


def lay_out_forms(frame: pd.DataFrame, habit: Habit, heading: Heading) -> tuple[list[Page], Place]:
    """Lay a county's yearbook out.

    Args:
        frame: The county's row and its towns, of ``datasets.statistics``.
        habit: How the office writes.
        heading: What stands over and under the forms.

    Returns:
        The sheets, and where the records stand, form by form and row by row.
    """
    forms = [_general(frame, habit, heading), _grain(frame, habit, heading)]
    sheets = [form.page.name for form in forms for _ in form.records]
    rows = [row + 1 for form in forms for row in form.records]
    cover = [Page("封面", [["农村统计年报"], ["（演示数据）"], [heading.office]])] if habit.note_sheet else []
    return [*cover, *(form.page for form in forms)], Place(sheets, rows, {})


def _grain(frame: pd.DataFrame, habit: Habit, heading: Heading) -> _Form:
    """Towns down, indicators across."""
    columns = [column for columns in GRAIN.values() for column in columns]
    page = _begun("粮食作物生产情况", "演农年03表", 2 + len(columns), heading)
    _put_heads(page)
    page.rows.extend(
        [
            ["项    目", "--", *(column.title for column in columns)],
            ["计量单位", "--", *(written_unit(column, habit) for column in columns)],
            ["汇总代码", "--", *_codes(len(columns))],
        ]
    )
    written = [_cells(frame[column.name], column, habit) for column in columns]
    records = []
    for place, (town, *cells) in enumerate(zip(frame[TOWNSHIP], *written, strict=True)):
        if town != TOTAL:
            records += [len(page.rows)] * _filled(cells)
        page.rows.append([town, f"{place:02d}", *cells])
    _put_footer(page, _GRAIN_NOTES, habit, heading)
    return _Form(page, records)


def _put_heads(page: Page) -> None:
    heads: list[Cell] = ["指标名称", "编号"]
    for head, columns in GRAIN.items():
        last = len(heads) + len(columns) - 1
        page.merges.append((len(page.rows), len(heads), len(page.rows), last))
        heads += [head, *[None] * (len(columns) - 1)]
    page.rows.append(heads)


def _general(frame: pd.DataFrame, habit: Habit, heading: Heading) -> _Form:
    """Indicators down; across them the towns, or the county's figures of both years."""
    heads = [str(town) for town in frame[TOWNSHIP]] if habit.across else ["本年", "上年"]
    page = _begun("农村基本情况", "演农年01表", 3 + len(heads), heading)
    page.rows.extend(
        [
            ["指标名称", "计量单位", "代码", *heads],
            ["甲", "乙", "丙", *range(1, len(heads) + 1)],
        ]
    )
    records = []
    for column, code in zip(GENERAL, _codes(len(GENERAL)), strict=True):
        cells = _across(frame, column, habit)
        records += [len(page.rows)] * _filled(cells[habit.across :])
        page.rows.append([column.title, column.unit, code, *cells])
    _put_footer(page, _GENERAL_NOTES, habit, heading)
    return _Form(page, records)


def _across(frame: pd.DataFrame, column: Column, habit: Habit) -> list[Cell]:
    if habit.across:
        return _cells(frame[column.name], column, habit)
    county = frame.loc[frame[TOWNSHIP] == TOTAL, [column.name, f"{column.name}{LAST_YEAR}"]]
    return _cells(county.iloc[0], column, habit)


def _cells(values: pd.Series, column: Column, habit: Habit) -> list[Cell]:
    return list(map(cell_writer(column, habit), values.tolist()))


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell not in (None, "—", "/") for cell in cells)


def _codes(count: int) -> list[str]:
    return [f"{code:02d}" for code in range(1, count + 1)]


def _begun(name: str, number: str, width: int, heading: Heading) -> Page:
    """A sheet with its title, its number and who fills it in."""
    page = Page(name, [])
    _put_line(page, f"{name}（演示数据）", width)
    aside: list[Cell] = [None] * (width - 1)
    page.rows.extend(
        [
            [*aside, f"表    号：{number}"],
            [*aside, "制表机关：市统计局"],
        ]
    )
    _put_line(page, f"综合机关名称：{heading.office}农业农村局          {heading.period[:4]}年", width)
    return page


def _put_footer(page: Page, notes: Sequence[str], habit: Habit, heading: Heading) -> None:
    width = max(map(len, page.rows))
    for note in notes:
        _put_line(page, note, width)
    if habit.footer:
        _put_line(page, f"单位负责人：局长    填表人：经办员    报出日期：{heading.signed}", width)


def _put_line(page: Page, text: str, width: int) -> None:
    """A text over the whole width."""
    page.merges.append((len(page.rows), 0, len(page.rows), width - 1))
    page.rows.append([text, *[None] * (width - 1)])
