"""Which observations moved between two releases, and why: submissions, the regions list, or what is defined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from pipelines.home.site import Site
from warehouse.release import Release, ReleaseError, released, releases
from warehouse.release_diff import Between, causes, happened, moved, regions_behind, statuses


@dataclass(frozen=True)
class Cause:
    """One reason why an observation moved.

    Attributes:
        what: As ``warehouse.release_diff.happened`` names it; ``regions`` (codes in its region changed) or ``definition``
            (nothing else changed behind it: its indicator, a contract or the program did).
        dataset, submission_id, sender_path: Of a submission.
        status_before, status_now: What it was in each release.
        came, went: Rows of it that are new behind the number, and that are not there any more; a row that reads otherwise is
            both. Where none lies in the region itself, those of what is handed in together with it, which makes it known.
        region_codes: Codes that changed.
    """

    what: str
    dataset: str | None = None
    submission_id: str | None = None
    sender_path: str | None = None
    status_before: str | None = None
    status_now: str | None = None
    came: int = 0
    went: int = 0
    region_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleaseDiff:
    """What moved.

    Attributes:
        before, now: The releases.
        total: How many observations moved.
        rows: Those told: columns of ``warehouse.release_diff.moved``, and ``causes``.
    """

    before: Release
    now: Release
    total: int
    rows: tuple[dict[str, Any], ...]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        sides = {"before": self.before, "now": self.now}
        named = {side: {"release": one.name, "created_at": one.created_at} for side, one in sides.items()}
        rows = [{**row, "causes": [asdict(cause) for cause in row["causes"]]} for row in self.rows]
        return {**named, "total": self.total, "observations": rows}


def release_diff(
    site: Site,
    first: str | None = None,
    second: str | None = None,
    *,
    indicator: str | None = None,
    region_code: str | None = None,
    limit: int | None = None,
) -> ReleaseDiff:
    """What moved between two releases.

    Args:
        site: The home.
        first, second: Their names; the last two when both are None, one and the last when one is.
        indicator, region_code: Only these.
        limit: So many observations at most; all when None.

    Raises:
        ReleaseError: No such release, or there are not two.
    """
    between = between_releases(site, first, second)
    every = moved(between, indicator, region_code)
    told = every.slice(0, limit) if limit else every
    found = causes_of(site, between, told)
    rows = [row | {"causes": found[at]} for at, row in enumerate(told.to_pylist())]
    return ReleaseDiff(between.before, between.now, every.num_rows, tuple(rows))


def between_releases(site: Site, first: str | None, second: str | None) -> Between:
    """The two, the one made first before the other.

    Raises:
        ReleaseError: No such release, or there are not two.
    """
    if first and second:
        two = [released(site.store, first), released(site.store, second)]
    else:
        made = releases(site.store)
        if len(made) < 2:
            raise ReleaseError(f"there are {len(made)} releases, and two are needed: every load makes one")
        two = [released(site.store, first) if first else made[-2], made[-1]]
    before, now = sorted(two, key=lambda one: one.created_at)
    return Between(site.store, before, now)


def causes_of(site: Site, between: Between, told: pa.Table) -> Mapping[int, Sequence[Cause]]:
    """By place among observations that moved (indicator, region_code, period), why each did."""
    from expectations.contracts.sources import sources

    before, now = statuses(between)
    found: dict[int, list[Cause]] = defaultdict(list)
    for row in causes(between, told, site.indicators, sources(site.contracts)):
        found[row.pop("nth")].append(_of_submission(row, before, now))
    changed = regions_behind(between, told["region_code"].to_pylist())
    for at, region in enumerate(told["region_code"].to_pylist()):
        if codes := changed.get(region):
            found[at].append(Cause("regions", region_codes=tuple(codes)))
        if not found[at]:
            found[at].append(Cause("definition"))
    return found


def _of_submission(
    row: Mapping[str, Any], before: Mapping[str, dict[str, Any]], now: Mapping[str, dict[str, Any]]
) -> Cause:
    was, is_ = (side.get(row["submission_id"], {}) for side in (before, now))
    return Cause(
        happened(was.get("status"), is_.get("status"), row["all_came"], row["all_went"]),
        sender_path=(is_ or was).get("sender_path"),
        status_before=was.get("status"),
        status_now=is_.get("status"),
        dataset=row["dataset"],
        submission_id=row["submission_id"],
        came=row["came"],
        went=row["went"],
    )
