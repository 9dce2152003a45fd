"""SQL that people write, from the command line or in a definition, may only read what the warehouse shows.

Two fences, because each has a gap. A locked connection reaches no file but those of its own views, no network, no
extension and no setting; it would still let a statement change the tables it holds in memory. So a statement is taken
apart as well: one question, that changes nothing below EXPLAIN or WITH either, over tables and harmless functions.
Both take part in the limits of time and memory. Which tables there are does not belong here (``query``).
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EXPLAIN = re.compile(r"\s*explain\b(\s+analyze\b)?(\s*\(\s*(analyze|format \w+)\s*\))?", re.IGNORECASE)
_READING = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_HARMLESS = frozenset(
    {"unnest", "range", "generate_series", "repeat", "repeat_row", "json_each", "json_tree", "histogram"}
    | {"duckdb_tables", "duckdb_views", "duckdb_columns", "duckdb_functions", "pragma_table_info"}
)
"""Functions that may stand where a table may: none reads a file, runs SQL from a text, or does anything."""

_ONLY = (
    "only questions are answered: SELECT, FROM, WITH, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN, and PIVOT with its values "
    "named (ON column IN (…)). Nothing here changes data, settings or files"
)
_BATCH = 10_000
_MEGABYTE = 1 << 20


class QueryError(ValueError):
    """A question that is not answered; says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """What one question may take.

    Attributes:
        seconds: Of the clock.
        memory_mb: Of memory, in megabytes; as much again for the answer itself.
        spill: Folder for what does not fit into memory; None for none. It is gone again with the connection.
        spill_mb: The most that may lie there, in megabytes.
    """

    seconds: float = 600.0
    memory_mb: int = 4000
    spill: Path | None = None
    spill_mb: int = 20_000


def lock(
    connection: DuckDBPyConnection,
    readable: Iterable[Path | str] = (),
    limits: Limits | None = None,
) -> None:
    """Close a connection for good: what it holds stays, and of the world only these files can be read.

    Args:
        connection: With all its views made.
        readable: Files of its views, as the views name them.
        limits: Kept with the connection, for :func:`ask`.
    """
    limits = limits or Limits()
    spill = limits.spill_mb if limits.spill else 0
    settings: dict[str, object] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "python_enable_replacements": False,  # a table must never be a variable of the program
        "memory_limit": f"{limits.memory_mb}MB",
        "max_temp_directory_size": f"{spill}MB",
        "temp_directory": str(limits.spill.absolute()) if limits.spill else "",
        "allowed_paths": sorted({str(path) for path in readable}),
        "allowed_directories": [],
        "enable_external_access": False,
        "lock_configuration": True,
    }
    connection.execute(f"SET VARIABLE seconds = {limits.seconds}")
    connection.execute(f"SET VARIABLE memory_mb = {limits.memory_mb}")
    for name, value in settings.items():
        connection.execute(f"SET {name} = {_literal(value)}")


def ask(
    connection: DuckDBPyConnection,
    sql: str,
    parameters: Sequence[object] | Mapping[str, object] = (),
    *,
    seconds: float | None = None,
) -> pa.Table:
    """The answer to one question, within the limits that the connection was locked with.

    Args:
        connection: Locked, so that the question finds nothing else to read.
        sql: One statement.
        parameters: Its values.
        seconds: Another limit of time than the connection's.

    Raises:
        QueryError: Not one question, one that DuckDB does not understand, or one that takes too much.
    """
    import duckdb

    check(sql)
    limits = _limits(connection)
    allowed = seconds or limits.seconds
    given = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
    with _clock(connection, allowed) as is_over, _ceiling(limits.memory_mb):
        try:
            return _collected(connection.sql(sql, params=given).to_arrow_reader(_BATCH), limits.memory_mb)
        except (duckdb.Error, pa.ArrowException, OSError, MemoryError) as error:
            if is_over.is_set():
                raise QueryError(
                    f"stopped after {allowed:g} seconds. Ask for less (fewer months, an aggregate), or allow more: "
                    "--timeout, or sql_seconds in config/shiji.yaml"
                ) from error
            raise QueryError(_told(error, limits)) from error


