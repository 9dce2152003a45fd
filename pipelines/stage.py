"""Staging what was received, in bundles over every core: each bundle is read, validated, written down and answered.

Validation costs half a second before its first row, so the submissions of one department go through it together; a
bundle never leaves its process, because handing its columns on would cost as much as reading them.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from expectations.slips import Slip, write_slip
from pipelines.bundle import stage_bundle, title_of
from pipelines.progress import Progress
from pipelines.site import Site
from warehouse.ledger import Entry, Outcome

_BUNDLE_BYTES = 8_000_000
_BUNDLE_FILES = 32
"""Limits of a bundle: large enough to share the cost of validation, small enough for flat memory and even cores."""

_WORTH_WORKERS = 24
"""Fewer files are staged here: starting workers takes seconds."""


def stage_pending(site: Site, progress: Progress) -> list[Outcome]:
    """Stage everything that is received and not staged, or was staged by another contract than today's."""
    stale = site.ledger.stale(site.staging_digests)
    entries = list({entry.submission_id: entry for entry in (*stale, *site.ledger.pending())}.values())
    bundles = sorted(_bundles(site, entries), key=lambda bundle: bundle[0], reverse=True)
    outcomes: list[Outcome] = []
    progress.report("Staging", 0, len(entries))
    for staged in _run(site, [entries for _, entries in bundles]):
        # The ledger hears of a bundle when everything it will point at has been written.
        site.ledger.finish_many(staged)
        outcomes += staged
        progress.report("Staging", len(outcomes), len(entries))
    _forget_moved(site, stale, outcomes)
    return sorted(outcomes, key=lambda outcome: outcome.submission_id)


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


def _run(site: Site, bundles: Sequence[list[Entry]]) -> Iterator[list[Outcome]]:
    root = site.home.root
    workers = min(os.cpu_count() or 1, len(bundles))
    if workers < 2 or sum(map(len, bundles)) < _WORTH_WORKERS:
        yield from (stage_bundle(root, bundle) for bundle in bundles)
        return
    # Not forked: a fork of a process with threads (progress bars, Arrow's pool) may hang.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(stage_bundle, root, bundle) for bundle in bundles]):
            yield done.result()


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
