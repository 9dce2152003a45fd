"""The nightly load as a reconcile loop: receive, stage, rebuild whatever differs, then publish, all or nothing.

The terminal runs it whole; Dagster runs the same steps as assets. A crash at any point leaves the last good state
readable, and the next load finishes the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from connectors.inbox import Left
from pipelines.home import keys
from pipelines.home.instance import complete_instance
from pipelines.home.lock import writing
from pipelines.home.regions import show_regions
from pipelines.home.site import Site
from pipelines.loading.answer import answer_bundle, answer_owed
from pipelines.loading.bundle import stage_bundle
from pipelines.loading.cases import outdated_cases, rebuild_cases
from pipelines.loading.failures import new_run
from pipelines.loading.figures import outdated_months, rebuild_months
from pipelines.loading.notes import outdated_notes, rebuild_notes
from pipelines.loading.pool import Processes, processes
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from pipelines.loading.records import outdated_records, rebuild_records
from pipelines.loading.release import gate, is_released, is_reported, release_nightly, report_quality
from pipelines.loading.scores import outdated_scores, rebuild_scores
from pipelines.loading.stage import stage_pending
from warehouse.ledger import Entry, Failure, Outcome, Receipt


@dataclass
class Summary:
    """What one load did.

    Attributes:
        received: Files taken in.
        repeats: Of these, files handed in before.
        left: Files that stay in the inbox, and why.
        outcomes: What became of each submission staged.
        failures: Errors of ours, each on the way of one submission, which is tried again later.
        owed: Submissions whose slip could not be written; the next load that can writes it.
        run: What the load is called in the log of failures.
        records: By dataset, rows by month rebuilt.
        written: By downstream table, the partitions that came out otherwise.
        scored: Schemes that were scored anew.
        unscored: By scheme that cannot be carried out, why.
        cases_changed: Whether cases came out otherwise.
        problems: What the audit gate objects to; the load is then not released.
        is_released: Whether readers now see this load.
        seconds: By step.
    """

    received: int = 0
    repeats: int = 0
    left: list[Left] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    owed: list[Entry] = field(default_factory=list)
    run: str = field(default_factory=new_run)
    records: dict[str, dict[str, int]] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    scored: list[str] = field(default_factory=list)
    unscored: dict[str, str] = field(default_factory=dict)
    cases_changed: bool = False
    problems: list[str] = field(default_factory=list)
    is_released: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether everything the load set out to do was done; findings do not count against it."""
        return not (self.problems or self.unscored)

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        done = (
            self.received,
            self.outcomes,
            self.failures,
            self.records,
            self.written,
            self.scored,
            self.unscored,
            self.cases_changed,
        )
        return not any(done)


Told = Callable[[Site, Summary], None]
"""Hears of a load that did something, before it ends."""


def _nobody(_site: Site, _summary: Summary) -> None:
    """Nobody wants to hear."""


def load(
    site: Site,
    *,
    progress: Progress | None = None,
    periods: Sequence[str] = (),
    tell: Told = _nobody,
    retry_failed: bool = False,
    really: bool = False,
) -> Summary:
    """Bring the warehouse to what the ledger and the inbox ask for.

    Args:
        site: The home, opened.
        progress: Who watches.
        periods: Months to rebuild even if nothing changed; by default only what differs is.
        tell: Who hears what was done.
        retry_failed: Also try what failed and whose time to be tried again has not come.
        really: Go on even where many submissions that had been taken are turned back.

    Raises:
        HomeError: Something else is writing into this home, or many submissions would be turned back.
    """
    watch = progress or Progress()
    summary = Summary()
    clock = _Clock(summary.seconds)
    with writing(site.home, "load"):
        complete_instance(site.home.dagster)
        with processes(site.home.settings, stage_bundle, answer_bundle) as working:
            receipts = _receive(site, summary, watch)
            clock.lap("receive")
            done = stage_pending(site, watch, summary.run, working, every=retry_failed, really=really)
            summary.outcomes, summary.failures = done.outcomes, done.failures
            summary.repeats = done.repeats(receipts)
            with _answering(site, summary, working, watch):
                clock.lap("stage")
                _rebuild(site, summary, watch, clock, periods)
        clock.lap("slips")
        _show_readers(site, summary, watch)
        clock.lap("release")
        _end_rotation(site, summary)
        if not summary.is_idle:
            tell(site, summary)
        clock.lap("events")
    return summary


def _end_rotation(site: Site, summary: Summary) -> None:
    """Forget the key before, once nothing present was made with it."""
    if (
        keys.counts(site.home)
        and summary.finished
        and not site.ledger.stale(site.staging_digests, every=True)
    ):
        keys.end(site.home)
        site.audit.append("key rotation done", site.privacy.fingerprint)


def _receive(site: Site, summary: Summary, progress: Progress) -> list[Receipt]:
    received = receive(site, progress)
    summary.received, summary.left = len(received.receipts), received.left
    show_regions(site)
    return received.receipts


@contextmanager
def _answering(site: Site, summary: Summary, working: Processes, progress: Progress) -> Iterator[None]:
    """Write the slips that are owed; where workers do it, beside what is done meanwhile."""
    if not working.have_workers:
        summary.owed = answer_owed(site, summary.run, working, progress)
        yield
        return
    with ThreadPoolExecutor(1) as beside:
        owed = beside.submit(answer_owed, site, summary.run, working, progress)
        yield
        summary.owed = owed.result()


def _rebuild(site: Site, summary: Summary, progress: Progress, clock: _Clock, periods: Sequence[str]) -> None:
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
    if schemes := outdated_scores(site):
        summary.unscored = rebuild_scores(site, schemes)
        summary.scored = [name for name in schemes if name not in summary.unscored]
    clock.lap("scores")
    if outdated_cases(site):
        summary.cases_changed = rebuild_cases(site)
    clock.lap("cases")


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
