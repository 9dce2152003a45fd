"""The scores of one period as a workbook with live formulas: an auditor recalculates them in Excel without us.

Every sheet has the same rows (objectives) and columns (regions, group by group), so that a cell of one sheet is worked
out from the same cell of the others: 数值, 目标, 上年, 状态 and 方案分值 are numbers; 原始分, 实际分值, 得分 are formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any

from warehouse.assessment.groups import Region
from warehouse.assessment.model import Growth, Objective, Scheme
from warehouse.assessment.rules import Rule
from warehouse.assessment.rules.cells import Cells, written
from warehouse.assessment.score import Assessment
from warehouse.assessment.scored import Scored
from warehouse.indicators.model import Indicator

VALUES, TARGETS, BASES, STATUS, PLANNED = "数值", "目标", "上年同期", "状态", "方案分值"
CHANGES, LEVEL, GROWTH, FIRST, RAW = "增长", "水平分", "增长分", "初分", "原始分"
LEFT, WEIGHTS, POINTS = "维度余额", "实际分值", "得分"
_FIRST_ROW, _FIRST_COLUMN = 3, 5
_TITLES = ("维度", "指标", "代码", "计分规则")
_WIDTHS = (12, 28, 30, 24)


class WorkbookError(ValueError):
    """A scheme that formulas cannot say."""


@dataclass(frozen=True)
class _Place:
    """One objective of one region, where it stands on every sheet."""

    row: int
    column: str
    group: str

    def on(self, sheet: str) -> str:
        """Its cell on a sheet."""
        return f"{sheet}!{self.column}{self.row}"

    def beside(self, sheet: str) -> str:
        """The cells of its region group on a sheet."""
        first, last = self.group.split(":")
        return f"{sheet}!{first}{self.row}:{last}{self.row}"


def score_workbook(
    assessment: Assessment, period: str, indicators: Mapping[str, Indicator], note: str = ""
) -> bytes:
    """An xlsx of one period; formulas give the points of ``assessment`` again.

    Args:
        assessment: What came of a scheme; where quarters count for the year, the year's own points are recalculated.
        period: Of which.
        indicators: By id: titles, and which values are better.
        note: Shown below the title of every sheet.

    Raises:
        WorkbookError: Formulas cannot say what the scheme does.
    """
    return _Book(assessment, period, indicators, note).made()


class _Book:
    def __init__(
        self, assessment: Assessment, period: str, indicators: Mapping[str, Indicator], note: str
    ) -> None:
        from openpyxl import Workbook

        self._scheme, self._indicators = assessment.scheme, indicators
        order = {group.id: at for at, group in enumerate(self._scheme.groups)}
        self._regions = sorted(assessment.regions, key=lambda region: (order[region.group], region.code))
        rows = [one for one in assessment.scored if one.period == period]
        self._own = {(one.region.code, one.objective): one for one in rows if one.part == "objective"}
        self._items = [one for one in rows if one.part != "objective"]
        self._heading = f"{self._scheme.title}　{period}" + (f"　{note}" if note else "")
        self._book = Workbook()
        self._book.remove(self._book.worksheets[0])

    def made(self) -> bytes:
        """The workbook's bytes."""
        self._numbers(VALUES, lambda one: one.value if one.status == "scored" else None)
        self._numbers(TARGETS, lambda one: one.target)
        self._numbers(BASES, lambda one: one.base)
        self._numbers(STATUS, lambda one: one.status)
        self._numbers(PLANNED, lambda one: one.planned)
        self._formulas(CHANGES, self._change)
        self._formulas(LEVEL, self._level)
        self._formulas(GROWTH, self._growth)
        self._formulas(FIRST, _first)
        self._formulas(RAW, self._raw)
        self._formulas(LEFT, self._left)
        self._formulas(WEIGHTS, self._weight)
        self._formulas(POINTS, self._points)
        self._totals()
        into = BytesIO()
        self._book.move_sheet(POINTS, -(len(self._book.sheetnames) - 1))
        self._book.active = 0
        self._book.save(into)
        return into.getvalue()

    def _sheet(self, title: str) -> Any:
        from openpyxl.styles import Alignment, Font
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = self._book.create_sheet(title)
        sheet["A1"], sheet["A1"].font = f"{self._heading}　{title}", Font(bold=True, size=12)
        for at, text in enumerate((*_TITLES, *(region.name for region in self._regions)), start=1):
            cell = sheet.cell(_FIRST_ROW - 1, at, text)
            cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center", wrap_text=True)
        for at, width in enumerate(_WIDTHS):
            sheet.column_dimensions["ABCD"[at]].width = width
        for row, objective in enumerate(self._scheme.objectives, start=_FIRST_ROW):
            known = self._indicators[objective.indicator]
            texts = (known.dimension, known.title, objective.name, _rule(objective))
            for at, text in enumerate(texts, start=1):
                sheet.cell(row, at, text)
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.freeze_panes = sheet.cell(_FIRST_ROW, _FIRST_COLUMN)
        return sheet

    def _numbers(self, title: str, of: Callable[[Scored], Fraction | str | None]) -> None:
        sheet = self._sheet(title)
        for row, column, objective, region in self._cells():
            one = self._own.get((region.code, objective.name))
            value = None if one is None else of(one)
            sheet.cell(row, column, float(value) if isinstance(value, Fraction) else value)

    def _formulas(self, title: str, of: Callable[[Objective, _Place], str]) -> None:
        sheet = self._sheet(title)
        for row, column, objective, region in self._cells():
            if (region.code, objective.name) in self._own:
                formula = of(objective, _Place(row, _letter(column), self._span(region.group)))
                cell = sheet.cell(row, column, f"={formula}" if formula else None)
                cell.number_format = "0.0000"

    def _cells(self) -> list[tuple[int, int, Objective, Region]]:
        return [
            (row, column, objective, region)
            for row, objective in enumerate(self._scheme.objectives, start=_FIRST_ROW)
            for column, region in enumerate(self._regions, start=_FIRST_COLUMN)
        ]

    def _span(self, group: str) -> str:
        """First and last column of a region group."""
        own = [
            column
            for column, region in enumerate(self._regions, start=_FIRST_COLUMN)
            if region.group == group
        ]
        return f"{_letter(own[0])}:{_letter(own[-1])}"

    def _change(self, objective: Objective, at: _Place) -> str:
        if objective.growth is None:
            return ""
        value, base = at.on(VALUES), at.on(BASES)
        if objective.growth.change == "absolute":
            return f'IF(OR({value}="",{base}=""),"",{value}-{base})'
        return f'IF(OR({value}="",{base}="",{base}=0),"",({value}-{base})*100/ABS({base}))'

    def _level(self, objective: Objective, at: _Place) -> str:
        return f'IF({at.on(VALUES)}="","",{self._by(objective.rule, objective, at, VALUES)})'

    def _growth(self, objective: Objective, at: _Place) -> str:
        if objective.growth is None:
            return ""
        return f'IF({at.on(CHANGES)}="","",{self._by(objective.growth.rule, objective, at, CHANGES)})'

    def _by(self, rule: Rule, objective: Objective, at: _Place, values: str) -> str:
        target = at.on(TARGETS) if values == VALUES else _growth_target(objective.growth, at)
        direction = self._indicators[objective.indicator].direction
        cells = Cells(at.on(values), target, at.on(BASES), at.on(PLANNED), at.beside(values), direction)
        return rule.formula(cells)

    def _raw(self, objective: Objective, at: _Place) -> str:
        first = at.on(FIRST)
        if objective.then is None:
            return f'IF({first}="","",{first})'
        cells = Cells(first, '""', '""', at.on(PLANNED), at.beside(FIRST), "higher")
        return f'IF({first}="","",{objective.then.formula(cells)})'

    def _moves(self, at: _Place) -> str:
        """A condition: the weight goes to others."""
        sign, status = ("<>", "scored") if self._gives_weights_away else ("=", "not_applicable")
        return f'{at.on(STATUS)}{sign}"{status}"'

    @property
    def _gives_weights_away(self) -> bool:
        return self._scheme.without_data == "redistribute"

    def _column(self, sheet: str, at: _Place) -> str:
        last = _FIRST_ROW + len(self._scheme.objectives) - 1
        return f"{sheet}!{at.column}${_FIRST_ROW}:{at.column}${last}"

    def _dimension(self) -> str:
        last = _FIRST_ROW + len(self._scheme.objectives) - 1
        return f"{PLANNED}!$A${_FIRST_ROW}:$A${last}"

    def _left(self, _objective: Objective, at: _Place) -> str:
        """What remains of the weight of its dimension."""
        sign, kept = ("=", "scored") if self._gives_weights_away else ("<>", "not_applicable")
        status = f'({self._column(STATUS, at)}{sign}"{kept}")'
        return f"SUMPRODUCT(({self._dimension()}={PLANNED}!$A{at.row})*{status}*{self._column(PLANNED, at)})"

    def _weight(self, _objective: Objective, at: _Place) -> str:
        planned = self._column(PLANNED, at)
        whole = f"SUMPRODUCT(({self._dimension()}={PLANNED}!$A{at.row})*{planned})"
        kept = f"SUMPRODUCT(({self._column(LEFT, at)}>0)*{planned})"
        weight = f"{at.on(PLANNED)}*{whole}/{at.on(LEFT)}*SUM({planned})/{kept}"
        return f"IF({self._moves(at)},0,IF({at.on(LEFT)}=0,0,{weight}))"

    def _points(self, _objective: Objective, at: _Place) -> str:
        missing = "0" if self._scheme.without_data == "zero" else '""'
        otherwise = f'IF({self._moves(at)},"",{missing})'
        return f"IF(ISNUMBER({at.on(RAW)}),{at.on(WEIGHTS)}*{at.on(RAW)}/100,{otherwise})"

    def _totals(self) -> None:
        from openpyxl.styles import Font

        sheet, row = self._book[POINTS], _FIRST_ROW + len(self._scheme.objectives)
        last = row - 1
        besides: dict[str, list[str]] = {}
        for item in dict.fromkeys(one.objective for one in self._items if one.part != "veto"):
            own = {one.region.code: one for one in self._items if one.objective == item}
            sheet.cell(row, 1, _PARTS[next(iter(own.values())).part])
            sheet.cell(row, 2, _item_title(self._scheme, item))
            sheet.cell(row, 3, item)
            for column, region in enumerate(self._regions, start=_FIRST_COLUMN):
                if region.code in own:
                    one = own[region.code]
                    sheet.cell(row, column, float(one.points or 0))
                    besides.setdefault(f"{region.code} {one.part}", []).append(f"{_letter(column)}{row}")
            row += 1
        sheet.cell(row, 2, "总分").font = Font(bold=True)
        for column, region in enumerate(self._regions, start=_FIRST_COLUMN):
            taken = "+".join(besides.get(f"{region.code} deduction", ["0"]))
            given = "+".join(besides.get(f"{region.code} bonus", ["0"]))
            letter = _letter(column)
            total = f"SUM({letter}{_FIRST_ROW}:{letter}{last})+{taken}+MIN({given},{written(self._scheme.bonus_cap)})"
            limits = [
                written(one.target)
                for one in self._items
                if one.part == "veto" and one.region.code == region.code and one.target is not None
            ]
            cell = sheet.cell(row, column, f"=MIN({','.join([f'MAX(0,{total})', *limits])})")
            cell.font, cell.number_format = Font(bold=True), "0.0000"


