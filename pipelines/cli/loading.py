"""``shiji load`` and ``shiji report``: bring the warehouse up to date, and the report with it."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, progress_bars


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(load)
    app.command()(report)


def load(
    context: typer.Context,
    period: Annotated[
        list[str] | None, typer.Option(help="Rebuild this month even if nothing changed; may be given again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in what lies in the inbox and rebuild what differs; with nothing new it does nothing.

    Ends with 0 when the load finished, findings or not, and with 1 when it could not.

    Examples: `shiji load` · `shiji load --period 2025-06` · `shiji load --json`
    """
    from pipelines.cli.summary import print_summary
    from pipelines.load import load as run
    from pipelines.site import Site

    site = Site(home_of(context))
    with progress_bars(quiet=as_json) as progress:
        summary = run(site, progress=progress, periods=_months(period or []))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(summary), ensure_ascii=False, indent=2, default=str))
    else:
        print_summary(site, summary)
    raise typer.Exit(0 if summary.finished else 1)


def _months(periods: list[str]) -> list[str]:
    from warehouse.periods import Month

    try:
        return [str(Month(period)) for period in periods]
    except ValueError as error:
        raise Problem(f"--period: {error}") from error


def report(context: typer.Context) -> None:
    """Write the quality report anew and say where it is.

    Example: `shiji report`
    """
    from pipelines.release import report_quality
    from pipelines.site import Site

    page = report_quality(Site(home_of(context)))
    if page is None:
        raise Problem("there is nothing to report of yet: drop files into the inbox, then run shiji load")
    typer.echo(str(page))
