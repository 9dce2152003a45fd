"""The first sheet of a marked workbook: what became of the file, and every finding with a link to its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
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
_FROZEN = 260.0
"""Points that may stand still at the top of a sheet; the window of a small screen shows some 380."""
_ROOM = 8.0
_NO_BREAK = 0.8
"""Of a line of numbers of rows, how much is filled: spreadsheets break it at few places."""
_THREE = ((1, 3), (4, 4), (5, 6))
"""Columns, first and last, that stand three abreast: of much the same width."""
_HOVER = "；鼠标移到有颜色的单元格上可看到说明。"
_RED = "红色单元格必须改正（{what}没有入库），"
_HELD_RED = "红色单元格必须改正（{what}不能计入），"
_RECHECKED = "红色单元格{what}现在暂不计入，黄色单元格已入库、请核对" + _HOVER
_YELLOW = "黄色单元格已入库、请核对" + _HOVER
_HELD_YELLOW = "黄色单元格请核对" + _HOVER
_WHOLE = "请把改好的完整表格放回原来的报送文件夹，系统以最后一次报送的为准。"
_ONLY_IF_WRONG = "核对无误的，不必再报；有错的，" + _WHOLE
_BESIDES_ANSWER = "有颜色的单元格可以在这份回执里一起改好，再和答复一起保存、放回。"
_ASKED = "请在下面黄色的格子里选一个答复，保存后把这份回执放回原来的报送文件夹，不必改文件名。"
_WHOLE_MEANT = "“整份替换”：以这份为准，少了的行不再计入。"
_NIL_MEANT = "“整份替换”：按没有数据（0）计，原来的行不再计入。"
_KEEPS_MEANT = "“其余保留”：只改、补这份里有的行，原来的其余各行不动。"
_NOT_MEANT = "报错了的，不必答复，原来的数据继续有效。也可以请考核办确认。"
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
    facts = slip.facts()
    if slip.status == "held":
        facts = _with_question(facts, replies_to(slip))
    if len(findings):
        facts += _about_marks(slip, findings, len(listed), is_excerpt=heading == EXCERPT_HEADING)
    _shape(sheet)
    _write_facts(sheet, heading, facts, replies_to(slip))
    row = 1 + len(facts)
    for above, lines in slip.lists():
        row = _write_list(sheet, above, lines, row + 1)
    _sign(sheet, EXCERPT_MARK if heading == EXCERPT_HEADING else MARK)
    if listed.empty:
        return
    if sheets == 1:
        listed = listed.assign(cell=listed["cell"].str.rpartition("!")[2])
    _write_findings(sheet, joined_runs(listed), row + 2, locate)


def _about_marks(
    slip: Slip, findings: pd.DataFrame, listed: int, *, is_excerpt: bool
) -> list[tuple[str, str]]:
    """What the colours mean and what to do about them."""
    what = "所在行" if slip.counted == "行" else "相应的数据"
    has_errors, is_held = bool((findings["severity"] == "error").any()), slip.status == "held"
    how = (_HELD_RED if is_held else _RED) * has_errors + (_HELD_YELLOW if is_held else _YELLOW)
    then = _WHOLE if has_errors else _ONLY_IF_WRONG
    if is_excerpt:
        then = _EXCERPT
    elif is_held:
        then = _BESIDES_ANSWER
    if slip.status == "rechecked":
        how, then = _RECHECKED, slip.remedy
    counts = _counts(findings, listed, slip.severity("error"))
    return [("怎么看", how.format(what=what)), ("然后", then), ("问题", counts)]


def replies_to(slip: Slip) -> tuple[str, ...]:
    """What the sender of a held file may answer; of a report of nothing there is nothing to correct."""
    return ("整份替换", "其余保留") if slip.rows_in else ("整份替换",)


def _with_question(facts: Iterable[tuple[str, str]], replies: tuple[str, ...]) -> list[tuple[str, str]]:
    """The question stands below what it is about."""
    meant = [_WHOLE_MEANT, _KEEPS_MEANT] if len(replies) > 1 else [_NIL_MEANT]
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


def _write_list(sheet: Any, heading: str, lines: Sequence[str], row: int) -> int:
    """A heading across the sheet and, below it, three lines to a row; returns the last row."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.cell_range import CellRange

    above = text_cell(sheet, heading)
    above.font = Font(name=_FONT, size=10, bold=True)
    above.alignment = Alignment(vertical="bottom", wrap_text=True)
    sheet.merged_cells.ranges.add(CellRange(f"A{row}:G{row}"))
    sheet.row_dimensions[row].height = _height((heading, sum(_WIDTHS))) + _ROOM
    sheet.append([above])
    for three in _abreast(lines):
        row += 1
        cells: list[Any] = [None] * len(_WIDTHS)
        for text, (first, last) in zip(three, _THREE, strict=False):
            cells[first] = text_cell(sheet, text)
            cells[first].font = Font(name=_FONT, size=10)
            cells[first].alignment = Alignment(vertical="top", wrap_text=True)
            if first < last:
                sheet.merged_cells.ranges.add(CellRange(f"{'ABCDEFG'[first]}{row}:{'ABCDEFG'[last]}{row}"))
        widths = [_NO_BREAK * sum(_WIDTHS[first : last + 1]) for first, last in _THREE]
        sheet.row_dimensions[row].height = _height(*zip(three, widths, strict=False))
        sheet.append(cells)
    return row


def _abreast(lines: Sequence[str]) -> Iterator[tuple[str, ...]]:
    left = iter(lines)
    while three := tuple(islice(left, len(_THREE))):
        yield three


def _sign(sheet: Any, text: str) -> None:
    from openpyxl.styles import Font

    mark = text_cell(sheet, text)
    mark.font = Font(name=_FONT, size=8, color=_PAPER)
    sheet.append([mark])


def _write_findings(sheet: Any, listed: pd.DataFrame, header_row: int, locate: _Locate) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    _repeat_header(sheet, header_row)
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


def _shape(sheet: Any) -> None:
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5


def _repeat_header(sheet: Any, header_row: int) -> None:
    """On every page; on the screen it stays where what is above it leaves room to move below it."""
    sheet.print_title_rows = f"{header_row}:{header_row}"
    above = (sheet.row_dimensions[row].height or 15.0 for row in range(1, header_row + 1))
    if sum(above) <= _FROZEN:
        sheet.freeze_panes = f"A{header_row + 1}"


def _link(cell: Any, own: str, target: tuple[str, str]) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    title, coordinate = target
    quoted = title.replace("'", "''")
    link = Hyperlink(ref=own, location=f"'{quoted}'!{coordinate}")
    cell.hyperlink = link
    # Setting a link on a cell that has no place yet gives it the wrong reference.
    link.ref = own
