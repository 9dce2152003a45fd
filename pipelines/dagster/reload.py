"""Loading the definitions anew while Dagster runs: a sensor asks for it, whoever serves the home does it.

Asked for by a mark in the home: a sensor runs inside the code server and cannot restart that itself. Which definitions
there are does not belong here.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from pipelines.home.folders import Home

log = logging.getLogger(__name__)

LOCATION = "shiji"
"""The name of the code location."""

_AGAIN_SECONDS = 300.0
"""How long the same wish is not heard again: definitions that cannot be loaded must not be loaded all the time."""


def ask_for_reload(home: Home, wanted: str) -> None:
    """Leave the mark.

    Args:
        home: The home.
        wanted: Fingerprint of the definitions that are wanted.
    """
    _mark(home).write_text(wanted, encoding="ascii")


def _mark(home: Home) -> Path:
    return home.dagster / "reload"


class Reloads:
    """Looks for the mark and has the code location loaded anew.

    Args:
        home: The home.
        host: Where its web page listens.
        port: Its port.
    """

    def __init__(self, home: Home, host: str, port: int) -> None:
        self._home = home
        self._host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
        self._port = port
        self._heard: tuple[str, float] = ("", 0.0)
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Hear a wish, if there is one; never waits for what comes of it."""
        mark = _mark(self._home)
        if not mark.exists() or (self._thread and self._thread.is_alive()):
            return
        wanted, (before, at) = mark.read_text(encoding="ascii"), self._heard
        mark.unlink()
        if wanted != before or time.monotonic() - at > _AGAIN_SECONDS:
            self._heard = wanted, time.monotonic()
            self._thread = threading.Thread(target=self._reload, name="reload", daemon=True)
            self._thread.start()

    def _reload(self) -> None:
        from dagster_graphql import DagsterGraphQLClient, DagsterGraphQLClientError
        from requests.exceptions import RequestException

        try:
            told = DagsterGraphQLClient(self._host, port_number=self._port).reload_repository_location(
                LOCATION
            )
        except (DagsterGraphQLClientError, RequestException) as error:
            log.error("definitions could not be loaded anew: %s", error)
            return
        if told.message:
            log.error("definitions could not be loaded anew: %s", told.message)
        else:
            log.warning("definitions were loaded anew")
