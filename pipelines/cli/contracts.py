"""``shiji contract``, ``shiji check`` and ``shiji template``: what a dataset must look like, checked, shown and as a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import Json, Problem, show
from pipelines.cli.contract_diff import diff
from warehouse.periods import Month

if TYPE_CHECKING:
    from expectations.contracts.model import Contract
    from pipelines.home.folders import Home
    from warehouse.definitions import Problem as DefinitionProblem


_PERIOD = typer.Option("--period", help="A month, such as 2024-06: the version that holds for it.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Contracts: what each dataset must look like.", no_args_is_help=True)
    group.command()(lint)
    group.command("list")(listed)
    group.command("show")(shown)
    group.command("diff")(diff)
    app.add_typer(group, name="contract")
    app.command()(template)
    app.command()(check)


def lint(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; the built-in ones when left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check contracts, each problem with file and line.

    Examples: `shiji contract lint` · `shiji contract lint config/contracts/forestry/saplings.yaml`
    """
    from expectations.contract_lint import lint as lint_contracts
    from expectations.contracts.reading import BUILT_IN

    folders = context.obj.definition_folders("contracts", BUILT_IN)
    files = files_in(paths or folders)
    tell_problems(lint_contracts(files, folders), f"{len(files)} contracts", as_json)


def listed(context: typer.Context, as_json: Json = False) -> None:
    """List the datasets with every version of their contracts, and the months that each holds for.

    Examples: `shiji contract list` · `shiji contract list --json`
    """
    every = _known(context).values()
    rows = [_version(one, version) for one in every for version in one.every_version]
    show(rows, ("dataset", "title", "department", "version", "from", "until", "file"), as_json=as_json)


def shown(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="Dataset, such as toilet_ledger.")],
    period: Annotated[str | None, _PERIOD] = None,
    as_json: Json = False,
) -> None:
    """Show the columns of a dataset: of its newest version, or of the one of a month.

    Examples: `shiji contract show toilet_ledger` · `shiji contract show toilet_ledger --period 2024-06`
    """
    version = _contract(context, dataset, period)
    rows = [
        {
            "column": column.name,
            "title": column.title,
            "type": column.type,
            "unit": column.unit,
            "required": column.required,
            "key": column.key,
            "allowed": "、".join(column.enum),
        }
        for column in version.columns
    ]
    if not as_json:
        own = _version(_known(context)[dataset], version)
        typer.echo(f"{version.title}, version {version.version}, {_span(own)}: {own['file']}")
    show(rows, ("column", "title", "type", "unit", "required", "key", "allowed"), as_json=as_json)


def _version(contract: Contract, version: Contract) -> dict[str, str]:
    later = [one.valid_from for one in contract.every_version if one.valid_from > version.valid_from]
    return {
        "dataset": version.dataset,
        "title": version.title,
        "department": version.department,
        "version": version.version,
        "from": version.valid_from,
        "until": (Month(later[0]) - 1).text if later else "",
        "file": str(version.source),
    }


def _span(version: Mapping[str, str]) -> str:
    since = f"from {version['from']}" if version["from"] else "from the first month"
    return since + (f" until {version['until']}" if version["until"] else " on")


def _known(context: typer.Context) -> Mapping[str, Contract]:
    from expectations.contracts.reading import load_contracts

    home = context.obj
    return home.contracts if home.is_initialised else load_contracts()


def _contract(context: typer.Context, dataset: str, period: str | None = None) -> Contract:
    """A dataset's contract as it holds for a month; its newest version where none is given.

    Raises:
        Problem: There is no such dataset, or it is no month.
    """
    contracts = _known(context)
    if dataset not in contracts:
        raise Problem(f"no dataset {dataset}; there are: {', '.join(contracts)}")
    try:
        return contracts[dataset].at(Month(period).text if period else None)
    except ValueError as error:
        raise Problem(f"--period {period!r} is no month; write 2025-06") from error


def check(context: typer.Context, as_json: Json = False) -> None:
    """Check everything a city writes as YAML: contracts, indicators, reconciliations, schemes.

    In a home it also says how many submissions were judged by other contracts than today's.

    Example: `shiji check`
    """
    from expectations.contract_lint import lint as lint_contracts
    from expectations.contracts.reading import BUILT_IN as CONTRACTS
    from expectations.contracts.reading import load_contracts
    from expectations.contracts.sources import sources
    from expectations.reconciliations import lint_reconciliations
    from expectations.reconciliations.model import BUILT_IN as RECONCILIATIONS
    from pipelines.cli.schemes import scheme_problems
    from warehouse.assessment import BUILT_IN as SCHEMES
    from warehouse.indicators import lint_indicators
    from warehouse.indicators.model import BUILT_IN as INDICATORS

    home = context.obj
    folders = home.definition_folders("contracts", CONTRACTS)
    contracts = files_in(folders)
    problems = lint_contracts(contracts, folders)
    indicators = files_in(home.definition_folders("indicators", INDICATORS))
    reconciliations = files_in(home.definition_folders("reconciliations", RECONCILIATIONS))
    if not problems:  # their SQL is held against the contracts' columns
        facts = sources(load_contracts(folders))
        problems = [*lint_indicators(indicators, facts), *lint_reconciliations(reconciliations, facts)]
    # The examples that come with the program are of another city.
    schemes = files_in(home.own_definitions("schemes") if home.is_initialised else [SCHEMES])
    if not problems:  # they name indicators
        problems = scheme_problems(home, schemes)
    counts = (
        f"{len(contracts)} contracts, {len(indicators)} indicators, {len(reconciliations)} reconciliations, "
        f"{len(schemes)} schemes"
    )
    if home.is_initialised and not problems and not as_json:
        _tell_of_changes(home)
    tell_problems(problems, counts, as_json)


def _tell_of_changes(home: Home) -> None:
    """Say how much was judged by other contracts than these; what that would change takes as long as a load."""
    from pipelines.answers.contract_diff import concerned
    from pipelines.home.site import Site

    if count := len(concerned(Site(home))):
        typer.echo(
            f"{count:,} submissions were judged by other contracts than these: `shiji contract diff` says what the next "
            "load would make of them"
        )


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The YAML files among paths and, for folders, below them.

    Raises:
        Problem: A path is not there.
    """
    paths = list(paths)
    if missing := [str(path) for path in paths if not path.exists()]:
        raise Problem(f"no such file or folder: {', '.join(missing)}")
    return [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]


def tell_problems(problems: Sequence[DefinitionProblem], checked: str, as_json: bool) -> None:
    """Print problems of definitions and end: with 1 where there are any."""
    rows = [{"file": str(p.path), "line": p.line, "problem": p.message} for p in problems]
    if rows or as_json:
        show(rows, ("file", "line", "problem"), as_json=as_json)
    else:
        typer.echo(f"{checked}, no problems")
    raise typer.Exit(1 if problems else 0)


def template(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="Dataset, such as toilet_ledger.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write; else <title>.xlsx here.")
    ] = None,
    period: Annotated[str | None, _PERIOD] = None,
) -> None:
    """Write the Excel form a clerk can fill: drop-downs, formats, notes. It is that of the newest version.

    Examples: `shiji template toilet_ledger -o 改厕台账.xlsx` · `shiji template toilet_ledger --period 2024-06`
    """
    from expectations.templates.form import NoIndicators, write_form_template
    from expectations.templates.ledger import write_template

    contract = _contract(context, dataset, period)
    path = output or Path(f"{contract.title}.xlsx")
    try:
        (write_form_template if contract.form else write_template)(contract, path)
    except NoIndicators as error:
        raise Problem(str(error)) from error
    typer.echo(str(path))
