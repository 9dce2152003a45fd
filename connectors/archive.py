"""Original bytes, kept for good under their SHA-256. Who handed them in, and as what, does not belong here."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from connectors.plain import ChangedError, Seen, opened

_BLOCK = 1 << 20
_ZEROS = bytes(_BLOCK)
_INCOMING = ".incoming-"
_WRITERS = 8
_BROKEN_OFF = 86_400.0
"""Seconds after which a copy that was not finished was cut off, and nobody is still at it."""

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


class DamagedError(OSError):
    """Kept bytes that are no longer those of their name, or gone."""


@dataclass(frozen=True)
class Kept:
    """Bytes in the archive.

    Attributes:
        sha256: Of them, in lower-case hexadecimal.
        seen: The file they were read from, unchanged from the first byte to the last.
    """

    sha256: str
    seen: Seen


@dataclass(frozen=True)
class Archive:
    """A content-addressed folder: ``<root>/ab/ab12…``.

    Attributes:
        root: The folder; made on the first store.
    """

    root: Path

    def store(self, path: Path) -> Kept:
        """Keep the bytes of a file; the file itself stays where it is.

        The bytes are on disk when this returns, read-only and under their hash; storing them again costs a read.

        Raises:
            ChangedError: The file was written while it was read: these bytes it never held together.
            NotPlainError: It is a link, or has a second name.
            OSError: It cannot be read or the archive cannot be written.
        """
        (kept,) = self.store_many([path])
        if isinstance(kept, OSError):
            raise kept
        return kept

    def store_many(self, paths: Sequence[Path]) -> list[Kept | OSError]:
        """Keep the bytes of many files, as ``store`` does; waiting for the disk is shared among them.

        Returns:
            For each what was kept, or why it could not be read or kept: one file does not stop the others.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self._forget_broken_off()
        with ThreadPoolExecutor(_WRITERS) as pool:
            taken = list(pool.map(self._try, paths))
            folders = {self.path(found.sha256).parent for found in taken if isinstance(found, Kept)}
            list(pool.map(_sync_folder, folders))
        return taken

    def path(self, sha256: str) -> Path:
        """Where bytes are kept, or would be.

        Raises:
            ValueError: Not a SHA-256 in lower-case hexadecimal.
        """
        if not _HASH.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256")
        return self.root / sha256[:2] / sha256

    def checked(self, sha256: str) -> Path:
        """Where bytes are kept, after reading all of them: they are those that were received.

        Raises:
            DamagedError: They are not.
        """
        path = self.path(sha256)
        if not path.exists() or _sha256(path) != sha256:
            raise DamagedError(
                errno.EIO,
                "the archived bytes are not those that were received; bring them back from a backup",
                str(path),
            )
        return path

    def verify(self) -> list[Path]:
        """Kept files whose bytes are no longer those of their name, sorted."""
        return [path for path in self._kept() if _sha256(path) != path.name]

    def _try(self, path: Path) -> Kept | OSError:
        try:
            return self._take(path)
        except OSError as error:
            return error

    def _take(self, path: Path) -> Kept:
        """Copy a file beside what is kept, and put it in its place."""
        with opened(path) as source:
            handle, name = tempfile.mkstemp(dir=self.root, prefix=_INCOMING)
            copy = Path(name)
            try:
                before = Seen.of(os.fstat(source.fileno()))
                with os.fdopen(handle, "wb") as target:
                    digest = _copy(source, target)
                    target.flush()
                    os.fsync(target.fileno())
                if Seen.of(os.fstat(source.fileno())) != before:
                    raise ChangedError(errno.EBUSY, "it was written while it was read", str(path))
                self._place(copy, digest)
            finally:
                copy.unlink(missing_ok=True)
        return Kept(digest, before)

    def _forget_broken_off(self) -> None:
        for path in self.root.glob(f"{_INCOMING}*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - _BROKEN_OFF:
                    path.unlink()

    def _kept(self) -> Iterator[Path]:
        return (path for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")) if _HASH.fullmatch(path.name))

    def _place(self, copy: Path, digest: str) -> None:
        target = self.path(digest)
        if target.exists() and target.stat().st_size == copy.stat().st_size:
            return
        target.parent.mkdir(exist_ok=True)
        try:
            copy.replace(target)
        except PermissionError:  # Windows, when another thread has just put the same bytes there
            if not target.exists():
                raise
        target.chmod(0o400)


def _copy(source: IO[bytes], target: IO[bytes] | None) -> str:
    """Read a file block by block, hand the blocks on, and give its SHA-256; stretches of zeros take no room."""
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        if target is None:
            continue
        if block == _ZEROS:
            target.seek(_BLOCK, os.SEEK_CUR)
        else:
            target.write(block)
    if target is not None:
        target.truncate()
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return _copy(file, None)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
