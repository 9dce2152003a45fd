"""The warehouse as an analyst sees it: a DuckDB connection with one view per table, now, as of a day, or as released.

DuckDB reads the Parquet files that a table's version names; nothing is copied, and later loads do not disturb an open
connection, because files are never removed. How a result is written out stands in ``export``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import chain
from os.path import basename
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from warehouse import schemas
from warehouse.clock import SHANGHAI, ZONE
from warehouse.guard import Limits, QueryError, ask, lock
from warehouse.handed_in import TABLE as SUBMISSIONS
from warehouse.shapes import empty_table, quoted
from warehouse.snapshots import AsOf
from warehouse.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Submissions(Protocol):
    """Whoever knows what was handed in: the ledger."""

    def submissions(self, as_of: datetime | None = None) -> pa.Table:
        """Rows of ``submissions``, now or as of a UTC time."""


FIXED: Mapping[str, pa.Schema] = {
    "quarantine": schemas.QUARANTINE,
    "findings": schemas.FINDINGS,
    "hand_ins": schemas.HAND_INS,
    "observations": schemas.OBSERVATIONS,
    "reconciliations": schemas.RECONCILIATIONS,
    "anomalies": schemas.ANOMALIES,
    "cases": schemas.CASES,
    "samples": schemas.SAMPLES,
    "verifications": schemas.VERIFICATIONS,
    "schemes": schemas.SCHEMES,
    "scores": schemas.SCORES,
    "standings": schemas.STANDINGS,
    "regions": schemas.REGIONS,
    "releases": schemas.RELEASES,
}
"""Tables that are there from the start, with or without rows."""


def connect(
    store: Store,
    ledger: Submissions,
    *,
    as_of: datetime | None = None,
    release: str | None = None,
    expected: Mapping[str, pa.Schema] | None = None,
    limits: Limits | None = None,
) -> DuckDBPyConnection:
    """Open the warehouse for reading; nothing else can be reached through the connection.

    Besides the tables of the design there is ``table_versions``: which version of each table is seen, and a hash of
    the files it consists of. ``releases`` is always the present list.

    Args:
        store: Where the tables are.
        ledger: For the table ``submissions``; that of a release is kept with it.
        as_of: Everything as it was at this UTC time.
        release: Everything as it was released under this name; neither a time nor a release: as it is, which may be
            in the middle of a load.
        expected: Schemas of further tables (the datasets'), so that one not yet written is empty and not an error, and a
            column that came with a later version of a contract is null before it.
        limits: Of time and memory, for every question.

    Raises:
        QueryError: Both a time and a release, or a time at which nothing had been handed in. Between that and the first
            load there is the table ``submissions`` and no other.
        ReleaseError: No such release.
    """
    import duckdb

    versions, moment = _versions(store, as_of, release)
    handed_in = None if SUBMISSIONS in versions else ledger.submissions(as_of=moment)
    is_before_all = as_of is not None and _is_before_all(store, versions, as_of, handed_in)
    connection = duckdb.connect()
    files = {table: store.addresses(table, version) for table, version in versions.items()}
    wanted = expected or {}
    views = (_view(store, name, version, files[name], wanted) for name, version in versions.items())
    absent = () if is_before_all else _absent(versions, wanted)
    connection.execute("; ".join([*_SETTINGS, *chain.from_iterable(views), *absent]))
    if handed_in is not None:
        connection.from_arrow(handed_in).create(quoted(SUBMISSIONS))
    _note_versions(connection, versions, files)
    lock(connection, _as_named(chain.from_iterable(files.values())), limits)
    return connection


def _absent(versions: Mapping[str, int], expected: Mapping[str, pa.Schema]) -> Iterator[str]:
    """Tables that were never written, empty."""
    for table, schema in {**FIXED, **expected}.items():
        if table not in versions:
            yield empty_table(table, schema)


def _is_before_all(
    store: Store, versions: Mapping[str, int], as_of: datetime, handed_in: pa.Table | None
) -> bool:
    """Whether nothing had been loaded yet: an empty table would answer 0. What had been handed in is known all the same.

    Raises:
        QueryError: Nothing had been handed in either.
    """
    is_before_all = not versions.keys() - {"regions"}
    if is_before_all and (handed_in is None or not handed_in.num_rows):
        raise QueryError(_nothing_yet(store, as_of))
    return is_before_all


def _note_versions(
    connection: DuckDBPyConnection, versions: Mapping[str, int], files: Mapping[str, Sequence[str]]
) -> None:
    contents = [_content(files[table]) for table in versions]
    connection.execute(
        "CREATE TABLE table_versions AS SELECT unnest(?::varchar[]) AS table_name, unnest(?::bigint[]) AS version, "
        "unnest(?::varchar[]) AS content",
        [list(versions), list(versions.values()), contents],
    )


def select(
    connection: DuckDBPyConnection,
    sql: str,
    parameters: Sequence[object] = (),
    *,
    seconds: float | None = None,
) -> pa.Table:
    """The answer to one question; what would change or write anything is not run.

    Args:
        connection: From :func:`connect`.
        sql: The question.
        parameters: Its values.
        seconds: Another limit of time than the connection's.

    Raises:
        QueryError: Not exactly one question, one that DuckDB does not understand, or one that takes too much.
    """
    return _with_plain_integers(ask(connection, sql, parameters, seconds=seconds))


def filled(connection: DuckDBPyConnection, tables: Iterable[str]) -> frozenset[str]:
    """Those of a connection's tables that hold rows, found out in one question."""
    each = (f"select '{table}' where exists (from {quoted(table)})" for table in sorted(tables))
    asked = " union all ".join(each)
    return (
        frozenset(str(table) for (table,) in connection.execute(asked).fetchall()) if asked else frozenset()
    )


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


_OF_PATTERNS = re.compile(r"[*?\[]")

_SETTINGS = (
    "SET parquet_metadata_cache = true",
    f"SET TimeZone = '{ZONE}'",
    "CREATE SCHEMA shapes",
)


def _versions(
    store: Store, as_of: datetime | None, release: str | None
) -> tuple[dict[str, int], datetime | None]:
    """Which version of which table to show, and the time the ledger is to be read at."""
    if as_of is not None and release is not None:
        raise QueryError("--as-of and --release exclude each other; give one")
    if release is not None:
        from warehouse.release import released

        found = released(store, release)
        return {**found.versions, **_found(store, ["releases"], None)}, found.created_at
    versions = _found(store, (table for table in store.tables() if table != SUBMISSIONS), as_of)
    return versions, as_of


def _found(store: Store, tables: Iterable[str], as_of: AsOf) -> dict[str, int]:
    versions = {table: store.version(table, as_of) for table in tables}
    return {table: version for table, version in versions.items() if version is not None}


def _content(files: Iterable[str]) -> str:
    """A hash of the names of files that are written once."""
    return sha256("\n".join(map(basename, files)).encode()).hexdigest()


def _nothing_yet(store: Store, as_of: datetime) -> str:
    """Why there is no answer for a time before the first load: 0 would be one."""
    from warehouse.release import releases

    said = f"nothing had been loaded yet at {as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M} (Shanghai)"
    made = releases(store)
    if not made:
        return f"{said}; there is no release to this day"
    first = made[0].created_at.astimezone(SHANGHAI)
    return f"{said}; the first release is of {first:%Y-%m-%d %H:%M}. Ask for that day or a later one"


def _view(
    store: Store, table: str, as_of: AsOf, files: Sequence[str], wanted: Mapping[str, pa.Schema]
) -> Iterator[str]:
    """Statements that make a table's view."""
    schema, shown = shown_columns(store, table, as_of, wanted)
    if not files:
        yield empty_table(table, shown)
        return
    types = ", ".join(f"{quoted(name)}: VARCHAR" for name in store.partition_columns(table, as_of))
    hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
    columns = ", ".join(quoted(field.name) for field in shown)
    # The empty table gives columns that no file has yet their name and type.
    yield empty_table(table, schema, "shapes")
    yield (
        f"CREATE VIEW {quoted(table)} AS SELECT {columns} FROM (FROM shapes.{quoted(table)} "  # noqa: S608
        f"UNION ALL BY NAME FROM read_parquet([{', '.join(map(_literal, files))}], union_by_name = true, {hive}))"
    )


def shown_columns(
    store: Store, table: str, as_of: AsOf, wanted: Mapping[str, pa.Schema]
) -> tuple[pa.Schema, list[pa.Field]]:
    """The columns that a table has or is to have by now, and those of them that readers see.

    Raises:
        KeyError: There is, or was, no such table.
    """
    schema = store.schema(table, as_of)
    if schema is None:
        raise KeyError(table)
    for field in schemas.SUBMISSIONS if table == SUBMISSIONS else wanted.get(table, ()):
        if field.name not in schema.names:
            schema = schema.append(field)
    return schema, [field for field in schema if field.name not in schemas.PARTITIONS_ONLY]


def _pattern(path: str) -> str:
    """A path with the characters of patterns meaning themselves."""
    return _OF_PATTERNS.sub(r"[\g<0>]", path)


def _literal(path: str) -> str:
    """A path as SQL takes it."""
    return "'" + _pattern(path).replace("'", "''") + "'"


def _as_named(files: Iterable[str]) -> set[str]:
    """Files as views name them, and as they are called: DuckDB asks for both."""
    called = set(files)
    return called.union(map(_pattern, called))
