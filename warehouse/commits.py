"""Commits to a table's log: Parquet files that become the table's, and files that stop being.

What is written is what the Delta protocol calls add and remove actions, with the statistics by which readers pass over
files. Which rows ought to be in a table does not belong here.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa

from warehouse.snapshots import actions

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from deltalake.transaction import AddAction, RemoveAction
    from pyarrow.parquet import FileMetaData

KEEP_FOREVER = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
}
"""How tables are made: no version is ever lost."""

_LONGEST = 64
"""Texts up to so long are told as a lowest or highest value."""


@dataclass(frozen=True)
class Placed:
    """A file in its place.

    Attributes:
        name: Below the table's folder, with ``/``.
        values: By partition column, the value of all its rows.
    """

    name: str
    values: Mapping[str, str]


def create(folder: Path, schema: pa.Schema, columns: Sequence[str], files: Iterable[Placed]) -> None:
    """Make a table of files, in one commit.

    Raises:
        deltalake.exceptions.DeltaError: Somebody else has made it meanwhile.
    """
    from deltalake import Schema
    from deltalake.transaction import create_table_with_add_actions

    create_table_with_add_actions(
        str(folder),
        Schema.from_arrow(schema),
        [_add(folder, file) for file in files],
        mode="error",
        partition_by=list(columns),
        configuration=KEEP_FOREVER,
    )


def replace(
    table: DeltaTable,
    folder: Path,
    schema: pa.Schema,
    files: Collection[Placed],
    partition: Mapping[str, Sequence[str]] | None,
) -> None:
    """Let a table consist of these files where it consisted of others, in one commit on top of the version opened.

    Args:
        table: Opened at its newest version; brought to the one that is written.
        folder: Where it lies.
        schema: Of the files. Columns that the table has not are added to it before, by a commit of their own: they are null
            in every row until then.
        files: What there is to be; where the table consists of just these already, nothing is written.
        partition: Partition columns and values that are replaced; None where all rows are, and the table gets the schema.

    Raises:
        deltalake.exceptions.CommitFailedError: Somebody has written a newer version; nothing is changed.
    """
    from deltalake import CommitProperties

    if partition is not None:
        _add_columns(table, schema)
    there = {unquote(each["path"]): each for each in actions(table)}
    names = {file.name for file in files}
    adding: list[AddAction | RemoveAction] = [_add(folder, file) for file in files if file.name not in there]
    if partition is not None:
        gone = (each for name, each in there.items() if name not in names and _lies_in(each, partition))
        adding += map(_remove, gone)
        if not adding:
            return
    table.create_write_transaction(
        adding,
        "append" if partition is not None else "overwrite",
        schema if partition is None else table.schema(),
        partition_by=list(table.metadata().partition_columns),
        commit_properties=CommitProperties(max_commit_retries=0),
    )
    table.update_incremental()


def _add_columns(table: DeltaTable, schema: pa.Schema) -> None:
    from deltalake import Schema

    known = {field.name for field in table.schema().fields}
    new = [field for field in Schema.from_arrow(schema).fields if field.name not in known]
    if new:
        table.alter.add_columns(new)


def _lies_in(action: Mapping[str, Any], partition: Mapping[str, Sequence[str]]) -> bool:
    return all(action["partition"][column] in values for column, values in partition.items())


def _add(folder: Path, file: Placed) -> AddAction:
    import pyarrow.parquet as pq
    from deltalake.transaction import AddAction

    path = folder / file.name
    look = path.stat()
    said = _statistics(pq.read_metadata(path), file.values)
    return AddAction(file.name, look.st_size, file.values, look.st_mtime_ns // 1_000_000, True, said)


def _remove(action: Mapping[str, Any]) -> RemoveAction:
    from deltalake.transaction import RemoveAction

    name, size, now = unquote(action["path"]), action["size_bytes"], time.time_ns() // 1_000_000
    return RemoveAction(name, True, now, size, action.get("partition"))


def _statistics(file: FileMetaData, left_out: Collection[str]) -> str:
    """Rows of a file; by column nulls, lowest and highest value, as far as its row groups say (per-file statistics)."""
    said: dict[str, Any] = {"numRecords": file.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for at in range(file.num_columns):
        name = file.schema.column(at).path
        if name in left_out or "." in name:
            continue
        groups = [file.row_group(group).column(at).statistics for group in range(file.num_row_groups)]
        if not groups or any(group is None or not group.has_null_count for group in groups):
            continue
        said["nullCount"][name] = sum(group.null_count for group in groups)
        ends = [(group.min, group.max) for group in groups if group.has_min_max]
        is_known = all(group.has_min_max or not group.num_values for group in groups)
        if ends and is_known and all(map(_can_be_told, _flat(ends))):
            said["minValues"][name] = _told(min(low for low, _ in ends))
            said["maxValues"][name] = _told(max(high for _, high in ends))
    return json.dumps(said, ensure_ascii=False)


def _flat(pairs: Iterable[tuple[Any, Any]]) -> Iterator[Any]:
    for pair in pairs:
        yield from pair


def _can_be_told(value: Any) -> bool:
    """Whether the log can hold a value as it is; a time would have to be rounded, a long text cut."""
    if isinstance(value, str):
        return len(value) <= _LONGEST
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int | date) and not isinstance(value, datetime)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
