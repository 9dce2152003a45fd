"""``shiji query``, ``status``, ``findings``, ``trace``, ``releases``: asking the warehouse and the ledger."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipelines.cli.common import SHANGHAI, Json, Problem, home_of, show

Format = Literal["table", "csv", "json", "parquet", "xlsx"]
AsOf = Annotated[
    str | None, typer.Option(help="As it was at this time, Shanghai: 2025-06-30 or 2025-06-30T08:00.")
]
Release = Annotated[str | None, typer.Option(help="As it was released under this name.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (query, status, findings, trace):
        app.command()(command)
    group = typer.Typer(help="Frozen, named states of the warehouse.", no_args_is_help=True)
    group.command("list")(list_releases)
    group.command("freeze")(freeze_release)
    app.add_typer(group, name="release")


def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="One SELECT; DuckDB's dialect.")],
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the answer.")] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here instead of to the screen.")
    ] = None,
    as_of: AsOf = None,
    release: Release = None,
    as_json: Json = False,
) -> None:
    """Ask the warehouse.

    Examples: `shiji query "select * from observations limit 5"` · `shiji query "from findings" -f xlsx -o findings.xlsx` ·
    `shiji query "select count(*) from toilet_ledger" --as-of 2025-06-30`
    """
    from pipelines.site import Site
    from warehouse.export import write
    from warehouse.query import QueryError, select
    from warehouse.release import ReleaseError

    form = "json" if as_json else form
    try:
        with Site(home_of(context)).connect(as_of=_moment(as_of), release=release) as connection:
            rows = select(connection, sql)
    except (QueryError, ReleaseError) as error:
        raise Problem(str(error)) from error
    if form == "table" and output is None:
        show(rows.to_pylist(), rows.column_names, as_json=False)
        return
    if output is None and form in ("parquet", "xlsx"):
        raise Problem(f"{form} is not for the screen; say where: --output answer.{form}")
    if output is None:
        _print(rows, form)
        return
    write(rows, output, "csv" if form == "table" else form)
    typer.echo(f"{rows.num_rows:,} rows in {output}")


def _print(rows: Any, form: str) -> None:
    from warehouse.export import to_csv, to_json

    data: bytes = to_json(rows) if form == "json" else to_csv(rows)
    typer.echo(data.decode("utf-8-sig"), nl=False)


def _moment(text: str | None) -> dt.datetime | None:
    """A time as typed: a day means its end, because what came in on that day counts."""
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"--as-of {text!r} is no time; write 2025-06-30 or 2025-06-30T08:00") from error
    if len(text) == len("2025-06-30"):
        moment += dt.timedelta(days=1, microseconds=-1)
    return moment.replace(tzinfo=moment.tzinfo or SHANGHAI).astimezone(dt.UTC)


def status(
    context: typer.Context,
    department: Annotated[str | None, typer.Option(help="Only this department.")] = None,
    refused: Annotated[
        bool, typer.Option("--refused", help="Only what was refused, with the reason.")
    ] = False,
    submissions: Annotated[
        bool, typer.Option("--submissions", help="Every submission instead of counts.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Who has handed in what: accepted, partly, refused, late, waiting.

    Examples: `shiji status` · `shiji status --refused` · `shiji status --department road --submissions --json`
    """
    from pipelines.site import Site

    site = Site(home_of(context))
    rows = [
        row
        for row in site.ledger.submissions().to_pylist()
        if (not refused or row["status"] == "refused") and (not department or row["department"] == department)
    ]
    if refused:
        show(rows, ("sender_path", "received_at", "reason", "remedy"), as_json=as_json, title="Refused")
    elif submissions:
        columns = (
            "submission_id",
            "dataset",
            "period",
            "sender_path",
            "status",
            "rows_recorded",
            "rows_quarantined",
        )
        show(rows, columns, as_json=as_json, title="Submissions")
    else:
        _show_counts(site, rows, department, as_json)


def _show_counts(site: Any, rows: list[dict[str, Any]], department: str | None, as_json: bool) -> None:
    from pipelines.overview import count_submissions

    counts = count_submissions(site, rows, department)
    columns = (
        "department",
        "dataset",
        "accepted",
        "partial",
        "refused",
        "repeat",
        "superseded",
        "late",
        "not_handed_in",
        "last_period",
    )
    show(counts, columns, as_json=as_json, title="Submissions by dataset")
    waiting = sum(row["status"] == "received" for row in rows)
    unrouted = sum(row["status"] == "refused" for row in rows)
    if not as_json and (waiting or unrouted):
        typer.echo(f"{waiting} received and not yet read, {unrouted} refused: shiji status --refused")


