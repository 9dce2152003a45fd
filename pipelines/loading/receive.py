"""Receiving: every complete file of the inbox into the archive and the ledger, before anything else is done with it.

A file is taken, archived, entered, and only then removed. A crash between any two of these steps loses nothing and
doubles nothing: what was taken is taken up again first, and the ledger knows what it has. Reading what was received
is staging's work, not done here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.archive import Kept
from connectors.inbox import Drop, Left, Taking, Waits, complete_files, look_around, new_batch, settled
from connectors.plain import ChangedError
from expectations.privacy.shield import Shield
from pipelines.home.site import Site
from pipelines.loading.progress import Progress
from warehouse.ledger import Arrival, Receipt

log = logging.getLogger(__name__)


_AT_ONCE = 200
"""Files entered in one transaction of the ledger."""


@dataclass
class Received:
    """What came of looking into the inbox.

    Attributes:
        receipts: Of the files taken in, those too that a load before had entered and not removed.
        left: Files that stay in the inbox, and why.
    """

    receipts: list[Receipt] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def waiting(site: Site) -> list[Drop]:
    """Files that a load would take in now."""
    waits = _waits(site)
    taking = Taking(site.home.inbox, waits)
    return [*taking.left_over(), *taking.changed(), *complete_files(site.home.inbox, waits)]


def receive(site: Site, progress: Progress) -> Received:
    """Take in every complete file: out of the inbox, bytes to the archive, a row to the ledger, then removed.

    What fails for a file leaves that file where it is, says so, and stops no other.
    """
    intake = _Intake(site)
    drops = intake.found()
    for start in range(0, len(drops), _AT_ONCE):
        intake.receive(drops[start : start + _AT_ONCE])
        progress.report("Receiving", min(start + _AT_ONCE, len(drops)), len(drops))
    intake.taking.tidy()
    for left in intake.received.left:
        log.warning("left in the inbox: %s (%s)", Shield().path(left.sender_path), left.reason)
    return intake.received


class _Intake:
    """One pass over the inbox."""

    def __init__(self, site: Site) -> None:
        self.received = Received()
        self.taking = Taking(site.home.inbox, _waits(site))
        self._site = site
        self._now = time.time()
        self._left_over: dict[Path, int] = {}

    def found(self) -> list[Drop]:
        """Complete files in the order they came; those that an earlier load had taken and not removed are older."""
        waits = self.taking.waits
        self.taking.sweep(self._now)
        found = look_around(self._site.home.inbox, waits, self._now)
        for number, drop in enumerate(self.taking.left_over()):
            self._left_over[drop.path] = number
            found.add(drop, waits, self._now)
        found = settled(found, waits, self._now)
        self.received.left += found.left
        last = len(self._left_over)
        return sorted(
            found.drops,
            key=lambda drop: (self._left_over.get(drop.path, last), drop.modified, drop.sender_path),
        )

    def receive(self, drops: Sequence[Drop]) -> None:
        """Take, archive, enter and remove files."""
        batch = new_batch()
        taken = [one for drop in drops if (one := self._take(drop, batch)) is not None]
        kept: list[tuple[Drop, Kept]] = []
        for drop, found in zip(
            taken, self._site.archive.store_many([drop.path for drop in taken]), strict=True
        ):
            if isinstance(found, OSError):
                self._leave(drop, found)
            elif found.seen.is_same(drop.seen):
                kept.append((drop, found))
            else:
                self.received.left.append(Left(drop.sender_path, "it changed while it was taken"))
        receipts = self._site.ledger.receive_many([self._arrival(*one) for one in kept])
        entered = zip(kept, receipts, strict=True)
        gone = [receipt.submission_id for one, receipt in entered if self._release(*one, receipt)]
        self._site.ledger.taken(gone)

    def _take(self, drop: Drop, batch: str) -> Drop | None:
        """The file out of the inbox; where it may not be renamed it is read where it lies."""
        if drop.path in self._left_over:
            return drop
        try:
            return self.taking.take(drop, batch)
        except FileNotFoundError:
            return None  # its sender took it back
        except ChangedError as error:
            self._leave(drop, error)
            return None
        except OSError:
            return drop

    def _release(self, drop: Drop, kept: Kept, receipt: Receipt) -> bool:
        """Remove a file that was entered; whether the same file in the inbox would be another arrival from now on."""
        if not self.taking.holds(drop):
            reason = "it was taken in, and cannot be removed: its folder may not be changed"
            self.received.left.append(Left(drop.sender_path, reason))
            self.received.receipts += [] if receipt.is_known else [receipt]
            return False
        self.received.receipts.append(receipt)
        try:
            self.taking.release(drop, kept.seen, kept.sha256, self._now)
        except OSError as error:
            self._leave(drop, error)
            return False
        return True

    def _leave(self, drop: Drop, error: OSError) -> None:
        self.received.left.append(Left(drop.sender_path, error.strerror or type(error).__name__))

    def _arrival(self, drop: Drop, kept: Kept) -> Arrival:
        is_dated_by_file = self._site.home.settings.received_at == "modified"
        return Arrival(
            department=drop.department,
            sender_path=drop.sender_path,
            file_name=drop.sender_path.rpartition("/")[2],
            sha256=kept.sha256,
            size=kept.seen.size,
            modified=drop.modified,
            received_at=drop.modified if is_dated_by_file else None,
        )


def _waits(site: Site) -> Waits:
    settings = site.home.settings
    return Waits(settings.settle_seconds, settings.unfinished_seconds)
