"""Restoring a home from a backup, into a folder that is empty; a restore that was cut short goes on when run again.

Until it is finished a file in the home says so, and no command takes it for a home.
"""

from __future__ import annotations

import os
import shutil
from hashlib import file_digest
from pathlib import Path

from connectors.archive import Archive
from pipelines.home.folders import UNFINISHED, Home, ledger_url, read_settings
from pipelines.keeping.manifest import BackupError, Item, Manifest, objects, read
from pipelines.loading.progress import Progress
from warehouse.audit import Audit

_SHOWN = 10


def restore(
    source: Path, home: Home, *, name: str | None = None, progress: Progress | None = None
) -> Manifest:
    """Make a home what it was when a backup was made.

    Args:
        source: The backup folder.
        home: Where to; absent, empty, or left by a restore of the same backup that was cut short.
        name: Which backup; the newest when None.
        progress: Who watches.

    Raises:
        BackupError: There is no such backup, it is damaged, or the home is not empty. Nothing there is overwritten.
        OSError: The home cannot be written. Run again, it goes on.
    """
    manifest = read(source, name)
    kept = objects(source)
    _check_there(source, manifest, kept)
    _claim(home, manifest)
    watch = progress or Progress()
    files = [item for item in manifest.items if item.sha256]
    folders = [item for item in manifest.items if item.sha256 is None]
    for folder in folders:
        (home.root / folder.path).mkdir(mode=0o700, parents=True, exist_ok=True)
    for item in watch.over(files, "Restoring"):
        _bring_back(kept, item, home.root / item.path)
    _restore_ledger(home, kept, manifest.ledger)
    for folder in reversed(folders):
        _set(home.root / folder.path, folder)
    Audit(home.audit).append("restore", manifest.name, f"from {source}")
    (home.root / UNFINISHED).unlink()
    return manifest


def _check_there(source: Path, manifest: Manifest, kept: Archive) -> None:
    """Before anything is written: whether the backup has all its bytes, as far as sizes tell."""
    missing = [
        item.path for item in manifest.items if item.sha256 and _size(kept.path(item.sha256)) != item.size
    ]
    if not _size(kept.path(manifest.ledger)):
        missing.insert(0, "the ledger")
    if missing:
        shown = ", ".join(missing[:_SHOWN]) + (f" … ({len(missing)})" if len(missing) > _SHOWN else "")
        raise BackupError(
            f"backup {manifest.name} in {source} lacks {shown}. Take another with --at, or another copy"
        )


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


def _claim(home: Home, manifest: Manifest) -> None:
    marker = home.root / UNFINISHED
    if marker.exists():
        begun = marker.read_text(encoding="ascii").strip()
        if begun != manifest.name:
            raise BackupError(
                f"{home.root} holds part of backup {begun}: finish it with --at {begun}, or remove the folder"
            )
        return
    if home.root.exists() and any(home.root.iterdir()):
        raise BackupError(
            f"{home.root} is not empty, and nothing is overwritten: name a new folder with --home"
        )
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.write_text(f"{manifest.name}\n", encoding="ascii")


def _bring_back(kept: Archive, item: Item, path: Path) -> None:
    """Copy a file's bytes to its place and look at what was written; a place that has them already is left alone."""
    if not path.exists() or _sha256(path) != item.sha256:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # it may be read-only
        shutil.copyfile(kept.path(item.sha256 or ""), path)
        if _sha256(path) != item.sha256:
            raise BackupError(
                f"the bytes of {item.path} in the backup are damaged ({item.sha256}). Take another backup with --at and "
                "a new folder, or bring this object back from another copy of the backup, then run the command again"
            )
    _set(path, item)


def _set(path: Path, item: Item) -> None:
    path.chmod(item.mode)
    os.utime(path, ns=(item.modified_ns, item.modified_ns))


def _restore_ledger(home: Home, kept: Archive, sha256: str) -> None:
    from warehouse.ledger.portable import NotEmpty, Unreadable, take_in

    own = home.root / "ledger.db"
    for path in (own, own.with_name("ledger.db-wal"), own.with_name("ledger.db-shm")):
        path.unlink(missing_ok=True)  # of a restore that was cut short: the marker has shown it
    lines = kept.path(sha256)
    if _sha256(lines) != sha256:
        raise BackupError(
            "the ledger in the backup is damaged. Take another backup with --at, or another copy"
        )
    url = ledger_url(home, read_settings(home))
    try:
        with lines.open(encoding="utf-8") as file:
            take_in(url, (line.rstrip("\n") for line in file))
    except (NotEmpty, Unreadable) as error:
        raise BackupError(
            f"{error}. Point ledger_url in {home.config / 'shiji.yaml'}, or SHIJI_LEDGER_URL, to an empty database, "
            "then run the command again"
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
