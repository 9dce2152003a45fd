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


def write_office(folder: Path, tables: Sequence[str], words: Mapping[str, Words], path: Path) -> None:
    """Write the tables of a folder's Parquet files into one database.

    Args:
        folder: Holds ``<table>.parquet``.
        tables: Which, in the order they are written.
        words: By table, comments.
        path: The database; must not be there.
    """
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {_text(str(path))} AS office (STORAGE_VERSION '{STORAGE}')")
        connection.begin()  # a commit for each comment would take longer than all the rest
        for table in tables:
            source = connection.read_parquet(str(folder / f"{table}.parquet"), hive_partitioning=False)
            source.create(f"office.{quoted(table)}")
            _comment(connection, table, words.get(table), source.columns)
        connection.commit()
        connection.execute("DETACH office")


def _comment(connection: DuckDBPyConnection, table: str, words: Words | None, columns: Sequence[str]) -> None:
    if words is None:
        return
    connection.execute(f"COMMENT ON TABLE office.{quoted(table)} IS {_text(words.table)}")
    for column in columns:
        if said := words.columns.get(column):
            connection.execute(f"COMMENT ON COLUMN office.{quoted(table)}.{quoted(column)} IS {_text(said)}")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
