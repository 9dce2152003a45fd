"""The first sheet of a marked workbook: what became of the file, and every finding with a link to its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from expectations.rules import title_of
from expectations.slips.cells import text_cell
from expectations.slips.inside import EXCERPT_HEADING, EXCERPT_MARK, HEADER, HEADING, MARK, REPLY
from expectations.slips.marks import Place
from expectations.slips.runs import joined_runs
from expectations.slips.slip import Slip

if TYPE_CHECKING:
    import pandas as pd

_Locate = Callable[[Place], tuple[str, str] | None]

COVER = "回执"
MAX_LISTED = 2_000
FILLS = {"error": "FFFF9C9C", "warning": "FFFFEB84"}
_SHOWN = ("place", "severity", "word", "cell", "value", "message", "remedy", "rule")
_WIDTHS = (9, 17, 10, 18, 42, 34, 16)
"""Together what A4 across holds in letters that can be read."""
_GREY = "FF666666"
_PAPER = "FFFFFFFF"
_FONT = "微软雅黑"
_REPLY_HEIGHT = 26.0
_HOW = "红色单元格必须改正（{what}没有入库），黄色单元格已入库、请核对；鼠标移到有颜色的单元格上可看到说明。"
_RECHECKED = "红色单元格{what}现在暂不计入，黄色单元格已入库、请核对；鼠标移到有颜色的单元格上可看到说明。"
_WHOLE = "请把改好的完整表格放回原来的报送文件夹，系统以最后一次报送的为准。"
_ASKED = "请在下面黄色的格子里选一个答复，保存后把这份回执放回原来的报送文件夹，不必改文件名。"
_WHOLE_MEANT = "“整份替换”：以这份为准，少了的行不再计入。"
_KEEPS_MEANT = "“其余保留”：只改、补这份里有的行，原来的其余各行不动。"
_NOT_MEANT = "报错了的，不必答复。也可以请考核办确认。"
_EXCERPT = "这份摘录只供对照，不要报送；请在原文件里改正，把完整的原文件放回原来的报送文件夹。"


def write_cover(
    sheet: Any,
    slip: Slip,
    findings: pd.DataFrame,
    locate: _Locate,
    heading: str = HEADING,
    *,
    sheets: int = 2,
) -> None:
    """Fill an empty sheet, normal or write-only.

    Args:
        sheet: The worksheet.
        slip: What is answered.
        findings: From ``findings_frame``.
        locate: Where a place of the original now is, as (sheet title, coordinate); None where it is not shown.
        heading: What stands at the top.
        sheets: How many sheets the sender's workbook has; the name of an only one says nothing and takes room.
    """
    listed = findings.head(MAX_LISTED)
    what = "所在行" if slip.counted == "行" else "相应的数据"
    how = _HOW.format(what=what)
    after = _EXCERPT if heading == EXCERPT_HEADING else _WHOLE
    if slip.status == "rechecked":
        how, after = _RECHECKED.format(what=what), slip.remedy
    facts = slip.facts()
    if slip.status == "held":
        facts = _with_question(facts, replies_to(slip))
    if slip.status != "held" or len(findings):
        facts += [("怎么看", how), ("然后", after)]
        facts.append(("问题", _counts(findings, len(listed), slip.severity("error"))))
    header_row = len(facts) + 3
    _shape(sheet, header_row)
    _write_facts(sheet, heading, facts, replies_to(slip))
    if listed.empty:
        return
    if sheets == 1:
        listed = listed.assign(cell=listed["cell"].str.rpartition("!")[2])
    _write_findings(sheet, joined_runs(listed), header_row, locate)


def replies_to(slip: Slip) -> tuple[str, ...]:
    """What the sender of a held file may answer; of a report of nothing there is nothing to correct."""
    return ("整份替换", "其余保留") if slip.rows_in else ("整份替换",)


def _with_question(facts: Iterable[tuple[str, str]], replies: tuple[str, ...]) -> list[tuple[str, str]]:
    """The question stands below what it is about."""
    meant = [_WHOLE_MEANT, _KEEPS_MEANT][: len(replies)]
    told = [fact for fact in facts if fact[0] != "怎么办"]
    return [*told, ("怎么办", "\n".join([_ASKED, *meant, _NOT_MEANT])), (REPLY, "")]


def _ask(sheet: Any, cell: Any, row: int, replies: tuple[str, ...]) -> None:
    """Let the sender choose in a cell of column B."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.datavalidation import DataValidation

    line = Side(style="medium", color="FF7F6000")
    cell.fill = PatternFill("solid", fgColor=FILLS["warning"])
    cell.border = Border(left=line, right=line, top=line, bottom=line)
    cell.font, cell.alignment = Font(name=_FONT, size=12, bold=True), Alignment(vertical="center")
    choice = DataValidation(
        "list", formula1=f'"{",".join(replies)}"', allow_blank=True, showErrorMessage=False
    )
    choice.prompt, choice.promptTitle, choice.showInputMessage = (
        "请选一个：" + "、".join(replies),
        REPLY,
        True,
    )
    sheet.data_validations.append(choice)
    choice.add(f"B{row}")


