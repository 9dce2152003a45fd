"""What shows that a file is not finished: its name, a lock beside it, content that breaks off.

How long such a file is left alone is decided elsewhere.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Set as AbstractSet
from pathlib import Path

from connectors.plain import Seen, opened

_PREFIXES = (".", "~$", "~lock", "~syncthing~")
"""Hidden files, among them what rsync, Syncthing and LibreOffice write first (``.name.Xb3kQ1``, ``.~lock.name#``)."""

_SUFFIXES = (
    ".tmp", ".temp", ".part", ".partial", ".crdownload", ".opdownload", ".download", ".downloading", ".filepart",
    ".td", ".xltd", ".!ut", ".swp", "~",
)  # fmt: skip
_SAVING = re.compile(r"\.sb-[0-9a-f]{8}-\w{6}$|~rf[0-9a-f]+\.tmp$", re.IGNORECASE)
_LITTER = frozenset(
    {"thumbs.db", "desktop.ini", "@eadir", "#recycle", "$recycle.bin", "system volume information"}
)
_EXCEL_SAVES = re.compile(r"[0-9A-F]{8}")
"""Excel saves under such a name, without an extension, and renames it; a real file may be called so too."""

_LONGEST_END = 65_557
"""Bytes from the end of a zip within which its directory's end begins."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFF


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name never is a hand-in: a lock, a temporary file, litter of the desktop."""
    lower = name.lower()
    return (
        lower.startswith(_PREFIXES)
        or lower.endswith(_SUFFIXES)
        or lower in _LITTER
        or bool(_SAVING.search(name))
    )


def is_locked(name: str, beside: AbstractSet[str]) -> bool:
    """Whether a program says by a file beside it that it has the file open: Excel, WPS or LibreOffice.

    Args:
        name: The file's name.
        beside: All names in its folder.
    """
    return any(lock in beside for lock in (f"~${name}", f".~{name}", f".~lock.{name}#"))


def is_unfinished(path: Path, seen: Seen) -> bool:
    """Whether a file looks as if more of it were to come: empty, named or dated so, or a workbook without its end."""
    if not seen.size or not seen.is_dated or _EXCEL_SAVES.fullmatch(path.name):
        return True
    try:
        with opened(path) as file:
            head = file.read(512)
            if head.startswith(b"PK\x03\x04"):
                file.seek(max(0, seen.size - _LONGEST_END))
                return b"PK\x05\x06" not in file.read()
            return head.startswith(_OLE) and _lacks_sectors(path, head, seen.size)
    except OSError:
        return False  # taking it will say why


def _lacks_sectors(path: Path, head: bytes, size: int) -> bool:
    """Whether an OLE file ends before the last sector that its allocation table uses ([MS-CFB] 2.3)."""
    if len(head) < 512:
        return True
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 12)
    tables = [number for number in struct.unpack_from("<109I", head, 76) if number != _FREE]
    if not tables or sector < 512:
        return False
    last = len(tables) - 1
    place = (tables[last] + 1) * sector
    if place + sector > size:
        return True
    with opened(path) as file:
        file.seek(place)
        entries = struct.unpack(f"<{sector // 4}I", file.read(sector))
    used = [index for index, entry in enumerate(entries) if entry != _FREE]
    return bool(used) and (last * len(entries) + used[-1] + 1) * sector >= size
