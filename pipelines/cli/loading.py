"""``shiji load`` and ``shiji report``: bring the warehouse up to date, and the report with it."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, progress_bars, tell_dagster


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(load)
    app.command()(report)


def load(
    context: typer.Context,
    period: Annotated[
        list[str] | None, typer.Option(help="Rebuild this month even if nothing changed; may be given again.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try every failed submission again, whenever it is due.")
    ] = False,
    yes_really: Annotated[
        bool,
        typer.Option(
            "--yes-really", help="Go on even if many submissions that had been taken are now turned back."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Take in what lies in the inbox and rebuild what differs; with nothing new it does nothing.

    Ends with 0 when the load finished, findings or not, and with 1 when it could not.

    Examples: `shiji load` · `shiji load --period 2025-06` · `shiji load --retry-failed` · `shiji load --json`
    """
    from pipelines.cli.summary import print_summary, summary_as_json
    from pipelines.home.site import Site
    from pipelines.loading.load import load as run

    site = Site(home_of(context))
    with progress_bars(quiet=as_json) as progress:
        summary = run(
            site,
            progress=progress,
            periods=_months(period or []),
            tell=tell_dagster,
            retry_failed=retry_failed,
            really=yes_really,
        )
    if as_json:
        typer.echo(summary_as_json(summary))
    else:
        print_summary(site, summary)
    raise typer.Exit(0 if summary.finished else 1)


def _months(periods: list[str]) -> list[str]:
    from warehouse.periods import Month

    try:
        return [str(Month(period)) for period in periods]
    except ValueError as error:
        raise Problem(f"--period: {error}") from error


def report(
    context: typer.Context,
    live: Annotated[
        bool, typer.Option("--live", help="Of the tables as they are, instead of the last release.")
    ] = False,
) -> None:
    """Write the quality report of the last release anew and say where it is.

    Example: `shiji report`
    """
    from pipelines.home.site import Site
    from pipelines.loading.release import report_quality
    from warehouse.release import ReleaseError

    try:
        page = report_quality(Site(home_of(context)), live=live)
    except ReleaseError as error:
        raise Problem(str(error)) from error
    if page is None:
        raise Problem("there is nothing to report of yet: drop files into the inbox, then run shiji load")
    typer.echo(str(page))
