"""``shiji query``, ``findings``, ``trace``: asking the warehouse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipelines.cli.common import Json, Problem, home_of, moment, reading, show

Format = Literal["table", "csv", "json", "parquet", "xlsx"]
AsOf = Annotated[
    str | None, typer.Option(help="As it was at this time, Shanghai: 2025-06-30 or 2025-06-30T08:00.")
]
Release = Annotated[str | None, typer.Option(help="As it was released under this name.")]
Live = Annotated[
    bool,
    typer.Option(
        "--live", help="The tables as they are, instead of the last release: a load may be at work."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (query, findings, trace):
        app.command()(command)


def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="One SELECT; DuckDB's dialect.")],
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the answer.")] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here instead of to the screen.")
    ] = None,
    as_of: AsOf = None,
    release: Release = None,
    timeout: Annotated[
        float | None,
        typer.Option(help="Stop after so many seconds; else sql_seconds of the settings.", min=0.1),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Leave texts in CSV that Excel would run as formulas as they are.")
    ] = False,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """Ask the warehouse as last released. A question reads its tables and nothing else.

    Examples: `shiji query "select * from observations limit 5"` · `shiji query "from findings" -f xlsx -o findings.xlsx` ·
    `shiji query "select count(*) from toilet_ledger" --as-of 2025-06-30`
    """
    from pipelines.home.site import Site
    from warehouse.guard import QueryError
    from warehouse.query import select

    form = "json" if as_json else form
    try:
        with reading(Site(home_of(context)), live=live, as_of=moment(as_of), release=release) as connection:
            rows = select(connection, sql, seconds=timeout)
    except QueryError as error:
        raise Problem(str(error)) from error
    if output is None:
        _print(rows, form, raw=raw)
    else:
        _write(rows, output, form, raw=raw)


def _write(rows: Any, output: Path, form: str, *, raw: bool) -> None:
    from warehouse.export import ExportError, write

    try:
        write(rows, output, "csv" if form == "table" else form, raw=raw)
    except (ExportError, OSError) as error:
        raise Problem(f"not written: {error}") from error
    typer.echo(f"{rows.num_rows:,} rows in {output}")


def _print(rows: Any, form: str, *, raw: bool) -> None:
    from warehouse.export import to_csv, to_json

    if form == "table":
        show(rows.to_pylist(), rows.column_names, as_json=False)
        return
    if form in ("parquet", "xlsx"):
        raise Problem(f"{form} is not for the screen; say where: --output answer.{form}")
    data: bytes = to_json(rows) if form == "json" else to_csv(rows, raw=raw)
    typer.echo(data.decode("utf-8-sig"), nl=False)


def findings(
    context: typer.Context,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
    period: Annotated[str | None, typer.Option(help="Only this month.")] = None,
    severity: Annotated[Literal["error", "warning"] | None, typer.Option(help="Only these.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.", min=0)] = 50,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """List quality problems with their cells.

    Example: `shiji findings --dataset toilet_ledger --severity error`
    """
    from pipelines.home.site import Site
    from warehouse.places import with_places

    wanted = {"dataset": dataset, "period": period, "severity": severity}
    given = {name: value for name, value in wanted.items() if value}
    where = " and ".join(f"{name} = ${name}" for name in given) or "true"
    with reading(Site(home_of(context)), live=live) as connection:
        count = connection.execute(f"select count(*) from findings where {where}", given).fetchall()[0][0]  # noqa: S608 - fixed names
        rows = (
            connection.sql(
                f"select * from findings where {where} order by dataset, period, submission_id, sheet, row, rule"  # noqa: S608
                + (f" limit {limit}" if limit else ""),
                params=given,
            )
            .to_arrow_table()
            .to_pylist()
        )
        shown = rows if as_json else with_places(connection, rows)
    columns = ("dataset", "period", "region", "cell", "rule", "severity", "value", "message", "status")
    show(shown, columns, as_json=as_json)
    if not as_json and count > len(rows):
        typer.echo(f"{len(rows)} of {count:,}; all of them: shiji findings --limit 0")


_OBSERVATION = (
    "indicator", "region", "period", "numerator", "denominator", "value", "unit", "evidence", "records", "coverage",
)  # fmt: skip
_BEHIND_IT = ("dataset", "period", "region", "file_name", "sheet", "row", "cells", "submission_id")

_NILS = ("dataset", "period", "region", "file_name", "submission_id")


def trace(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(help="Indicator, such as sanitary_toilet_rate.")],
    region: Annotated[str, typer.Argument(help="Region code, 12 digits.")],
    period: Annotated[str, typer.Argument(help="Month 2025-06 or year 2025.")],
    limit: Annotated[int, typer.Option(help="At most so many rows.", min=1)] = 30,
    as_of: AsOf = None,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """Say where a number comes from: submissions, files, sheets, rows.

    Example: `shiji trace sanitary_toilet_rate 990121000000 2025-06`
    """
    from pipelines.answers.tracing import trace_observation
    from pipelines.home.site import Site
    from warehouse.places import with_places

    site = Site(home_of(context))
    if indicator not in site.indicators:
        raise Problem(f"no indicator {indicator}; there are: {', '.join(site.indicators)}")
    with reading(site, live=live, as_of=moment(as_of)) as connection:
        found = trace_observation(site, connection, indicator, region, period, limit=limit)
        observation, rows, nils = (
            with_places(connection, some) for some in (found.observation, found.rows, found.nils)
        )
    if not found.observation:
        raise Problem(
            f"no observation of {indicator} for {region} in {period}; "
            f"ask shiji query for the region_code and period of its observations"
        )
    if as_json:
        typer.echo(json.dumps(found.plain(), ensure_ascii=False, indent=2, default=str))
        return
    show(observation, _OBSERVATION, as_json=False)
    ranges = [row | {"cells": _range(row["cells"])} for row in rows]
    show(ranges, _BEHIND_IT, as_json=False, title="Behind it")
    typer.echo(f"{len(found.rows)} of {found.total:,} records from {found.submissions:,} submissions")
    if nils:
        show(nils, _NILS, as_json=False, title="Reported as nothing")


def _range(cells: dict[str, str]) -> str:
    """The first and last cell of a record; --json names every one."""
    inside = sorted(cells.values(), key=lambda cell: (len(cell), cell))
    return f"{inside[0]}:{inside[-1]}" if inside else ""
