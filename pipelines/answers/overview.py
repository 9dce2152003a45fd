"""Counts of what was handed in, by dataset."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from expectations.hand_ins import hand_ins
from pipelines.home.site import Site
from pipelines.loading.figures import months_in_records
from warehouse.periods import last_twelve

STATUSES = ("accepted", "partial", "held", "refused", "failed", "repeat", "superseded", "withdrawn")
"""What becomes of a submission, in the words that the table has for it: a load, ``status`` and queries say the same."""


def told(counts: Mapping[str, int]) -> str:
    """Submissions by status, in words; what there is none of is left out."""
    return ", ".join(f"{counts[status]:,} {status}" for status in STATUSES if counts.get(status)) or "none"


def count_submissions(
    site: Site, submissions: Iterable[Mapping[str, Any]], department: str | None = None
) -> list[dict[str, Any]]:
    """One row per dataset: submissions by status, and counties late or without a hand-in that was due.

    Args:
        site: The home.
        submissions: Rows of ``submissions``.
        department: Only its datasets.
    """
    by_dataset: dict[tuple[str, str], Counter[str]] = {}
    last: dict[str, str] = {}
    for row in submissions:
        dataset = row["dataset"] or "(not recognised)"
        by_dataset.setdefault((row["department"] or "(none)", dataset), Counter())[row["status"]] += 1
        last[dataset] = max(last.get(dataset, ""), row["period"] or "")
    for contract in site.contracts.values():
        if department in (None, contract.department):
            by_dataset.setdefault((contract.department, contract.dataset), Counter())
    states = _states(site)
    return [
        {
            "department": owner,
            "dataset": dataset,
            **{status: counts[status] for status in STATUSES},
            "late": states[dataset, "late"],
            "not_handed_in": states[dataset, "missing"],
            "last_period": last.get(dataset, ""),
        }
        for (owner, dataset), counts in sorted(by_dataset.items())
    ]


def _states(site: Site) -> Counter[tuple[str, str]]:
    """How many county × month hand-ins of each dataset are late or missing, over the last year of records."""
    found = hand_ins(
        site.connect(), site.contracts, last_twelve(months_in_records(site)), dt.datetime.now(dt.UTC)
    )
    return Counter((one.dataset, one.state) for one in found)
