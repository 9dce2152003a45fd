"""Opening the ledger's database: connection settings and migration to the newest schema."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError

_BUSY_SECONDS = 30
_LOCK_NUMBER = 0x5348494A49
_FOLDER = Path(__file__).parent / "migrations"


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


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a version, the newest as a rule; a second process that opens at the same time waits."""
    from alembic import command

    connection.rollback()
    if connection.dialect.name == "sqlite":
        _switch_to_wal(connection)
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    connection.commit()


def _switch_to_wal(connection: Connection) -> None:
    """Let readers and a writer work side by side; the setting stays in the file.

    SQLite does not wait for other openers here, whatever the busy timeout, so the waiting is done by hand.
    """
    give_up = monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute(text("PRAGMA journal_mode = WAL"))
        except OperationalError:
            if monotonic() > give_up:
                raise
            sleep(0.05)
        else:
            return


def _is_newest(connection: Connection) -> bool:
    """Whether the revision noted is the newest there is, told without starting alembic."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    noted = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return noted == revisions()[-1]


def revisions() -> list[str]:
    """Versions of the schema that this program knows, the newest last."""
    return sorted(path.stem[1:].split("_")[0] for path in (_FOLDER / "versions").glob("v*.py"))


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def _tune_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for setting in (
        f"busy_timeout = {_BUSY_SECONDS * 1000}",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
