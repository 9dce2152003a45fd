"""Who may read what of a home: its account alone, but for what the settings give to a group.

Files are made private from their first moment (``private_from_now_on``) and only then opened to a group, so that none
is ever readable by more than it should be. What a home consists of does not belong here.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_READ, _HAND_IN = 0o750, 0o770
_ENTER = 0o711
"""Modes of folders: a group reads, a group hands in, anyone passes through to what is theirs by its name."""


class NoSuchGroup(ValueError):
    """A group that the settings name and the machine does not have, or that this account may not give files to."""


@dataclass(frozen=True)
class Sharing:
    """What of a home is given to groups of the operating system.

    Attributes:
        root: The home.
        departments: By department, the group that hands in below ``inbox/<department>`` and reads its slips.
        readers: The group that reads ``published/`` and ``reports/``; empty for nobody.
    """

    root: Path
    departments: Mapping[str, str]
    readers: str

    def folders(self) -> Iterator[tuple[Path, str, int]]:
        """Every folder given to a group: the group, and the mode of the folder."""
        for department, group in self.departments.items():
            yield self.root / "inbox" / department, group, _HAND_IN
            yield self.root / "outbox" / department, group, _READ
        for name in ("published", "reports") if self.readers else ():
            yield self.root / name, self.readers, _READ

    def passages(self) -> set[Path]:
        """Folders that groups must pass through to reach theirs."""
        return {above for folder, _, _ in self.folders() for above in _between(folder, self.root)}


def private_from_now_on() -> None:
    """What this process makes is its account's alone, whatever the umask it was started with."""
    os.umask(0o077)


def make_private(folder: Path) -> None:
    """Make a folder that nobody else may enter; one that is there keeps its mode."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a new file that nobody else may read.

    Raises:
        FileExistsError: It is there.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def tighten(sharing: Sharing) -> None:
    """Close a home to everyone but its account and the groups it names; nothing above it is touched.

    Raises:
        NoSuchGroup: As ``share``.
    """
    passages = sharing.passages()
    for path in _walls(sharing):
        path.chmod(_private(path, passages))
    for folder, _, _ in sharing.folders():
        folder.mkdir(exist_ok=True, mode=0o700)
        share(sharing, folder)


def share(sharing: Sharing, path: Path) -> None:
    """Give a file or a folder with all in it to the group that the settings name for its place; else to nobody.

    Raises:
        NoSuchGroup: The machine does not know the group, or this account may not give to it.
    """
    if os.name == "nt":
        return
    for folder, group, mode in sharing.folders():
        if path == folder or folder in path.parents:
            above = [one for one in (path, *path.parents) if one == folder or folder in one.parents]
            for one in (*reversed(above), *(path.rglob("*") if path.is_dir() else ())):
                _give(one, group, mode)


def too_open(sharing: Sharing) -> list[Path]:
    """What of a home is open to others than it should be; empty on Windows, whose rights are not told by modes."""
    if os.name == "nt":
        return []
    passages = sharing.passages()
    return [
        path for path in _walls(sharing) if stat.S_IMODE(path.stat().st_mode) & _OTHERS & ~_private(path, passages)
    ]  # fmt: skip


def _walls(sharing: Sharing) -> list[Path]:
    """The home, what lies directly in it, and the departments' folders: what is below is reached through these."""
    given = {folder for folder, _, _ in sharing.folders()}
    inside = [path for path in sorted(sharing.root.iterdir()) if path.exists()]
    own = [path for name in ("inbox", "outbox") for path in sorted(sharing.root.glob(f"{name}/*"))]
    return [path for path in (sharing.root, *inside, *own) if path not in given and not path.is_symlink()]


def _private(path: Path, passages: set[Path]) -> int:
    if path in passages:
        return _ENTER
    return 0o700 if path.is_dir() else 0o600


def _give(path: Path, group: str, mode: int) -> None:
    if path.is_symlink():
        return
    try:
        if path.group() != group:
            shutil.chown(path, group=group)
        wanted = stat.S_ISGID | mode if path.is_dir() else mode & 0o660
        if stat.S_IMODE(path.stat().st_mode) != wanted:
            path.chmod(wanted)
    except (LookupError, PermissionError) as error:
        raise NoSuchGroup(
            f"{path} cannot be given to the group {group!r}: make the group, and make the account of the load a member"
        ) from error


def _between(folder: Path, root: Path) -> Iterator[Path]:
    for above in folder.parents:
        yield above
        if above == root:
            return
