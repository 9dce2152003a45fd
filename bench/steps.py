"""A load in this process with a stopwatch on its steps: what was not asked for by name counts for the step around it.

The steps run as the load calls them; a wrapper is laid over each function, nothing is called in another order.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = (
    ("import Great Expectations", "expectations.validate", "import_engine"),
    ("receive", "pipelines.loading.load", "receive"),
    ("decode and parse", "expectations.submissions.understand", "read_tables"),
    ("find the table", "connectors.streaming", "find_tables"),
    ("route", "expectations.submissions.recognise", "route"),
    ("conform", "expectations.submissions.understand", "conform"),
    ("join", "expectations.conform.joined", "Joined.of"),
    ("validate", "expectations.submissions.judge", "validate"),
    ("stage", "expectations.submissions.judge", "stage"),
    ("tokenise", "expectations.privacy.masks", "Privacy.tokens"),
    ("scrub", "expectations.privacy.safe_cells", "SafeCells.findings"),
    ("write Parquet", "pyarrow.parquet", "write_table"),
    ("slip", "pipelines.loading.answer", "write_slip"),
    ("rebuild records", "pipelines.loading.load", "rebuild_records"),
    ("findings and quarantine", "pipelines.loading.load", "rebuild_notes"),
    ("indicators", "pipelines.loading.load", "rebuild_months"),
    ("gate", "pipelines.loading.load", "gate"),
    ("release and publish", "pipelines.loading.load", "release_nightly"),
    ("report", "pipelines.loading.load", "report_quality"),
)
"""Name, module, function (or ``Class.method``)."""

REST = "start, imports, everything else"


class Stopwatch:
    """Wall and processor seconds by step, each without the steps inside it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.cpu_seconds: dict[str, float] = defaultdict(float)
        self._running: list[str] = [REST]
        self._since, self._cpu_since = time.perf_counter(), time.process_time()

    def watch(self, name: str, module: str, path: str) -> None:
        """Lay a wrapper over one function."""
        owner: Any = importlib.import_module(module)
        *classes, function = path.split(".")
        for each in classes:
            owner = getattr(owner, each)
        setattr(owner, function, self._timed(name, getattr(owner, function)))

    def turn(self) -> None:
        """Count the time since the last turn for the step that runs."""
        now, cpu = time.perf_counter(), time.process_time()
        self.seconds[self._running[-1]] += now - self._since
        self.cpu_seconds[self._running[-1]] += cpu - self._cpu_since
        self._since, self._cpu_since = now, cpu

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.turn()
            self._running.append(name)
            try:
                return function(*args, **kwargs)
            finally:
                self.turn()
                self._running.pop()

        return timed


def to_records(root: Path) -> None:
    """From the inbox to records written: the first half of a load."""
    from pipelines.home.site import Site
    from pipelines.loading.pool import processes
    from pipelines.loading.progress import Progress
    from pipelines.loading.receive import receive
    from pipelines.loading.records import outdated_records, rebuild_records
    from pipelines.loading.stage import stage_pending

    site, silent = Site(_home(root)), Progress()
    receive(site, silent)
    with processes(site.home.settings) as working:
        stage_pending(site, silent, "bench", working)
    counts = {name: rebuild_records(site, name, months) for name, months in outdated_records(site).items()}
    print(json.dumps(counts))


def timed_load(root: Path) -> None:
    """A whole load; prints wall and processor seconds by step as JSON."""
    watch = Stopwatch()
    for step in STEPS:
        watch.watch(*step)
    from pipelines.home.site import Site
    from pipelines.loading.load import load

    load(Site(_home(root)))
    watch.turn()
    names = [*(name for name, _, _ in STEPS), REST]
    print(
        json.dumps(
            {name: [round(watch.seconds[name], 2), round(watch.cpu_seconds[name], 2)] for name in names}
        )
    )


def _home(root: Path) -> Any:
    from pipelines.home.folders import Home

    return Home(root)


if __name__ == "__main__":
    {"records": to_records, "timed": timed_load}[sys.argv[1]](Path(sys.argv[2]))
