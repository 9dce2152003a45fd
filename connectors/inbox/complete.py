"""Which files of the drop folder are complete, and which are left alone, and why. Taking them stands beside."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from connectors.inbox.names import shown, shown_path
from connectors.inbox.unfinished import is_locked, is_passed_over, is_unfinished
from connectors.plain import Seen, look

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MICROSECOND = int((datetime.max.replace(tzinfo=UTC) - _EPOCH) / timedelta(microseconds=1))
_LONGEST_DEPARTMENT = 200


@dataclass(frozen=True)
class Waits:
    """How long files are left alone, in seconds.

    Attributes:
        settle: Between the two looks that must find the same; with 0 whatever lies there is complete.
        unfinished: For a file that is empty or breaks off: a slow copy makes the file first and fills it later.
    """

    settle: float = 10.0
    unfinished: float = 600.0

    @property
    def calm(self) -> float:
        """After so long without any change one look is enough."""
        return 6 * self.settle

    @property
    def watched(self) -> float:
        """So long a program may stop writing and go on: for it a lock counts, and for it a taken file is kept."""
        return 360 * self.settle


@dataclass(frozen=True)
class Drop:
    """A complete file in the inbox, or out of it into a private folder.

    Attributes:
        path: Where it is.
        below: Where it was handed in, below the inbox.
        seen: What the look at it showed.
    """

    path: Path
    below: PurePath
    seen: Seen

    @property
    def sender_path(self) -> str:
        """Where it was handed in, below the inbox, as text (``connectors.inbox.names``)."""
        return shown_path(self.below)

    @property
    def department(self) -> str:
        """The first folder below the inbox; ``""`` for a file directly in it."""
        return shown(self.below.parts[0])[:_LONGEST_DEPARTMENT] if len(self.below.parts) > 1 else ""

    @property
    def size(self) -> int:
        """In bytes."""
        return self.seen.size

    @property
    def modified(self) -> datetime:
        """Time of last change, UTC, kept within what a date can say: a damaged file system must not stop a load."""
        microseconds = min(max(self.seen.modified_ns // 1000, 0), _LAST_MICROSECOND)
        return _EPOCH + timedelta(microseconds=microseconds)


@dataclass(frozen=True)
class Left:
    """A file that stays where it is.

    Attributes:
        sender_path: Which.
        reason: Why, in English.
    """

    sender_path: str
    reason: str


@dataclass
class Found:
    """What lies in the inbox: files to be taken, and those left alone."""

    drops: list[Drop] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def add(self, drop: Drop, waits: Waits, now: float, *, locked: bool = False) -> None:
        """Note a file among those to be taken or those left alone.

        Args:
            drop: The file.
            waits: How long files are left alone.
            now: Seconds since 1970.
            locked: Whether a lock lies beside it.
        """
        reason = _why_left(drop, waits, now, locked=locked)
        if reason:
            self.left.append(Left(drop.sender_path, reason))
        else:
            self.drops.append(drop)


def complete_files(inbox: Path, waits: Waits, now: float | None = None) -> list[Drop]:
    """Files below the inbox that have not changed for ``waits.settle`` seconds by the system's clock, sorted by path.

    Args:
        inbox: The folder; an absent one has no files.
        waits: How long files are left alone.
        now: Seconds since 1970, the clock's when None.
    """
    moment = time.time() if now is None else now
    found = look_around(inbox, waits, moment)
    # A time ahead of this clock is that of another machine: two looks will tell.
    return [drop for drop in found.drops if not 0 <= drop.seen.since_changed(moment) < waits.settle]


def look_around(inbox: Path, waits: Waits, now: float) -> Found:
    """What lies below the inbox at a first look.

    Lock and temporary files, hidden ones and litter of the desktop are passed over; links are not followed. What is
    empty or breaks off, and what a program has locked, is left alone for longer. What cannot be looked at now is
    looked at next time.

    Args:
        inbox: The folder; an absent one has no files.
        waits: How long files are left alone.
        now: Seconds since 1970.
    """
    found = Found()
    for path, seen, locked in _files(inbox):
        found.add(Drop(path, path.relative_to(inbox), seen), waits, now, locked=locked)
    found.drops.sort(key=lambda drop: drop.sender_path)
    return found


def settled(found: Found, waits: Waits, now: float) -> Found:
    """Of the files found at a first look, those that nobody is still writing.

    A second look at least ``waits.settle`` seconds later must find the same size, time and file; what had not changed
    for six times as long is complete at the first, so that nothing is waited for where all is calm.

    Args:
        found: A first look.
        waits: How long files are left alone.
        now: When it was taken, in seconds since 1970.
    """
    # A system whose times lie ahead of the clock cannot say how long a file was left alone.
    fresh = {drop.path for drop in found.drops if not drop.seen.since_changed(now) >= waits.calm}
    if not fresh:
        return found
    time.sleep(waits.settle)
    drops, left = [], list(found.left)
    for drop in found.drops:
        if drop.path not in fresh or drop.seen.is_same(look(drop.path)):
            drops.append(drop)
        else:
            left.append(Left(drop.sender_path, "it is still being written"))
    return Found(drops, left)


def _why_left(drop: Drop, waits: Waits, now: float, *, locked: bool) -> str | None:
    if drop.seen.links > 1:
        return "it has a second name (a hard link), which may lie anywhere: copy it instead"
    if locked and drop.seen.since_changed(now) < waits.watched:
        return "a program has it open (a lock file lies beside it)"
    if waits.unfinished > drop.seen.since_written(now) and is_unfinished(drop.path, drop.seen):
        return "it is empty or breaks off: more may come"
    return None


def _files(folder: Path) -> Iterator[tuple[Path, Seen, bool]]:
    """Plain files that may be hand-ins, what a look shows, and whether a lock lies beside."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    names = {entry.name for entry in entries}
    for entry in entries:
        if is_passed_over(entry.name) or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif (seen := look(Path(entry.path))) is not None:
            yield Path(entry.path), seen, is_locked(entry.name, names)
