"""``shiji score`` and ``shiji scheme``: who stands where under a scheme, why, and whether a scheme is in order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import Json, Problem, home_of, reading, show
from pipelines.cli.looking import Live, Release

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.answers.score_diff import ScoreDiff
    from pipelines.home.folders import Home
    from warehouse.assessment import Scheme
    from warehouse.assessment.model import Item, Veto


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(score)
    group = typer.Typer(help="Schemes (考核方案): check, show and compare them.", no_args_is_help=True)
    for command in (lint, show_scheme, compare):
        group.command("show" if command is show_scheme else None)(command)
    app.add_typer(group, name="scheme")


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
    from pipelines.answers.score_diff import score_diff
    from pipelines.home.site import Site

    site = Site(home_of(context))
    if explain and region is None:
        raise Problem("--explain takes one region apart; say which: --region 禾渚县")
    with reading(site, live=live, release=release) as connection:
        name, when = scoring.chosen(connection, scheme, None if pace else period)
        code = None if region is None else scoring.region_named(connection, name, region)
        if explain and code is not None:
            _tell_tree(scoring.explained(connection, name, when, code, site.indicators), name, when, as_json)
        elif pace:
            show(scoring.pace(connection, name, period, code, site), _PACE, as_json=as_json)
        elif yardsticks:
            show(scoring.yardsticks(connection, name, when, site), _YARDSTICKS, as_json=as_json)
        elif compare is not None:
            _tell_moves(connection, score_diff(site, *compare, name, when, code), as_json)
        elif workbook is not None:
            _write(workbook, scoring.workbook(connection, name, when, site))
        else:
            rows = [
                row for row in scoring.order(connection, name, when) if code in (None, row["region_code"])
            ]
            note = "，合成演示数据 (synthetic)" if site.home.settings.synthetic else ""
            _tell_order(rows, f"{name}, {when}{note}", as_json)


def _tell_moves(connection: DuckDBPyConnection, found: ScoreDiff, as_json: bool) -> None:
    """Regions whose points moved between two releases, then the objectives that moved them."""
    from pipelines.cli.releases import why
    from warehouse.places import with_places

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
            show(with_places(connection, rows), columns, as_json=False)


def _tell_tree(tree: Mapping[str, Any], scheme: str, period: str, as_json: bool) -> None:
    from pipelines.answers.scoring import lines

    typer.echo(
        json.dumps(tree, ensure_ascii=False, indent=2) if as_json else "\n".join(lines(tree, scheme, period))
    )


def _tell_order(rows: Sequence[Mapping[str, Any]], heading: str, as_json: bool) -> None:
    if as_json:
        show(rows, (), as_json=True)
        return
    typer.echo(heading)
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
        "tied_with": "、".join(row["tied_with"] or ()),
        "objective_share": f"{row['objective_share']:.0%}",
    }


def lint(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders; else config/schemes, or the examples where there is no home."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check schemes: weights, targets, indicators, groups; with file and line.

    Examples: `shiji scheme lint` · `shiji scheme lint config/schemes/2026.yaml`
    """
    from pipelines.cli.contracts import files_in, tell_problems
    from warehouse.assessment import BUILT_IN

    home: Home = context.obj
    files = files_in(paths or (home.own_definitions("schemes") if home.is_initialised else [BUILT_IN]))
    tell_problems(scheme_problems(home, files), f"{len(files)} schemes", as_json)


def scheme_problems(home: Home, files: list[Path]) -> list[Any]:
    """What is wrong with scheme files, held against a home's indicators and regions where there is one."""
    from pipelines.home.site import Site
    from warehouse.assessment.lint import lint_schemes
    from warehouse.indicators import load_indicators

    if not home.is_initialised:
        return list(lint_schemes(files, load_indicators()))
    site = Site(home)
    regions = site.regions if site.regions.num_rows else None
    observations = site.store.read("observations") if _has_conditions(files, site) else None
    return list(lint_schemes(files, site.indicators, regions, observations))


def _has_conditions(files: list[Path], site: Any) -> bool:
    """Whether any group is told by an observation, and there are some."""
    return "observations" in site.store.tables() and any(
        "where:" in file.read_text(encoding="utf-8") for file in files
    )


def _schemes(context: typer.Context) -> Mapping[str, Scheme]:
    """The city's schemes and, where they are not replaced, the built-in examples."""
    from warehouse.assessment import BUILT_IN, load_schemes

    home: Home = context.obj
    return load_schemes([BUILT_IN, home.config / "schemes"] if home.is_initialised else [BUILT_IN])


def _scheme(context: typer.Context, name: str) -> Scheme:
    known = _schemes(context)
    if name not in known:
        raise Problem(f"no scheme {name}; there are: {', '.join(known)}")
    return known[name]


def show_scheme(
    context: typer.Context,
    scheme: Annotated[str, typer.Argument(help="Scheme, such as demo_2025.")],
    as_json: Json = False,
) -> None:
    """Show a scheme: its groups, and every objective with weights, rule and target.

    Example: `shiji scheme show demo_2025`
    """
    one = _scheme(context, scheme)
    if as_json:
        typer.echo(json.dumps(one.model_dump(mode="json"), ensure_ascii=False, indent=2))
        return
    typer.echo(f"{one.id}  {one.title}  {one.year}, {one.level}, {float(one.base):g} points")
    for group in one.groups:
        typer.echo(f"  {group.id}  {group.title}")
    columns = ("objective", *(group.id for group in one.groups), "rule", "target")
    show(_objectives(one), columns, as_json=False)
    besides: list[Veto | Item] = [*one.vetoes, *one.deductions, *one.bonus]
    for item in besides:
        typer.echo(f"  {item.id}  {item.title}  ({item.indicator or 'decided, grade D'})")


def _objectives(scheme: Scheme) -> list[dict[str, Any]]:
    return [
        {
            "objective": one.name,
            **{group.id: f"{float(one.weight_in(group.id)):g}" for group in scheme.groups},
            "rule": _written(one.rule.model_dump()),
            "target": "" if one.target is None else _written(one.target.model_dump()),
        }
        for one in scheme.objectives
    ]


def _written(said: Mapping[str, Any]) -> str:
    """A rule or a target in one line, what is not said left out."""
    given = {key: value for key, value in said.items() if value not in (None, {}, (), False)}
    name = given.pop("name", "")
    if set(given) == {"value"}:
        return _plain(given["value"])
    rest = ", ".join(key if value is True else f"{key} {_plain(value)}" for key, value in given.items())
    return f"{name} ({rest})" if name and rest else name or rest


def _plain(value: Any) -> str:
    """A number, or what is said by several, as it is written in YAML."""
    if isinstance(value, Fraction):
        return f"{float(value):g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
    return "; ".join(map(_plain, value)) if isinstance(value, tuple) else str(value)


def compare(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="Scheme.")],
    second: Annotated[str, typer.Argument(help="Scheme to hold against it.")],
    as_json: Json = False,
) -> None:
    """Tell what differs between two schemes, objective by objective.

    Example: `shiji scheme compare demo_2025 uniform_2025`
    """
    one, other = (
        {row["objective"]: row for row in _objectives(_scheme(context, name))} for name in (first, second)
    )
    rows = [
        {"objective": name, first: _in_short(one.get(name)), second: _in_short(other.get(name))}
        for name in dict.fromkeys([*one, *other])
        if one.get(name) != other.get(name)
    ]
    show(rows, ("objective", first, second), as_json=as_json)


def _in_short(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "-"
    return "; ".join(f"{key} {value}" for key, value in row.items() if key != "objective" and value)
