"""Receiving: every complete file of the inbox into the archive and the ledger, before anything else is done with it.

Reading what was received is staging's work, not done here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from connectors.inbox import Drop, complete_files
from pipelines.progress import Progress
from pipelines.site import Site
from warehouse.ledger import Arrival, Receipt

log = logging.getLogger(__name__)


_AT_ONCE = 200
"""Files entered in one transaction of the ledger."""


def receive(site: Site, progress: Progress) -> list[Receipt]:
    """Take in every complete file: bytes to the archive, a row to the ledger, then out of the inbox.

    A crash between any two of these steps loses nothing: the file is still in the inbox, and the ledger knows it.
    """
    drops = complete_files(site.home.inbox, settle_seconds=site.home.settings.settle_seconds)
    drops.sort(key=lambda drop: (drop.modified, drop.sender_path))
    receipts: list[Receipt] = []
    for start in range(0, len(drops), _AT_ONCE):
        receipts += _receive(site, drops[start : start + _AT_ONCE])
        progress.report("Receiving", min(start + _AT_ONCE, len(drops)), len(drops))
    return receipts


def _receive(site: Site, drops: Sequence[Drop]) -> list[Receipt]:
    kept = site.archive.store_many([drop.path for drop in drops])
    stored = [(drop, found) for drop, found in zip(drops, kept, strict=True) if isinstance(found, str)]
    for drop, found in zip(drops, kept, strict=True):
        if isinstance(found, OSError):
            log.warning("left in the inbox until it can be read: %s (%s)", drop.sender_path, found.strerror)
    receipts = site.ledger.receive_many([_arrival(site, drop, sha256) for drop, sha256 in stored])
    for drop, _ in stored:
        drop.path.unlink()
    site.ledger.taken([receipt.submission_id for receipt in receipts])
    return receipts


def _arrival(site: Site, drop: Drop, sha256: str) -> Arrival:
    return Arrival(
        department=drop.department,
        sender_path=drop.sender_path,
        file_name=drop.path.name,
        sha256=sha256,
        size=drop.size,
        modified=drop.modified,
        received_at=drop.modified if site.home.settings.received_at == "modified" else None,
    )
