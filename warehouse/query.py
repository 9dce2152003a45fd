"""The warehouse as an analyst sees it: a DuckDB connection with one view per table, now, as of a day, or as released.

DuckDB reads the Parquet files that a table's version names; nothing is copied, and later loads do not disturb an open
connection, because files are never removed. How a result is written out stands in ``export``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse import schemas
from warehouse.store import AsOf, Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.ledger import Ledger

FIXED: Mapping[str, pa.Schema] = {
    "quarantine": schemas.QUARANTINE,
    "findings": schemas.FINDINGS,
    "observations": schemas.OBSERVATIONS,
    "reconciliations": schemas.RECONCILIATIONS,
    "anomalies": schemas.ANOMALIES,
    "regions": schemas.REGIONS,
    "releases": schemas.RELEASES,
}
"""Tables that are there from the start, with or without rows."""

VERSIONS = pa.schema([("table_name", pa.string()), ("version", pa.int64())])


class QueryError(ValueError):
    """A query that is not answered; says in Chinese why."""


def connect(
    store: Store,
    ledger: Ledger,
    *,
    as_of: datetime | None = None,
    release: str | None = None,
    expected: Mapping[str, pa.Schema] | None = None,
) -> DuckDBPyConnection:
    """Open the warehouse for reading.

    Besides the tables of the design there is ``table_versions``: which version of each table is seen.

    Args:
        store: Where the tables are.
        ledger: For the table ``submissions``.
        as_of: Everything as it was at this UTC time.
        release: Everything as it was released under this name.
        expected: Schemas of further tables (the datasets'), so that one not yet written is empty and not an error.

    Raises:
        QueryError: Both a time and a release, or no such release.
    """
    import duckdb

    if as_of is not None and release is not None:
        raise QueryError("--as-of 和 --release 只能用一个。")
    versions, moment = _versions(store, as_of, release)
    connection = duckdb.connect()
    for setting in _SETTINGS:
        connection.execute(setting)
    for table, version in versions.items():
        _view(connection, store, table, version)
    for table, schema in {**FIXED, **(expected or {})}.items():
        if table not in versions:
            _copy(connection, table, schema.empty_table())
    _copy(connection, "submissions", ledger.submissions(as_of=moment))
    seen = pa.table([list(versions), list(versions.values())], schema=VERSIONS)
    _copy(connection, "table_versions", seen)
    return connection


def select(connection: DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()) -> pa.Table:
    """The answer to one question; what would change or write anything is not run.

    Raises:
        QueryError: Not exactly one question, or DuckDB does not understand it.
    """
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1:
            raise QueryError(f"一次只能查询一条语句，这里有 {len(statements)} 条。")
        if statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
            raise QueryError("只能查询（SELECT、FROM、DESCRIBE、EXPLAIN），不能改动数据或写文件。")
        answer = connection.sql(statements[0], params=list(parameters)).to_arrow_table()
    except duckdb.Error as error:
        raise QueryError(f"查询语句有误：{error}") from error
    return _with_plain_integers(answer)


def _with_plain_integers(answer: pa.Table) -> pa.Table:
    """DuckDB sums integers to 128 bits, which Arrow has as decimals; where they fit they become integers again."""
    for position, field in enumerate(answer.schema):
        if pa.types.is_decimal128(field.type) and field.type.scale == 0:
            try:
                column = answer.column(position).cast(pa.int64())
            except pa.ArrowInvalid:
                continue
            answer = answer.set_column(position, field.name, column)
    return answer


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


_SETTINGS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET parquet_metadata_cache = true",
    "SET TimeZone = 'Asia/Shanghai'",
    "CREATE SCHEMA shapes",
)


def _versions(
    store: Store, as_of: datetime | None, release: str | None
) -> tuple[dict[str, int], datetime | None]:
    """Which version of which table to show, and the time the ledger is to be read at."""
    if release is not None:
        from warehouse.release import released

        found = released(store, release)
        return dict(found.versions), found.created_at
    versions = {table: store.version(table, as_of) for table in store.tables()}
    return {table: version for table, version in versions.items() if version is not None}, as_of


def _view(connection: DuckDBPyConnection, store: Store, table: str, as_of: AsOf) -> None:
    schema = store.schema(table, as_of)
    assert schema is not None  # noqa: S101 - the version was just found
    files = store.files(table, as_of)
    if not files:
        _copy(connection, table, schema.empty_table())
        return
    types = ", ".join(f"{quoted(name)}: VARCHAR" for name in store.partition_columns(table, as_of))
    hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
    # The empty relation gives columns that no file has yet their name and type.
    _copy(connection, table, schema.empty_table(), "shapes")
    connection.execute(
        f"CREATE VIEW {quoted(table)} AS SELECT {', '.join(map(quoted, schema.names))} FROM shapes.{quoted(table)} "  # noqa: S608
        f"UNION ALL BY NAME SELECT * FROM read_parquet([{', '.join(map(_literal, files))}], "
        f"union_by_name = true, {hive})"
    )


def _literal(path: Path) -> str:
    """A path as SQL takes it, with the characters of patterns meaning themselves."""
    plain = "".join(
        f"[{character}]" if character in "*?[" else character for character in str(path.absolute())
    )
    return "'" + plain.replace("'", "''") + "'"


def _copy(connection: DuckDBPyConnection, name: str, rows: pa.Table, schema: str = "main") -> None:
    """A table of the connection's own memory."""
    connection.register("incoming_rows", rows)
    connection.execute(f"CREATE TABLE {schema}.{quoted(name)} AS FROM incoming_rows")
    connection.unregister("incoming_rows")
