"""The tables on disk: Delta tables of Parquet, one folder each, replaced partition by partition.

A write is one commit: readers see all of it or nothing, and every earlier version stays readable, because files and
log entries are never removed. What the tables mean, and what ought to be in them, does not belong here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from deltalake import DeltaTable, WriterProperties

AsOf = int | datetime | None
"""A version, a UTC time, or now."""

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
# delta-rs reads its path as an address: it panics on brackets and takes an escape for the character meant.
_UNUSABLE = re.compile(r"[\[\]]|%[0-9A-Fa-f]{2}")
_KEEP_FOREVER = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
}
_MISFITS_SHOWN = 10


class SchemaError(ValueError):
    """Data that does not fit the schema of its table; names every column and the remedy."""


class Store:
    """Delta tables under one folder.

    Args:
        root: The folder; made on the first write.

    Raises:
        ValueError: The folder's path holds what the table library cannot take.
    """

    def __init__(self, root: Path) -> None:
        if _UNUSABLE.search(str(root.absolute())):
            raise ValueError(
                f"tables cannot be kept in {root}: its path holds [ ] or an escape like %20; use another folder"
            )
        self.root = root

    def tables(self) -> list[str]:
        """Names of the tables there are, sorted."""
        return sorted(path.parent.name for path in self.root.glob("*/_delta_log"))

    def version(self, table: str, as_of: AsOf = None) -> int | None:
        """The version of a table, now or at a past time; None where there was no table."""
        found = self._open(table, as_of)
        return None if found is None else found.version()

    def schema(self, table: str, as_of: AsOf = None) -> pa.Schema | None:
        """The schema a table has, partition columns included; None where there is no table."""
        found = self._open(table, as_of)
        return None if found is None else pa.schema(found.schema().to_arrow())

    def write(
        self, table: str, data: pa.Table, schema: pa.Schema, partition: Mapping[str, Sequence[str]]
    ) -> int:
        """Replace exactly the partitions named, in one commit.

        Args:
            table: Snake_case name.
            data: The new rows of these partitions, in the order they are to be kept. Partition values without rows
                become empty.
            schema: What the table must look like. Columns it has and the table on disk has not are added; where a
                column's type has changed, the table is rewritten as a whole in the same commit.
            partition: Partition columns and the values replaced (all combinations of them); empty for a table that
                is replaced as a whole. The same columns at every write.

        Returns:
            The version written.

        Raises:
            SchemaError: Columns missing, unknown, or not castable (of the data, or of the rows that stay); or rows
                outside of the partitions named; or other partition columns than before.
        """
        from deltalake import CommitProperties, write_deltalake

        if not _NAME.fullmatch(table):
            raise ValueError(f"{table!r} cannot be a table name; use snake_case")
        predicate = _predicate(table, partition)
        fitted = _fit(table, data, schema)
        _check_inside(table, fitted, partition)
        known = self.schema(table)
        mode: Literal["merge", "overwrite"] | None = None
        if known is None:
            predicate = None
        else:
            self._check_partitioning(table, list(partition))
            if any(
                name in known.names and known.field(name).type != schema.field(name).type
                for name in schema.names
            ):
                fitted, predicate, mode = self._retyped(table, fitted, partition), None, "overwrite"
            elif set(schema.names) != set(known.names):
                mode = "merge"
        write_deltalake(
            self._path(table),
            fitted,
            mode="overwrite",
            partition_by=list(partition) or None,
            predicate=predicate,
            schema_mode=mode,
            configuration=_KEEP_FOREVER if known is None else None,
            writer_properties=_encoding(fitted.schema),
            commit_properties=CommitProperties(max_commit_retries=20),
        )
        return self._existing(table).version()

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
        as_of: AsOf = None,
    ) -> pa.Table:
        """Rows of a table.

        Args:
            table: Its name.
            columns: Those wanted, all when None.
            where: A filter on its columns.
            as_of: A version or a UTC time.

        Raises:
            KeyError: There is, or was, no such table.
        """
        dataset = self._existing(table, as_of).to_pyarrow_dataset()
        return dataset.to_table(columns=None if columns is None else list(columns), filter=where)

    def files(self, table: str, as_of: AsOf = None) -> list[Path]:
        """The Parquet files of a version, sorted. Partition values stand in the folder names (``period=2025-06``).

        Raises:
            KeyError: There is, or was, no such table.
        """
        # Not pa.table(): that imports pandas, which takes longer than the query.
        actions = pa.RecordBatchReader.from_stream(self._existing(table, as_of).get_add_actions()).read_all()
        folder = self._path(table)
        return sorted(folder / unquote(path) for path in actions["path"].to_pylist())

    def partition_columns(self, table: str, as_of: AsOf = None) -> list[str]:
        """The columns whose values stand in folder names.

        Raises:
            KeyError: There is, or was, no such table.
        """
        return list(self._existing(table, as_of).metadata().partition_columns)

    def compact(self) -> dict[str, int]:
        """Join small files of every table and checkpoint its log; the files of earlier versions stay.

        Returns:
            By table, how many files were replaced by fewer.
        """
        joined = {}
        for name in self.tables():
            table = self._existing(name)
            joined[name] = int(table.optimize.compact()["numFilesRemoved"])
            table.create_checkpoint()
        return joined

    def _check_partitioning(self, table: str, columns: list[str]) -> None:
        known = self.partition_columns(table)
        if known != columns:
            raise SchemaError(
                f"{table}: partitioned by {known}, not by {columns}; write it with the same partition columns"
            )

    def _retyped(self, table: str, fitted: pa.Table, partition: Mapping[str, Sequence[str]]) -> pa.Table:
        """The rows that stay, in the types of the new ones, and the new ones."""
        replaced = pc.scalar(True)
        for column, values in partition.items():
            replaced &= pc.field(column).isin(list(values))
        staying = self.read(table, where=~replaced) if partition else self.read(table).slice(0, 0)
        lost = [field for field in staying.schema if field.name not in fitted.column_names]
        for field in lost:
            fitted = fitted.append_column(field, pa.nulls(fitted.num_rows, field.type))
        return pa.concat_tables([_fit(table, staying, fitted.schema), fitted])

    def _path(self, table: str) -> Path:
        return self.root / table

    def _existing(self, table: str, as_of: AsOf = None) -> DeltaTable:
        found = self._open(table, as_of)
        if found is None:
            raise KeyError(
                f"no table {table} as of {as_of or 'now'}; there are {', '.join(self.tables()) or 'none'}"
            )
        return found

    def _open(self, table: str, as_of: AsOf = None) -> DeltaTable | None:
        from deltalake import DeltaTable

        path = self._path(table)
        if not (path / "_delta_log").is_dir() or not DeltaTable.is_deltatable(str(path)):
            return None
        if isinstance(as_of, int):
            return DeltaTable(path, version=as_of)
        if as_of is None:
            return DeltaTable(path)
        version = _version_at(path, as_of)
        return None if version is None else DeltaTable(path, version=version)


def _encoding(schema: pa.Schema) -> WriterProperties:
    """Numbers without a dictionary: looking for one takes most of the time and seldom makes them smaller."""
    from deltalake import ColumnProperties, WriterProperties

    plain = ColumnProperties(dictionary_enabled=False)
    numbers = [
        field.name for field in schema if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
    ]
    return WriterProperties(column_properties=dict.fromkeys(numbers, plain))


def _version_at(folder: Path, moment: datetime) -> int | None:
    """The last version committed at or before a time, None where there was none.

    Read from the log itself: file times do not survive a copy, and delta-rs finds no history below a ``#``.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone; give a UTC time")
    limit = moment.timestamp() * 1000
    commits = sorted(
        (path for path in (folder / "_delta_log").glob("*.json") if path.stem.isdigit()), reverse=True
    )
    return next((int(path.stem) for path in commits if _committed_at(path) <= limit), None)


