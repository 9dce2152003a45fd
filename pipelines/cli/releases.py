"""``shiji release``: frozen, named states of the warehouse, and what moved between two of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import Json, Problem, home_of, reading, show
from warehouse.clock import in_shanghai

if TYPE_CHECKING:
    from pipelines.answers.release_diff import Cause

_CAUSES_SHOWN = 3
_CODES_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Frozen, named states of the warehouse.", no_args_is_help=True)
    group.command("list")(list_releases)
    group.command("freeze")(freeze_release)
    group.command("diff")(diff_releases)
    app.add_typer(group, name="release")


def list_releases(context: typer.Context, as_json: Json = False) -> None:
    """List releases, the newest last.

    Example: `shiji release list --json`
    """
    from pipelines.home.site import Site
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
    from pipelines.home.site import Site
    from pipelines.loading.release import freeze_present
    from warehouse.release import ReleaseError

    try:
        made = freeze_present(Site(home_of(context)), name, note)
    except ReleaseError as error:
        raise Problem(str(error)) from error
    typer.echo(
        f"{made.name}: {len(made.versions)} tables. Read it with: shiji query --release {made.name!r} …"
    )


def diff_releases(
    context: typer.Context,
    first: Annotated[str | None, typer.Argument(help="A release; the last but one when left out.")] = None,
    second: Annotated[str | None, typer.Argument(help="Another; the last when left out.")] = None,
    indicator: Annotated[str | None, typer.Option(help="Only this indicator.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region, 12 digits.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.", min=0)] = 50,
    as_json: Json = False,
) -> None:
    """Say which observations moved between two releases, and why: submissions, the region codes, or what is defined.

    Examples: `shiji release diff` · `shiji release diff "2025 annual, draft" "2025 annual, final" --region 990121000000` ·
    `shiji release diff --indicator sanitary_toilet_rate --json`
    """
    from pipelines.answers.release_diff import release_diff
    from pipelines.home.site import Site
    from warehouse.places import with_places

    site = Site(home_of(context))
    if indicator and indicator not in site.indicators:
        raise Problem(f"no indicator {indicator}; there are: {', '.join(site.indicators)}")
    found = release_diff(site, first, second, indicator=indicator, region_code=region, limit=limit or None)
    if as_json:
        typer.echo(json.dumps(found.plain(), ensure_ascii=False, indent=2, default=str))
        return
    with reading(site, release=found.now.name) as connection:
        rows = with_places(connection, found.rows)
    two = " and ".join(
        f"{one.name} ({in_shanghai(one.created_at):%Y-%m-%d %H:%M})" for one in (found.before, found.now)
    )
    typer.echo(f"Between {two} {found.total:,} observations moved.")
    if rows:
        lines = [
            row | {"before": _side(row, "before"), "now": _side(row, "now"), "why": why(row["causes"])}
            for row in rows
        ]
        show(lines, ("indicator", "region", "period", "before", "now", "why"), as_json=False)
    if len(rows) < found.total:
        typer.echo(f"{len(rows)} of {found.total:,}; all of them: --limit 0")


def _side(row: dict[str, Any], side: str) -> str:
    """One state of an observation: value, what it is a quotient of, evidence."""
    value, above, below, grade = (
        row[f"{name}_{side}"] for name in ("value", "numerator", "denominator", "evidence")
    )
    if grade is None:
        return "(none)"
    shown = "no value" if value is None else f"{value:,.6g}"
    quotient = f" = {above:,.6g}/{below:,.6g}" if above is not None and below is not None else ""
    return f"{shown}{quotient} {grade}"


def why(causes: Iterable[Cause]) -> str:
    """The causes of a move in one line; blank where there are none."""
    told = [_said(cause) for cause in causes]
    more = f"; and {len(told) - _CAUSES_SHOWN} more (--json)" if len(told) > _CAUSES_SHOWN else ""
    return "; ".join(told[:_CAUSES_SHOWN]) + more


def _said(cause: Cause) -> str:
    if cause.what == "definition":
        return "its definition, a contract or the program changed: nothing else did behind it"
    if cause.what == "regions":
        more = " …" if len(cause.region_codes) > _CODES_SHOWN else ""
        return f"region codes changed: {', '.join(cause.region_codes[:_CODES_SHOWN])}{more}"
    rows = "/".join(f"{sign}{count:,}" for sign, count in (("+", cause.came), ("−", cause.went)) if count)
    what = f"{rows} rows" if rows else "a nil report"
    return f"{cause.submission_id} {cause.sender_path} {cause.what} ({what})"
