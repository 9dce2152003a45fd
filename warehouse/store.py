"""The tables on disk: Delta tables of Parquet, one folder each, replaced partition by partition, or added to.

A write is one commit: readers see all of it or nothing, and every earlier version stays readable, because files and
log entries are never removed. What the tables mean, and what ought to be in them, does not belong here.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.commits import KEEP_FOREVER, Placed, create, replace
from warehouse.encoding import write_parquet
from warehouse.fitting import SchemaError, check_inside, fit, schema_mode
from warehouse.snapshots import AsOf, Snapshots, actions, paths, since_checkpoint
from warehouse.whole import Whole, placed

if TYPE_CHECKING:
    from deltalake import DeltaTable

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
# delta-rs reads its path as an address: it panics on brackets and takes an escape for the character meant.
_UNUSABLE = re.compile(r"[\[\]]|%[0-9A-Fa-f]{2}")
_TRIES = 20
"""How often a commit is made anew on top of somebody else's."""

_SUMMED_UP_EVERY = 20
"""Versions after which a table's log is summed up."""

_CROWDED = 8
"""Small files of one partition from which on they are joined."""

_SMALL = 16 << 20
"""Bytes below which a file is small, and that one of joined files has."""


class Overtaken(RuntimeError):
    """Somebody committed to the table in between; read it again and decide anew."""


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
        self._snapshots = Snapshots(root)

    def tables(self) -> list[str]:
        """Names of the tables there are, sorted."""
        return sorted(path.parent.name for path in self.root.glob("*/_delta_log"))

    def exists(self, *tables: str) -> bool:
        """Whether tables are all there."""
        return all((self._path(table) / "_delta_log").is_dir() for table in tables)

    def version(self, table: str, as_of: AsOf = None) -> int | None:
        """The version of a table, now or at a past time; None where there was no table."""
        found = self._snapshots.open(table, as_of)
        return None if found is None else found.version()

    def schema(self, table: str, as_of: AsOf = None) -> pa.Schema | None:
        """The schema a table has, partition columns included; None where there is no table."""
        found = self._snapshots.open(table, as_of)
        return None if found is None else pa.schema(found.schema().to_arrow())

    def write(
        self,
        table: str,
        data: pa.Table,
        schema: pa.Schema,
        partition: Mapping[str, Sequence[str]],
        wholes: Sequence[Whole] = (),
    ) -> int:
        """Replace exactly the partitions named, in one commit.

        Args:
            table: Snake_case name.
            data: The new rows of these partitions. Partition values without rows become empty.
            schema: What the table must look like. Columns it has and the table on disk has not are added; where a
                column's type has changed, the table is rewritten as a whole in the same commit.
            partition: Partition columns and the values replaced (all combinations of them); empty for a table that
                is replaced as a whole. The same columns at every write.
            wholes: Files that hold more of the new rows, in just this schema. Those that the table has already stay.

        Returns:
            The version written.

        Raises:
            SchemaError: Columns missing, unknown, or not castable (of the data, or of the rows that stay); or rows
                outside of the partitions named; or other partition columns than before.
            UnreadableError: One of the wholes is not what was written.
        """
        _check_names(table, partition)
        fitted = fit(table, data, schema)
        check_inside(table, fitted, partition)
        known = self.schema(table)
        if known is not None:
            self._check_partitioning(table, list(partition))
        is_retyped = schema_mode(known, schema) == "overwrite"
        if is_retyped:
            fitted = self._retyped(table, fitted, partition)
        files = [*self._written(table, fitted, list(partition)), *self._placed(table, wholes, partition)]
        return self._commit(table, fitted.schema, files, partition, is_retyped=is_retyped)

    def append(self, table: str, data: pa.Table, schema: pa.Schema, after: int | None) -> int:
        """Add rows to a table without partitions, in one commit, if it is still as it was read.

        Args:
            table: Snake_case name.
            data: The new rows.
            schema: What the table must look like.
            after: The version that the rows were decided on; None where there was no table.

        Returns:
            The version written.

        Raises:
            Overtaken: There is a newer version; nothing was added.
            SchemaError: As ``write``.
        """
        from deltalake import CommitProperties, DeltaTable, write_deltalake
        from deltalake.exceptions import CommitFailedError

        path = self._path(table)
        fitted = fit(table, data, schema)
        if after is None:
            DeltaTable.create(path, schema, mode="ignore", configuration=KEEP_FOREVER)
        seen = DeltaTable(path, version=after or 0)
        try:
            # Without a retry a commit that comes second fails; with one it would be put after the other unseen.
            write_deltalake(
                seen, fitted, mode="append", commit_properties=CommitProperties(max_commit_retries=0)
            )
        except CommitFailedError as error:
            raise Overtaken(f"{table} has a newer version than {after}") from error
        return seen.version()

    def remove(self, table: str, column: str, values: Sequence[str]) -> int:
        """Leave out the rows with these values of a column from now on; returns the version written."""
        _check_names(table, {column: values})
        found = self._existing(table)
        found.delete(f"{column} IN ({', '.join(map(repr, values))})")
        return found.version()

    def lay_out(self, table: str, schema: pa.Schema, columns: Sequence[str]) -> None:
        """Begin a table anew: empty, partitioned by these columns. Its earlier versions stay as they were."""
        from deltalake import write_deltalake

        write_deltalake(
            self._path(table),
            schema.empty_table(),
            mode="overwrite",
            schema_mode="overwrite",
            partition_by=list(columns),
            configuration=KEEP_FOREVER if self.version(table) is None else None,
        )

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
        folder = self._path(table)
        return sorted(folder / unquote(path) for path in paths(self._existing(table, as_of)))

    def addresses(self, table: str, as_of: AsOf = None) -> list[str]:
        """The same files as absolute paths in text, which is quicker where all files of all tables are named.

        Raises:
            KeyError: There is, or was, no such table.
        """
        folder = self._path(table).absolute()
        return sorted(
            os.path.join(folder, *unquote(path).split("/")) for path in paths(self._existing(table, as_of))
        )

    def partition_columns(self, table: str, as_of: AsOf = None) -> list[str]:
        """The columns whose values stand in folder names.

        Raises:
            KeyError: There is, or was, no such table.
        """
        return list(self._existing(table, as_of).metadata().partition_columns)

    def tend(self) -> dict[str, int]:
        """Keep tables quick to open: join small files where a partition has many, and every twenty versions sum up the log.

        The files of earlier versions stay, and so does every version.

        Returns:
            By table whose files were joined, how many were replaced by fewer.
        """
        joined = {}
        for name in self.tables():
            table = self._existing(name)
            small = (each["path"] for each in actions(table) if each["size_bytes"] < _SMALL)
            if max(Counter(map(dirname, small)).values(), default=0) >= _CROWDED:
                joined[name] = int(table.optimize.compact(target_size=_SMALL)["numFilesRemoved"])
            if since_checkpoint(self._path(name)) >= _SUMMED_UP_EVERY:
                table.create_checkpoint()
        return joined

    def _written(self, table: str, rows: pa.Table, columns: Sequence[str]) -> Iterator[Placed]:
        """Rows as files in their places, one for each partition."""
        for values in rows.select(columns).group_by(columns).aggregate([]).to_pylist() if columns else [{}]:
            own = rows
            for column, value in values.items():
                own = own.filter(pc.equal(own[column], value)).drop_columns(column)
            if own.num_rows:
                name = f"{_below(values)}/part-{uuid4()}.parquet".removeprefix("/")
                path = self._path(table) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                write_parquet(own, path)
                yield Placed(name, values)

    def _placed(
        self, table: str, wholes: Sequence[Whole], partition: Mapping[str, Sequence[str]]
    ) -> Iterator[Placed]:
        folder = self._path(table)
        for whole in wholes:
            if whole.values.keys() != partition.keys() or any(
                value not in partition[column] for column, value in whole.values.items()
            ):
                raise SchemaError(
                    f"{table}: {whole.path} lies in {whole.values}, outside of what is replaced"
                )
            path = placed(whole, folder / _below(whole.values))
            yield Placed(path.relative_to(folder).as_posix(), whole.values)

    def _commit(
        self,
        table: str,
        schema: pa.Schema,
        files: Sequence[Placed],
        partition: Mapping[str, Sequence[str]],
        *,
        is_retyped: bool,
    ) -> int:
        from deltalake.exceptions import CommitFailedError

        folder = self._path(table)
        for _ in range(_TRIES):
            found = self._snapshots.open(table)
            if found is None:
                create(folder, schema, list(partition), files)
                return self._existing(table).version()
            try:
                replace(found, folder, schema, files, None if is_retyped else partition)
            except CommitFailedError:
                continue  # somebody else's commit came first; this one is made anew on top of it
            return self._snapshots.keep(table, found).version()
        raise Overtaken(f"{table} is written by others without a pause; run it again")

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
        return pa.concat_tables([fit(table, staying, fitted.schema), fitted])

    def _path(self, table: str) -> Path:
        return self.root / table

    def _existing(self, table: str, as_of: AsOf = None) -> DeltaTable:
        found = self._snapshots.open(table, as_of)
        if found is None:
            raise KeyError(
                f"no table {table} as of {as_of or 'now'}; there are {', '.join(self.tables()) or 'none'}"
            )
        return found


def _check_names(table: str, partition: Mapping[str, Sequence[str]]) -> None:
    """Hold a table's name and values of partition columns, which become names of folders, against what these may be.

    Raises:
        ValueError: One cannot be.
    """
    if not _NAME.fullmatch(table):
        raise ValueError(f"{table!r} cannot be a table name; use snake_case")
    for column, values in partition.items():
        bad = [value for value in values if not _VALUE.fullmatch(value)]
        if bad or not values:
            raise ValueError(
                f"{table}: {bad or 'no value'} for partition column {column}; use letters, digits, _ . -"
            )


def _below(values: Mapping[str, str]) -> str:
    """The folder of a partition, below the table's."""
    return "/".join(f"{column}={value}" for column, value in values.items())
