"""``shiji regions``: the region codes everything is held against."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import Json, Problem, home_of, show

if TYPE_CHECKING:
    from pipelines.answers.importing import Concerned, ImportPlan

_SHOWN = 30
_WORDS = {
    "retired": "retired",
    "renamed": "renamed",
    "moved": "moved",
    "successor": "with another successor",
    "validity": "with other days of validity",
    "details": "described otherwise",
    "new": "new",
}


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would change; nothing is changed.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Import without asking, whatever records it concerns.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what a list of region codes changes, and put it in; all validities of a code that is there already are replaced.

    It asks first where records in force are of months for which their codes would end, be renamed or moved.

    Examples: `shiji regions import docs/examples/regions_conghua_zengcheng.csv` · `shiji regions import villages.csv --under 4401` ·
    `shiji regions import merged.csv --dry-run --json`
    """
    from pipelines.answers.importing import plan_import
    from pipelines.home.regions import import_regions as bring_in
    from pipelines.home.site import Site
    from warehouse.regions import RegionsError

    site = Site(home_of(context))
    try:
        plan = plan_import(site, path, under or None)
        if as_json:
            typer.echo(json.dumps(plan.plain(), ensure_ascii=False, indent=2, default=str))
        else:
            _show_plan(path, plan)
        if dry_run:
            return
        if plan.asks and not yes:
            _ask()
        _, total = bring_in(site, path, under or None, plan.changes)
    except RegionsError as error:
        raise Problem(str(error)) from error
    typer.echo(f"Imported: {total:,} rows of codes and their validities are kept.", err=as_json)


def _ask() -> None:
    """Go on only where somebody says yes.

    Raises:
        Problem: Nobody is there to ask, or the answer is no.
    """
    if not sys.stdin.isatty():
        raise Problem(
            "nothing was imported: records in force are concerned, and there is no terminal to ask at. "
            "Look at what changes with --dry-run, then import with --yes"
        )
    if not typer.confirm("Import?", default=False, err=True):
        raise Problem("nothing was imported")


def _show_plan(path: Path, plan: ImportPlan) -> None:
    changes = plan.changes.changes
    told = ", ".join(f"{count:,} {_WORDS[kind]}" for kind, count in plan.changes.counts.items())
    typer.echo(f"{path.name}: {plan.changes.read:,} codes read, {told or 'none of them changes anything'}.")
    if notable := [change for change in changes if change.kind != "new"]:
        rows = [{**asdict(change), "code": change.region_code} for change in notable]
        columns = ("kind", "code", "name", "before", "now", "since")
        show(rows[:_SHOWN], columns, as_json=False, title="What changes")
        _say_rest(len(rows), "changes")
    if plan.concerned:
        names = {change.region_code: change.name for change in changes}
        rows = _by_code_and_dataset(plan.concerned, names)
        show(rows[:_SHOWN], tuple(rows[0]), as_json=False, title="In force under these codes")
        _say_rest(len(rows), "lines")
        typer.echo(
            f"Concerned: {_counted(plan)} of {plan.submissions:,} submissions. Records of months before a change "
            "keep the code they were handed in under."
        )
        if plan.changes.undated:
            typer.echo(
                f"No day is given for {', '.join(plan.changes.undated[:_SHOWN])}: past months go over to the successor as "
                "well, or are turned back where there is none. A day in the column valid_to keeps them as they are."
            )
    if plan.read_anew:
        typer.echo(f"The next load reads {plan.read_anew:,} submissions anew: all that were read before.")


def _counted(plan: ImportPlan) -> str:
    nil = f" and {plan.nil_reports:,} nil reports" if plan.nil_reports else ""
    return f"{plan.rows:,} records{nil}"


def _say_rest(count: int, what: str) -> None:
    if count > _SHOWN:
        typer.echo(f"{_SHOWN} of {count:,} {what}; all of them: --json")


def _by_code_and_dataset(concerned: Iterable[Concerned], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """A line for each code and dataset; its months as a stretch."""
    rows = []
    for (code, dataset), each in groupby(concerned, key=lambda one: (one.region_code, one.dataset)):
        own = list(each)
        rows.append(
            {
                "code": code,
                "name": names[code],
                "dataset": dataset,
                "months": own[0].period if len(own) == 1 else f"{own[0].period} … {own[-1].period}",
                "records": sum(one.rows for one in own),
                "since the change": sum(one.rows_since for one in own),
                "nil reports": sum(one.nil_reports for one in own),
            }
        )
    if not any(row["nil reports"] for row in rows):
        return [{name: cell for name, cell in row.items() if name != "nil reports"} for row in rows]
    return rows


def list_regions(
    context: typer.Context,
    under: Annotated[str, typer.Option(help="Only codes that begin with this.")] = "",
    as_json: Json = False,
) -> None:
    """List region codes.

    Example: `shiji regions list --under 440117`
    """
    from pipelines.home.site import Site

    rows = [row for row in Site(home_of(context)).regions.to_pylist() if row["region_code"].startswith(under)]
    show(rows, ("region_code", "name", "level", "parent_code", "region_group", "successor"), as_json=as_json)
