"""The nightly load as a reconcile loop: receive, stage, rebuild whatever differs, then publish, all or nothing.

The terminal runs it whole; Dagster runs the same steps as assets. A crash at any point leaves the last good state
readable, and the next load finishes the work.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from filelock import FileLock, Timeout

from pipelines.home import HomeError
from pipelines.intake import receive
from pipelines.progress import Progress
from pipelines.rebuild import (
    outdated_months,
    outdated_notes,
    outdated_records,
    rebuild_months,
    rebuild_notes,
    rebuild_records,
)
from pipelines.release import gate, is_released, is_reported, release_nightly, report_quality
from pipelines.site import Site
from pipelines.stage import answer_repeats, stage_pending
from warehouse.ledger import Outcome


@dataclass
class Summary:
    """What one load did.

    Attributes:
        received: Files taken in.
        repeats: Of these, files handed in before.
        outcomes: What became of each submission staged.
        records: By dataset, rows by month rebuilt.
        written: By downstream table, the partitions that came out otherwise.
        problems: What the audit gate objects to; the load is then not released.
        is_released: Whether readers now see this load.
        seconds: By step.
    """

    received: int = 0
    repeats: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    records: dict[str, dict[str, int]] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    is_released: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether everything the load set out to do was done; findings do not count against it."""
        return not self.problems

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.received or self.outcomes or self.records or self.written)


def load(site: Site, *, progress: Progress | None = None, periods: Sequence[str] = ()) -> Summary:
    """Bring the warehouse to what the ledger and the inbox ask for.

    Args:
        site: The home, opened.
        progress: Who watches.
        periods: Months to rebuild even if nothing changed; by default only what differs is.

    Raises:
        HomeError: Another load of this home is running.
    """
    watch = progress or Progress()
    summary = Summary()
    lock = FileLock(site.home.root / "load.lock", timeout=0)
    try:
        with lock:
            _run(site, summary, watch, periods)
    except Timeout as error:
        raise HomeError(
            f"another load of {site.home.root} is running; wait for it, then load again"
        ) from error
    return summary


def _run(site: Site, summary: Summary, progress: Progress, periods: Sequence[str]) -> None:
    clock = _Clock(summary.seconds)
    receipts = receive(site, progress)
    repeats = [receipt.submission_id for receipt in receipts if receipt.is_repeat]
    summary.received, summary.repeats = len(receipts), len(repeats)
    clock.lap("receive")
    summary.outcomes = stage_pending(site, progress)
    answer_repeats(site, repeats)
    clock.lap("stage")
    for dataset, months in progress.over(_records_to_build(site, periods).items(), "Records"):
        summary.records[dataset] = rebuild_records(site, dataset, months)
    if notes := outdated_notes(site):
        rebuild_notes(site, notes)
    clock.lap("records")
    if months := sorted({*outdated_months(site), *periods}):
        progress.report("Indicators", 0, 1)
        summary.written = rebuild_months(site, months)
        progress.report("Indicators", 1, 1)
    clock.lap("indicators")
    _show_readers(site, summary, progress)
    clock.lap("release")
    if not summary.is_idle:
        from pipelines.events import report_load

        report_load(site, summary.records, summary.written)
    clock.lap("events")


def _show_readers(site: Site, summary: Summary, progress: Progress) -> None:
    if is_released(site) and is_reported(site):
        return
    progress.report("Publishing", 0, 2)
    summary.problems = gate(site)
    if summary.problems:
        return
    if not is_released(site):
        release_nightly(site)
        summary.is_released = True
    progress.report("Publishing", 1, 2)
    report_quality(site)
    progress.report("Publishing", 2, 2)


def _records_to_build(site: Site, periods: Sequence[str]) -> dict[str, list[str]]:
    wanted = outdated_records(site)
    for dataset in site.contracts if periods else ():
        held = set(site.ledger.desired(dataset)) & set(periods)
        if months := sorted(held | set(wanted.get(dataset, ()))):
            wanted[dataset] = months
    return wanted


class _Clock:
    """Seconds by step."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._last = time.monotonic()

    def lap(self, step: str) -> None:
        """End a step."""
        now = time.monotonic()
        self._seconds[step] = round(now - self._last, 2)
        self._last = now
