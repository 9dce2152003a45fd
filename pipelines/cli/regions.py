"""``shiji regions``: the region codes everything is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import Json, home_of, show


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Region codes, their validity and successors.", no_args_is_help=True)
    group.command("import")(import_regions)
    group.command("list")(list_regions)
    app.add_typer(group, name="regions")


def import_regions(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(help="A CSV of codes: Shiji's own columns or a public list's.", exists=True)
    ],
    under: Annotated[str, typer.Option(help="Only codes that begin with this.")] = "",
) -> None:
    """Add region codes; a code that is there already is replaced.

    Examples: `shiji regions import docs/examples/regions_conghua_zengcheng.csv` · `shiji regions import villages.csv --under 4401`
    """
    from pipelines.regions import import_regions as bring_in
    from pipelines.site import Site

    count, total = bring_in(Site(home_of(context)), path, under or None)
    typer.echo(
        f"{count} codes read, {total} in the warehouse. Files handed in before are read anew at the next load."
    )


def list_regions(
    context: typer.Context,
    under: Annotated[str, typer.Option(help="Only codes that begin with this.")] = "",
    as_json: Json = False,
) -> None:
    """List region codes.

    Example: `shiji regions list --under 440117`
    """
    from pipelines.site import Site

    rows = [row for row in Site(home_of(context)).regions.to_pylist() if row["region_code"].startswith(under)]
    show(rows, ("region_code", "name", "level", "parent_code", "region_group", "successor"), as_json=as_json)