def check(sql: str) -> None:
    """Whether a text is one question that only reads.

    Raises:
        QueryError: It is not.
    """
    if refused := _refused(sql):
        raise QueryError(refused)


@lru_cache(maxsize=512)  # what is computed month after month is asked in the same words
def _refused(sql: str) -> str | None:
    """Why a text is not one question that only reads, or None; it depends on nothing but the text."""
    import duckdb

    parser = _parser().cursor()
    try:
        statements = parser.extract_statements(sql)
    except duckdb.Error as error:
        return f"not understood: {error}"
    if len(statements) != 1:
        return f"one statement at a time; here are {len(statements)}"
    is_explained = statements[0].type == duckdb.StatementType.EXPLAIN
    question = _EXPLAIN.sub("", sql, count=1) if is_explained else sql
    [row] = parser.execute("select json_serialize_sql(?::varchar)", [question]).fetchall()
    tree = json.loads(row[0])
    if tree["error"] or len(tree["statements"]) != 1:
        return _ONLY
    for node in _nodes(tree):
        kind = node["type"]
        if kind.endswith("_NODE") and kind not in _READING:
            return _ONLY
        if kind == "TABLE_FUNCTION" and node["function"]["function_name"].lower() not in _HARMLESS:
            return (
                f"{node['function']['function_name']}(…) cannot be read from: a question reads the warehouse's "
                f"tables, no files and nothing from outside. Functions that can be: {', '.join(sorted(_HARMLESS))}"
            )
    return None


@cache
def _parser() -> DuckDBPyConnection:
    """A connection without any table, that takes texts apart."""
    import duckdb

    return duckdb.connect()


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every part of a parsed statement that has a type."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("type"), str):
                yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _limits(connection: DuckDBPyConnection) -> Limits:
    """Those the connection was locked with; the usual ones where it was not."""
    usual = Limits()
    [(seconds, memory)] = connection.execute(
        "select getvariable('seconds'), getvariable('memory_mb')"
    ).fetchall()
    return Limits(float(seconds or usual.seconds), int(memory or usual.memory_mb))


def _collected(batches: pa.RecordBatchReader, memory_mb: int) -> pa.Table:
    """The whole answer, as long as it fits: what leaves DuckDB is no longer bound by its own limit."""
    kept: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        size += batch.nbytes
        if size > memory_mb * _MEGABYTE:
            raise MemoryError(f"the answer is larger than {memory_mb} MB")
        kept.append(batch)
    return pa.Table.from_batches(kept, batches.schema)


def _told(error: Exception, limits: Limits) -> str:
    """What went wrong. Known by its text: while an answer is read, Arrow hands DuckDB's errors on as its own."""
    if isinstance(error, MemoryError) or str(error).startswith("Out of Memory"):
        return (
            f"stopped: it needs more than the {limits.memory_mb} MB of memory a question may take. Ask for less "
            f"(fewer columns, an aggregate, a limit), or raise sql_memory_mb in config/shiji.yaml ({_first(error)})"
        )
    if str(error).startswith("Permission"):
        return f"a question reads the warehouse's tables, no files and nothing from outside ({_first(error)})"
    return f"not answered: {error}"


def _first(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


@contextmanager
def _clock(connection: DuckDBPyConnection, seconds: float) -> Iterator[threading.Event]:
    """Interrupts the connection when the time is over, and says so."""
    is_over = threading.Event()

    def stop() -> None:
        is_over.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()


@contextmanager
def _ceiling(memory_mb: int) -> Iterator[None]:
    """A ceiling for the process while a question runs, where the system has one (Linux).

    DuckDB's own limit does not count the texts that functions make: ``repeat('x', 3000000000)`` passes it. The
    allocator holds on to about twice of what is in use, and threads and libraries need some of their own.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    present = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int(present[1]) * 1024 + (2 * memory_mb + 1024) * _MEGABYTE if present else soft
    bounds = [bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *bounds]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _literal(value: object) -> str:
    """A setting's value as SQL takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return "'" + str(value).replace("'", "''") + "'"
