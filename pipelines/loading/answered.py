"""What waited for its sender's word and has it: the same file came again, and counts or waits in its place."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cache
from pathlib import PurePosixPath

from expectations.resubmission import same_file
from pipelines.home.site import Site, shown
from warehouse.ledger import Entry, Outcome, Standing
from warehouse.ledger.values import COUNTING


def close_answered(site: Site, decided: Iterable[tuple[Entry, Outcome]]) -> None:
    """Withdraw held submissions that a later one of these stands for; their senders are told which.

    Args:
        site: The home.
        decided: What was decided and noted in the ledger, in the order it came.
    """
    held = cache(site.ledger.held)
    withdrawn: set[str] = set()
    for entry, outcome in decided:
        if entry.is_staged or outcome.dataset is None or outcome.status not in (*COUNTING, "held"):
            continue
        name = PurePosixPath(shown(entry.sender_path)).name
        for submission_id in _waiting(held(outcome.dataset), entry, outcome.coverage.keys()) - withdrawn:
            site.ledger.withdraw(submission_id, f"同一个文件后来又报了“{name}”，以那份为准。")
            withdrawn.add(submission_id)


def _waiting(held: Iterable[Standing], entry: Entry, units: Set[tuple[str, str]]) -> set[str]:
    """Held versions of the same file that speak for nothing that this one does not."""
    spoken: dict[str, set[tuple[str, str]]] = {}
    for one in held:
        if (
            one.seq < entry.seq
            and one.department == entry.department
            and same_file(one.sender_path, entry.sender_path)
        ):
            spoken.setdefault(one.submission_id, set()).add((one.region_code, one.period))
    return {submission_id for submission_id, own in spoken.items() if own <= units}
