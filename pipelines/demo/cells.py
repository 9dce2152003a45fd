"""One value as an office writes it: units, separators, digits, dates, and the column's title."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from unicodedata import normalize

from expectations.contracts.model import Column
from pipelines.demo.habits import Habit
from warehouse.frequency import Frequency

Cell = str | int | float | dt.date | None

SCALES: dict[str, tuple[str, float]] = {
    "亩": ("公顷", 15.0),
    "元": ("万元", 10_000.0),
    "公斤": ("吨", 1_000.0),
    "公里": ("米", 0.001),
}
"""Another unit an amount is met in, and how many of the contract's unit one of it is."""

_MONTHS: tuple[Callable[[str], str], ...] = (
    lambda period: f"{int(period[:4])}年{int(period[5:])}月",
    lambda period: f"{int(period[:4])}年{int(period[5:])}月份",
    lambda period: f"{period[:4]}.{int(period[5:])}",
    lambda period: period,
)
_QUARTERS: tuple[Callable[[str], str], ...] = (
    lambda period: f"{period[:4]}年第{'一二三四'[int(period[5:]) // 3 - 1]}季度",
    lambda period: f"{period[:4]}年{int(period[5:]) // 3}季度",
    lambda period: f"{int(period[:4])}年{int(period[5:])}月",
    lambda period: f"{period[:4]}Q{int(period[5:]) // 3}",
)

AMOUNTS = frozenset({*SCALES, "户", "人", "个"})
"""Units of what is counted or measured and adds up."""

_UNIT_STYLES = ("{title}（{unit}）", "{title}({unit})", "{title}（单位：{unit}）")
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
_DATES: dict[str, Callable[[dt.date], Cell]] = {
    "cell": lambda day: day,
    "iso": lambda day: day.isoformat(),
    "dots": lambda day: f"{day.year}.{day.month}.{day.day}",
    "chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "slash": lambda day: f"{day.year}/{day.month}/{day.day}",
    "compact": lambda day: f"{day:%Y%m%d}",
}


def periods_written(frequency: Frequency, style: int) -> Callable[[str], str]:
    """How an office writes the period of a dataset: 2025年6月, 2025.6, 2025年第二季度, 2025年春季学期, 2025年度.

    Args:
        frequency: Of the dataset.
        style: 0 to 3.
    """
    if frequency == "monthly":
        return _MONTHS[style]
    if frequency == "quarterly":
        return _QUARTERS[style]
    if frequency == "termly":
        return lambda period: f"{period[:4]}年{'春' if int(period[5:]) < 8 else '秋'}季学期"
    return lambda period: f"{period[:4]}年{'度' if style % 2 else ''}"


def header_text(column: Column, habit: Habit) -> str:
    """The title an office prints over a column, with the unit where there is one."""
    title = column.title
    if habit.aliases and column.aliases:
        title = column.aliases[(habit.order + len(column.name)) % len(column.aliases)]
    unit = written_unit(column, habit)
    if not unit or f"({unit})" in normalize("NFKC", title):
        return title
    return _UNIT_STYLES[habit.unit_style].format(title=title, unit=unit)


def written_unit(column: Column, habit: Habit) -> str:
    """The unit an office writes a column in."""
    if habit.scaled and column.type == "number" and column.unit in SCALES and column.kind != "chainage":
        return SCALES[column.unit][0]
    return column.unit


def cell_writer(column: Column, habit: Habit) -> Callable[[object], Cell]:
    """How an office turns a true value of one column into a cell; missing values become its blank."""
    # A dash stands where a figure or a choice is asked for; free text is simply left empty.
    free = column.type == "string" and not (column.enum or column.kind or column.role)
    blank = None if free else habit.blank or None
    write = _writer(column, habit)

    def one(value: object) -> Cell:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return blank
        return write(value)

    return one


def _writer(column: Column, habit: Habit) -> Callable[[object], Cell]:
    if column.type == "date":
        style = _DATES[habit.dates]
        return lambda value: style(value) if isinstance(value, dt.date) else str(value)
    if column.type == "boolean":
        return lambda value: "是" if value else "否"
    if column.type in ("number", "integer"):
        return _number_writer(column, habit)
    return str


def _number_writer(column: Column, habit: Habit) -> Callable[[object], Cell]:
    scale = SCALES[column.unit][1] if written_unit(column, habit) != column.unit else 1.0

    def number(value: object) -> int | float:
        if not isinstance(value, int | float):
            raise TypeError(f"{column.name}: {value!r} is not a number")
        if scale == 1.0:
            return int(value) if column.type == "integer" else value
        return round(value / scale, 8)

    if column.unit not in AMOUNTS:
        return number
    if habit.full_width:
        return lambda value: str(number(value)).translate(_FULL_WIDTH)
    if habit.thousands:
        return lambda value: format(number(value), ",") if number(value) >= 1000 else number(value)
    return number
