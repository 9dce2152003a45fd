"""``shiji reveal`` and ``shiji key rotate``: private values, shown with a reason, and the key of their tokens."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, progress_bars, show


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(reveal)
    group = typer.Typer(help="The key that private values are tokenized with.", no_args_is_help=True)
    group.command()(rotate)
    app.add_typer(group, name="key")


def reveal(
    context: typer.Context,
    submission: Annotated[str, typer.Argument(help="Submission, such as 20250603-000012-ab12cd34.")],
    sheet: Annotated[str, typer.Argument(help="Sheet, as the tables show it.")],
    row: Annotated[int, typer.Argument(help="Row, as the spreadsheet numbers it.")],
    reason: Annotated[str, typer.Option(help="Why it must be seen; kept in the audit log.")] = "",
    as_json: Json = False,
) -> None:
    """Show one record in the clear, read from the archive; the audit log has it before the screen does.

    Example: `shiji reveal 20250603-000012-ab12cd34 Sheet1 17 --reason "field check of 12 June, letter 2025-88"`
    """
    from pipelines.answers.revealing import NotRevealed
    from pipelines.answers.revealing import reveal as read
    from pipelines.home.site import Site

    try:
        cells = read(Site(home_of(context)), submission, sheet, row, reason)
    except NotRevealed as error:
        raise Problem(str(error)) from error
    if as_json:
        typer.echo(json.dumps(cells, ensure_ascii=False, indent=2))
        return
    show(
        ({"column": title, "cell": cell} for title, cell in cells.items()), ("column", "cell"), as_json=False
    )


def rotate(
    context: typer.Context, reason: Annotated[str, typer.Option(help="Why; kept in the audit log.")] = ""
) -> None:
    """Make a new key, and everything that holds tokens anew from the archive; senders hear nothing of it.

    Cut off, it is gone on with by the same command or the next load. Releases and earlier versions keep the tokens
    of the key before: a token of a release and one of today no longer match.

    Example: `shiji key rotate --reason "the yearly change"`
    """
    from pipelines.home import keys
    from pipelines.loading.rotation import rotate as change

    home = home_of(context)
    with progress_bars() as progress:
        summary = change(home, reason, progress)
    if keys.counts(home):
        raise Problem(
            f"{len(summary.failures)} submissions could not be read anew, {len(summary.problems)} problems of the gate; "
            "see shiji status --failed, then run shiji key rotate again: it goes on where this ended"
        )
    typer.echo(
        f"{len(summary.outcomes)} submissions made anew. Back up {home.config / 'private.key'}: the copy you have is of the key before"
    )
