"""What other offices take away: a plain Parquet file per table and one ``office.duckdb`` with all of them.

Everything is written beside and then switched in, so that whoever opens a file sees all of it. A table that has not
changed since the last time is not written again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.query import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OFFICE = "office.duckdb"
_MANIFEST = "manifest.json"
_OURS = frozenset({"table_versions"})


def publish(connection: DuckDBPyConnection, folder: Path) -> list[str]:
    """Bring a folder up to what a connection sees.

    Args:
        connection: From ``query.connect``.
        folder: Made when absent. Parquet files of tables that are no longer there are removed.

    Returns:
        Names of the tables written anew, sorted; none when nothing has changed.

    Raises:
        OSError: The folder cannot be written, or a reader holds a file that has to be replaced (Windows).
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = _marks(connection)
    before = _read_manifest(folder)
    changed = sorted(
        table
        for table, mark in now.items()
        if before.get(table) != mark or not _parquet(folder, table).exists()
    )
    gone = sorted(set(before) - set(now))
    if not changed and not gone and (folder / OFFICE).exists():
        return []
    with tempfile.TemporaryDirectory(dir=folder, prefix=".publishing-") as name:
        beside = Path(name)
        for table in changed:
            _write_parquet(connection, table, _parquet(beside, table))
        _write_database(connection, sorted(now), beside / OFFICE)
        # The manifest goes first and comes back last: a crash in between makes the next run write everything.
        (folder / _MANIFEST).unlink(missing_ok=True)
        for table in changed:
            _parquet(beside, table).replace(_parquet(folder, table))
        (beside / OFFICE).replace(folder / OFFICE)
        for table in gone:
            _parquet(folder, table).unlink(missing_ok=True)
        (beside / _MANIFEST).write_text(json.dumps(now, indent=1, sort_keys=True), encoding="utf-8")
        (beside / _MANIFEST).replace(folder / _MANIFEST)
    return changed


def _marks(connection: DuckDBPyConnection) -> dict[str, str]:
    """By table, a text that changes when its content does: the version, or a hash where there is no version."""
    names = connection.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
    )
    tables = [row[0] for row in names.fetchall() if row[0] not in _OURS]
    versions = dict(connection.sql("SELECT table_name, version FROM table_versions").fetchall())
    return {
        table: f"version {versions[table]}" if table in versions else _content_mark(connection, table)
        for table in tables
    }


def _content_mark(connection: DuckDBPyConnection, table: str) -> str:
    found = connection.sql(f"SELECT count(*), bit_xor(hash(t)) FROM {quoted(table)} AS t").fetchall()  # noqa: S608
    return f"rows {found[0][0]} hash {found[0][1]}"


def _read_manifest(folder: Path) -> Mapping[str, str]:
    path = folder / _MANIFEST
    if not path.exists():
        return {}
    marks: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return marks


def _parquet(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"


def _write_parquet(connection: DuckDBPyConnection, table: str, path: Path) -> None:
    connection.table(table).write_parquet(str(path), compression="zstd")


def _write_database(connection: DuckDBPyConnection, tables: list[str], path: Path) -> None:
    connection.execute(f"ATTACH {_text(str(path))} AS office")
    try:
        for table in tables:
            connection.execute(f"CREATE TABLE office.{quoted(table)} AS FROM {quoted(table)}")
    finally:
        connection.execute("DETACH office")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
