"""Receiving: every complete file of the inbox into the archive and the ledger, before anything else is done with it.

Reading what was received is staging's work, not done here.
"""

from __future__ import annotations

import datetime as dt
import logging

from connectors.inbox import Drop, complete_files
from pipelines.progress import Progress
from pipelines.site import Site
from warehouse.ledger import Receipt

log = logging.getLogger(__name__)


def receive(site: Site, progress: Progress) -> list[Receipt]:
    """Take in every complete file: bytes to the archive, a row to the ledger, then out of the inbox.

    A crash between any two of these steps loses nothing: the file is still in the inbox, and the ledger knows it.
    """
    drops = complete_files(site.home.inbox, settle_seconds=site.home.settings.settle_seconds)
    drops.sort(key=lambda drop: (drop.modified, drop.sender_path))
    return [_receive(site, drop) for drop in progress.over(drops, "Receiving")]


def _receive(site: Site, drop: Drop) -> Receipt:
    sha256 = site.archive.store(drop.path)
    receipt = site.ledger.receive(
        department=drop.department,
        sender_path=drop.sender_path,
        file_name=drop.path.name,
        sha256=sha256,
        size=drop.size,
        modified=drop.modified,
        received_at=_received_at(site, drop),
    )
    drop.path.unlink()
    site.ledger.taken([receipt.submission_id])
    log.info("received %s from %s", receipt.submission_id, drop.department or "no department")
    return receipt


def _received_at(site: Site, drop: Drop) -> dt.datetime:
    if site.home.settings.received_at == "modified":
        return drop.modified
    return dt.datetime.now(dt.UTC)
