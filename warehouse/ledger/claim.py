"""The right to write, claimed in the ledger's own database, so that two hosts never write at once.

A PostgreSQL advisory lock of a session: it ends with its connection, however the process ends. An embedded ledger has
no such lock; the lock file of its home does what is needed there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread
from time import monotonic, sleep
from zlib import crc32

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

_CLASS = 0x5348494A
_BEAT_SECONDS = 1.0
_POLL_SECONDS = 0.2

# A host that lost its power is given up after two minutes; the server's own default is two hours.
_SETTINGS = """
select set_config('application_name', :name, false), set_config('tcp_keepalives_idle', '60', false),
       set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '6', false)
"""
_ADVISORY = """
pg_locks where locktype = 'advisory' and classid = :class and objid = :key and objsubid = 2 and granted
and database = (select oid from pg_database where datname = current_database())
"""
_HOLDER = (
    f"select application_name, backend_start from pg_stat_activity where pid in (select pid from {_ADVISORY})"  # noqa: S608
)
_IS_MINE = f"select exists (select 1 from {_ADVISORY} and pid = pg_backend_pid())"  # noqa: S608


class Claimed(Exception):
    """Somebody else has the claim.

    Attributes:
        name: What they claimed it as; blank when the database does not say.
        since: When their session began, UTC; None likewise.
    """

    def __init__(self, name: str, since: datetime | None) -> None:
        super().__init__(name)
        self.name, self.since = name, since


class ClaimLost(Exception):
    """The connection that carries the claim is gone, and with it the certainty to be the only one."""


def can_claim(url: str) -> bool:
    """Whether the ledger's database has locks of its own."""
    return make_url(url).get_backend_name() == "postgresql"


@contextmanager
def claimed(url: str, name: str, wait_seconds: float, on_lost: Callable[[], None]) -> Iterator[None]:
    """Hold the claim.

    Args:
        url: SQLAlchemy URL of a ledger in PostgreSQL.
        name: Shown to whoever comes second; the database keeps 63 bytes of ASCII.
        wait_seconds: How long to wait for another's claim to end.
        on_lost: Called, from another thread, as soon as the claim is seen to be lost.

    Raises:
        Claimed: Somebody else has it and has not let go in time.
        ClaimLost: It was lost before the work was done, whatever the work itself ended with.
    """
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    ended, lost = Event(), Event()
    with engine.connect() as connection:
        lock = _take(connection, name, monotonic() + wait_seconds)

        def watch() -> None:
            while not ended.wait(_BEAT_SECONDS):
                if not _is_held(connection, lock):
                    lost.set()
                    on_lost()
                    return

        watcher = Thread(target=watch, name="claim", daemon=True)
        watcher.start()
        try:
            yield
        except BaseException as error:
            if lost.is_set():
                raise ClaimLost from error
            raise
        finally:
            ended.set()
            watcher.join()
        if not _is_held(connection, lock):
            raise ClaimLost


def _take(connection: Connection, name: str, give_up: float) -> dict[str, int]:
    connection.execute(text(_SETTINGS), {"name": name})
    # Ledgers in several schemas of one database do not wait for each other.
    schema = connection.scalar(text("select current_schema()"))
    lock = {"class": _CLASS, "key": crc32(str(schema).encode()) & 0x7FFFFFFF}
    while not connection.scalar(text("select pg_try_advisory_lock(:class, :key)"), lock):
        if monotonic() >= give_up:
            holder = connection.execute(text(_HOLDER), lock).first()
            raise Claimed("", None) if holder is None else Claimed(holder[0] or "", holder[1])
        sleep(_POLL_SECONDS)
    return lock


def _is_held(connection: Connection, lock: Mapping[str, int]) -> bool:
    try:
        return bool(connection.scalar(text(_IS_MINE), lock))
    except SQLAlchemyError:
        return False