def _committed_at(commit: Path) -> int:
    """When a commit was made, in milliseconds since 1970 (Delta protocol, commit provenance information)."""
    for line in commit.read_text(encoding="utf-8").splitlines():
        if line.startswith('{"commitInfo"'):
            return int(json.loads(line)["commitInfo"]["timestamp"])
    raise ValueError(f"{commit} does not say when it was made; it was not written by this store")


def _predicate(table: str, partition: Mapping[str, Sequence[str]]) -> str | None:
    for column, values in partition.items():
        bad = [value for value in values if not _VALUE.fullmatch(value)]
        if bad or not values:
            raise ValueError(
                f"{table}: {bad or 'no value'} for partition column {column}; use letters, digits, _ . -"
            )
    clauses = [f"{column} IN ({', '.join(map(repr, values))})" for column, values in partition.items()]
    return " AND ".join(clauses) or None


def _fit(table: str, data: pa.Table, schema: pa.Schema) -> pa.Table:
    """The data in the schema's columns, order and types."""
    missing = [name for name in schema.names if name not in data.column_names]
    unknown = [name for name in data.column_names if name not in schema.names]
    if missing or unknown:
        raise SchemaError(
            f"{table}: missing columns {missing}, unknown columns {unknown}; make data and schema agree"
        )
    misfits: list[str] = []
    columns = [_cast(data[field.name], field, misfits) for field in schema]
    if misfits:
        shown = "; ".join(misfits[:_MISFITS_SHOWN])
        raise SchemaError(f"{table}: {len(misfits)} columns do not fit their type: {shown}")
    return pa.table(columns, schema=schema)


def _cast(column: pa.ChunkedArray, field: pa.Field, misfits: list[str]) -> pa.ChunkedArray:
    try:
        cast = column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        # Arrow's own message quotes the offending value, which may be private.
        misfits.append(f"{field.name} is {column.type}, not {field.type}")
        return column
    if not field.nullable and cast.null_count:
        misfits.append(f"{field.name} has {cast.null_count} nulls")
    return cast


def _check_inside(table: str, data: pa.Table, partition: Mapping[str, Sequence[str]]) -> None:
    for column, values in partition.items():
        outside = set(pc.unique(data[column]).to_pylist()) - set(values)
        if outside:
            raise SchemaError(
                f"{table}: rows with {column} {sorted(map(str, outside))[:_MISFITS_SHOWN]} "
                f"outside of the {len(values)} values replaced; name every value in the partition"
            )
