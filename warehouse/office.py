"""``office.duckdb``: all published tables in one file that any DuckDB since 1.0 opens, described in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.shapes import quoted
from warehouse.words import Words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STORAGE = "v1.0.0"
"""The oldest storage that DuckDB writes; without it a program one minor version behind could not open the file."""

_SETTINGS = {"memory_limit": "1GB", "threads": "4"}
"""Tables go through it block by block, however long they are; every thread holds one."""


def write_office(folder: Path, tables: Mapping[str, bool], words: Mapping[str, Words], path: Path) -> None:
    """Write the tables of a folder's Parquet files into one database.

    Args:
        folder: Holds ``<table>.parquet``.
        tables: Which, in the order they are written, and whether each has changed.
        words: By table, comments.
        path: The database; where it is there, a copy of the one before: in it only what has changed is written.
    """
    import duckdb

    with duckdb.connect(config={**_SETTINGS, "temp_directory": str(path.parent)}) as connection:
        connection.execute(f"ATTACH {_text(str(path))} AS office (STORAGE_VERSION '{STORAGE}')")
        there = _clear(connection, tables)
        connection.begin()  # a commit for each comment would take longer than all the rest
        for table in tables:
            if table not in there:
                source = connection.read_parquet(str(folder / f"{table}.parquet"), hive_partitioning=False)
                source.create(f"office.{quoted(table)}")
                _comment(connection, table, words.get(table), source.columns)
        connection.commit()
        connection.execute("DETACH office")


def _clear(connection: DuckDBPyConnection, tables: Mapping[str, bool]) -> set[str]:
    """Drop what has changed or is no longer wanted, so that its room is there for what comes; returns what stays."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'office'"
    ).fetchall()
    there = {str(name) for (name,) in found}
    stays = {table for table in there if tables.get(table) is False}
    for table in sorted(there - stays):
        connection.execute(f"DROP TABLE office.{quoted(table)}")
    if there - stays:
        connection.execute("CHECKPOINT office")
    return stays


def _comment(connection: DuckDBPyConnection, table: str, words: Words | None, columns: Sequence[str]) -> None:
    if words is None:
        return
    connection.execute(f"COMMENT ON TABLE office.{quoted(table)} IS {_text(words.table)}")
    for column in columns:
        if said := words.columns.get(column):
            connection.execute(f"COMMENT ON COLUMN office.{quoted(table)}.{quoted(column)} IS {_text(said)}")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
