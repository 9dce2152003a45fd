"""Writing a file beside its place and switching it in, so that whoever opens it sees all of it or what was there before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Where to write a file; at the end of the block it takes its place, and where the block fails nothing changes.

    Args:
        path: The place; its folder must be there.

    Raises:
        OSError: The folder cannot be written, or a reader holds what is there (Windows).
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, last through a power cut; Windows syncs no folders and needs it not."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
