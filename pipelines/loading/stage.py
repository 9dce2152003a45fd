"""Staging what was received, in bundles over every core: each bundle is read, validated and written down.

Validation costs half a second before its first row, so the submissions of one department go through it together; a
bundle never leaves its process, because handing its columns on would cost as much as reading them.

A file on which a reading library crashes, never returns or takes all memory is refused, and nothing else suffers:
of many files, whole bundles are staged in supervised processes, and a bundle whose process is lost is staged again
file by file; of few, only reading is supervised, in a process that starts while this one opens the home, for one that
can stage would take seconds to start. Either way a file is refused only when it was alone in its process. An error of
ours is noted with its submission, which is tried again later; only a home that cannot be read or written ends the load.

What is staged lies aside until it is decided, in the order of receipt, whether it takes force (``deciding``).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from connectors.extract import Reading, read_tables
from expectations.submissions.outcome import reading_failed
from pipelines.home.folders import HomeError
from pipelines.home.regions import require_regions
from pipelines.home.site import Site
from pipelines.loading.apart import Apart
from pipelines.loading.bundle import Bench, Done, refuse, stage_bundle
from pipelines.loading.deciding import Deciding
from pipelines.loading.failures import failure_of, log_failures
from pipelines.loading.pool import Call, Processes
from pipelines.loading.progress import Progress
from pipelines.loading.supervised import Lost
from warehouse.ledger import Entry

log = logging.getLogger(__name__)

Stage: TypeAlias = Callable[[list[Entry]], Done]

_BUNDLE_BYTES = 8_000_000
_BUNDLE_FILES = 96
"""Limits of a bundle: large enough to share the cost of validation, small enough for flat memory and even cores."""

_WAVE = 1000
"""Files staged before it is decided about them: enough for full bundles, few enough to be lost to a crash."""


def stage_pending(
    site: Site,
    progress: Progress,
    run: str,
    processes: Processes,
    *,
    every: bool = False,
    really: bool = False,
) -> Done:
    """Stage everything that is received and not staged, or was staged by another contract than today's.

    Args:
        site: The home.
        progress: Who watches.
        run: What the load is called in the log of failures.
        processes: Read files, or stage whole bundles.
        every: Also what failed and whose time to be tried again has not come.
        really: Also where many submissions that were good would be turned back.

    Returns:
        What became of each submission, in the order they came.

    Raises:
        HomeError: Many submissions that were good would be turned back. Nothing is changed and nobody is told.
    """
    pending = site.ledger.pending(every=every)
    # Finding out what is stale, and opening the home, takes as long.
    processes.start([bundle for _, bundle in _bundles(pending)])
    stale = [*site.ledger.stale(site.staging_digests, every=every), *_unstaged(site, every)]
    entries = {entry.submission_id: entry for entry in (*stale, *pending)}
    require_regions(site, len(entries))
    ordered = sorted(entries.values(), key=lambda entry: entry.seq)
    return _stage(site, ordered, processes, progress, run, really)


def _unstaged(site: Site, every: bool) -> list[Entry]:
    """Submissions that were staged and of which nothing is kept any more; the archive still has their bytes."""
    kept = {name: site.staged.kept(name, "records" if name else "findings") for name in (*site.contracts, "")}
    staged = site.ledger.stale(dict.fromkeys(kept, ""), every=every)
    return [entry for entry in staged if entry.submission_id not in kept[entry.dataset or ""]]


def _stage(
    site: Site, entries: Sequence[Entry], processes: Processes, progress: Progress, run: str, really: bool
) -> Done:
    every = Done()
    deciding = Deciding(site, really=really)
    while True:
        every.add(_in_waves(site, entries, deciding, processes, progress, run))
        if not (reopened := site.ledger.reopen_repeats()):
            return every
        entries = site.ledger.entries(reopened)


def _in_waves(
    site: Site,
    entries: Sequence[Entry],
    deciding: Deciding,
    processes: Processes,
    progress: Progress,
    run: str,
) -> Done:
    every = Done()
    progress.report("Staging", 0, len(entries))
    for start in range(0, len(entries), _WAVE):
        wave = entries[start : start + _WAVE]
        done = Done()
        bundles = sorted(_bundles(wave), key=lambda bundle: bundle[0], reverse=True)
        for part in _run(site, [bundle for _, bundle in bundles], processes):
            done.add(part)
            progress.report("Staging", start + len(done.outcomes) + len(done.failures), len(entries))
        every.add(Done(deciding.decide(wave, done.outcomes), done.failures))
        site.ledger.fail_many(done.failures)
        log_failures(site.home, run, done.failures)
    return every


def would_become(site: Site, entries: Sequence[Entry], processes: Processes, progress: Progress) -> Done:
    """What staging would make of submissions by the site's contracts; nothing is kept of it, and nobody is told.

    Whether one would take force is not decided: what it would be held against is not staged.
    """
    every = Done()
    bundles = sorted(_bundles(entries), key=lambda bundle: bundle[0], reverse=True)
    progress.report("Judging again", 0, len(entries))
    for part in _run(site, [bundle for _, bundle in bundles], processes, keeps=False):
        every.add(part)
        progress.report("Judging again", len(every.outcomes) + len(every.failures), len(entries))
    return every


def _bundles(entries: Sequence[Entry]) -> Iterator[tuple[int, list[Entry]]]:
    """Bundles of one department each, with their size in bytes."""
    by_department: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_department[entry.department].append(entry)
    for own in by_department.values():
        bundle: list[Entry] = []
        size = 0
        for entry in own:
            if bundle and (size + entry.size > _BUNDLE_BYTES or len(bundle) == _BUNDLE_FILES):
                yield size, bundle
                bundle, size = [], 0
            bundle.append(entry)
            size += entry.size
        yield size, bundle


def _run(
    site: Site, bundles: Sequence[list[Entry]], processes: Processes, *, keeps: bool = True
) -> Iterator[Done]:
    bench = Bench(site.home.root, site.home.contracts_from, keeps)
    if processes.are_worth(bundles):
        yield from processes.over(stage_bundle, bundles, partial(_staged_by, bench))
    else:
        here = partial(stage_bundle, bench, read=partial(_read, processes.apart), site=site)
        yield from (_isolated(here, bench, bundle) for bundle in bundles)


def _read(process: Apart, path: Path, *, name: str) -> Reading:
    """The tables of a file; what was lost is tried once more, for the process may have been ended from outside.

    Raises:
        Refused: ``reading_failed``, and as ``read_tables``.
    """
    for _ in range(2):
        try:
            reading: Reading = process.call(read_tables, path, name=name)
        except Lost as lost:
            log.warning("the process that read %s of the archive %s", path.name, lost)
        else:
            return reading
    raise reading_failed(name)


def _staged_by(bench: Bench, call: Call, bundle: list[Entry]) -> Done:
    return _isolated(partial(call, bench), bench, bundle)


def _isolated(stage: Stage, bench: Bench, bundle: list[Entry]) -> Done:
    """Stage a bundle; where that ends badly, its submissions one by one.

    Raises:
        HomeError, OSError: The home cannot be read or written, which is no submission's fault.
    """
    try:
        return stage(bundle)
    except (HomeError, OSError):
        raise
    except Lost as lost:
        hashes = ", ".join(entry.sha256 for entry in bundle)
        log.warning("the process that staged %s of the archive %s", hashes, lost)
    except Exception as error:
        log.warning("a bundle of %d files is staged one by one after %s", len(bundle), type(error).__name__)
    done = Done()
    for entry in bundle:
        done.add(_alone(stage, bench, entry))
    return done


def _alone(stage: Stage, bench: Bench, entry: Entry) -> Done:
    try:
        return stage([entry])
    except (HomeError, OSError):
        raise
    except Lost as lost:
        log.warning("the process that staged only %s of the archive %s", entry.sha256, lost)
        return refuse(bench, entry, reading_failed(entry.file_name))
    except Exception as error:
        return Done(failures=[failure_of(entry.submission_id, "stage", error)])
