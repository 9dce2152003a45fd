"""Original bytes, kept for good under their SHA-256. Who handed them in, and as what, does not belong here."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 20
_WRITERS = 8
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Archive:
    """A content-addressed folder: ``<root>/ab/ab12…``.

    Attributes:
        root: The folder; made on the first store.
    """

    root: Path

    def store(self, path: Path) -> str:
        """Keep the bytes of a file; the file itself stays where it is.

        The bytes are on disk when this returns, read-only and under their hash; storing them again costs a read.

        Returns:
            Their SHA-256 in lower-case hexadecimal.

        Raises:
            OSError: The file cannot be read or the archive cannot be written.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        digest = self._take(path)
        _sync_folder(self.path(digest).parent)
        return digest

    def store_many(self, paths: Sequence[Path]) -> list[str | OSError]:
        """Keep the bytes of many files, as ``store`` does; waiting for the disk is shared among them.

        Returns:
            For each its SHA-256, or why it could not be read or kept: one file does not stop the others.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_WRITERS) as pool:
            taken = list(pool.map(self._try, paths))
            list(
                pool.map(_sync_folder, {self.path(found).parent for found in taken if isinstance(found, str)})
            )
        return taken

    def path(self, sha256: str) -> Path:
        """Where bytes are kept, or would be.

        Raises:
            ValueError: Not a SHA-256 in lower-case hexadecimal.
        """
        if not _HASH.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256")
        return self.root / sha256[:2] / sha256

    def verify(self) -> list[Path]:
        """Kept files whose bytes are no longer those of their name, sorted."""
        return [path for path in self._kept() if _copy(path, None) != path.name]

    def _try(self, path: Path) -> str | OSError:
        try:
            return self._take(path)
        except OSError as error:
            return error

    def _take(self, path: Path) -> str:
        """Copy a file beside what is kept, and put it in its place."""
        handle, name = tempfile.mkstemp(dir=self.root, prefix=".incoming-")
        copy = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                digest = _copy(path, target.write)
                target.flush()
                os.fsync(target.fileno())
            self._place(copy, digest)
        finally:
            copy.unlink(missing_ok=True)
        return digest

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
        target.chmod(0o444)


def _copy(path: Path, write: Callable[[bytes], object] | None) -> str:
    """Read a file block by block, hand the blocks on, and give its SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            if write is not None:
                write(block)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
