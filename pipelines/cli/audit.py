"""``shiji audit``: the log of acts that nobody may do unseen."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, show


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Who froze, revealed, decided, rotated, restored: a hash-chained log.", no_args_is_help=True
    )
    group.command("list")(list_entries)
    group.command()(verify)
    app.add_typer(group, name="audit")


def list_entries(context: typer.Context, as_json: Json = False) -> None:
    """List the log, the oldest first.

    Example: `shiji audit list --json`
    """
    from warehouse.audit import Audit

    rows = [asdict(entry) for entry in Audit(home_of(context).audit).entries()]
    show(rows, ("seq", "at", "who", "what", "subject", "reason"), as_json=as_json, title="Audit log")


def verify(
    context: typer.Context,
    noted: Annotated[
        str | None, typer.Option(help="A hash that `audit verify` gave earlier; it must still be there.")
    ] = None,
) -> None:
    """Follow the chain and name the first link that is broken; ends with 1 then.

    Note the hash it prints somewhere else: with `--noted` a log whose newest entries were cut off is found too.

    Examples: `shiji audit verify` · `shiji audit verify --noted 3f6c…`
    """
    from warehouse.audit import Audit

    found = Audit(home_of(context).audit).verify(noted)
    if found.broken_line is not None:
        raise Problem(f"line {found.broken_line}: {found.why}. {found.entries} entries before it are sound")
    torn = f" ({len(found.torn)} lines torn by a crash, none lost)" if found.torn else ""
    typer.echo(f"{found.entries} entries hold together{torn}; the last is {found.last}")
