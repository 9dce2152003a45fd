"""A ledger as lines of text that any database takes back: for backups, and for moving from SQLite to PostgreSQL.

The lines say which revision of the schema they were written at; they are taken in at that revision and then brought
up to date, so that a backup of today is read by the programs of later years.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)

from warehouse.ledger.models import Base, Region, Submission
from warehouse.ledger.schema import migrate, open_engine, revisions

_ROWS_AT_ONCE = 1000


class NotEmpty(ValueError):
    """A ledger that holds something already, and something else than what is to be taken in."""


class Unreadable(ValueError):
    """Lines that are no ledger, or one of a newer program."""


def dump(url: str) -> Iterator[str]:
    """Every row of a ledger, as it is at one moment; the same ledger gives the same lines.

    Args:
        url: SQLAlchemy URL.
    """
    engine = open_engine(url)
    try:
        with _one_moment(engine) as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            yield json.dumps({"ledger": revision})
            for one in Base.metadata.sorted_tables:
                yield json.dumps({"table": one.name, "columns": one.columns.keys()})
                rows = connection.execute(select(one).order_by(*one.primary_key.columns))
                yield from (json.dumps([_plain(value) for value in row], ensure_ascii=False) for row in rows)
    finally:
        engine.dispose()


def take_in(url: str, lines: Iterable[str]) -> None:
    """Fill an empty ledger; one that holds the same already is left as it is.

    Args:
        url: SQLAlchemy URL; the database must exist, its tables are made.
        lines: From ``dump``.

    Raises:
        NotEmpty: The ledger holds something else.
        Unreadable: The lines are no ledger, or one of a newer program.
    """
    kept = list(lines)
    revision = _revision(kept)
    if revision not in revisions():
        raise Unreadable(f"this ledger was written by a newer Shiji (revision {revision}): install that one")
    if _holds_rows(url):
        if list(dump(url)) != kept:
            raise NotEmpty("the ledger's database is not empty, and nothing in it is overwritten")
        return
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            migrate(connection, revision)
        with engine.begin() as connection:
            _insert(connection, kept[1:])
        with engine.connect() as connection:
            migrate(connection)
    finally:
        engine.dispose()


def _one_moment(engine: Engine) -> Connection:
    connection = engine.connect()
    if engine.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def _revision(lines: Sequence[str]) -> str:
    try:
        return str(json.loads(lines[0])["ledger"])
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise Unreadable("these lines are no ledger") from error


def _holds_rows(url: str) -> bool:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            there = inspect(connection).get_table_names()
            return any(
                connection.execute(select(func.count()).select_from(table(name))).scalar_one()
                for name in (Submission.__tablename__, Region.__tablename__)
                if name in there
            )
    finally:
        engine.dispose()


def _insert(connection: Connection, lines: Iterable[str]) -> None:
    parts = list(_by_table(lines))
    metadata = MetaData()
    tables = {head["table"]: Table(head["table"], metadata, autoload_with=connection) for head, _ in parts}
    for head, _ in reversed(parts):
        connection.execute(tables[head["table"]].delete())  # what migrating has put there
    for head, rows in parts:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[start : start + _ROWS_AT_ONCE]
            given = [dict(zip(head["columns"], map(_value, row), strict=True)) for row in part]
            connection.execute(insert(tables[head["table"]]), given)


def _by_table(lines: Iterable[str]) -> Iterator[tuple[Mapping[str, Any], list[list[Any]]]]:
    """The line that names a table and its columns, and its rows."""
    head: Mapping[str, Any] | None = None
    rows: list[list[Any]] = []
    for line in map(json.loads, lines):
        if isinstance(line, list):
            rows.append(line)
            continue
        if head is not None:
            yield head, rows
        head, rows = line, []
    if head is not None:
        yield head, rows


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.astimezone(UTC).isoformat()}
    return {"on": value.isoformat()} if isinstance(value, date) else value


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["at"]) if "at" in value else date.fromisoformat(value["on"])