def _write_facts(
    sheet: Any, heading: str, facts: Iterable[tuple[str, str]], replies: tuple[str, ...]
) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.cell_range import CellRange

    title = text_cell(sheet, heading)
    title.font = Font(name=_FONT, bold=True, size=16)
    sheet.append([title])
    for row, (label, text) in enumerate(facts, start=2):
        name, content = text_cell(sheet, label), text_cell(sheet, text)
        name.font = Font(name=_FONT, size=10, color=_GREY)
        content.font = Font(name=_FONT, size=10, bold=label == "结果")
        name.alignment = Alignment(vertical="top")
        content.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.merged_cells.ranges.add(CellRange(f"B{row}:G{row}"))
        sheet.row_dimensions[row].height = _height((text, sum(_WIDTHS[1:])))
        if label == REPLY:
            _ask(sheet, content, row, replies)
            sheet.row_dimensions[row].height = _REPLY_HEIGHT
        sheet.append([name, content])
    mark = text_cell(sheet, EXCERPT_MARK if heading == EXCERPT_HEADING else MARK)
    mark.font = Font(name=_FONT, size=8, color=_PAPER)
    sheet.append([mark])


def _write_findings(sheet: Any, listed: pd.DataFrame, header_row: int, locate: _Locate) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    header = [text_cell(sheet, name) for name in HEADER]
    for cell in header:
        cell.font, cell.fill = Font(name=_FONT, size=10, bold=True), PatternFill("solid", fgColor="FFE7E6E6")
    sheet.append(header)
    fills = {severity: PatternFill("solid", fgColor=color) for severity, color in FILLS.items()}
    text_font = Font(name=_FONT, size=10)
    link_font = Font(name=_FONT, size=10, color="FF0563C1", underline="single")
    wrapped = Alignment(horizontal="left", vertical="top", wrap_text=True)
    rule_font = Font(name=_FONT, size=8, color=_GREY)
    columns = (listed[name].tolist() for name in _SHOWN)
    for number, (place, severity, word, cell, *rest) in enumerate(zip(*columns, strict=True), start=1):
        value, message, remedy, rule = rest
        texts = (cell, word, value, message, remedy, shown_title(rule))
        row = [text_cell(sheet, each) for each in (number, *texts)]
        sheet.row_dimensions[header_row + number].height = _height(*zip(texts, _WIDTHS[1:], strict=True))
        for item in row:
            item.alignment, item.font = wrapped, text_font
        row[2].fill, row[-1].font = fills.get(severity, fills["warning"]), rule_font
        target = locate(place)
        if target is not None:
            _link(row[1], f"B{header_row + number}", target)
            row[1].font = link_font
        sheet.append(row)


def shown_title(rule: str) -> str:
    """A rule's Chinese name; a rule of the contract's own has none, and its sentence says what it wants."""
    title = title_of(rule)
    return "本台账的规则" if title == rule else title


def _height(*texts: tuple[str, float]) -> float:
    """Of a row in which every text is seen whole; spreadsheets do not find it out for merged cells."""
    lines = max(
        sum(-(-max(1, sum(1 + (char > "ÿ") for char in line)) // int(width - 1)) for line in text.split("\n"))
        for text, width in texts
    )
    return 15.0 * lines + 1


def _counts(findings: pd.DataFrame, listed: int, word: str) -> str:
    total, errors = len(findings), int((findings["severity"] == "error").sum())
    text = f"共 {total:,} 处：{word} {errors:,} 处，请核对 {total - errors:,} 处"
    return text if listed == total else f"{text}；下表列出前 {listed:,} 处"


def _shape(sheet: Any, header_row: int) -> None:
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5


def _link(cell: Any, own: str, target: tuple[str, str]) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    title, coordinate = target
    quoted = title.replace("'", "''")
    link = Hyperlink(ref=own, location=f"'{quoted}'!{coordinate}")
    cell.hyperlink = link
    # Setting a link on a cell that has no place yet gives it the wrong reference.
    link.ref = own
