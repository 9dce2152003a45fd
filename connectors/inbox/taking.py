"""Taking files out of the inbox: renamed into a private folder first, where nobody replaces them, and removed last.

Whoever has a file open goes on writing into the one that was taken, so it is looked at once more before it is removed,
and kept for a while where it was written not long ago. What becomes of the bytes meanwhile is not known here. After a
kill at any point every file lies in one of these places, and the next load finds it there:

- ``.taking/new/<batch>/<path>``: taken, and perhaps entered;
- ``.taking/entered/<what was entered>/<path>``: entered, and watched for what may still be written into it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from connectors.inbox.complete import Drop, Waits
from connectors.plain import ChangedError, Seen, look, opened

_PRIVATE, _NEW, _ENTERED = ".taking", "new", "entered"
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class Taking:
    """The private folders of an inbox: one in it, and one in a department's folder that is a disk of its own.

    Attributes:
        inbox: The folder.
        waits: How long files are left alone.
    """

    inbox: Path
    waits: Waits

    def left_over(self) -> list[Drop]:
        """Files taken before and not known to be entered, in the order they were taken."""
        return [drop for batch in self._folders(_NEW) for drop in self._drops(batch)]

    def changed(self) -> list[Drop]:
        """Files that were written into after they had been entered."""
        watched = [drop for entered in self._folders(_ENTERED) for drop in self._drops(entered)]
        return [drop for drop in watched if _Entered.of(self._label(drop)).is_changed(drop.seen)]

    def take(self, drop: Drop, batch: str) -> Drop:
        """Rename a file out of the inbox.

        Raises:
            FileNotFoundError: Its sender took it back.
            ChangedError: Another file or another content stood there; it is taken, and left over for the next time.
            OSError: It may not be renamed.
        """
        try:
            target = self._move(drop, self.inbox, _NEW, batch)
        except FileNotFoundError:
            raise
        except OSError:
            if len(drop.below.parts) == 1:
                raise
            target = self._move(drop, self.inbox / drop.below.parts[0], _NEW, batch)
        if not drop.seen.is_same(look(target)):
            raise ChangedError(errno.EBUSY, "it changed while it was taken", str(drop.path))
        return replace(drop, path=target)

    def holds(self, drop: Drop) -> bool:
        """Whether a file lies in a private folder."""
        return _PRIVATE in drop.path.relative_to(self.inbox).parts[:2]

    def release(self, drop: Drop, seen: Seen, sha256: str, now: float) -> None:
        """Remove a file that was taken and entered, or keep it where it is watched.

        What was written into meanwhile stays, as left over: it arrives again.

        Args:
            drop: The file, with what it looked like before it was taken.
            seen: It, when its bytes were kept.
            sha256: Of these bytes.
            now: Seconds since 1970.
        """
        if look(drop.path) != seen:
            return
        if drop.seen.since_changed(now) >= self.waits.watched:
            drop.path.unlink()
        else:
            self._move(
                drop, self._root(drop), _ENTERED, _Entered(sha256, seen.size, seen.modified_ns).label()
            )

    def sweep(self, now: float) -> None:
        """Remove what was watched for long enough; what was written into is left over, to arrive again.

        Args:
            now: Seconds since 1970.
        """
        for folder in self._folders(_ENTERED):
            for drop in self._drops(folder):
                with contextlib.suppress(OSError):  # it stays, and is swept the next time
                    self._sweep(drop, now)

    def tidy(self) -> None:
        """Remove private folders that are empty."""
        for private in self._private():
            for folder, _, _ in os.walk(private, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)

    def _sweep(self, drop: Drop, now: float) -> None:
        entered = _Entered.of(self._label(drop))
        is_changed = entered.is_changed(drop.seen)
        if not is_changed and drop.seen.since_changed(now) < self.waits.watched:
            return
        if is_changed or _sha256(drop.path) != entered.sha256:
            self._move(drop, self._root(drop), _NEW, new_batch())
        else:
            drop.path.unlink()

    def _move(self, drop: Drop, root: Path, place: str, label: str) -> Path:
        private = root / _PRIVATE
        target = private / place / label / (self.inbox / drop.below).relative_to(root)
        private.mkdir(mode=0o700, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        _rename(self.inbox, drop.path.relative_to(self.inbox), target)
        return target

    def _private(self) -> Iterator[Path]:
        try:
            folders = [self.inbox, *sorted(path for path in self.inbox.iterdir() if not path.is_symlink())]
        except OSError:
            return
        yield from (folder / _PRIVATE for folder in folders if (folder / _PRIVATE).is_dir())

    def _folders(self, place: str) -> list[Path]:
        found = [
            folder
            for private in self._private()
            if (private / place).is_dir()
            for folder in (private / place).iterdir()
        ]
        return sorted(found, key=lambda folder: folder.name)

    def _drops(self, folder: Path) -> list[Drop]:
        """The files below ``.taking/<place>/<label>``, oldest first."""
        found = []
        for parent, _, names in os.walk(folder):
            for path in (Path(parent) / name for name in names):
                if (seen := look(path)) is not None:
                    root = folder.parents[2].relative_to(self.inbox)
                    found.append(Drop(path, root / path.relative_to(folder), seen))
        return sorted(found, key=lambda drop: (drop.seen.modified_ns, drop.sender_path))

    def _root(self, drop: Drop) -> Path:
        """The folder whose private one a taken file lies in."""
        parts = drop.path.relative_to(self.inbox).parts
        return self.inbox.joinpath(*parts[: parts.index(_PRIVATE)])

    def _label(self, drop: Drop) -> str:
        return drop.path.relative_to(self._root(drop)).parts[2]


def new_batch() -> str:
    """A name for what is taken together; later ones sort after earlier ones."""
    return f"{time.time_ns():020}-{os.getpid()}"


@dataclass(frozen=True)
class _Entered:
    """What was entered of a file, as the folder it is watched in says."""

    sha256: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, label: str) -> _Entered:
        sha256, size, modified_ns, _ = label.split("_")
        return cls(sha256, int(size), int(modified_ns))

    def label(self) -> str:
        return f"{self.sha256}_{self.size}_{self.modified_ns}_{time.time_ns()}"

    def is_changed(self, seen: Seen) -> bool:
        return (self.size, self.modified_ns) != (seen.size, seen.modified_ns)


def _sha256(path: Path) -> str:
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rename(root: Path, below: PurePath, target: Path) -> None:
    """Rename a file, following no link that took the place of a folder on the way to it."""
    if os.rename not in os.supports_dir_fd:
        os.rename(root / below, target)
        return
    with contextlib.ExitStack() as opening:
        handle = os.open(root, os.O_RDONLY)
        opening.callback(os.close, handle)
        for part in below.parts[:-1]:
            handle = os.open(part, _FOLDER, dir_fd=handle)
            opening.callback(os.close, handle)
        os.rename(below.name, target, src_dir_fd=handle)