_PARTS = {"deduction": "扣分", "bonus": "加分", "veto": "否决"}


def _first(objective: Objective, at: _Place) -> str:
    """Level and growth together."""
    level, growth = at.on(LEVEL), at.on(GROWTH)
    if objective.growth is None:
        return f'IF({level}="","",{level})'
    share = written(objective.growth.share / 100)
    return f'IF(OR({level}="",{growth}=""),"",{level}*(1-{share})+{growth}*{share})'


def _growth_target(growth: Growth | None, at: _Place) -> str:
    """The target of a change.

    Raises:
        WorkbookError: It differs by group or region, for which there is no cell: the formula would say otherwise than we do.
    """
    if growth is None or growth.target is None:
        return '""'
    if growth.target.value is None or growth.target.regions:
        raise WorkbookError("a growth target that is not one number cannot be written as a formula yet")
    return written(growth.target.value)


def _rule(objective: Objective) -> str:
    grown = "" if objective.growth is None else f" + 增长 {float(objective.growth.share):g}%"
    then = "" if objective.then is None else f" → {_name(objective.then)}"
    return _name(objective.rule) + grown + then


def _name(rule: Rule) -> str:
    return str(rule.model_dump()["name"])


def _item_title(scheme: Scheme, item: str) -> str:
    titles = {one.id: one.title for one in (*scheme.deductions, *scheme.bonus)}
    return titles[item]


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))
