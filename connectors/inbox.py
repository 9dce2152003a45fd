"""The drop folder: which files in it are complete. What they hold, and what becomes of them, does not belong here."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_UNFINISHED_PREFIXES = (".", "~$", "~lock")
_UNFINISHED_SUFFIXES = (
    ".tmp",
    ".temp",
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".filepart",
    ".swp",
    "~",
)
EMPTY_SECONDS = 600.0
"""How long an empty file is left alone: a slow copy makes the file first and fills it later."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MICROSECOND = int((datetime.max.replace(tzinfo=UTC) - _EPOCH) / timedelta(microseconds=1))
_LITTER = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Drop:
    """A complete file in the inbox.

    Attributes:
        path: Where it is.
        department: The first folder below the inbox; ``""`` for a file directly in it.
        sender_path: Its path below the inbox, with ``/`` on every system.
        size: In bytes.
        modified: Time of last change, UTC.
    """

    path: Path
    department: str
    sender_path: str
    size: int
    modified: datetime


def complete_files(inbox: Path, settle_seconds: float = 2.0, now: float | None = None) -> list[Drop]:
    """Files below the inbox that nobody is still writing, sorted by path.

    A file is complete when its last change lies ``settle_seconds`` back and a second look finds it unchanged; an
    empty file waits ``EMPTY_SECONDS`` for its content. Lock and temp files, hidden files and litter of the desktop
    never are complete; links are not followed. A folder or file that cannot be looked at now is looked at next time.

    Args:
        inbox: The folder; an absent one has no files.
        settle_seconds: How long a file must have been left alone.
        now: Seconds since 1970, the clock's when None.
    """
    moment = time.time() if now is None else now
    first = dict(_candidates(inbox))
    return sorted(
        (
            _drop(inbox, path, seen)
            for path, seen in first.items()
            if _has_settled(seen, moment, settle_seconds) and _same(_look(path), seen)
        ),
        key=lambda drop: drop.sender_path,
    )


def _candidates(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if _is_unfinished(entry.name) or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _candidates(Path(entry.path))
        else:
            seen = _look(Path(entry.path))
            if seen is not None and stat.S_ISREG(seen.st_mode):
                yield Path(entry.path), seen


def _has_settled(seen: os.stat_result, moment: float, settle_seconds: float) -> bool:
    wait = settle_seconds if seen.st_size else max(settle_seconds, EMPTY_SECONDS)
    return seen.st_mtime <= moment - wait


def _is_unfinished(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(_UNFINISHED_PREFIXES) or lower.endswith(_UNFINISHED_SUFFIXES) or lower in _LITTER


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.stat(follow_symlinks=False)
    except OSError:
        return None


def _same(now: os.stat_result | None, before: os.stat_result) -> bool:
    return now is not None and (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _drop(inbox: Path, path: Path, seen: os.stat_result) -> Drop:
    below = path.relative_to(inbox)
    department = below.parts[0] if len(below.parts) > 1 else ""
    return Drop(path, department, below.as_posix(), seen.st_size, _time(seen.st_mtime_ns))


def _time(nanoseconds: int) -> datetime:
    """A file time, kept within what a date can say: a damaged file system must not stop the load."""
    microseconds = min(max(nanoseconds // 1000, 0), _LAST_MICROSECOND)
    return _EPOCH + timedelta(microseconds=microseconds)
