"""``shiji cases``: what a person acts on, listed, shown and decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipelines.cli.common import Json, Problem, home_of, reading, show
from pipelines.cli.looking import Live, Release

_WORDS = {
    "编号": "case_id",
    "地区": "place",
    "月份": "months",
    "是什么事": "title",
    "把握": "sure",
    "关系到": "stake",
    "怎么办": "action",
    "问谁": "asked_of",
    "状态": "status_word",
}
_Status = Literal["open", "asked", "explained", "confirmed", "waived", "closed", "all"]
_Which = Annotated[str, typer.Argument(help="The case's id, or the beginning of it.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Cases: what is worth a visit, a call or a question, the most important first.",
        no_args_is_help=True,
    )
    group.command("list")(list_cases)
    group.command("show")(show_case)
    group.command()(decide)
    app.add_typer(group, name="cases")


def list_cases(
    context: typer.Context,
    county: Annotated[str | None, typer.Option(help="Only inside this region, by code or name.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only of this kind: overclaimed, households, repeated …")
    ] = None,
    status: Annotated[
        _Status | None, typer.Option(help="Only these; else what there is something to do about.")
    ] = None,
    min_certainty: Annotated[
        float, typer.Option(help="Only those at least so sure, 0 to 1.", min=0, max=1)
    ] = 0,
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.", min=0)] = 30,
    xlsx: Annotated[Path | None, typer.Option(help="Write all of it here, for Excel.")] = None,
    release: Release = None,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """List cases by importance (certainty × what is at stake), at most three of one county before the next.

    Examples: `shiji cases list` · `shiji cases list --county 禾渚县 --min-certainty 0.7` ·
    `shiji cases list --kind overclaimed --status all --json` · `shiji cases list --xlsx 案件.xlsx`
    """
    from pipelines.answers.cases import Wanted, cases_of
    from pipelines.answers.claims import NoSuchRegion
    from pipelines.home.site import Site

    site = Site(home_of(context))
    try:
        with reading(site, live=live, release=release) as connection:
            rows = cases_of(site, connection, Wanted(county, kind, status, min_certainty))
    except NoSuchRegion as error:
        raise Problem(str(error)) from error
    if xlsx is not None:
        _write(rows, xlsx)
        return
    if as_json:
        show(rows, (), as_json=True)
        return
    shown = rows[:limit] if limit else rows
    show([_shown(row) for row in shown], list(_WORDS), as_json=False)
    if len(shown) < len(rows):
        typer.echo(f"{len(rows)} 件中的前 {len(shown)} 件；全部：shiji cases list --limit 0")


def show_case(
    context: typer.Context, case: _Which, release: Release = None, live: Live = False, as_json: Json = False
) -> None:
    """Show one case whole: what speaks for and against it, what is at stake, what to ask, the rows, what was decided.

    Examples: `shiji cases show afa010abc8` · `shiji cases show afa0 --json`
    """
    from pipelines.answers.cases import NoSuchCase, case_of
    from pipelines.home.site import Site

    site = Site(home_of(context))
    try:
        with reading(site, live=live, release=release) as connection:
            found = case_of(site, connection, case)
    except NoSuchCase as error:
        raise Problem(str(error)) from error
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    for line in _lines(found):
        typer.echo(line)


def decide(
    context: typer.Context,
    case: _Which,
    status: Annotated[
        Literal["asked", "explained", "confirmed", "waived"],
        typer.Option("--as", help="What was decided.", show_default=False),
    ],
    reason: Annotated[
        str, typer.Option("--reason", help="Why, or what was answered; the audit log and the report keep it.")
    ],
) -> None:
    """Note what is decided about a case. It holds until the case's data change; then the case is open again.

    Examples: `shiji cases decide afa010abc8 --as asked --reason "已电话锦湾市，周五前回复"` ·
    `shiji cases decide afa0 --as waived --reason "区划调整，已核对"`
    """
    from pipelines.answers.cases import NoSuchCase, NotDecided
    from pipelines.answers.cases import decide as run
    from pipelines.home.site import Site

    site = Site(home_of(context))
    try:
        with reading(site) as connection:
            row = run(site, connection, case, status, reason)
    except (NoSuchCase, NotDecided) as error:
        raise Problem(str(error)) from error
    typer.echo(f"{row['case_id']} {row['reason']}")
    typer.echo("报告在下次装载后照此更新：shiji load")


def _months(row: Mapping[str, Any]) -> str:
    first, last = row["period_from"], row["period_to"]
    return str(first) if first == last else f"{first} 至 {last}"


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    full = {**row, "months": _months(row), "sure": f"{row['certainty']:.0%}", "stake": row["stake"] or "—"}
    return {word: full[name] for word, name in _WORDS.items()}


def _write(rows: list[dict[str, Any]], path: Path) -> None:
    import pyarrow as pa

    from warehouse.export import ExportError, write

    listed = [
        _shown(row)
        | {"要问的话": row["question"], "为什么": "\n".join(row["speaks_for"]), "处理": row["reason"]}
        for row in rows
    ]
    try:
        write(pa.Table.from_pylist(listed), path, "xlsx")
    except (ExportError, OSError) as error:
        raise Problem(f"not written: {error}") from error
    typer.echo(f"{len(rows)} 件写入 {path}")


def _lines(case: Mapping[str, Any]) -> list[str]:
    """A case in Chinese, line by line."""
    lines = [
        f"{case['place']} {_months(case)}（{case['case_id']}，{case['status_word']}）",
        case["title"],
        "",
        f"把握 {case['certainty']:.0%}，轻重 {case['importance']:.2f}；{case['stake'] or '关系到多少分、多少钱不详'}",
        f"{case['action']}，问{case['asked_of']}：{case['question']}",
        "",
        "为什么值得查",
        *(f"  · {text}" for text in case["speaks_for"]),
    ]
    if case["speaks_against"]:
        lines += ["什么说明可能没有问题", *(f"  · {text}" for text in case["speaks_against"])]
    if case["rows"]:
        lines += [f"涉及的行（{case['records_count']} 行，列出 {len(case['rows'])} 行）"]
        lines += [f"  {row['file']} {row['sheet']} 第 {row['row']} 行" for row in case["rows"]]
    elif case["files"]:
        lines += ["数在哪里"]
        lines += [
            f"  {row['file']} {row['sheet']} 第 {row['first']}—{row['last']} 行（{row['period']}，{row['records']} 条）"
            for row in case["files"]
        ]
    if case["decisions"]:
        lines += ["处理经过", *(f"  {text}" for text in case["decisions"])]
    elif case["status"] == "closed":
        lines += [f"了结：{case['reason']}"]
    return [*lines, "值得核查不等于弄虚作假，以核查结论为准。"]
