"""``shiji inspect``: how a file is read, drawn for an engineer and for a clerk on the phone; nothing is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.errors import Refused
from pipelines.cli.common import Problem, console_of

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from expectations.inspection.model import (
        Checked,
        Dataset,
        Inspection,
        Rule,
        SheetFacts,
        TableFacts,
        Verdict,
    )

_COLUMNS = 12
_RULES = 8
_WRONG = 5
_ACROSS = 8
"""How much is drawn without ``--full``: columns, rules, wrong results, columns of the preview."""
_PARTS = (
    ("title", "标题"), ("header", "表头"), ("body", "数据"), ("total", "合计"), ("section", "小标题"), ("note", "说明"),
)  # fmt: skip
_KINDS = {
    "xlsx": "Excel 工作簿", "xlsb": "Excel 二进制工作簿", "xls": "Excel 97-2003 工作簿", "ods": "ODS 表格", "zip": "压缩包",
    "html": "网页存成的表格", "xml": "XML 表格", "text": "文本（CSV）",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(inspect)


def inspect(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="Any file a department might hand in.", exists=True, dir_okay=False)
    ],
    sheet: Annotated[str | None, typer.Option(help="Only this sheet.")] = None,
    judge: Annotated[
        bool,
        typer.Option(
            "--judge", help="Also judge every row as a load would, by the home's regions and contracts."
        ),
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="All columns and rules, not the first ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a drawing.")] = False,
) -> None:
    """Show how a file is read, and what a load would make of it: sheets, tables, units, rules, what was not understood.

    Needs no home and records nothing; private values are masked.

    Examples: `shiji inspect 年报.xls --sheet 农业生产条件` · `shiji inspect 改厕台账.xlsx --judge`
    """
    from expectations.inspection.inspect import NoSuchSheet, inspect_file
    from pipelines.answers.inspecting import known_of

    try:
        found = inspect_file(
            file, context.obj.contracts, only=sheet, known=known_of(context.obj, judge=judge)
        )
    except NoSuchSheet as error:
        raise Problem(str(error)) from error
    except Refused as error:
        if not as_json:
            raise
        refused = {
            "file": file.name,
            "refused": {"code": error.code, "message": error.message, "remedy": error.remedy},
        }
        typer.echo(json.dumps(refused, ensure_ascii=False, indent=2))
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    _draw(found, full=full)


def _draw(found: Inspection, *, full: bool) -> None:
    from rich.text import Text

    console = console_of(160)
    size = f"{found.size / 1024:,.0f} KB" if found.size < 1 << 20 else f"{found.size / (1 << 20):,.1f} MB"
    console.print(
        Text(found.file, "bold"),
        Text(f"{_KINDS.get(found.kind, found.kind)} · {size} · {len(found.sheets)} 个工作表"),
    )
    for note in found.notes:
        console.print(Text(f"提示：{note}", "yellow"))
    for verdict in found.verdicts:
        for line in _verdict(verdict):
            console.print(line)
    for number, sheet in enumerate(found.sheets, 1):
        _draw_sheet(console, sheet, f"{number}/{len(found.sheets)}", full)


def _verdict(one: Verdict) -> Iterator[RenderableType]:
    from rich.text import Text

    folder = f"放进 {one.department} 文件夹" if one.department else "放进哪个部门的文件夹都"
    if one.code:
        yield Text(f"{folder}会被退回：{one.reason}{one.remedy}", "red")
        return
    period = one.period or "各行自己写明的期"
    judged = (
        ""
        if one.recorded is None
        else f"，{one.recorded} 行（格）合格，{one.rows - one.recorded} 行（格）有错"
    )
    yield Text(
        f"{folder}会作为《{one.title}》（{one.dataset}）{period} 读入 {one.rows} 行（格）{judged}", "green"
    )
    for sheet, why in one.left:
        yield Text(f"  工作表“{sheet}”里有一张表不读入：{why}", "yellow")
    for rule, count in one.rules:
        yield Text(f"  {rule}：{count} 处", "yellow")
    for note in one.notes:
        yield Text(f"  说明：{note}", "dim")


def _draw_sheet(console: Console, sheet: SheetFacts, number: str, full: bool) -> None:
    from rich.rule import Rule as Line
    from rich.text import Text

    hidden = "（隐藏）" if sheet.hidden else ""
    console.print(
        Line(
            Text(f"{number} {sheet.name}{hidden} · {sheet.rows} 行 × {sheet.columns} 列", "bold cyan"),
            align="left",
        )
    )
    for note in sheet.notes:
        console.print(Text(f"提示：{note}", "yellow"))
    if not sheet.rows:
        console.print(Text("没有读到内容" if sheet.notes else "空工作表", "dim"))
    for place, table in enumerate(sheet.tables, 1):
        console.print(Text(f"表{place}：{table.title or '（没有标题）'}", "bold"))
        for drawn in _table(table, full):
            console.print(drawn)
    if sheet.form:
        way = "列是指标" if sheet.form.indicators == "columns" else "行是指标"
        console.print(
            f"统计报表（{way}）：{sheet.form.codes} 个代码 · {sheet.form.regions} 个填报单位或行 · {sheet.form.cells} 个填有内容的单元格"
        )
        for dataset, title, department in sheet.form.datasets:
            console.print(Text(f"放进 {department} 文件夹会作为《{title}》（{dataset}）逐格入库", "green"))
    for text in (*_rules(sheet.rules, full), *_checked(sheet.checked, full)):
        console.print(text)
    for unclear in sheet.not_understood:
        console.print(Text(f"没有看懂：{unclear}", "yellow"))


def _table(table: TableFacts, full: bool) -> Iterator[RenderableType]:
    from rich.text import Text

    counts = (
        f"{title} {rows.count} 行（第 {rows.where} 行）"
        for part, title in _PARTS
        if (rows := table.rows[part]).count
    )
    yield Text("  " + " · ".join(counts))
    yield _columns(table, full)
    if table.first_rows:
        yield _preview(table, full)
    elif not table.rows["body"].count:
        yield Text("  没有数据行（空白表）", "dim")
    yield from map(_dataset, table.datasets)
    if not table.datasets:
        yield Text("  不是任何一种已有的台账", "dim")


def _columns(table: TableFacts, full: bool) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    shown = table.columns if full else table.columns[:_COLUMNS]
    drawn = Table("列", "名称", "单位", "代码", box=None, padding=(0, 2), header_style="dim")
    for column in shown:
        drawn.add_row(
            column.column, Text(" / ".join(column.path)), Text(column.unit or ""), Text(column.code or "")
        )
    if len(shown) < len(table.columns):
        drawn.add_row("…", f"还有 {len(table.columns) - len(shown)} 列（--full 全部列出）")
    return drawn


def _preview(table: TableFacts, full: bool) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    columns = table.columns if full else table.columns[:_ACROSS]
    drawn = Table("行", *(column.column for column in columns), padding=(0, 1), header_style="dim")
    for row, cells in table.first_rows:
        drawn.add_row(str(row), *(Text(_short(cell)) for cell in cells[: len(columns)]))
    return drawn


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 14 else f"{text[:13]}…"


def _dataset(found: Dataset) -> RenderableType:
    from rich.text import Text

    name = f"《{found.title}》（{found.department}/{found.dataset}）"
    guessed = f"；猜测的列名：{'、'.join(found.guessed)}" if found.guessed else ""
    unused = f"；用不上的列：{_some(found.unused)}" if found.unused else ""
    if found.fits:
        return Text(f"  归入{name}{guessed}{unused}", "green")
    missing = f"，缺少：{_some(found.missing)}" if found.missing else ""
    return Text(f"  不符合任何一种台账，最接近{name}{missing}{unused}", "yellow")


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:_RULES]) + (f" 等{len(names)}列" if len(names) > _RULES else "")


def _rules(rules: Sequence[Rule], full: bool) -> Iterator[RenderableType]:
    from rich.text import Text

    if not rules:
        return
    parsed = [rule for rule in rules if rule.relation]
    shown = parsed if full else parsed[:_RULES]
    more = " …" if len(shown) < len(parsed) else ""
    yield Text(
        f"表上印的关系 {len(rules)} 条，能执行 {len(parsed)} 条：{'；'.join(str(rule.relation) for rule in shown)}{more}"
    )
    for rule in rules:
        if rule.reason:
            yield Text(f"  第 {rule.row} 行“{rule.text}”不能执行：{rule.reason}", "yellow")


def _checked(checked: Checked, full: bool) -> Iterator[RenderableType]:
    from rich.text import Text

    if not checked.agree + checked.differ + checked.unknown:
        return
    yield Text(
        f"核对关系、合计和小标题的个数：{checked.agree} 处相符，{checked.differ} 处不符，{checked.unknown} 处缺数不能核对"
    )
    shown = checked.wrong if full else checked.wrong[:_WRONG]
    for wrong in shown:
        yield Text(f"  {wrong}", "red")
    if len(shown) < len(checked.wrong):
        yield Text(f"  还有 {len(checked.wrong) - len(shown)} 处（--full 全部列出）", "dim")
