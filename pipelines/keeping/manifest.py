"""What one backup consists of: a list of files with their hashes, written last, so that a backup cut short has none.

A backup folder holds ``objects/`` (bytes by SHA-256, shared by all its backups and only added to) and ``backups/`` (a
list for each backup). How they are filled and read back does not belong here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.archive import Archive
from warehouse.beside import written_beside

_LISTS = "backups"
_OBJECTS = "objects"
_ENDING = ".jsonl"


class BackupError(RuntimeError):
    """A backup that cannot be made or read; says what to do."""


@dataclass(frozen=True)
class Item:
    """A file or folder of a home.

    Attributes:
        path: Below the home, with ``/``.
        mode: Permission bits.
        modified_ns: Time of last change.
        size: In bytes; 0 for a folder.
        sha256: None for a folder.
    """

    path: str
    mode: int
    modified_ns: int
    size: int = 0
    sha256: str | None = None


@dataclass(frozen=True)
class Manifest:
    """One backup.

    Attributes:
        name: When it was made, UTC: ``20250703-020000-123456``.
        ledger: SHA-256 of the ledger's lines.
        has_key: Whether the key of the tokens is in it.
        items: Folders and files.
    """

    name: str
    ledger: str
    has_key: bool
    items: Sequence[Item]


def objects(folder: Path) -> Archive:
    """The bytes of a backup folder."""
    return Archive(folder / _OBJECTS)


def is_backup_folder(folder: Path) -> bool:
    """Whether backups are kept there, or could be: it is empty, or not there."""
    return not folder.exists() or (folder / _OBJECTS).is_dir() or not any(folder.iterdir())


def names(folder: Path) -> list[str]:
    """The whole backups of a folder, the newest last."""
    return sorted(path.name.removesuffix(_ENDING) for path in (folder / _LISTS).glob(f"[0-9]*{_ENDING}"))


def write(folder: Path, manifest: Manifest) -> None:
    """Make a backup whole: from now on it can be restored."""
    lists = folder / _LISTS
    lists.mkdir(mode=0o700, exist_ok=True)
    head = {"shiji_backup": 1, "name": manifest.name, "ledger": manifest.ledger, "has_key": manifest.has_key}
    lines = [json.dumps(head), *(json.dumps(asdict(item)) for item in manifest.items)]
    body = "".join(f"{line}\n" for line in lines)
    end = json.dumps({"items": len(manifest.items), "sha256": sha256(body.encode()).hexdigest()})
    with (
        written_beside(lists / f"{manifest.name}{_ENDING}") as beside,
        beside.open("w", encoding="ascii") as file,
    ):
        file.write(f"{body}{end}\n")
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path, name: str | None = None) -> Manifest:
    """A backup's list.

    Args:
        folder: The backup folder.
        name: Which; the newest when None.

    Raises:
        BackupError: There is no such backup, or its list is damaged.
    """
    known = names(folder)
    if not known:
        raise BackupError(
            f"{folder} holds no whole backup. One that was cut short is none: run shiji backup again"
        )
    if name is not None and name not in known:
        raise BackupError(f"{folder} holds no backup {name}; there are {', '.join(known[-10:])}")
    chosen = name or known[-1]
    try:
        return _parsed((folder / _LISTS / f"{chosen}{_ENDING}").read_text(encoding="ascii"))
    except (ValueError, KeyError, TypeError) as error:
        others = ", ".join(one for one in known if one != chosen) or "none"
        raise BackupError(
            f"the list of backup {chosen} in {folder} is damaged ({error}). Take another with --at; there are: {others}"
        ) from error


def _parsed(text: str) -> Manifest:
    head, *items, end = (json.loads(line) for line in text.splitlines())
    body = text[: text.rstrip("\n").rindex("\n") + 1]
    if sha256(body.encode()).hexdigest() != end["sha256"]:
        raise ValueError("its hash does not fit")
    return Manifest(head["name"], head["ledger"], head["has_key"], list(_inside(items)))


def _inside(items: Sequence[dict[str, Any]]) -> Iterator[Item]:
    for given in items:
        item = Item(**given)
        path = PurePosixPath(item.path)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{item.path!r} lies outside of a home")
        yield item
