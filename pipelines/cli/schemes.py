"""``shiji scheme``: whether a scheme is in order, what it says, and how it differs from another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import Json, Problem, show

if TYPE_CHECKING:
    from pipelines.home.folders import Home
    from warehouse.assessment import Scheme
    from warehouse.assessment.model import Item, Veto


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Schemes (考核方案): check, show and compare them.", no_args_is_help=True)
    for command in (lint, show_scheme, compare):
        group.command("show" if command is show_scheme else None)(command)
    app.add_typer(group, name="scheme")


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
