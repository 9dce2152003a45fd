"""``shiji init``, ``shiji demo``, ``shiji dev``: a home to begin with, the demo city, the Dagster UI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli.common import Problem, home_of, progress_bars, tell_dagster

Scale = Literal["village", "city", "province"]
_DEMO = {
    "title": "示例市乡村振兴实绩考核",
    "synthetic": True,
    "first_period": "2024-01",
    "settle_seconds": 0,
    "received_at": "modified",
}
_TAKES: Mapping[str, str] = {
    "village": "about a minute",
    "city": "2 to 4 minutes",
    "province": "an hour or more (never measured)",
}
"""On an idle machine; one with other things to do takes two or three times as long."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(demo)
    app.command()(dev)


def init(context: typer.Context) -> None:
    """Make a home: folders, settings, and the key that private values are tokenized with.

    Example: `shiji --home /srv/shiji init`
    """
    from pipelines.home.folders import init_home

    home = init_home(context.obj.root)
    typer.echo(f"{home.root} is ready. Departments drop files into {home.inbox}/<department>/.")
    typer.echo(
        f"Keep a copy of {home.config / 'private.key'} somewhere safe: without it tokens cannot be matched."
    )
    typer.echo(f"Next: shiji --home {home.root} regions import REGIONS.csv")


def demo(
    context: typer.Context,
    scale: Annotated[Scale, typer.Option(help="How large a fictional place.")] = "city",
    seed: Annotated[int, typer.Option(help="The same seed makes the same city.")] = 2025,
) -> None:
    """Make a fictional city's hand-ins of a year, load them, write the last quarter's bulletin, and say where to look.

    Examples: `shiji --home ./shiji-home demo` · `shiji --home /tmp/small demo --scale village`
    """
    from pipelines.answers.bulletin import keep_newest
    from pipelines.cli.summary import print_summary
    from pipelines.demo import generate
    from pipelines.home.folders import Settings, init_home
    from pipelines.home.regions import import_regions
    from pipelines.home.site import Site
    from pipelines.loading.load import load

    root: Path = context.obj.root
    if (root / "config").exists() and any((root / "archive").glob("*/*")):
        raise Problem(
            f"{root} already holds a loaded home. Remove the folder, or name another: shiji --home DIR demo"
        )
    typer.echo(
        f"Making a fictional {scale} and loading what it hands in; on two cores that takes {_TAKES[scale]}.",
        err=True,
    )
    with progress_bars() as progress:
        home = init_home(root, Settings.model_validate(_DEMO))
        site = Site(home)

        def report(_step: str, done: int, total: int) -> None:
            progress.report("Making the demo city", done, total)

        city = generate(home.inbox, home.config, scale=scale, seed=seed, progress=report)
        import_regions(site, city.regions)
        summary = load(site, progress=progress, tell=tell_dagster)
    if summary.finished:
        keep_newest(site)
    print_summary(site, summary)
    raise typer.Exit(0 if summary.finished else 1)


def dev(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port of the web page.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the Dagster UI on this home; Ctrl-C or SIGTERM ends it with everything it started.

    Example: `shiji --home ./shiji-home dev --port 3001`
    """
    from pipelines.dagster.serve import serve

    raise typer.Exit(serve(home_of(context), host, port))
