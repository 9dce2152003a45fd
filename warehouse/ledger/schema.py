"""Opening the ledger's database: connection settings and migration to the newest schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

_BUSY_SECONDS = 30
_LOCK_NUMBER = 0x5348494A49


def open_engine(url: str) -> Engine:
    """An engine on a ledger that has the newest schema.

    Args:
        url: SQLAlchemy URL; a SQLite file's folder is made when absent.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        if engine.url.database and engine.url.database != ":memory:":
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        event.listen(engine, "connect", _tune_sqlite)
    with engine.connect() as connection:
        if not _is_newest(connection):
            migrate(connection)
    return engine


def migrate(connection: Connection) -> None:
    """Bring the schema to the newest version; a second process that opens at the same time waits."""
    from alembic import command

    connection.rollback()
    if connection.dialect.name == "sqlite":
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _is_newest(connection: Connection) -> bool:
    """Whether the revision noted is the newest there is, told without starting alembic."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(path.stem for path in (_FOLDER / "versions").glob("v*.py"))
    noted = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return noted is not None and newest.startswith(f"v{noted}_")


_FOLDER = Path(__file__).parent / "migrations"


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def _tune_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for setting in (
        f"busy_timeout = {_BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
