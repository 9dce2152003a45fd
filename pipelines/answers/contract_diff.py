"""What contracts that were changed would make of what was handed in: judged again, with nothing written.

A load does the same and keeps it. Submissions that stand under versions that did not change are not read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from expectations.contracts.model import Contract
from expectations.submissions.versions import called
from pipelines.home.regions import require_regions
from pipelines.home.site import Site
from pipelines.loading.bundle import stage_bundle
from pipelines.loading.pool import processes
from pipelines.loading.progress import Progress
from pipelines.loading.stage import would_become
from warehouse.ledger import Entry, Outcome
from warehouse.ledger.values import COUNTING


@dataclass(frozen=True)
class Judged:
    """One submission, as it stands and as it would be judged.

    Attributes:
        submission_id, file, received_at: Which, and where it was handed in, as others may see it.
        dataset, period: What it is, or would be; None where it is nothing.
        before, now: Its status.
        recorded_before, recorded_now: Its records.
        reason: Why it would be refused, in Chinese.
    """

    submission_id: str
    file: str
    dataset: str | None
    period: str | None
    before: str
    now: str
    recorded_before: int
    recorded_now: int
    reason: str | None

    @property
    def lost(self) -> int:
        """Rows recorded that would go to quarantine; fewer than none: rows that would be recorded."""
        return self.recorded_before - self.recorded_now

    @property
    def is_otherwise(self) -> bool:
        """Whether it would come out otherwise. What waits for a person to confirm it is the same as long as it has its rows."""
        held_still = self.before == "held" and self.now in COUNTING
        return bool(self.lost) or (self.before != self.now and not held_still)


@dataclass(frozen=True)
class ContractDiff:
    """What changed contracts would do.

    Attributes:
        judged: Every submission that they concern, the most rows lost first.
        versions: The versions they would be held against and are not, each as it is called.
        failed: Submissions that could not be judged, by an error of ours.
    """

    judged: tuple[Judged, ...]
    versions: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    def summary(self) -> list[dict[str, Any]]:
        """By dataset: submissions concerned, files that would be refused or taken, rows that would go or come."""
        datasets = sorted({one.dataset or "" for one in self.judged})
        return [
            _counted(name, [one for one in self.judged if (one.dataset or "") == name]) for name in datasets
        ]

    def otherwise(self) -> list[dict[str, Any]]:
        """Those that would come out otherwise, the worst first."""
        return [asdict(one) | {"lost": one.lost} for one in self.judged if one.is_otherwise]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "versions": self.versions,
            "datasets": self.summary(),
            "submissions": self.otherwise(),
            "failed": self.failed,
        }


def _counted(dataset: str, judged: Sequence[Judged]) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "submissions": len(judged),
        "refused": sum(one.now == "refused" and one.before != "refused" for one in judged),
        "taken": sum(one.before == "refused" and one.now != "refused" for one in judged),
        "rows_lost": sum(max(one.lost, 0) for one in judged),
        "rows_gained": sum(max(-one.lost, 0) for one in judged),
        "as_before": sum(not one.is_otherwise for one in judged),
    }


def concerned(site: Site, datasets: Collection[str] = ()) -> list[Entry]:
    """Submissions that stand, wait or were refused under another contract than the site's, in the order they came.

    Args:
        site: The home, with the contracts to be held against.
        datasets: Only of these; all, and what no contract took, when empty.
    """
    wanted = {name: contract for name, contract in site.contracts.items() if not datasets or name in datasets}
    names = wanted if datasets else [*wanted, ""]
    staged = site.ledger.stale({name: {"": ""} for name in names}, every=True)
    standing = {
        name for dataset in wanted for name in site.ledger.in_force(dataset)["submission_id"].to_pylist()
    }
    return [
        entry
        for entry in staged
        if (entry.status not in COUNTING or entry.submission_id in standing)
        and _is_concerned(entry, wanted, site.contracts_digest)
    ]


def _is_concerned(entry: Entry, contracts: Mapping[str, Contract], all_contracts: str) -> bool:
    by = entry.judged_by
    if not by:
        return True  # staged before it was noted by what
    if entry.dataset is None:
        return by != {"": all_contracts}
    return any(contracts[entry.dataset].at(month).digest != digest for month, digest in by.items())


def contract_diff(site: Site, entries: Sequence[Entry], progress: Progress) -> ContractDiff:
    """Judge submissions by the site's contracts, with nothing written; it takes as long as loading them.

    Raises:
        HomeError: The home has no regions.
    """
    if not entries:
        return ContractDiff(())
    require_regions(site, len(entries))
    with processes(site.home.settings, stage_bundle) as working:
        done = would_become(site, entries, working, progress)
    shown = {row["submission_id"]: row for row in site.ledger.submissions().to_pylist()}
    judged = [_judged(shown[one.submission_id], one) for one in done.outcomes]
    worst = sorted(judged, key=lambda one: (-one.lost, one.now != "refused", one.file))
    failed = tuple(one.submission_id for one in done.failures)
    return ContractDiff(tuple(worst), tuple(_versions_changed(site, entries)), failed)


def _judged(row: Mapping[str, Any], outcome: Outcome) -> Judged:
    return Judged(
        submission_id=outcome.submission_id,
        file=row["sender_path"],
        dataset=outcome.dataset or row["dataset"],
        period=outcome.period or row["period"],
        before=row["status"],
        now=outcome.status,
        recorded_before=row["rows_recorded"] or 0,
        recorded_now=outcome.rows_recorded,
        reason=outcome.reason if outcome.status == "refused" else None,
    )


def _versions_changed(site: Site, entries: Sequence[Entry]) -> list[str]:
    """The versions that submissions would be held against and are not, each as it is called."""
    changed = {
        (entry.dataset, version.valid_from): f"{entry.dataset} {called(version)}"
        for entry in entries
        if entry.dataset
        for month, digest in (entry.judged_by or {"": ""}).items()
        if (version := site.contracts[entry.dataset].at(month)).digest != digest
    }
    return [changed[key] for key in sorted(changed)]
