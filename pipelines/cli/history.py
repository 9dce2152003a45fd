"""``shiji history``: what was handed in for a region and period, version by version."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import Json, Problem, home_of, moment, show

if TYPE_CHECKING:
    from pipelines.answers.history import Told


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(history)


_VERSION = (
    "submission_id", "department", "folder", "file_name", "received_at", "status", "takes", "rows", "added", "changed",
    "gone",
)  # fmt: skip
_CELL = ("version", "what", "key", "column", "before", "now", "region_code", "where")


def history(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="Dataset, such as toilet_ledger.")],
    region: Annotated[
        str, typer.Argument(help="Region code, 12 digits; what lay in it in that month counts.")
    ],
    period: Annotated[str, typer.Argument(help="Month 2025-06, quarter 2025Q2 or year 2025.")],
    cells: Annotated[
        bool, typer.Option("--cells", help="Also the cells that differ; private ones are tokens.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(help="As it was known at this time, Shanghai: 2025-07-05 or 2025-07-05T08:00."),
    ] = None,
    limit: Annotated[int, typer.Option(help="At most so many cells; 0 for all.", min=0)] = 100,
    as_json: Json = False,
) -> None:
    """Tell what was handed in for a region and period, in the order it came, and what each file changed.

    Examples: `shiji history toilet_ledger 990121000000 2025-06` · `shiji history toilet_ledger 990121100000 2025-06 --cells` ·
    `shiji history toilet_ledger 990121000000 2025-06 --as-of 2025-07-05 --json`
    """
    from pipelines.answers.history import history as tell
    from pipelines.home.site import Site

    site = Site(home_of(context))
    if dataset not in site.contracts:
        raise Problem(f"no dataset {dataset}; there are: {', '.join(site.contracts)}")
    if region not in site.regions["region_code"].to_pylist():
        raise Problem(f"no region {region}; look it up with: shiji regions list")
    try:
        told = tell(site, dataset, region, period, as_of=moment(as_of), cells=cells)
    except ValueError as error:
        raise Problem(str(error)) from error
    if as_json:
        plain = [one.plain(cells=cells) for one in told]
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2, default=str))
        return
    if not told:
        _say_ended(site.regions.to_pylist(), region)
    _show_versions(told, f"{dataset} {region} {period}")
    if cells:
        _show_cells(told, limit)


def _show_versions(told: Sequence[Told], title: str) -> None:
    show(map(_line, told), _VERSION, as_json=False, title=title)
    for one in told:
        if one.reason:
            typer.echo(f"{one.submission_id} {one.status}: {one.reason}")


def _say_ended(regions: Sequence[dict[str, Any]], region: str) -> None:
    """Where a code has ended, what it leads to: what came later is told of that."""
    for row in regions:
        if row["region_code"] == region and (row["valid_to"] or row["successor"]):
            when = f" on {row['valid_to']}" if row["valid_to"] else ""
            typer.echo(
                f"{region} {row['name']} ended{when}; what follows it: {row['successor'] or 'nothing'}"
            )


def _line(one: Told) -> dict[str, Any]:
    """A version as a row; where it is in force only in part of what it speaks for, its status says so."""
    line = one.plain(cells=False)
    if 0 < one.in_force_in < one.speaks_for:
        line["status"] = f"{one.status} in {one.in_force_in} of {one.speaks_for}"
    return line


def _show_cells(told: Sequence[Told], limit: int) -> None:
    from dataclasses import asdict

    def rows() -> Iterator[dict[str, Any]]:
        for one in told:
            for cell in one.cells:
                of = f" of {cell.submission_id}" if cell.what == "gone" else ""
                where = f"{cell.sheet} row {cell.row}{of}"
                yield asdict(cell) | {"version": one.submission_id, "where": where}

    every = list(rows())
    show(every[: limit or None], _CELL, as_json=False, title="What differs from what was in force before")
    if limit and len(every) > limit:
        typer.echo(f"{limit} of {len(every):,}; all of them: --limit 0")
