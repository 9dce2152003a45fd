"""A DuckDB connection to compute with: nothing in it at first, and gone with what was put into it.

A database takes 20 ms of processor to open, and a load computes a dozen times; so there is one per process, and each
computation has a cursor of its own. Whoever uses it makes only temporary tables, views and macros: those are the cursor's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@contextmanager
def scratch() -> Iterator[DuckDBPyConnection]:
    """A connection of one's own; it prints no progress, for loads print their own."""
    with _database().cursor() as connection:
        connection.execute("set enable_progress_bar = false")
        yield connection


@cache
def _database() -> DuckDBPyConnection:
    import duckdb

    return duckdb.connect()
