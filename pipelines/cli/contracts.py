"""``shiji contract lint`` and ``shiji template``: what a dataset must look like, checked and as a form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import Json, Problem, show


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Contracts: what each dataset must look like.", no_args_is_help=True)
    group.command()(lint)
    app.add_typer(group, name="contract")
    app.command()(template)


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
    from expectations.contract import BUILT_IN
    from expectations.contract_lint import lint as lint_files

    folders = paths or [
        BUILT_IN,
        *(folder for folder in [context.obj.config / "contracts"] if folder.is_dir()),
    ]
    files = [file for path in folders for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    problems = lint_files(files)
    rows = [{"file": str(p.path), "line": p.line, "problem": p.message} for p in problems]
    if rows or as_json:
        show(rows, ("file", "line", "problem"), as_json=as_json)
    else:
        typer.echo(f"{len(files)} contracts, no problems")
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
    from expectations.contract import load_contracts
    from expectations.template import write_template

    home = context.obj
    contracts = home.contracts if home.is_initialised else load_contracts()
    if dataset not in contracts:
        raise Problem(f"no dataset {dataset}; there are: {', '.join(contracts)}")
    path = output or Path(f"{contracts[dataset].title}.xlsx")
    write_template(contracts[dataset], path)
    typer.echo(str(path))
