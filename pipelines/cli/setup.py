"""``shiji init``, ``shiji demo``, ``shiji dev``: a home to begin with, the demo city, the Dagster UI."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli.common import Problem, home_of, progress_bars
from pipelines.home import Home, Settings, init_home

Scale = Literal["village", "city", "province"]
_DEMO = Settings(
    title="示例市乡村振兴实绩考核",
    synthetic=True,
    first_period="2024-01",
    settle_seconds=0,
    received_at="modified",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(demo)
    app.command()(dev)


def init(context: typer.Context) -> None:
    """Make a home: folders, settings, and the key that private values are tokenized with.

    Example: `shiji --home /srv/shiji init`
    """
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
    """Make a fictional city's hand-ins of a year, load them, and say where to look.

    Examples: `shiji --home ./shiji-home demo` · `shiji --home /tmp/small demo --scale village`
    """
    from pipelines.cli.summary import print_summary
    from pipelines.demo import generate
    from pipelines.load import load
    from pipelines.regions import import_regions
    from pipelines.site import Site

    root: Path = context.obj.root
    if (root / "config").exists() and any((root / "archive").glob("*/*")):
        raise Problem(
            f"{root} already holds a loaded home. Remove the folder, or name another: shiji --home DIR demo"
        )
    with progress_bars() as progress:
        home = init_home(root, _DEMO)
        site = Site(home)

        def report(_step: str, done: int, total: int) -> None:
            progress.report("Making the demo city", done, total)

        city = generate(home.inbox, home.config, scale=scale, seed=seed, progress=report)
        import_regions(site, city.regions)
        summary = load(site, progress=progress)
    print_summary(site, summary)
    raise typer.Exit(0 if summary.finished else 1)


def dev(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port of the web page.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the Dagster UI on this home; stop it with Ctrl-C.

    Example: `shiji --home ./shiji-home dev --port 3001`
    """
    import subprocess

    home = home_of(context)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "pipelines.definitions",
        "-h",
        host,
        "-p",
        str(port),
    ]
    raise typer.Exit(
        subprocess.run(command, env=os.environ | dagster_environment(home), check=False).returncode
    )


def dagster_environment(home: Home) -> dict[str, str]:
    """Variables that point Dagster at a home and keep it from phoning home."""
    return {
        "SHIJI_HOME": str(home.root.resolve()),
        "DAGSTER_HOME": str(home.dagster.resolve()),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "GX_ANALYTICS_ENABLED": "false",
    }
