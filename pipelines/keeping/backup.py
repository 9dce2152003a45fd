"""Backing up a home: everything that cannot be computed again, at one moment, into a folder on another disk.

Bytes are kept once, by their hash, so that a second backup copies only what is new, and one that was cut short goes on
where it stopped. What is published is left out: a load writes it anew from the tables.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.archive import Archive, Kept
from pipelines.home.access import make_private
from pipelines.home.folders import Home
from pipelines.home.lock import PATIENCE, writing
from pipelines.keeping.manifest import (
    BackupError,
    Item,
    Manifest,
    is_backup_folder,
    names,
    objects,
    read,
    write,
)
from pipelines.loading.progress import Progress

KEY = "config/private.key"
_KEYS = (KEY, f"{KEY}.next", f"{KEY}.old")
"""The key, and those beside it while it is changed."""

_FILES_AT_ONCE = 128
_COMPUTED = ("published", ".spill")
_OF_RUNNING = ("writing.lock", "writing.json", "load.lock", "ledger.db", "ledger.db-wal", "ledger.db-shm")
"""Locks of who is at work now, and the ledger: it is read through its database."""


@dataclass(frozen=True)
class BackedUp:
    """What a backup did.

    Attributes:
        manifest: What it consists of.
        copied: Files whose bytes were not there yet.
        problems: Files that could not be kept, or are damaged in the home; each says why.
    """

    manifest: Manifest
    copied: int
    problems: Sequence[str]


def backup(home: Home, target: Path, *, with_key: bool = True, progress: Progress | None = None) -> BackedUp:
    """Add a backup of a home to a backup folder; no other writer is at work meanwhile.

    Args:
        home: What is kept.
        target: The backup folder; made when absent, for this account alone.
        with_key: Whether the key of the tokens goes with it.
        progress: Who watches.

    Raises:
        BackupError: The target lies in the home, or is a folder of something else.
        HomeError: Another writer does not end.
        OSError: The target cannot be written. What was copied stays there for the next try.
    """
    if target.resolve().is_relative_to(home.root.resolve()):
        raise BackupError(f"{target} lies in the home it is to keep; name a folder on another disk")
    if not is_backup_folder(target):
        raise BackupError(f"{target} holds something else than backups; name an empty folder, or a new one")
    make_private(target)
    with writing(home, "backup", PATIENCE):
        return _Backup(home, target, with_key, progress or Progress()).run()


class _Backup:
    def __init__(self, home: Home, target: Path, with_key: bool, progress: Progress) -> None:
        self._home, self._target, self._with_key, self._progress = home, target, with_key, progress
        self._objects = objects(target)
        self._problems: list[str] = []
        self._copied = 0

    def run(self) -> BackedUp:
        self._objects.root.mkdir(mode=0o700, exist_ok=True)
        ledger = self._ledger()
        known = _known(self._target)
        found = sorted(_walk(self._home.root, self._left_out()), key=os.fsencode)
        items: list[Item] = []
        self._progress.report("Backing up", 0, len(found))
        for start in range(0, len(found), _FILES_AT_ONCE):
            items += self._kept(found[start : start + _FILES_AT_ONCE], known)
            self._progress.report("Backing up", len(items), len(found))
        now = dt.datetime.now(dt.UTC)
        has_key = any(item.path == KEY for item in items)
        manifest = Manifest(f"{now:%Y%m%d-%H%M%S-%f}", ledger, has_key, items)
        write(self._target, manifest)
        return BackedUp(manifest, self._copied, self._problems)

    def _left_out(self) -> frozenset[str]:
        return frozenset((*_COMPUTED, *_OF_RUNNING, *(() if self._with_key else _KEYS)))

    def _ledger(self) -> str:
        from warehouse.ledger.portable import dump

        with tempfile.NamedTemporaryFile(dir=self._objects.root, prefix=".incoming-") as file:
            for line in dump(self._home.ledger_url):
                file.write(f"{line}\n".encode())
            file.flush()
            return self._objects.store(Path(file.name)).sha256

    def _kept(self, paths: Sequence[str], known: Mapping[str, Item]) -> Iterator[Item]:
        """Folders, and files whose bytes are in the backup now."""
        looks = [(path, (self._home.root / path).stat(follow_symlinks=False)) for path in paths]
        wanted = {
            path: self._there(path, look, known.get(path))
            for path, look in looks
            if stat.S_ISREG(look.st_mode)
        }
        new = [path for path, sha256 in wanted.items() if sha256 is None]
        for path, kept in zip(new, self._objects.store_many([self._home.root / p for p in new]), strict=True):
            wanted[path] = self._checked(path, kept)
        self._copied += len(new)
        for path, look in looks:
            mode, sha256 = stat.S_IMODE(look.st_mode), wanted.get(path)
            if stat.S_ISDIR(look.st_mode):
                yield Item(path, mode, look.st_mtime_ns)
            elif sha256 is not None:
                yield Item(path, mode, look.st_mtime_ns, self._objects.path(sha256).stat().st_size, sha256)
            elif not stat.S_ISREG(look.st_mode):
                self._problems.append(f"{_shown(path)}: a link or no plain file; it is not in the backup")

    def _there(self, path: str, look: os.stat_result, known: Item | None) -> str | None:
        """The hash of a file whose bytes are in the backup already: by its name, or by what the last backup noted."""
        if path.startswith("archive/") and len(Path(path).name) == 64:
            sha256: str | None = Path(path).name
        elif known and (known.size, known.modified_ns) == (look.st_size, look.st_mtime_ns):
            sha256 = known.sha256
        else:
            sha256 = None
        return sha256 if sha256 and _holds(self._objects, sha256, look.st_size) else None

    def _checked(self, path: str, kept: Kept | OSError) -> str | None:
        if isinstance(kept, OSError):
            self._problems.append(f"{_shown(path)}: {kept.strerror or kept}; it is not in the backup")
            return None
        if path.startswith("archive/") and kept.sha256 != Path(path).name:
            self._problems.append(
                f"{_shown(path)}: its bytes are no longer those that were received. Bring it back from an older backup"
            )
        return kept.sha256


def _known(target: Path) -> dict[str, Item]:
    """Files of the last whole backup."""
    if not names(target):
        return {}
    return {item.path: item for item in read(target).items if item.sha256}


def _holds(kept: Archive, sha256: str, size: int) -> bool:
    path = kept.path(sha256)
    return path.exists() and path.stat().st_size == size


def _walk(root: Path, left_out: frozenset[str], below: str = "") -> Iterator[str]:
    """Paths below a home, folders before what is in them; links are not followed."""
    for entry in os.scandir(root / below):
        path = f"{below}{entry.name}"
        if (
            path in left_out
            or _is_passing(entry.name)
            or (below == "dagster/" and entry.name != "dagster.yaml")
        ):
            continue
        yield path
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, left_out, f"{path}/")


def _is_passing(name: str) -> bool:
    """Whether a file is on its way to another name; a writer that was cut off left it."""
    return name.startswith(".incoming-") or (name.startswith(".") and name.endswith(".tmp"))


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()
