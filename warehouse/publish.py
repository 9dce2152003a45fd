"""What other offices take away: a plain Parquet file per table and one ``office.duckdb`` with all of them.

A release is a folder of its own below ``releases/``, written beside, and shown by switching ``current`` to it, so that
whoever opens files there sees all of one release. A table that has not changed is the same file again, by a hard link.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.current import CURRENT, RELEASES, linked, show, shown, thin
from warehouse.encoding import ROWS_OF_A_GROUP, written_as
from warehouse.office import write_office
from warehouse.shapes import quoted
from warehouse.whole import sha256_of
from warehouse.words import Words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OFFICE = "office.duckdb"
MANIFEST = "manifest.json"
_OURS = frozenset({"table_versions"})

Manifest = Mapping[str, Any]
"""``{"release": name, "files": {file name: {"mark", "sha256", "size"}}}``"""


def publish(
    connection: DuckDBPyConnection,
    root: Path,
    name: str,
    *,
    words: Mapping[str, Words] | None = None,
    written_by: str = "",
    before_shown: Callable[[Path], object] | None = None,
) -> list[str]:
    """Show readers what a connection sees.

    Args:
        connection: From ``query.connect``.
        root: The published folder; made when absent.
        name: The release's, and its folder's.
        words: By table, what it and its columns mean.
        written_by: A fingerprint of the code that writes; files of other code are written anew.
        before_shown: Called with the complete folder before readers see it, to set who may read it.

    Returns:
        Names of the tables written anew, sorted; none when nothing has changed, and ``current`` then stays.

    Raises:
        OSError: The folder cannot be written.
    """
    words = words or {}
    marks = _marks(connection, words, written_by)
    former = shown(root)
    noted = read_manifest(former).get("files", {})
    files = {_file(table): mark for table, mark in marks.items()}
    kept = {file: noted[file] for file, mark in files.items() if _is_there(former, noted, file, mark)}
    changed = sorted(table for table in marks if _file(table) not in kept)
    office = _office_mark(files)
    if not changed and _is_there(former, noted, OFFICE, office):
        return []
    beside = _beside(root, name, kept)
    for table in changed:
        _write_parquet(connection, table, words.get(table), beside / _file(table))
    if start := _office_to_go_on_with(former, noted):
        shutil.copyfile(start, beside / OFFICE)
    write_office(beside, {table: table in changed for table in sorted(marks)}, words, beside / OFFICE)
    _write_manifest(beside, name, {**files, OFFICE: office}, kept)
    _switch(root, name, beside, before_shown)
    return changed


def _office_mark(files: Mapping[str, str]) -> str:
    """Of all tables in one database, from the marks of their files."""
    return sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def _office_to_go_on_with(former: Path | None, noted: Mapping[str, Any]) -> Path | None:
    """The database that readers have, if it is just as it was written and holds the tables that were written with it."""
    if former is None or OFFICE not in noted:
        return None
    path = former / OFFICE
    marks = {file: one["mark"] for file, one in noted.items() if file != OFFICE}
    is_whole = path.exists() and sha256_of(path) == noted[OFFICE]["sha256"]
    return path if is_whole and noted[OFFICE]["mark"] == _office_mark(marks) else None


def _switch(root: Path, name: str, beside: Path, before_shown: Callable[[Path], object] | None) -> None:
    folder = beside.rename(root / RELEASES / name)
    if before_shown is not None:
        before_shown(folder)
    show(root, name)
    thin(root, name)
    _clear_flat(root)


def _beside(root: Path, name: str, kept: Iterable[str]) -> Path:
    """A folder that nobody looks at yet, with the files that stay as they are."""
    beside = root / RELEASES / f".{name}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for file in kept:
        linked(root / CURRENT / file, beside / file)
    return beside


def read_manifest(folder: Path | None) -> Manifest:
    """What a folder says of its files; empty where it is not there or cannot be read."""
    path = None if folder is None else folder / MANIFEST
    if path is None or not path.exists():
        return {}
    try:
        manifest: Manifest = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return manifest


def damaged(root: Path, *, deep: bool = False) -> Iterator[str]:
    """Files shown to readers that are missing, or not as they were written.

    Args:
        root: The published folder.
        deep: Read every byte, instead of comparing sizes.
    """
    folder = shown(root)
    manifest = read_manifest(folder)
    if folder is None or not manifest:
        yield MANIFEST
        return
    for name, noted in manifest["files"].items():
        path = folder / name
        if (
            not path.exists()
            or path.stat().st_size != noted["size"]
            or (deep and sha256_of(path) != noted["sha256"])
        ):
            yield name


def _marks(connection: DuckDBPyConnection, words: Mapping[str, Words], written_by: str) -> dict[str, str]:
    """By table, a text that changes when its file would."""
    names = connection.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
    )
    tables = [row[0] for row in names.fetchall() if row[0] not in _OURS]
    contents = dict(connection.sql("SELECT table_name, content FROM table_versions").fetchall())
    return {
        table: sha256(
            "\n".join([written_by, *_mark(connection, table, contents.get(table), words.get(table))]).encode()
        ).hexdigest()
        for table in tables
    }


def _mark(
    connection: DuckDBPyConnection, table: str, content: str | None, words: Words | None
) -> Iterator[str]:
    columns = connection.table(table)
    yield content or _rows_mark(connection, table)
    yield from map(str, zip(columns.columns, columns.types, strict=True))
    if words:
        yield words.table
        yield from map(str, words.columns.items())


def _rows_mark(connection: DuckDBPyConnection, table: str) -> str:
    """Of a table that is not made of files."""
    found = connection.sql(f"SELECT count(*), bit_xor(hash(t)) FROM {quoted(table)} AS t").fetchall()  # noqa: S608
    return f"rows {found[0][0]} hash {found[0][1]}"


def _is_there(folder: Path | None, noted: Mapping[str, Any], name: str, mark: str) -> bool:
    if folder is None or name not in noted or noted[name]["mark"] != mark:
        return False
    path = folder / name
    return path.exists() and path.stat().st_size == noted[name]["size"]


def _file(table: str) -> str:
    return f"{table}.parquet"


def _write_parquet(connection: DuckDBPyConnection, table: str, words: Words | None, path: Path) -> None:
    """Write a table group by group; no more of it than a group is in memory."""
    import pyarrow.parquet as pq

    rows = connection.table(table).to_arrow_reader(ROWS_OF_A_GROUP)
    schema = _described(rows.schema, words)
    groups = _groups(rows)
    first = next(groups, rows.schema.empty_table()).cast(schema)
    with pq.ParquetWriter(path, schema, **written_as(first)) as file:
        for group in chain([first], groups):
            file.write_table(group.cast(schema))


def _groups(rows: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Batches put together to groups that are worth one: a batch ends where one of the files that are read does."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in rows:
        held.append(batch)
        size += len(batch)
        if size >= ROWS_OF_A_GROUP:
            yield pa.Table.from_batches(held)
            held, size = [], 0
    if held:
        yield pa.Table.from_batches(held)


def _described(schema: pa.Schema, words: Words | None) -> pa.Schema:
    """The schema with times in UTC, and with what table and columns mean as metadata ``comment``."""
    said = words.columns if words else {}
    fields = [
        pa.field(
            field.name,
            pa.timestamp("us", tz="UTC")
            if pa.types.is_timestamp(field.type) and field.type.tz
            else field.type,
            metadata={"comment": said[field.name]} if field.name in said else None,
        )
        for field in schema
    ]
    about = {"comment": words.table, "columns": json.dumps(dict(said), ensure_ascii=False)} if words else None
    return pa.schema(fields, metadata=about)


def _write_manifest(
    folder: Path, name: str, marks: Mapping[str, str], kept: Mapping[str, Mapping[str, object]]
) -> None:
    """Note every file of a folder, and see that all of it is on disk: a power cut must not leave a half behind.

    Args:
        folder: Holds the files.
        name: The release's.
        marks: By file.
        kept: What was noted of files that are the same as before.
    """
    files = {
        file: kept.get(file)
        or {"mark": mark, "sha256": sha256_of(folder / file), "size": (folder / file).stat().st_size}
        for file, mark in marks.items()
    }
    text = json.dumps({"release": name, "files": files}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        _sync(path)


def _clear_flat(root: Path) -> None:
    """Remove files that lay in the folder itself: nothing brings them up to date, so they would mislead."""
    manifest = root / MANIFEST
    if manifest.exists():
        for table in json.loads(manifest.read_bytes()):
            (root / _file(table)).unlink(missing_ok=True)
        (root / OFFICE).unlink(missing_ok=True)
        manifest.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
