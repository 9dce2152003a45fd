"""``shiji submissions``: what waits for a decision, and deciding it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, show

if TYPE_CHECKING:
    from pipelines.home.site import Site

_Kept = Annotated[
    str, typer.Option("--reason", help="Why; kept in the audit log and told to nobody but auditors.")
]
_Told = Annotated[
    str, typer.Option("--reason", help="Why; the sender reads it on the slip, the audit log keeps it.")
]
_Which = Annotated[str, typer.Argument(help="The submission's number, as on its slip.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Submissions that wait for a decision: confirm or withdraw them.", no_args_is_help=True
    )
    group.command()(held)
    group.command()(accept)
    group.command()(withdraw)
    app.add_typer(group, name="submissions")


def held(context: typer.Context, as_json: Json = False) -> None:
    """List what is held: files that would take much away from what is in force, and do not say that they mean to.

    Example: `shiji submissions held --json`
    """
    from pipelines.home.site import Site

    site = Site(home_of(context))
    rows = [row for row in site.ledger.submissions().to_pylist() if row["status"] == "held"]
    for row in rows:
        sentences = site.ledger.compared(row["submission_id"]) or ()
        row["compared"] = " ".join(one.partition("\n")[0] for one in sentences)
    columns = ("submission_id", "sender_path", "dataset", "period", "rows_recorded", "reason", "compared")
    show(rows, columns, as_json=as_json, title="Held", stacked=True)


def accept(context: typer.Context, submission: _Which, reason: _Kept) -> None:
    """Let a held submission take force. The next load rebuilds what it changes and tells its sender.

    Example: `shiji submissions accept 20250610-000012-ab12cd34 --reason "phoned the county: the whole list is new"`
    """
    from pipelines.answers.rulings import confirm

    _decide(context, confirm, submission, reason)
    typer.echo(f"{submission} takes force with the next load: shiji load")


def withdraw(context: typer.Context, submission: _Which, reason: _Told) -> None:
    """Let a submission not count any more; what it had replaced is in force again. The bytes stay in the archive.

    Example: `shiji submissions withdraw 20250610-000012-ab12cd34 --reason "报错了县"`
    """
    from pipelines.answers.rulings import withdraw as run

    _decide(context, run, submission, reason)
    typer.echo(f"{submission} does not count any more from the next load on: shiji load")


def _decide(
    context: typer.Context, act: Callable[[Site, str, str], None], submission: str, reason: str
) -> None:
    from pipelines.answers.rulings import NotDecided
    from pipelines.home.site import Site

    try:
        act(Site(home_of(context)), submission, reason)
    except NotDecided as error:
        raise Problem(str(error)) from error
