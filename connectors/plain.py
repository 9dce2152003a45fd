"""Plain files that others may exchange, link or write meanwhile: a look at one, and opening nothing else.

What a file is for, and whether it is complete, does not belong here.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Self

# Without O_NONBLOCK a pipe that took the file's place would hold the reader up for ever.
_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)

_FIRST_DATE_NS = 315_792_000 * 10**9
"""1980-01-04: up to then reach the days on which file systems and archives begin to count."""


class ChangedError(OSError):
    """The file is not the one that was looked at, or was written meanwhile."""


class NotPlainError(OSError):
    """A link, a pipe or a folder; or a file that has a second name, which may lie anywhere."""


@dataclass(frozen=True)
class Seen:
    """What a look at a file shows.

    Attributes:
        device, inode: Which file it is.
        links: How many names it has.
        size: In bytes.
        modified_ns: When its content last changed, as whoever wrote it says.
        touched_ns: When anything of it last changed, as the system says; on Windows when it was made.
    """

    device: int
    inode: int
    links: int
    size: int
    modified_ns: int
    touched_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Self:
        """What a status says."""
        return cls(
            found.st_dev, found.st_ino, found.st_nlink, found.st_size, found.st_mtime_ns, found.st_ctime_ns
        )

    def is_same(self, other: Seen | None) -> bool:
        """Whether it is the same file with, as far as one can see, the same content; a new name changes neither."""
        return other is not None and self._content == other._content

    def since_changed(self, now: float) -> float:
        """Seconds since anything of it changed; a time of change ahead of ``now`` counts only if the system gave it.

        Args:
            now: Seconds since 1970.
        """
        modified, touched = self.modified_ns / 1e9, self.touched_ns / 1e9
        return now - (touched if modified > now else max(modified, touched))

    def since_written(self, now: float) -> float:
        """Seconds since its content changed: what was copied with its old time counts as old.

        Args:
            now: Seconds since 1970.
        """
        modified = self.modified_ns / 1e9
        return now - (modified if self.is_dated and modified <= now else self.touched_ns / 1e9)

    @property
    def is_dated(self) -> bool:
        """Whether its time means something; robocopy dates a file 1980-01-02 until it has all of it."""
        return self.modified_ns > _FIRST_DATE_NS

    @property
    def _content(self) -> tuple[int, ...]:
        return self.device, self.inode, self.size, self.modified_ns


def look(path: Path) -> Seen | None:
    """A look at a plain file; ``None`` where there is none, or it cannot be looked at."""
    try:
        found = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return Seen.of(found) if stat.S_ISREG(found.st_mode) else None


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A plain file with one name, for reading.

    Raises:
        NotPlainError: It is something else.
        OSError: It cannot be opened.
    """
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise NotPlainError(error.errno, "not a plain file", str(path)) from error
        raise
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise NotPlainError(errno.EINVAL, "not a plain file", str(path))
        if found.st_nlink > 1:
            raise NotPlainError(errno.EMLINK, "it has a second name (a hard link)", str(path))
        yield file
