"""``shiji status``: who has handed in what, what failed, and what readers wait for."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipelines.cli.common import Json, home_of, show


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(
    context: typer.Context,
    department: Annotated[str | None, typer.Option(help="Only this department.")] = None,
    refused: Annotated[
        bool, typer.Option("--refused", help="Only what was refused, with the reason.")
    ] = False,
    failed: Annotated[
        bool,
        typer.Option("--failed", help="Only what failed by our own fault, with when it is tried again."),
    ] = False,
    submissions: Annotated[
        bool, typer.Option("--submissions", help="Every submission instead of counts.")
    ] = False,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only what the next release waits for, and since when.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Who has handed in what: accepted, partial, held, refused, failed, repeat, superseded, withdrawn; late, not handed in.

    Examples: `shiji status` · `shiji status --refused` · `shiji status --failed` · `shiji status --waiting` ·
    `shiji status --department road --submissions --json`
    """
    from pipelines.home.site import Site

    site = Site(home_of(context))
    if failed:
        _show_failed(site, department, as_json)
    elif waiting:
        _show_waiting(site, as_json)
    else:
        _show_handed_in(site, department, refused=refused, submissions=submissions, as_json=as_json)


_SUBMISSION = (
    "submission_id",
    "dataset",
    "period",
    "sender_path",
    "status",
    "rows_recorded",
    "rows_quarantined",
)


def _show_handed_in(
    site: Any, department: str | None, *, refused: bool, submissions: bool, as_json: bool
) -> None:
    rows = [
        row
        for row in site.ledger.submissions().to_pylist()
        if (not refused or row["status"] == "refused") and (not department or row["department"] == department)
    ]
    if refused:
        show(rows, ("sender_path", "received_at", "reason", "remedy"), as_json=as_json, title="Refused")
    elif submissions:
        show(rows, _SUBMISSION, as_json=as_json, title="Submissions")
    else:
        _show_counts(site, rows, department, as_json)


def _show_waiting(site: Any, as_json: bool) -> None:
    from pipelines.answers.waiting import waiting

    rows = [reason.plain() for reason in waiting(site)]
    show(rows, ("what", "since"), as_json=as_json, title="What the next release waits for")


def _show_failed(site: Any, department: str | None, as_json: bool) -> None:
    rows = [row for row in site.ledger.failed() if department in (None, row["department"])]
    columns = ("submission_id", "sender_path", "status", "attempts", "retry_at", "failure")
    show(rows, columns, as_json=as_json, title="Failed")
    if rows and not as_json:
        typer.echo(
            f"Where each was raised: {site.home.failures}; all at once again: shiji load --retry-failed"
        )


def _show_counts(site: Any, rows: list[dict[str, Any]], department: str | None, as_json: bool) -> None:
    from pipelines.answers.overview import count_submissions
    from pipelines.home.access import too_open

    counts = count_submissions(site, rows, department)
    columns = (
        "department",
        "dataset",
        "accepted",
        "partial",
        "held",
        "refused",
        "failed",
        "repeat",
        "superseded",
        "withdrawn",
        "late",
        "not_handed_in",
        "last_period",
    )
    show(counts, columns, as_json=as_json, title="Submissions by dataset")
    waiting = sum(row["status"] == "received" for row in rows)
    unrouted = sum(row["status"] == "refused" for row in rows)
    if not as_json and (waiting or unrouted):
        typer.echo(f"{waiting} received and not yet read, {unrouted} refused: shiji status --refused")
    if not as_json and (open_paths := too_open(site.home.sharing)):
        shown = ", ".join(map(str, open_paths[:3])) + (" …" if len(open_paths) > 3 else "")
        typer.echo(f"open to other accounts of this machine: {shown}; close them with: shiji init")
    unfinished = [row for row in site.ledger.failed() if department in (None, row["department"])]
    if not as_json and unfinished:
        typer.echo(f"{len(unfinished)} failed and will be tried again: shiji status --failed")
    owed = [entry for entry, _ in site.ledger.owed() if department in (None, entry.department)]
    if not as_json and owed:
        typer.echo(f"{len(owed)} slips are owed: the next load writes them")
    if not as_json:
        _say_waiting(site)


def _say_waiting(site: Any) -> None:
    from pipelines.answers.waiting import waiting

    if reasons := waiting(site):
        typer.echo("readers do not see the present state yet; the next release waits for:")
        for reason in reasons:
            typer.echo(f"  {reason}")
