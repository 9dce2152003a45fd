"""What the commands share: the home they work in, listing as a table or JSON, and progress bars."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warehouse.clock import SHANGHAI

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from rich.console import Console
    from rich.table import Table

    from pipelines.home.folders import Home
    from pipelines.home.site import Site
    from pipelines.loading.load import Summary
    from pipelines.loading.progress import Progress

_WHOLE = 10_000
"""Wider than any line."""
_NARROWEST = 6
"""Places a column needs at least to be read beside others."""
_FOLDS = 2.5
"""How often the lines of a table may be folded, on the average, before it is shown a line per cell instead."""

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


@contextmanager
def reading(
    site: Site, *, live: bool = False, as_of: dt.datetime | None = None, release: str | None = None
) -> Iterator[DuckDBPyConnection]:
    """The warehouse as readers see it, or live: as its tables are.

    Raises:
        Problem: No load has finished yet, no such release, or two times at once.
    """
    from warehouse.guard import QueryError
    from warehouse.release import ReleaseError

    connect = site.connect if live else site.connect_released
    try:
        connection = connect(as_of=as_of, release=release)
    except (QueryError, ReleaseError) as error:
        raise Problem(str(error)) from error
    with connection:
        yield connection


def moment(text: str | None) -> dt.datetime | None:
    """A time as typed: a day means its end, because what came in on that day counts.

    Returns:
        UTC.

    Raises:
        Problem: It is no time.
    """
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"--as-of {text!r} is no time; write 2025-06-30 or 2025-06-30T08:00") from error
    if len(text) == len("2025-06-30"):
        moment += dt.timedelta(days=1, microseconds=-1)
    return moment.replace(tzinfo=moment.tzinfo or SHANGHAI).astimezone(dt.UTC)


def show(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    as_json: bool,
    title: str = "",
    stacked: bool = False,
) -> None:
    """Print rows as a table for people, or as a JSON list. No word is cut off: cells go on in the next line.

    Args:
        rows: What is listed.
        columns: Of them shown to people.
        as_json: Print all of it for programs.
        title: Above the table.
        stacked: One below the other however wide the terminal is: cells hold sentences.
    """
    listed = list(rows)
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2, default=_plain))
        return
    console = console_of(_WHOLE)
    if not listed:
        console.print("(none)")
        return
    table = _table(listed, columns, title)
    if stacked or console.width < max(_NARROWEST * len(columns), console.measure(table).maximum / _FOLDS):
        _show_stacked(console, listed, columns, title)
    else:
        console.print(table)


def console_of(piped: int) -> Console:
    """Where tables are drawn: as wide as the terminal, or as COLUMNS says; else a pipe gets lines of this width."""
    from rich.console import Console

    is_told = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return Console(width=None if is_told else piped, highlight=False)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    return table


def _show_stacked(
    console: Console, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str
) -> None:
    """A line per cell, for a table with more columns than fit beside each other."""
    from rich.text import Text

    console.print(Text(title, "bold"))
    for number, row in enumerate(rows, start=1):
        console.print(Text(f"{number} ".ljust(min(console.width, 40), "-"), "dim"), overflow="fold")
        for column in columns:
            console.print(Text.assemble((f"{column}  ", "bold"), _cell(row.get(column))), overflow="fold")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)


@contextmanager
def progress_bars(*, quiet: bool = False) -> Iterator[Progress]:
    """Bars on a terminal; in a log a line every few seconds, none for work that takes no longer."""
    from pipelines.loading.progress import Progress

    if quiet:
        yield Progress()
        return
    if not sys.stderr.isatty():
        with progress_lines() as progress:
            yield progress
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


@contextmanager
def progress_lines(every: float = 5.0) -> Iterator[Progress]:
    """A line on standard error each time so many seconds have passed, also while a step takes longer."""
    from pipelines.loading.progress import Progress

    begun = monotonic()
    now: list[tuple[str, int, int]] = []
    is_over = threading.Event()

    def tell() -> None:
        while not is_over.wait(every):
            for what, done, total in now:
                typer.echo(f"{monotonic() - begun:4.0f} s  {what}: {done:,} of {total:,}", err=True)

    def report(what: str, done: int, total: int) -> None:
        now[:] = [(what, done, total)]

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield Progress(report)
    finally:
        is_over.set()
        teller.join()


def tell_dagster(site: Site, summary: Summary) -> None:
    """Let Dagster's pages show what a load did; importing Dagster takes longer than a load with nothing to do."""
    from pipelines.dagster.events import report_load

    report_load(site, summary)
