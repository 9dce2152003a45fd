"""``shiji backup``, ``shiji restore`` and ``shiji verify``: keeping a home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import Json, Problem, home_of, progress_bars, show

if TYPE_CHECKING:
    from pipelines.home.folders import Home


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (verify, backup, restore):
        app.command()(command)


def verify(
    context: typer.Context,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Read every byte, and hold every record against what it was staged as."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Look whether all of a home is still what was written, and say what to do where it is not; nothing is changed.

    Ends with 1 when something is wrong.

    Examples: `shiji verify` · `shiji verify --deep` · `shiji verify --deep --json`
    """
    from pipelines.home.site import Site
    from pipelines.keeping.verify import verify as run

    with progress_bars(quiet=as_json) as progress:
        found = run(Site(home_of(context)), deep=deep, progress=progress)
    if as_json or found:
        rows = [{"where": one.where, "what": one.what, "remedy": one.remedy} for one in found]
        show(rows, ("where", "what", "remedy"), as_json=as_json, title="What is wrong")
    else:
        looked_at = "every byte is what was written" if deep else "sizes and counts; --deep reads every byte"
        typer.echo(f"Nothing is wrong: {looked_at}")
    raise typer.Exit(1 if found else 0)


def backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="The backup folder, on another disk; made when absent.")],
    without_key: Annotated[
        bool, typer.Option("--without-key", help="Leave the key of the tokens out; keep it elsewhere then.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Back up a home into a folder that keeps all its backups; only what is new is copied.

    Ends with 1 when something could not be kept or is damaged in the home; the rest is kept all the same.

    Examples: `shiji backup /mnt/backup/shiji` · `shiji backup /mnt/backup/shiji --without-key`
    """
    from pipelines.keeping.backup import KEY
    from pipelines.keeping.backup import backup as run
    from pipelines.keeping.manifest import BackupError

    try:
        with progress_bars(quiet=as_json) as progress:
            done = run(home_of(context), target, with_key=not without_key, progress=progress)
    except BackupError as error:
        raise Problem(str(error)) from error
    made = done.manifest
    files = [item for item in made.items if item.sha256]
    facts = {"backup": made.name, "files": len(files), "bytes": sum(item.size for item in files),
             "copied": done.copied, "has_key": made.has_key, "problems": list(done.problems)}  # fmt: skip
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        typer.echo(
            f"{made.name}: {len(files):,} files, {done.copied:,} of them copied now, and the ledger, in {target}"
        )
        held = (
            "is in it: whoever has the backup can match tokens"
            if made.has_key
            else "is not in it: keep it elsewhere"
        )
        typer.echo(f"The key {KEY} {held}")
        for problem in done.problems:
            typer.secho(f"  {problem}", fg="red", err=True)
    raise typer.Exit(1 if done.problems else 0)


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A backup folder.", exists=True, file_okay=False)],
    at: Annotated[str | None, typer.Option(help="Which backup; the newest when left out.")] = None,
) -> None:
    """Restore a home from a backup, into an empty folder; nothing is overwritten. Cut short, it goes on when run again.

    Examples: `shiji --home /srv/shiji restore /mnt/backup/shiji` · `shiji restore /mnt/backup/shiji --at 20250703-020000-123456`
    """
    from pipelines.keeping.manifest import BackupError
    from pipelines.keeping.restore import restore as run

    home: Home = context.obj
    try:
        with progress_bars() as progress:
            made = run(source, home, name=at, progress=progress)
    except BackupError as error:
        raise Problem(str(error)) from error
    typer.echo(f"{home.root} is what it was at backup {made.name}, every byte looked at")
    if not made.has_key:
        typer.echo(f"The key was left out: put it back as {home.config / 'private.key'} before the next load")
    typer.echo("Next: shiji verify --deep, then shiji load, which publishes the last state again")
