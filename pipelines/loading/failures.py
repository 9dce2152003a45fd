"""Errors of ours on the way of one submission: what may be said of them, and the log they stand in.

An error's message may quote private cells, so neither the log nor anything else holds one: its class and the places
it went through are enough to find it. When a submission is tried again is the ledger's affair.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable

from pipelines.home.folders import Home
from pipelines.loading.supervised import Raised, frames_of
from warehouse.ledger import Failure


def failure_of(submission_id: str, step: str, error: BaseException) -> Failure:
    """An error as it may be written down."""
    name = str(error) if isinstance(error, Raised) else type(error).__qualname__
    return Failure(submission_id, step, name, tuple(frames_of(error)))


def new_run() -> str:
    """A name for one load in the log."""
    return f"load-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{os.getpid()}"


def log_failures(home: Home, run: str, failures: Iterable[Failure]) -> None:
    """Append failures to the home's log, a line each."""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    lines = [
        json.dumps({"at": at, "run": run, **vars(failure)}, ensure_ascii=False) + "\n" for failure in failures
    ]
    if not lines:
        return
    home.failures.parent.mkdir(parents=True, exist_ok=True)
    with home.failures.open("a", encoding="utf-8") as log:
        log.write("".join(lines))