def findings(
    context: typer.Context,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
    period: Annotated[str | None, typer.Option(help="Only this month.")] = None,
    severity: Annotated[Literal["error", "warning"] | None, typer.Option(help="Only these.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.", min=0)] = 50,
    as_json: Json = False,
) -> None:
    """List quality problems with their cells.

    Example: `shiji findings --dataset toilet_ledger --severity error`
    """
    from pipelines.site import Site

    wanted = {"dataset": dataset, "period": period, "severity": severity}
    given = {name: value for name, value in wanted.items() if value}
    where = " and ".join(f"{name} = ${name}" for name in given) or "true"
    with Site(home_of(context)).connect() as connection:
        count = connection.execute(f"select count(*) from findings where {where}", given).fetchall()[0][0]  # noqa: S608 - fixed names
        rows = connection.sql(
            f"select * from findings where {where} order by dataset, period, submission_id, sheet, row, rule"  # noqa: S608
            + (f" limit {limit}" if limit else ""),
            params=given,
        ).to_arrow_table()
    columns = ("dataset", "period", "cell", "rule", "severity", "value", "message", "status")
    show(rows.to_pylist(), columns, as_json=as_json)
    if not as_json and count > rows.num_rows:
        typer.echo(f"{rows.num_rows} of {count:,}; all of them: shiji findings --limit 0")


def trace(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(help="Indicator, such as sanitary_toilet_rate.")],
    region: Annotated[str, typer.Argument(help="Region code, 12 digits.")],
    period: Annotated[str, typer.Argument(help="Month 2025-06 or year 2025.")],
    limit: Annotated[int, typer.Option(help="At most so many rows.", min=1)] = 30,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say where a number comes from: submissions, files, sheets, rows.

    Example: `shiji trace sanitary_toilet_rate 990121000000 2025-06`
    """
    from pipelines.site import Site
    from pipelines.tracing import trace_observation

    site = Site(home_of(context))
    if indicator not in site.indicators:
        raise Problem(f"no indicator {indicator}; there are: {', '.join(site.indicators)}")
    found = trace_observation(site, indicator, region, period, limit=limit, as_of=_moment(as_of))
    if not found.observation:
        raise Problem(
            f"no observation of {indicator} for {region} in {period}; "
            f"ask shiji query for the region_code and period of its observations"
        )
    if as_json:
        typer.echo(json.dumps(found.plain(), ensure_ascii=False, indent=2, default=str))
        return
    show(
        found.observation,
        (
            "indicator",
            "period",
            "numerator",
            "denominator",
            "value",
            "unit",
            "evidence",
            "records",
            "coverage",
        ),
        as_json=False,
    )
    columns = ("dataset", "period", "region_code", "file_name", "sheet", "row", "cells", "submission_id")
    ranges = [row | {"cells": _range(row["cells"])} for row in found.rows]
    show(ranges, columns, as_json=False, title="Behind it")
    typer.echo(f"{len(found.rows)} of {found.total:,} records from {found.submissions:,} submissions")


def _range(cells: dict[str, str]) -> str:
    """The first and last cell of a record; --json names every one."""
    inside = sorted(cells.values(), key=lambda cell: (len(cell), cell))
    return f"{inside[0]}:{inside[-1]}" if inside else ""


def list_releases(context: typer.Context, as_json: Json = False) -> None:
    """List releases, the newest last.

    Example: `shiji release list --json`
    """
    from pipelines.site import Site
    from warehouse.release import releases

    made = releases(Site(home_of(context)).store)
    rows = [
        {"release": r.name, "created_at": r.created_at, "tables": len(r.versions), "note": r.note}
        for r in made
    ]
    show(rows, ("release", "created_at", "tables", "note"), as_json=as_json)


def freeze_release(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name that is not taken: '2025 annual, final'.")],
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Freeze the present state under a name, after the audit gate.

    Example: `shiji release freeze "2025 annual, draft" --note "for the meeting of 12 January"`
    """
    from pipelines.release import gate
    from pipelines.site import Site
    from warehouse.release import ReleaseError, freeze

    site = Site(home_of(context))
    if problems := gate(site):
        raise Problem("not frozen; run shiji load first. " + "; ".join(problems))
    try:
        made = freeze(site.store, name, note=note)
    except ReleaseError as error:
        raise Problem(str(error)) from error
    typer.echo(
        f"{made.name}: {len(made.versions)} tables. Read it with: shiji query --release {made.name!r} …"
    )
