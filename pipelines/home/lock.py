"""The one-writer lock of a home: whoever writes holds it, and whoever comes second is told who that is and since when.

A lock file of the operating system, which ends with its process however that ends, and for a ledger in PostgreSQL a
lock in the database as well, so that two hosts are told apart too. Readers take no lock.
"""

from __future__ import annotations

import getpass
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from filelock import FileLock, Timeout

from pipelines.home.folders import Home, HomeError
from warehouse.beside import written_beside
from warehouse.clock import in_shanghai

_LOCK = "writing.lock"
_HOLDER = "writing.json"
_NAME_BYTES = 63

PATIENCE = 60.0
"""Seconds that a short command waits for another writer before it gives up."""


@contextmanager
def writing(home: Home, what: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the only one that writes into a home. A thread that holds the lock may take it again for a step of its work.

    Args:
        home: The home.
        what: What is done, in a word or two of ASCII: ``load``, ``key rotation``.
        wait_seconds: How long to wait for another writer to end.

    Raises:
        HomeError: There is another writer (named, with since when and what to do); or the database's lock was lost on
            the way, and with it the certainty to be the only one.
    """
    home.settings  # noqa: B018 - a folder that is no home is told so, and gets no lock file
    lock = FileLock(home.root.resolve() / _LOCK, is_singleton=True)
    if lock.is_locked:
        yield
        return
    give_up = monotonic() + wait_seconds
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise HomeError(_taken(home, *_who_writes(home))) from error
    try:
        me = f"shiji {what}, process {os.getpid()} of {getpass.getuser()}@{socket.gethostname()}"
        with _named(home, me), _alone_in_database(home, me, give_up - monotonic()):
            yield
    finally:
        lock.release()


@contextmanager
def _named(home: Home, me: str) -> Iterator[None]:
    """Leave word of who writes; what a killed writer left is replaced by the next."""
    path = home.root / _HOLDER
    word = {"who": me, "since": datetime.now(UTC).isoformat()}
    with written_beside(path) as beside:
        beside.write_text(json.dumps(word, ensure_ascii=False), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _who_writes(home: Home) -> tuple[str, datetime | None]:
    try:
        word = json.loads((home.root / _HOLDER).read_text(encoding="utf-8"))
    except FileNotFoundError:  # it has the lock and has not yet left word, or has just ended
        return "", None
    return word["who"], datetime.fromisoformat(word["since"])


@contextmanager
def _alone_in_database(home: Home, me: str, wait_seconds: float) -> Iterator[None]:
    from warehouse.ledger.claim import Claimed, ClaimLost, can_claim, claimed

    if not can_claim(home.ledger_url):
        yield
        return
    name = me.encode("ascii", "replace")[:_NAME_BYTES].decode()
    try:
        with claimed(home.ledger_url, name, wait_seconds, on_lost=partial(_stop, home)):
            yield
    except Claimed as other:
        raise HomeError(_taken(home, other.name, other.since)) from other
    except ClaimLost as lost:
        raise HomeError(_lost(home)) from lost


def _lost(home: Home) -> str:
    return (
        f"stopped writing into {home.root}: the connection to the ledger's database that kept other writers out "
        "was lost. See that the database is well, then run the command again; it goes on where this one stopped"
    )


def _stop(home: Home) -> None:
    """Interrupt this process as Ctrl-C does; where that would be ignored (a job in the background), say why and end it.

    The main thread is meant by name: a signal to the process may wake another thread, while that one sleeps on.
    """
    if callable(signal.getsignal(signal.SIGINT)) and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return
    sys.stderr.write(f"{_lost(home)}\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGTERM)


def _taken(home: Home, who: str, since: datetime | None) -> str:
    when = f" since {in_shanghai(since):%Y-%m-%d %H:%M:%S} (Shanghai)" if since else ""
    return (
        f"another writer is at work in {home.root}: {who or 'one that has only just begun'}{when}. Wait for it to end, "
        "then run the command again. If it hangs, end that process: nothing is lost, the next load finishes its work"
    )
