"""``shiji indicators``: what is measured, how, from what and by which rule; and the dictionary as a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import Json, Problem, show

if TYPE_CHECKING:
    from warehouse.indicators.dictionary import Entry


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Indicators: what is measured, how and from what.", no_args_is_help=True)
    group.command("list")(listed)
    group.command("show")(shown)
    group.command("dictionary")(dictionary)
    app.add_typer(group, name="indicators")


def listed(
    context: typer.Context,
    dimension: Annotated[str | None, typer.Option(help="Only of this dimension, such as 生态宜居.")] = None,
    as_json: Json = False,
) -> None:
    """List the indicators, the city's own among them.

    Examples: `shiji indicators list` · `shiji indicators list --dimension 过程 --json`
    """
    rows = [asdict(one) for one in _entries(context) if dimension in (None, one.dimension)]
    if not rows:
        raise Problem(f"no indicator of {dimension}; shiji indicators list shows the dimensions")
    show(
        rows,
        ("dimension", "id", "title", "unit", "direction", "target", "evidence", "inputs"),
        as_json=as_json,
    )


def shown(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(help="Indicator, such as sanitary_toilet_rate.")],
    as_json: Json = False,
) -> None:
    """Show all that is to be known of an indicator, and its statements.

    Example: `shiji indicators show sanitary_toilet_rate`
    """
    found = {one.id: one for one in _entries(context)}
    if indicator not in found:
        raise Problem(f"no indicator is called {indicator}; shiji indicators list shows them")
    one = found[indicator]
    if as_json:
        typer.echo(json.dumps(asdict(one), ensure_ascii=False, indent=2))
        return
    for title, text in one.said.items():
        typer.echo(f"{title}：{text}")
    for side, sql in one.statements.items():
        typer.echo(f"\n-- {side}\n{sql.strip()}")


def dictionary(
    context: typer.Context,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write: a name that ends in .xlsx or .md.")
    ] = Path("指标字典.xlsx"),
) -> None:
    """Write the dictionary of all indicators: definition, formula, source, evidence, how it adds up, legal basis.

    Examples: `shiji indicators dictionary -o 指标字典.xlsx` · `shiji indicators dictionary -o indicator-dictionary.md`
    """
    from warehouse.indicators.dictionary_files import FILES

    if output.suffix not in FILES:
        raise Problem(f"{output} cannot be written: let its name end in {' or '.join(FILES)}")
    output.write_bytes(FILES[output.suffix](_entries(context)))
    typer.echo(str(output))


def _entries(context: typer.Context) -> list[Entry]:
    """The home's indicators by its contracts; the built-in ones where there is no home."""
    from expectations.contracts.keepers import keepers
    from expectations.contracts.reading import BUILT_IN as CONTRACTS
    from expectations.contracts.reading import load_contracts
    from expectations.contracts.sources import sources
    from warehouse.indicators import load_indicators
    from warehouse.indicators.dictionary import dictionary as described
    from warehouse.indicators.model import BUILT_IN

    home = context.obj
    contracts = load_contracts(home.definition_folders("contracts", CONTRACTS))
    indicators = load_indicators(home.definition_folders("indicators", BUILT_IN))
    return described(indicators, sources(contracts), keepers(contracts))
