"""Which of several folders readers see: one pointer, ``current``, that is switched as one.

Every folder is complete before it is pointed at and never changed afterwards, so no moment shows files of two. Where
the file system has no symbolic links, ``current`` is itself a folder that takes the other's place: never mixed either,
but for an instant not there. What is in the folders does not belong here.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

CURRENT = "current"
RELEASES = "releases"
KEPT = 3
"""Folders that stay, with the one shown: programs that opened a file by its real path read on."""

_BESIDE = ".current.new"
_FORMER = ".current.old"


def shown(root: Path) -> Path | None:
    """The folder that readers see, by its stable path; None before the first."""
    path = root / CURRENT
    return path if path.is_dir() else None


def show(root: Path, name: str) -> None:
    """Let readers see ``releases/<name>`` from now on.

    Raises:
        OSError: The root cannot be written, or a reader holds a file where there are no symbolic links (Windows).
    """
    beside = root / _BESIDE
    _clear(beside)
    try:
        beside.symlink_to(Path(RELEASES) / name, target_is_directory=True)
    except (OSError, NotImplementedError):
        shutil.copytree(root / RELEASES / name, beside, copy_function=linked)
    place = root / CURRENT
    if beside.is_symlink() and (place.is_symlink() or not place.exists()):
        os.replace(beside, place)
        return
    _clear(root / _FORMER)
    if place.exists() or place.is_symlink():
        place.rename(root / _FORMER)
    beside.rename(place)
    _clear(root / _FORMER)


def thin(root: Path, name: str) -> None:
    """Remove all folders but the one of a name and the newest before it, and what broken-off writing left."""
    folders = sorted((root / RELEASES).iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    whole = [path for path in folders if not path.name.startswith(".") and path.name != name]
    for path in (*whole[KEPT - 1 :], *(path for path in folders if path.name.startswith("."))):
        # Windows keeps what is open; it goes the next time.
        shutil.rmtree(path, ignore_errors=True)


def linked(source: Path | str, target: Path | str) -> None:
    """The same file at a second place, without its bytes again where the file system can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _clear(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
