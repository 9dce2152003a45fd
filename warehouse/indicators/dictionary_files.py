"""The dictionary of indicators as a page and as a workbook; what it says is ``dictionary``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import groupby
from math import ceil
from typing import Any

from warehouse.export import places
from warehouse.indicators.dictionary import TITLES, Entry

_SHORT = ("id", "title", "unit", "direction", "target", "evidence", "inputs")
"""Fields of the list over each dimension."""
_LONG = tuple(name for name in TITLES if name not in ("dimension", "id", "title"))
_INTRODUCTION = """# 指标字典

共 {count} 项指标。每项的定义、公式、来源、汇总方式和依据如下；数值由系统按这里的语句逐条台账计算。
本页由 `shiji indicators dictionary` 从定义文件生成，改定义请改 `warehouse/indicators/definitions/` 或 `config/indicators/` 中的文件。

证据等级：A 经独立来源或实地核查印证，B 部门台账逐条记录，C 部门汇总数，D 被考核单位自报；取所用数据中最弱的一级。
目标一栏：“—”是没有目标，“0”是目标为零，“不适用”是不考核该地区；没有数据的地区没有数值，三者不同。
"""


def to_markdown(entries: Sequence[Entry]) -> str:
    """One page: for each dimension a list, then every indicator with its statements."""
    return "\n".join([_INTRODUCTION.format(count=len(entries)), *_dimensions(entries)])


def _dimensions(entries: Sequence[Entry]) -> Iterator[str]:
    for dimension, group in groupby(entries, key=lambda one: one.dimension):
        own = list(group)
        yield f"## {dimension}\n"
        yield "| " + " | ".join(TITLES[name] for name in _SHORT) + " |"
        yield "|" + "---|" * len(_SHORT)
        for one in own:
            cells = [f"`{one.id}`", *(_cell(getattr(one, name)) for name in _SHORT[1:])]
            yield f"| {' | '.join(cells)} |"
        yield ""
        for one in own:
            yield from _described(one)


def _described(one: Entry) -> Iterator[str]:
    yield f"### {one.title} `{one.id}`\n"
    yield from (f"- **{TITLES[name]}**：{getattr(one, name)}" for name in _LONG)
    yield ""
    for side, sql in one.statements.items():
        yield f"```sql\n-- {side}\n{sql.strip()}\n```\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_WIDTHS: Mapping[str, int] = {
    "dimension": 9,
    "id": 22,
    "title": 15,
    "unit": 8,
    "direction": 9,
    "target": 7,
    "description": 32,
    "formula": 17,
    "denominator_source": 16,
    "inputs": 15,
    "department": 10,
    "frequency": 13,
    "evidence": 9,
    "additivity": 18,
    "over_time": 10,
    "valid_range": 9,
    "source": 22,
    "since": 9,
}
_SQL_WIDTHS = (34, 32, 8, 110)
_LINE_POINTS = 17
_PAPER_A3 = 8


def to_xlsx(entries: Sequence[Entry]) -> bytes:
    """A workbook: 指标字典 has a row for each indicator, 计算语句 its SQL; both are laid out for landscape A3."""
    from openpyxl import Workbook

    book = Workbook()
    words = book.worksheets[0]
    words.title = "指标字典"
    rows = [[getattr(one, name) for name in TITLES] for one in entries]
    _fill(words, f"指标字典　共 {len(entries)} 项", list(TITLES.values()), rows, list(_WIDTHS.values()), "D3")
    statements = [
        [one.id, one.title, side, sql.strip()] for one in entries for side, sql in one.statements.items()
    ]
    _fill(
        book.create_sheet("计算语句"),
        "计算语句（SQL）",
        ["代码", "名称", "部分", "语句"],
        statements,
        _SQL_WIDTHS,
        "A3",
    )
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def _fill(
    sheet: Any,
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    frozen: str,
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    line = Side(style="thin", color="BFBFBF")
    border, top = Border(line, line, line, line), Alignment(vertical="top", wrap_text=True)
    sheet["A1"], sheet["A1"].font = title, Font(bold=True, size=14)
    for at, values in enumerate([head, *rows], start=2):
        for place, value in enumerate(values, start=1):
            cell = sheet.cell(at, place, value)
            cell.data_type, cell.border, cell.alignment = "s", border, top
            if at == 2:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E7E6E6")
        lines = max(_lines(value, width) for value, width in zip(values, widths, strict=True))
        sheet.row_dimensions[at].height = _LINE_POINTS * lines + 2
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(head))}{len(rows) + 2}"
    _set_page(sheet)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a cell; no program makes rows higher by itself when it opens a file."""
    return sum(max(1, ceil(places(line) / (width - 1))) for line in text.split("\n"))


def _set_page(sheet: Any) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _PAPER_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "2:2"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


FILES: Mapping[str, Callable[[Sequence[Entry]], bytes]] = {
    ".md": lambda entries: to_markdown(entries).encode("utf-8"),
    ".xlsx": to_xlsx,
}
"""By the ending of a file's name, how the dictionary is written into it."""
