"""The key of the tokens changed for a new one: two files beside it say how far that has come, whatever ends it.

``private.key.next`` is the new key before it counts; ``private.key.old`` the one before, kept until every token in
the present tables is made with the new one. Making them so is the load's work.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.home.access import write_private
from pipelines.home.folders import Home
from warehouse.beside import sync


def begin(home: Home, key: bytes) -> None:
    """Let a new key count from now on and keep the one before; where that was cut off, go on with the key it had.

    Args:
        home: A home whose key is not being changed, or whose change was cut off before the new key counted.
        key: The new key; not used where a change was cut off.
    """
    now, later, before = _files(home)
    if not before.exists():
        later.unlink(missing_ok=True)
    if not later.exists():
        write_private(later, key.hex())
        sync(later)
    if not before.exists():
        os.link(now, before)
        sync(now.parent)
    os.replace(later, now)
    sync(now.parent)


def counts(home: Home) -> bool:
    """Whether the new key of a change counts already."""
    _, later, before = _files(home)
    return before.exists() and not later.exists()


def end(home: Home) -> None:
    """Forget the key before: nothing that is present was made with it."""
    now, _, before = _files(home)
    before.unlink()
    sync(now.parent)


def _files(home: Home) -> tuple[Path, Path, Path]:
    key = home.config / "private.key"
    return key, key.with_suffix(".key.next"), key.with_suffix(".key.old")
