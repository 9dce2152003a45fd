"""``shiji score``: who stands where under a scheme, how sure that is, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pipelines.cli.common import Json, Problem, home_of, reading, show
from pipelines.cli.looking import Live, Release

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.home.site import Site


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(score)


_NAMED = 4
_ORDER = (
    "place", "region", "region_group", "place_in_group", "points", "places", "leads", "tied_with", "objective_share",
)  # fmt: skip

Period = Annotated[
    str | None,
    typer.Option(help="Month 2025-06 (provisional), quarter 2025Q2 or year 2025; else the newest."),
]
Region = Annotated[str | None, typer.Option(help="Only this region, by code or name.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Take the points of --region apart, down to the records.")
]
InPace = Annotated[
    bool,
    typer.Option("--pace", help="How far the year's targets are, against how much of the year has passed."),
]
Yardsticks = Annotated[
    bool,
    typer.Option(
        "--yardsticks", help="Beside it the order by equal weights, and by what units claim of themselves."
    ),
]
Workbook = Annotated[
    Path | None,
    typer.Option("--xlsx", help="Write the scores with live formulas here: Excel recalculates every point."),
]
Compare = Annotated[
    tuple[str, str] | None,
    typer.Option("--compare", help="Two releases: whose points moved between them, and why."),
]
_WHOLES = ("region", "points_before", "points_now", "place_before", "place_now")
_MOVED = ("region", "objective", "moved", "value_before", "value_now", "why")
_REST = {
    "scheme": "the scheme says otherwise",
    "others": "others of its group moved, or the weight of what could not be scored",
}
_YARDSTICKS = (
    "region", "scheme_place", "scheme_points", "equal_place", "equal_points", "claimed_place", "claimed_points",
)  # fmt: skip
_PACE = (
    "region",
    "objective",
    "period",
    "value",
    "target",
    "achieved",
    "expected",
    "projected",
    "low",
    "high",
    "light",
)


def score(
    context: typer.Context,
    scheme: Annotated[str | None, typer.Argument(help="Scheme; else the first of config/schemes.")] = None,
    period: Period = None,
    region: Region = None,
    explain: Explain = False,
    pace: InPace = False,
    yardsticks: Yardsticks = False,
    compare: Compare = None,
    workbook: Workbook = None,
    release: Release = None,
    live: Live = False,
    as_json: Json = False,
) -> None:
    """Tell who stands where under a scheme, how sure that is, and what the points are made of.

    `places` is the interval of places over draws in which weights, rules and the treatment of missing data are a
    little otherwise; regions whose intervals overlap are tied. `objective_share` is the share of weight that rests on
    records (evidence A or B).

    Examples: `shiji score` · `shiji score demo_2025 --period 2025Q3` · `shiji score --region 禾渚县 --explain` ·
    `shiji score --pace --region 禾渚县` · `shiji score --yardsticks` · `shiji score --xlsx 得分.xlsx` ·
    `shiji score --compare "2025 annual, draft" "2025 annual, final"`
    """
    from pipelines.answers import scoring
    from pipelines.home.site import Site

    site = Site(home_of(context))
    with reading(site, live=live, release=release) as connection:
        name, when = scoring.chosen(connection, scheme, None if pace else period)
        code = None if region is None else scoring.region_named(connection, name, region)
        seen = _Seen(connection, site, name, when, code)
        if explain:
            _tell_tree(seen, as_json)
        elif compare is not None:
            _tell_moves(seen, compare, as_json)
        elif workbook is not None:
            _write(workbook, scoring.workbook(connection, name, when, site))
        elif pace:
            show(scoring.pace(connection, name, period, code, site), _PACE, as_json=as_json)
        elif yardsticks:
            show(scoring.yardsticks(connection, name, when, site), _YARDSTICKS, as_json=as_json)
        else:
            _tell_order(seen, as_json)


class _Seen(NamedTuple):
    """What is asked about, of what is open."""

    connection: DuckDBPyConnection
    site: Site
    scheme: str
    period: str
    region_code: str | None


def _tell_moves(seen: _Seen, releases: tuple[str, str], as_json: bool) -> None:
    """Regions whose points moved between two releases, then the objectives that moved them."""
    from pipelines.answers.score_diff import score_diff
    from pipelines.cli.releases import why
    from warehouse.places import with_places

    found = score_diff(seen.site, *releases, seen.scheme, seen.period, seen.region_code)
    if as_json:
        told = {**vars(found), "before": found.before.name, "now": found.now.name}
        plain = [{**row, "causes": [vars(cause) for cause in row["causes"]]} for row in found.parts]
        typer.echo(json.dumps({**told, "parts": plain}, ensure_ascii=False, indent=2, default=str))
        return
    typer.echo(
        f"{found.scheme} {found.period}, between {found.before.name} and {found.now.name}: the points of "
        f"{len(found.wholes)} regions moved{', and the scheme says otherwise now' * found.is_other_scheme}."
    )
    parts = [{**row, "why": why(row["causes"]) or _REST[row["why"]]} for row in found.parts]
    for rows, columns in ((found.wholes, _WHOLES), (parts, _MOVED)):
        if rows:
            show(with_places(seen.connection, rows), columns, as_json=False)


def _tell_tree(seen: _Seen, as_json: bool) -> None:
    from pipelines.answers import scoring

    if seen.region_code is None:
        raise Problem("--explain takes one region apart; say which: --region 禾渚县")
    asked = seen.connection, seen.scheme, seen.period, seen.region_code, seen.site.indicators
    tree = scoring.explained(*asked)
    lines = scoring.lines(tree, seen.scheme, seen.period)
    typer.echo(json.dumps(tree, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


def _tell_order(seen: _Seen, as_json: bool) -> None:
    from pipelines.answers import scoring

    rows = [
        row for row in scoring.order(seen.connection, seen.scheme, seen.period)
        if seen.region_code in (None, row["region_code"])
    ]  # fmt: skip
    if as_json:
        show(rows, (), as_json=True)
        return
    note = "，合成演示数据 (synthetic)" if seen.site.home.settings.synthetic else ""
    typer.echo(f"{seen.scheme}, {seen.period}{note}")
    show([_readable(row) for row in rows], _ORDER, as_json=False)
    for row in rows:
        for why in row["reasons"]:
            typer.echo(f"{row['region']}: {why}")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Problem(f"not written: {error}") from error
    typer.echo(f"written: {path}")


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    interval = "" if row["place_low"] is None else f"{row['place_low']}–{row['place_high']}"
    return {
        **row,
        "points": "-" if row["points"] is None else f"{row['points']:.2f}",
        "places": interval,
        "leads": "" if row["leads"] is None else f"{row['leads']:.0%}",
        "tied_with": _in_short(row["tied_with"] or ()),
        "objective_share": f"{row['objective_share']:.0%}",
    }


def _in_short(names: Sequence[str]) -> str:
    """A few names, and how many there are; all of them are in the JSON."""
    more = f"等 {len(names)} 个" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more
