"""The ``shiji`` command: its options, its groups, and how an error reaches a person."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from connectors.errors import Refused
from pipelines.cli import (
    assessment,
    audit,
    cases,
    contracts,
    history,
    indicators,
    inspecting,
    keeping,
    loading,
    looking,
    office,
    private,
    regions,
    releases,
    sampling,
    schemes,
    setup,
    status,
    submissions,
)
from pipelines.cli.common import Problem
from pipelines.home.access import private_from_now_on

app = typer.Typer(
    name="shiji",
    help="Objective, traceable indicators for the rural-revitalization assessment, from what departments hand in.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals may hold private values
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", help="The home to work in; else SHIJI_HOME, else ./shiji-home.", show_default=False
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s"
    )
    from pipelines.home.folders import find_home

    private_from_now_on()
    context.obj = find_home(home)


for group in (
    setup,
    loading,
    looking,
    indicators,
    assessment,
    schemes,
    cases,
    office,
    sampling,
    history,
    releases,
    status,
    submissions,
    keeping,
    inspecting,
    contracts,
    regions,
    audit,
    private,
):
    group.register(app)


def main() -> None:
    """Run the command line; an expected error ends with one clear message and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console or a bare C locale cannot print Chinese otherwise.
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except Refused as error:
        typer.secho(f"{error.message} {error.remedy}", fg="red", err=True)
        raise SystemExit(1) from error
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        typer.secho(str(error), fg="red", err=True)
        raise SystemExit(1) from error


def _expected() -> tuple[type[Exception], ...]:
    """Errors whose message says what to do. What raises them takes a while to import, so it is left until then."""
    from expectations.bulletin.basis import NoBulletin
    from expectations.contracts.model import ContractError
    from expectations.reconciliations.engine import ReconciliationError
    from pipelines.answers.claims import NoSuchRegion
    from pipelines.answers.sampling import SampleError
    from pipelines.answers.scoring import NoScoresError
    from pipelines.home.access import NoSuchGroup
    from pipelines.home.folders import HomeError
    from warehouse.definitions import DefinitionError
    from warehouse.guard import QueryError
    from warehouse.indicators import IndicatorError
    from warehouse.release import ReleaseError

    ours = HomeError, ContractError, NoSuchGroup, DefinitionError, QueryError, ReleaseError, Problem
    return *ours, IndicatorError, ReconciliationError, NoScoresError, NoSuchRegion, SampleError, NoBulletin
