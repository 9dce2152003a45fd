"""What readers wait for: why the present state is not released yet, and since when. For the terminal and Dagster alike.

Building and releasing, and who is asked to do it, do not belong here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipelines.home.folders import Home
from pipelines.home.site import Site
from pipelines.loading.figures import outdated_months
from pipelines.loading.notes import outdated_notes
from pipelines.loading.records import outdated_records
from pipelines.loading.release import gate, is_released
from warehouse.clock import in_shanghai
from warehouse.release import releases

_SHOWN = 4
_LINES_READ = 200


@dataclass(frozen=True)
class Reason:
    """One thing that a release waits for.

    Attributes:
        kind: What has to happen: something is to be read, built or released, or a run that failed to succeed.
        what: In a line.
        since: UTC; None where nothing was ever released, and no hand-in tells.
    """

    kind: Literal["read", "build", "release", "run"]
    what: str
    since: dt.datetime | None

    def __str__(self) -> str:
        """With the time in Shanghai."""
        return f"{self.what} (since {in_shanghai(self.since):%Y-%m-%d %H:%M})" if self.since else self.what

    def plain(self) -> dict[str, Any]:
        """For a table or JSON."""
        return {"kind": self.kind, "what": self.what, "since": self.since}


def waiting(site: Site, *, judged: bool = True) -> list[Reason]:
    """What the next release waits for; empty when readers see the present state.

    Args:
        site: The home.
        judged: Whether the audit gate is asked too, where nothing else stands in the way; it reads the tables.
    """
    before = released_at(site)
    handed_in = site.ledger.submissions().to_pylist()
    reasons = [*_unread(site), *_unbuilt(site, handed_in, before)]
    if not reasons and not is_released(site):
        objections = gate(site) if judged else []
        newest = _first(handed_in, before)
        reasons = [Reason("release", f"the audit gate objects: {one}", newest) for one in objections] or [
            Reason("release", "the release itself is to be made", newest)
        ]
    return [*reasons, *_failed_runs(site.home, before)] if reasons else []


def released_at(site: Site) -> dt.datetime | None:
    """When the release that readers see was made, UTC; None before the first."""
    made = releases(site.store)
    return made[-1].created_at if made else None


def _unread(site: Site) -> Iterator[Reason]:
    if pending := site.ledger.pending():
        number = f"{len(pending)} submissions are" if len(pending) > 1 else "1 submission is"
        yield Reason(
            "read", f"{number} received and not read", min(_utc(entry.received_at) for entry in pending)
        )


def _unbuilt(site: Site, handed_in: Sequence[dict[str, Any]], before: dt.datetime | None) -> Iterator[Reason]:
    for dataset, months in outdated_records(site).items():
        since = _first((row for row in handed_in if row["dataset"] == dataset), before)
        yield Reason("build", f"records of {dataset} {_some(months)} are to be built", since)
    if datasets := outdated_notes(site):
        yield Reason("build", f"findings of {_some(datasets)} are to be built", _first(handed_in, before))
    if months := outdated_months(site):
        yield Reason("build", f"indicators of {_some(months)} are to be computed", _first(handed_in, before))


def _first(rows: Iterable[dict[str, Any]], before: dt.datetime | None) -> dt.datetime | None:
    """When the first of these came after the last release; where none did, definitions changed after that release."""
    received = [_utc(row["received_at"]) for row in rows]
    return min((at for at in received if before is None or at > before), default=before)


def _failed_runs(home: Home, before: dt.datetime | None) -> Iterator[Reason]:
    """Runs of Dagster that failed since the last release, by job."""
    times: dict[str, list[dt.datetime]] = {}
    for line in _last_lines(failed_runs(home)):
        at = dt.datetime.fromisoformat(line["at"])
        if before is None or at > before:
            times.setdefault(line["job"], []).append(at)
    for job, failed in sorted(times.items()):
        number = f"{len(failed)} times" if len(failed) > 1 else "once"
        last = f"{in_shanghai(max(failed)):%Y-%m-%d %H:%M}"
        yield Reason("run", f"Dagster's job {job} failed {number}, the last time at {last}", min(failed))


def failed_runs(home: Home) -> Path:
    """The file with a line for every failed run of Dagster."""
    return home.reports / "failures.jsonl"


def _last_lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()[-_LINES_READ:]
    return [json.loads(line) for line in lines if line.endswith("}")]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" … ({len(names)})" if len(names) > _SHOWN else "")


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
