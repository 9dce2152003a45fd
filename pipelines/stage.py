"""Staging what was received, in bundles over every core: each bundle is read, validated, written down and answered.

Validation costs half a second before its first row, so the submissions of one department go through it together; a
bundle never leaves its process, because handing its columns on would cost as much as reading them.

A file on which a reading library crashes, never returns or takes all memory is refused, and nothing else suffers:
of many files, whole bundles are staged in supervised processes, and a bundle whose process is lost is staged again
file by file; of few, only reading is supervised, in a process that starts while this one opens the home, for one that
can stage would take seconds to start. Either way a file is refused only when it was alone in its process.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TypeAlias

from connectors.extract import Reading, read_tables
from expectations.slips import Slip, write_slip
from pipelines.bundle import reading_failed, refuse, stage_bundle, title_of
from pipelines.progress import Progress
from pipelines.site import Site
from pipelines.supervised import Limits, Lost, Supervised
from warehouse.ledger import Entry, Outcome

log = logging.getLogger(__name__)

TableReader: TypeAlias = Supervised[..., Reading]
Worker: TypeAlias = Supervised[..., list[Outcome]]

_BUNDLE_BYTES = 8_000_000
_BUNDLE_FILES = 32
"""Limits of a bundle: large enough to share the cost of validation, small enough for flat memory and even cores."""

_WORTH_WORKERS = 24
"""Fewer files are staged here: starting workers takes seconds."""


def stage_pending(site: Site, progress: Progress) -> list[Outcome]:
    """Stage everything that is received and not staged, or was staged by another contract than today's."""
    pending = site.ledger.pending()
    with Supervised(read_tables, _limits(site)) as reader:
        if 0 < len(pending) < _WORTH_WORKERS:
            reader.start()  # finding out what is stale, and opening the home, takes as long
        stale = site.ledger.stale(site.staging_digests)
        entries = list({entry.submission_id: entry for entry in (*stale, *pending)}.values())
        outcomes = _stage(site, entries, reader, progress)
    _forget_moved(site, stale, outcomes)
    return sorted(outcomes, key=lambda outcome: outcome.submission_id)


def _limits(site: Site) -> Limits:
    return Limits(site.home.settings.file_seconds, site.home.settings.file_memory_mb)


def _stage(site: Site, entries: Sequence[Entry], reader: TableReader, progress: Progress) -> list[Outcome]:
    bundles = sorted(_bundles(site, entries), key=lambda bundle: bundle[0], reverse=True)
    outcomes: list[Outcome] = []
    progress.report("Staging", 0, len(entries))
    for staged in _run(site, [entries for _, entries in bundles], reader):
        # The ledger hears of a bundle when everything it will point at has been written.
        site.ledger.finish_many(staged)
        outcomes += staged
        progress.report("Staging", len(outcomes), len(entries))
    return outcomes


def _bundles(site: Site, entries: Sequence[Entry]) -> Iterator[tuple[int, list[Entry]]]:
    """Bundles of one department each, with their size in bytes."""
    by_department: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_department[entry.department].append(entry)
    for own in by_department.values():
        bundle: list[Entry] = []
        size = 0
        for entry in own:
            weight = site.archive.path(entry.sha256).stat().st_size
            if bundle and (size + weight > _BUNDLE_BYTES or len(bundle) == _BUNDLE_FILES):
                yield size, bundle
                bundle, size = [], 0
            bundle.append(entry)
            size += weight
        yield size, bundle


def _run(site: Site, bundles: Sequence[list[Entry]], reader: TableReader) -> Iterator[list[Outcome]]:
    root = site.home.root
    workers = min(os.cpu_count() or 1, len(bundles))
    if workers < 2 or sum(map(len, bundles)) < _WORTH_WORKERS:
        yield from (stage_bundle(root, bundle, partial(_read, reader)) for bundle in bundles)
    else:
        yield from _staged_by_workers(root, bundles, _limits(site), workers)


def _read(reader: TableReader, path: Path, *, name: str) -> Reading:
    """The tables of a file; what was lost is tried once more, for the process may have been ended from outside.

    Raises:
        Refused: ``reading_failed``, and as ``read_tables``.
    """
    for _ in range(2):
        try:
            return reader.call(path, name=name)
        except Lost as lost:
            log.warning("the process that read %s of the archive %s", path.name, lost)
    raise reading_failed(name)


def _staged_by_workers(
    root: Path, bundles: Sequence[list[Entry]], limits: Limits, count: int
) -> Iterator[list[Outcome]]:
    """The bundles' outcomes as they come; a thread each waits for a process."""
    idle: SimpleQueue[Worker] = SimpleQueue()
    with ExitStack() as workers, ThreadPoolExecutor(count) as threads:
        for _ in range(count):
            idle.put(workers.enter_context(Supervised(stage_bundle, limits)))
        try:
            for done in as_completed([threads.submit(_staged_by, idle, root, one) for one in bundles]):
                yield done.result()
        finally:
            threads.shutdown(cancel_futures=True)


def _staged_by(idle: SimpleQueue[Worker], root: Path, bundle: list[Entry]) -> list[Outcome]:
    worker = idle.get()
    try:
        return _staged(worker, root, bundle)
    finally:
        idle.put(worker)


def _staged(worker: Worker, root: Path, bundle: list[Entry]) -> list[Outcome]:
    try:
        return worker.call(root, bundle)
    except Lost as lost:
        hashes = ", ".join(entry.sha256 for entry in bundle)
        log.warning("the process that staged %s of the archive %s", hashes, lost)
    return [outcome for entry in bundle for outcome in _staged_alone(worker, root, entry)]


def _staged_alone(worker: Worker, root: Path, entry: Entry) -> list[Outcome]:
    try:
        return worker.call(root, [entry])
    except Lost as lost:
        log.warning("the process that staged only %s of the archive %s", entry.sha256, lost)
    return [refuse(root, entry, reading_failed(entry.file_name))]


def _forget_moved(site: Site, stale: Sequence[Entry], outcomes: Sequence[Outcome]) -> None:
    """Remove what was staged under a dataset that a submission, read anew, no longer belongs to."""
    now = {outcome.submission_id: outcome.dataset or "" for outcome in outcomes}
    for entry in stale:
        if (before := entry.dataset or "") != now[entry.submission_id]:
            for what in ("records", "findings", "quarantine", "checks"):
                site.staged(before, entry.submission_id, what).unlink(missing_ok=True)


def answer_repeats(site: Site, submission_ids: Sequence[str]) -> None:
    """Slips for files that were handed in before."""
    wanted = set(submission_ids)
    for row in site.ledger.submissions().to_pylist() if wanted else ():
        if row["submission_id"] in wanted:
            slip = Slip(
                department=row["department"],
                sender_path=row["sender_path"],
                original=site.archive.path(row["sha256"]),
                submission_id=row["submission_id"],
                received_at=row["received_at"],
                status="repeat",
                title=title_of(site, row["dataset"]),
                period=row["period"] or "",
                reason=row["reason"] or "",
                remedy=row["remedy"] or "",
            )
            write_slip(site.home.outbox, slip)
