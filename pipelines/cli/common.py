"""What the commands share: the home they work in, listing as a table or JSON, and progress bars."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from pipelines.home import Home
from pipelines.progress import Progress

SHANGHAI = ZoneInfo("Asia/Shanghai")
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


class Problem(Exception):
    """An expected failure of a command; the message says what to do."""


def home_of(context: typer.Context) -> Home:
    """The home this invocation works in.

    Raises:
        HomeError: It is not a home yet.
    """
    home: Home = context.obj
    home.settings  # noqa: B018 - reading the settings is the check
    return home


def show(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, title: str = ""
) -> None:
    """Print rows as a table for people, or as a JSON list."""
    listed = list(rows)
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2, default=_plain))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in listed:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    # A pipe has no width to fold to: leave lines whole there.
    Console(width=None if sys.stdout.isatty() else 200).print(table if listed else "(none)")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value[:4])) + (f" … ({len(value)})" if len(value) > 4 else "")
    return str(value).replace("[", r"\[")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)


@contextmanager
def progress_bars(*, quiet: bool = False) -> Iterator[Progress]:
    """Bars on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield Progress(report)
