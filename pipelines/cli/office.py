"""``shiji bulletin``, ``claims`` and ``burden``: what the assessment office puts before the leaders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, reading, show
from pipelines.cli.looking import Live, Release

_BURDEN = ("title", "department", "records", "cells", "hours", "repeated", "unread")
_CLAIMS = ("place", "title", "claimed", "computed", "unit", "gap", "gap_percent", "told", "since")

Region = Annotated[str | None, typer.Option(help="Only inside this region, by code or name.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(bulletin)
    app.command()(claims)
    app.command()(burden)


def bulletin(
    context: typer.Context,
    quarter: Annotated[
        str | None, typer.Argument(help="Quarter 2025Q3; else the newest that is scored.")
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="Scheme of counties; else the first.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here: .docx or .html.")] = None,
    template: Annotated[Path | None, typer.Option(help="Your own Word template instead of ours.")] = None,
    write_template: Annotated[
        Path | None,
        typer.Option("--write-template", help="Write our template here, to make it yours, and end."),
    ] = None,
    release: Release = None,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """Write the bulletin of a quarter (季度通报) for the leaders: Word from a template, or a page.

    Every sentence has its number; both forms, and `--json`, tell the same facts. Which names a template may use stands in
    docs/office.md.

    Examples: `shiji bulletin 2025Q3 --out 通报.docx` · `shiji bulletin --out 通报.html` ·
    `shiji bulletin --write-template 模板.docx` · `shiji bulletin 2025Q3 --template 模板.docx --out 通报.docx`
    """
    if write_template is not None:
        _copy_template(write_template)
        return
    if out is None and not as_json:
        raise Problem("say where to write it: --out 通报.docx, or 通报.html")
    from pipelines.answers.bulletin import bulletin_of, write_bulletin
    from pipelines.home.site import Site

    site = Site(home_of(context))
    try:
        with reading(site, live=live, release=release) as connection:
            told = bulletin_of(site, connection, quarter, scheme)
        if out is not None:
            write_bulletin(told, out, template)
    except ValueError as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"not written: {error}") from error
    typer.echo(json.dumps(told.said, ensure_ascii=False, indent=2) if as_json else f"written: {out}")


def _copy_template(path: Path) -> None:
    from expectations.bulletin.word import TEMPLATE

    try:
        shutil.copyfile(TEMPLATE, path)
    except OSError as error:
        raise Problem(f"not written: {error}") from error
    typer.echo(f"written: {path}")


def claims(
    context: typer.Context,
    region: Region = None,
    release: Release = None,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """List what units claim of themselves beside what their records come to (自评与实绩).

    The newest claim of every unit and indicator: the gap in the unit and in per cent of the computed figure, whether the
    unit gains by it, and since which period. A claim a whole unit factor away (×10, ×15, ×1000 …) is told as a slip
    of the unit.

    Examples: `shiji claims` · `shiji claims --region 禾渚县` · `shiji claims --json`
    """
    from pipelines.answers.claims import listed
    from pipelines.home.site import Site

    site = Site(home_of(context))
    with reading(site, live=live, release=release) as connection:
        rows = listed(connection, site.indicators, region)
    show(rows, _CLAIMS, as_json=as_json)


def burden(
    context: typer.Context,
    period: Annotated[
        str | None,
        typer.Option(help="Month 2025-06, quarter 2025Q2 or year 2025; else the last twelve months."),
    ] = None,
    release: Release = None,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """Tell what filling in came to (负担): cells and hours by dataset, and how much of it was not needed.

    `repeated` is the share of cells that are as in the hand-in before, `unread` that of columns that no indicator,
    reconciliation or detector reads. Hours are cells times `seconds_per_cell` of config/shiji.yaml, an assumption. With
    `--json` also the cells of every county and township, and the columns that two departments ask for of one object.

    Examples: `shiji burden` · `shiji burden --period 2025Q3` · `shiji burden --json`
    """
    from expectations.office_words import DEPARTMENTS
    from pipelines.answers import burden as answers
    from pipelines.home.site import Site

    site = Site(home_of(context))
    with reading(site, live=live, release=release) as connection:
        try:
            found = answers.burden_of(site, connection, period)
        except ValueError as error:
            raise Problem(f"--period: {error}") from error
    if as_json:
        typer.echo(json.dumps(answers.as_json(found), ensure_ascii=False, indent=2))
        return
    show(answers.in_short(found, DEPARTMENTS), _BURDEN, as_json=False)
    typer.echo(
        f"{found.cells:,} cells, about {found.hours(found.cells):,.0f} hours if a cell takes {found.seconds_per_cell:g} seconds"
    )
    typer.echo(f"{len(found.twice)} columns are asked for by two departments; shiji burden --json lists them")
