"""``shiji contract diff``: what a change of contracts would do to what was handed in, before it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, progress_bars, show

if TYPE_CHECKING:
    from pipelines.answers.contract_diff import ContractDiff

_COUNTS = ("dataset", "submissions", "refused", "taken", "rows_lost", "rows_gained", "as_before")
_FILES = ("file", "period", "before", "now", "recorded_before", "recorded_now", "reason")


def diff(
    context: typer.Context,
    datasets: Annotated[
        list[str] | None, typer.Argument(help="Only these datasets; all when left out.")
    ] = None,
    contracts: Annotated[
        Path | None,
        typer.Option(
            "--contracts",
            help="A folder that stands in place of config/contracts: a copy of it, with the change made.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many files to name, the worst first.")] = 10,
    as_json: Json = False,
) -> None:
    """Say what changed contracts would do to what is in force, held or refused, before a load does it; nothing is written.

    Every submission that stands under a version that was changed is read and judged again, which takes as long as
    loading it; those under other versions are left alone. Regions and the program are those of today.

    Examples: `shiji contract diff` · `shiji contract diff toilet_ledger --contracts drafts/` · `shiji contract diff --json`
    """
    from pipelines.answers.contract_diff import concerned, contract_diff
    from pipelines.home.folders import Home
    from pipelines.home.site import Site

    site = Site(Home(home_of(context).root, contracts))
    if unknown := [name for name in datasets or () if name not in site.contracts]:
        raise Problem(f"no dataset {', '.join(unknown)}; there are: {', '.join(site.contracts)}")
    entries = concerned(site, datasets or ())
    size = sum(entry.size for entry in entries) / 1e6
    typer.echo(f"{len(entries):,} submissions ({size:,.1f} MB) to judge again", err=True)
    with progress_bars(quiet=as_json) as progress:
        found = contract_diff(site, entries, progress)
    if as_json:
        typer.echo(json.dumps(found.plain(), ensure_ascii=False, indent=2, default=str))
    elif entries:
        _show(found, limit)
    else:
        typer.echo("Nothing was judged by other contracts than these.")


def _show(found: ContractDiff, limit: int) -> None:
    typer.echo("Changed: " + ("; ".join(found.versions) or "contracts that nothing was taken for"))
    show(found.summary(), _COUNTS, as_json=False)
    if otherwise := found.otherwise():
        show(otherwise[:limit], _FILES, as_json=False, title=f"{len(otherwise):,} would come out otherwise")
    if found.failed:
        failed = ", ".join(found.failed[:10])
        typer.echo(f"{len(found.failed)} could not be judged by an error of ours: {failed}")
