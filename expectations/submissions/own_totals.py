"""A ledger's own totals against its rows: what the sheet says in 合计 and 小计, and what its rows come to.

The rows of the sender count, good or not. Nothing is taken for wrong that could be right under another reading of the
layout: a total is told only where one set of rows is meant and no set that it may stand for comes to it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import Any
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.grid import column_letter
from expectations.conform import Conformed
from expectations.conform.columns import conform_column, read_unit
from expectations.conform.name_forms import match_forms
from expectations.contracts.model import Column, Contract
from expectations.forms.check import CHECKS
from expectations.submissions.sums import Rows, Sums

_WORD = re.compile(r"(?:合计|小计|总计|共计|总合计)(?:数|[(][^()]{0,8}[)])?:?$")
_GRAND = re.compile(
    r"^(?:合计|总计|共计|总合计|[全本]?(?:省|市|县|区|镇|乡|村|街道)?(?:合计|总计))(?:数|[(][^()]{0,8}[)])?:?$"
)
_SUB = re.compile(r"^小计(?:数|[(][^()]{0,8}[)])?:?$")
_OTHER = re.compile(r"累计|页|平均|均值|占|比|其中|上[年期月]|同期|增|减|计划|目标|差")
_NO_SUM = re.compile(r"率|比例|比重|占比|人均|户均|亩均|平均|均价|单价|单产|年龄|年度|年份")
_COUNTED = re.compile(r"(?:数|额|量|面积|里程|人口|金|款)$")
_DIGITS = re.compile(r"\d+(?:\.(?!\d{3}$)\d+)?", re.ASCII)
"""Numbers that are read the same whatever stands beside them; what a point before three digits is, the column tells."""
_PLACES = ("county_name", "township_name", "village_name")
_SHOWN = 15
"""Digits that are sure in a float."""


def own_totals(
    tables: Sequence[Conformed], contract: Contract, periods: Mapping[str, str | None]
) -> pa.Table:
    """Every figure of a total row that its rows can be held against.

    Args:
        tables: The tables of one submission.
        contract: Their contract, a ledger's.
        periods: The month of each sheet.

    Returns:
        Rows of ``CHECKS`` without a region: a total may stand for any set of rows.
    """
    if contract.form is not None:
        return CHECKS.empty_table()
    ledgers = [_Ledger(table, contract) for table in tables]
    found = [
        {**row, "period": periods.get(ledger.table.extract.sheet)}
        for ledger in ledgers
        for row in _of_table(ledger, ledgers)
    ]
    return pa.Table.from_pylist(found, schema=CHECKS)


def _of_table(ledger: _Ledger, every: Sequence[_Ledger]) -> Iterator[dict[str, Any]]:
    totals = ledger.totals
    if all(total.meant is None for total in totals):
        return
    for column, printed in ledger.printed():
        for total, figure in zip(totals, printed, strict=True):
            check = _check(ledger, column, total, figure, every) if figure is not None else None
            if check is not None:
                yield check


@dataclass(frozen=True)
class _Figure:
    """A number of a total row, in the contract's unit.

    Attributes:
        value: The number.
        decimals: Digits that it is printed with behind the point.
        step: What one printed unit is in the contract's.
    """

    value: float
    decimals: int
    step: float


@dataclass(frozen=True)
class _Total:
    """A total row.

    Attributes:
        at: Its place among the total rows.
        row: As the spreadsheet numbers it.
        label: What it calls itself.
        meant: The rows it stands for, None where that cannot be known.
        others: Further sets of rows that it may stand for.
    """

    at: int
    row: int
    label: str
    meant: Rows | None
    others: tuple[Rows, ...]


class _Ledger:
    """One table and its total rows."""

    def __init__(self, table: Conformed, contract: Contract) -> None:
        self.table, self.contract = table, contract
        self.rows = table.extract.rows.to_numpy()
        self.sums = Sums(table)

    @cached_property
    def summed(self) -> list[Column]:
        """Columns that a total adds up."""
        return [one for name in self.table.columns if _adds_up(one := self.contract.by_name[name])]

    @cached_property
    def totals(self) -> list[_Total]:
        """The total rows that say which rows they add up, or may."""
        labels = [_label(self.table, at) for at in range(len(self.table.extract.table.total_rows))]
        rows = [row + 1 for row in self.table.extract.table.total_rows]
        layout = _Layout(self, rows, labels)
        return [total for at in range(len(rows)) if (total := layout.total(at)) is not None]

    def printed(self) -> Iterator[tuple[Column, list[_Figure | None]]]:
        """The columns, each with the figures of the total rows."""
        read: dict[str, list[_Figure | None]] = {}
        for columns in self._alike():
            figures = self._figures(columns)
            size = len(figures) // len(columns)
            read |= {one.name: figures[n * size : (n + 1) * size] for n, one in enumerate(columns)}
        for column in self.summed:
            yield column, [read[column.name][total.at] for total in self.totals]

    def _alike(self) -> Iterable[list[Column]]:
        """Columns whose totals are read together: of one unit, where each is read the same by itself."""
        found: dict[object, list[Column]] = defaultdict(list)
        for column in self.summed:
            texts = self.table.extract.totals[str(self.table.columns[column.name])].to_pylist()
            is_plain = all(text is None or _DIGITS.fullmatch(text) for text in texts)
            unit = self._units.get(self.table.columns[column.name])
            found[(column.type, column.unit, unit) if is_plain else column.name].append(column)
        return found.values()

    def _figures(self, columns: Sequence[Column]) -> list[_Figure | None]:
        """The figures of columns that are alike, under one another."""
        extract, first = self.table.extract, columns[0]
        cells = [extract.totals[str(self.table.columns[one.name])] for one in columns]
        raw = pa.chunked_array([chunk for one in cells for chunk in one.chunks], pa.string())
        unit = self._units.get(self.table.columns[first.name])
        texts, parsed, _ = conform_column(raw, first, unit, extract.titles, None)
        values = texts.spread(parsed.values).to_pylist()
        factor = float(read_unit(first, unit, extract.titles).scale.factor)
        return [_figure(text, value, factor) for text, value in zip(raw.to_pylist(), values, strict=True)]

    @cached_property
    def _units(self) -> Mapping[int, str | None]:
        """By column of the grid, the unit that its header prints."""
        return {one.index: one.unit for one in self.table.extract.table.columns}


def _adds_up(column: Column) -> bool:
    if (
        column.type not in ("number", "integer")
        or column.key
        or column.kind
        or column.role
        or column.value_aliases
    ):
        return False
    if (
        _NO_SUM.search(column.title)
        or (column.unit or "") in ("%", "‰", "岁", "度", "分钟")
        or "/" in (column.unit or "")
    ):
        return False
    return bool(column.unit) or bool(_COUNTED.search(column.title))


def _label(table: Conformed, at: int) -> tuple[str, ...]:
    """The texts of a total row, left to right, that are no figures."""
    totals = table.extract.totals
    cells = [totals[str(column.index)][at].as_py() for column in table.extract.table.columns]
    texts = [re.sub(r"\s+", "", normalize("NFKC", cell)) for cell in cells if cell]
    return tuple(text for text in texts if not re.fullmatch(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?%?", text))


def _figure(text: str | None, value: float | None, factor: float) -> _Figure | None:
    if text is None or value is None:
        return None
    digits = re.search(r"\.(\d+)", text)
    step = factor * (10_000 if "万" in text else 100_000_000 if "亿" in text else 1)
    return _Figure(float(value), len(digits[1]) if digits else 0, step)


class _Layout:
    """Which rows the total rows of a table stand for."""

    def __init__(self, ledger: _Ledger, rows: Sequence[int], labels: Sequence[tuple[str, ...]]) -> None:
        self._rows, self._labels, self._body = list(rows), list(labels), ledger.rows
        frame = ledger.table.frame
        self._names = [
            frame[one.name] for role in _PLACES if (one := ledger.contract.with_role(role)) is not None
        ]
        subs = [
            row
            for row, label in zip(rows, labels, strict=True)
            if any(map(_SUB.match, label[:3])) or self._place(label)
        ]
        self._is_below = bool(subs) and not (self._body < min(subs)).any()
        self._is_above = not subs or not (self._body > max(subs)).any()

    def total(self, at: int) -> _Total | None:
        """The total of a row; None where it is no sum of rows."""
        label = self._labels[at]
        named = next((text for text in label[:3] if _WORD.search(text)), "")
        if not named or any(_OTHER.search(text) for text in label):
            return None
        row = self._rows[at]
        above, below = self._since(at), self._until(at)
        everything = np.ones(len(self._body), dtype=bool)
        others = [above, below, everything, self._body < row, self._body > row]
        if place := self._place(label):
            of_place = self._of(place)
            others += [of_place]
            # Rows beside it that are some of that place's only: it may stand for these, as on each of several pages.
            parts = [near for near in (above, below) if near.any() and (of_place & near).sum() == near.sum()]
            meant = of_place if all((near == of_place).all() for near in parts) else None
        elif any(map(_SUB.match, label[:3])):
            meant = below if self._is_below and not self._is_above else above if self._is_above else None
            meant = meant if meant is not None and meant.any() else None
        else:
            is_end = not (self._body > row).any() or not (self._body < row).any()
            alone = sum(any(map(_GRAND.match, one[:3])) for one in self._labels) == 1
            meant = everything if is_end and alone else None
        return _Total(at, row, named, meant, tuple(one for one in others if one.any()))

    def _since(self, at: int) -> Rows:
        start = max(list(self._rows[:at]), default=0)
        between: Rows = (self._body > start) & (self._body < self._rows[at])
        return between

    def _until(self, at: int) -> Rows:
        end = min(list(self._rows[at + 1 :]), default=np.iinfo(np.int64).max)
        between: Rows = (self._body > self._rows[at]) & (self._body < end)
        return between

    def _place(self, label: tuple[str, ...]) -> str:
        """The narrowest place that a total row is named after, ``""`` for none that its rows know."""
        named = {name: int(self._of(name).sum()) for text in label[:3] if (name := _WORD.sub("", text))}
        known = [name for name, rows in named.items() if rows]
        return min(known, key=lambda name: named[name], default="")

    def _of(self, name: str) -> Rows:
        """Rows of a place, by the name of the lowest level that has one."""
        forms = set(match_forms(name))
        for names in reversed(self._names):
            known = {each for each in names.dropna().unique() if forms.intersection(match_forms(each)[:1])}
            if known:
                found: Rows = names.isin(known).to_numpy()
                return found
        return np.zeros(len(self._body), dtype=bool)


def _check(
    ledger: _Ledger, column: Column, total: _Total, figure: _Figure, every: Sequence[_Ledger]
) -> dict[str, Any] | None:
    """One figure against its rows; None where it cannot be said."""
    meant = None if total.meant is None else ledger.sums.of(column.name, total.meant)
    if meant is None or total.meant is None:
        return None
    rows = int(total.meant.sum())
    agrees = any(
        _agrees(figure, each, ledger, column, rows) for each in _may_be(meant, ledger, column, total, every)
    )
    at = ledger.table.columns[column.name]
    extract = ledger.table.extract
    return {
        "reconciliation": f"ledger_total:{extract.sheet}:{total.row}:{column.name}",
        "left_value": figure.value, "operator": "=", "right_value": meant, "gap": figure.value - meant, "agrees": agrees,
        "instruction": _said(total, column, figure, meant, rows), "importance": "medium",
        "sheet": extract.sheet, "cell": f"{column_letter(at)}{total.row}",
    }  # fmt: skip


def _may_be(
    meant: float, ledger: _Ledger, column: Column, total: _Total, every: Sequence[_Ledger]
) -> Iterator[float]:
    """What a total may stand for, the likeliest first: the rows it means, others of its table, those of all tables."""
    yield meant
    yield from (each for rows in total.others if (each := ledger.sums.of(column.name, rows)) is not None)
    yield fsum(each for one in every if (each := one.sums.whole(column.name)) is not None)


def _agrees(figure: _Figure, summed: float, ledger: _Ledger, column: Column, rows: int) -> bool:
    gap = abs(figure.value - summed)
    exact = 10.0 ** -(_SHOWN - 3) * max(1.0, abs(summed))
    if gap <= exact + 0.5 * 10.0**-figure.decimals * figure.step:
        return True
    shown = _decimals(ledger.table, column)
    if not 0 < shown < figure.decimals:
        return False
    # The rows were rounded and the total was not.
    return bool(gap <= 0.5 * 10.0**-shown * figure.step * min(float(rows), 2.0 * float(rows) ** 0.5) + exact)


def _decimals(table: Conformed, column: Column) -> int:
    raw = table.extract.cells[str(table.columns[column.name])]
    digits = pc.extract_regex(raw.combine_chunks(), r"\.(?P<digits>\d+)")
    longest = pc.max(pc.utf8_length(pc.struct_field(digits, "digits"))).as_py()
    return int(longest or 0)


def _said(total: _Total, column: Column, figure: _Figure, meant: float, rows: int) -> str:
    unit = column.unit or ""
    more = "多" if figure.value > meant else "少"
    gap = _number(abs(figure.value - meant))
    return (
        f"第{total.row}行“{total.label}”的「{column.title}」写的是{_number(figure.value)}{unit}，"
        f"表中{rows}行相加是{_number(meant)}{unit}，合计{more}{gap}{unit}。"
    )


def _number(value: float) -> str:
    return f"{np.round(value, 6):.12g}"
