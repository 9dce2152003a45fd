"""``shiji contract lint``, ``shiji check`` and ``shiji template``: what a dataset must look like, checked and as a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import Json, Problem, show

if TYPE_CHECKING:
    from warehouse.definitions import Problem as DefinitionProblem


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Contracts: what each dataset must look like.", no_args_is_help=True)
    group.command()(lint)
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
    from expectations.contracts.model import BUILT_IN

    files = _files(paths or context.obj.definition_folders("contracts", BUILT_IN))
    _tell(lint_contracts(files), f"{len(files)} contracts", as_json)


def check(context: typer.Context, as_json: Json = False) -> None:
    """Check everything a city writes as YAML: contracts, indicators, reconciliations.

    Example: `shiji check`
    """
    from expectations.contract_lint import lint as lint_contracts
    from expectations.contracts.model import BUILT_IN as CONTRACTS
    from expectations.contracts.model import load_contracts
    from expectations.contracts.sources import sources
    from expectations.reconciliations import lint_reconciliations
    from expectations.reconciliations.model import BUILT_IN as RECONCILIATIONS
    from warehouse.indicators import lint_indicators
    from warehouse.indicators.model import BUILT_IN as INDICATORS

    home = context.obj
    contracts = _files(home.definition_folders("contracts", CONTRACTS))
    problems = lint_contracts(contracts)
    indicators = _files(home.definition_folders("indicators", INDICATORS))
    reconciliations = _files(home.definition_folders("reconciliations", RECONCILIATIONS))
    if not problems:  # their SQL is held against the contracts' columns
        facts = sources(load_contracts(home.definition_folders("contracts", CONTRACTS)))
        problems = [*lint_indicators(indicators, facts), *lint_reconciliations(reconciliations, facts)]
    counts = (
        f"{len(contracts)} contracts, {len(indicators)} indicators, {len(reconciliations)} reconciliations"
    )
    _tell(problems, counts, as_json)


def _files(paths: Iterable[Path]) -> list[Path]:
    paths = list(paths)
    if missing := [str(path) for path in paths if not path.exists()]:
        raise Problem(f"no such file or folder: {', '.join(missing)}")
    return [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]


def _tell(problems: Sequence[DefinitionProblem], checked: str, as_json: bool) -> None:
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
) -> None:
    """Write the Excel form a clerk can fill: drop-downs, formats, notes.

    Example: `shiji template toilet_ledger -o 改厕台账.xlsx`
    """
    from expectations.contracts.model import load_contracts
    from expectations.templates.form import NoIndicators, write_form_template
    from expectations.templates.ledger import write_template

    home = context.obj
    contracts = home.contracts if home.is_initialised else load_contracts()
    if dataset not in contracts:
        raise Problem(f"no dataset {dataset}; there are: {', '.join(contracts)}")
    contract = contracts[dataset]
    path = output or Path(f"{contract.title}.xlsx")
    try:
        (write_form_template if contract.form else write_template)(contract, path)
    except NoIndicators as error:
        raise Problem(str(error)) from error
    typer.echo(str(path))
