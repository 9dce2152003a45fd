"""The first sheet of a marked workbook: what became of the file, and every finding with a link to its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from expectations.slips.cells import text_cell
from expectations.slips.marks import Place
from expectations.slips.slip import SEVERITY_WORDS, Slip

if TYPE_CHECKING:
    import pandas as pd

_Locate = Callable[[Place], tuple[str, str] | None]

COVER = "回执"
HEADING = "实绩 · 报送回执"
EXCERPT_HEADING = HEADING + "摘录"
"""Over a slip that holds only the rows with findings."""
MAX_LISTED = 2_000
FILLS = {"error": "FFFF9C9C", "warning": "FFFFEB84"}
_HEADER = ("序号", "位置", "程度", "单元格内容", "问题", "怎么改", "规则")
_SHOWN = ("place", "severity", "cell", "value", "message", "remedy", "rule")
_WIDTHS = (8, 20, 11, 24, 48, 48, 22)
_GREY = "FF666666"
_FONT = "微软雅黑"
_HOW = "红色单元格必须改正（{what}没有入库），黄色单元格已入库、请核对；鼠标移到有颜色的单元格上可看到说明。请把改好的完整表格放回原来的报送文件夹，系统以最后一次报送的为准。"


def is_cover(sheet: str, titles: Sequence[str]) -> bool:
    """Whether a sheet handed in is the cover of one of our own slips: no data of the sender's.

    Args:
        sheet: Its name; in an archive of workbooks with the workbook's before it.
        titles: The texts above its table.
    """
    return sheet.rpartition("/")[2].startswith(COVER) and any(title.startswith(HEADING) for title in titles)


def is_excerpt(titles: Sequence[str]) -> bool:
    """Whether a cover says that its workbook holds only the rows with findings."""
    return any(title.startswith(EXCERPT_HEADING) for title in titles)


def write_cover(
    sheet: Any, slip: Slip, findings: pd.DataFrame, locate: _Locate, heading: str = HEADING
) -> None:
    """Fill an empty sheet, normal or write-only.

    Args:
        sheet: The worksheet.
        slip: What is answered.
        findings: From ``findings_frame``.
        locate: Where a place of the original now is, as (sheet title, coordinate); None where it is not shown.
        heading: What stands at the top.
    """
    listed = findings.head(MAX_LISTED)
    what = "所在行" if slip.counted == "行" else "相应的数据"
    facts = [*slip.facts(), ("怎么看", _HOW.format(what=what)), ("问题", _counts(findings, len(listed)))]
    header_row = len(facts) + 3
    _shape(sheet, header_row)
    _write_facts(sheet, heading, facts)
    _write_findings(sheet, listed, header_row, locate)


def _write_facts(sheet: Any, heading: str, facts: Iterable[tuple[str, str]]) -> None:
    from openpyxl.styles import Font

    title = text_cell(sheet, heading)
    title.font = Font(name=_FONT, bold=True, size=16)
    sheet.append([title])
    for label, text in facts:
        name, content = text_cell(sheet, label), text_cell(sheet, text)
        name.font = Font(name=_FONT, size=10, color=_GREY)
        content.font = Font(name=_FONT, size=10, bold=label == "结果")
        sheet.append([name, content])
    sheet.append([])


def _write_findings(sheet: Any, listed: pd.DataFrame, header_row: int, locate: _Locate) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    header = [text_cell(sheet, name) for name in _HEADER]
    for cell in header:
        cell.font, cell.fill = Font(name=_FONT, size=10, bold=True), PatternFill("solid", fgColor="FFE7E6E6")
    sheet.append(header)
    fills = {severity: PatternFill("solid", fgColor=color) for severity, color in FILLS.items()}
    text_font = Font(name=_FONT, size=10)
    link_font = Font(name=_FONT, size=10, color="FF0563C1", underline="single")
    wrapped = Alignment(horizontal="left", vertical="top", wrap_text=True)
    rule_font = Font(name=_FONT, size=8, color=_GREY)
    if listed["sheet"].nunique() == 1:
        # The name of the only sheet says nothing and hides the coordinate in a narrow column.
        listed = listed.assign(cell=listed["cell"].str.rpartition("!")[2])
    columns = (listed[name].tolist() for name in _SHOWN)
    for number, (place, severity, *texts) in enumerate(zip(*columns, strict=True), start=1):
        cell, *rest = texts
        values = (number, cell, SEVERITY_WORDS.get(severity, severity), *rest)
        row = [text_cell(sheet, value) for value in values]
        for item in row:
            item.alignment, item.font = wrapped, text_font
        row[2].fill, row[-1].font = fills.get(severity, fills["warning"]), rule_font
        target = locate(place)
        if target is not None:
            _link(row[1], f"B{header_row + number}", target)
            row[1].font = link_font
        sheet.append(row)


def _counts(findings: pd.DataFrame, listed: int) -> str:
    total, errors = len(findings), int((findings["severity"] == "error").sum())
    text = f"共 {total:,} 处：必须改正 {errors:,} 处，请核对 {total - errors:,} 处"
    return text if listed == total else f"{text}；下表列出前 {listed:,} 处"


def _shape(sheet: Any, header_row: int) -> None:
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _link(cell: Any, own: str, target: tuple[str, str]) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    title, coordinate = target
    quoted = title.replace("'", "''")
    link = Hyperlink(ref=own, location=f"'{quoted}'!{coordinate}")
    cell.hyperlink = link
    # Setting a link on a cell that has no place yet gives it the wrong reference.
    link.ref = own
