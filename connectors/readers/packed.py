"""What a compressed file unpacks to, before anything unpacks it as a whole. What the parts mean is known elsewhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from connectors.readers.limits import MAX_RATIO, MAX_UNPACKED, SMALL_UNPACKED, too_large

_BLOCK = 1 << 19
_DEFLATED = 1032  # bytes that one may unpack to


def most_unpacked(path: Path) -> int:
    """Bytes that a file may unpack to: what is many times larger than itself is no table that somebody filled in."""
    return min(MAX_UNPACKED, max(SMALL_UNPACKED, MAX_RATIO * path.stat().st_size))


def check_unpacked(path: Path, name: str, most: int) -> None:
    """Refuse a zip whose directory claims more than may be unpacked.

    Args:
        path: The file.
        name: Its name.
        most: Bytes that it may unpack to; of a file in an archive, what is left of the archive's.

    Raises:
        Refused: ``too_large``.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > most:
                raise too_large(name, f"解压后超过 {most // 1_000_000} MB")


def check_claims(archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo]) -> None:
    """Unpack once, in pieces, what could come to too much if the directory lied: others believe what they unpack.

    Raises:
        BadZipFile: A part is longer than the directory claims.
    """
    large = list(members)
    if sum(member.compress_size for member in large) * _DEFLATED > SMALL_UNPACKED:
        for member in large:
            with archive.open(member) as file:
                while file.read(_BLOCK):
                    pass
