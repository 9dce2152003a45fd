"""SHA-256 of the files that tables are made of: noted at every release, for their format carries no checksum of its own.

A list per table, ``checksums/<table>.sha256`` below the warehouse, in the form that ``sha256sum -c`` reads. Files of
tables are written once, so a line never changes; a line cut short is no line, and is noted again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from warehouse.store import Store
from warehouse.whole import sha256_of

FOLDER = "checksums"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def note(store: Store) -> int:
    """Note every file of the present versions, and of their logs, that is not noted yet; returns how many were."""
    return sum(_note(store, table) for table in store.tables())


def changed(store: Store, table: str, files: Iterable[Path]) -> Iterator[Path]:
    """Of these files of a table, those whose bytes are not the ones noted; every byte is read.

    A file that no release has noted yet is not judged.
    """
    noted = _noted(store, table)
    for path in files:
        expected = noted.get(_name(store, path))
        if expected is not None and path.exists() and sha256_of(path) != expected:
            yield path


def log_files(store: Store, table: str) -> list[Path]:
    """The commits and checkpoints of a table, sorted."""
    folder = store.root / table / "_delta_log"
    return [
        folder / name
        for name in sorted(os.listdir(folder))
        if name[:1].isdigit() and name.endswith((".json", ".parquet"))
    ]


def _note(store: Store, table: str) -> int:
    noted = _noted(store, table)
    files = {_name(store, path): path for path in (*store.files(table), *log_files(store, table))}
    lines = [f"{sha256_of(path)}  {name}\n" for name, path in files.items() if name not in noted]
    if lines:
        path = _list(store, table)
        path.parent.mkdir(exist_ok=True)
        with path.open("ab+") as file:
            file.seek(0)
            is_cut = not file.read().endswith(b"\n") and file.tell() > 0
            file.write(("\n" * is_cut + "".join(lines)).encode())
    return len(lines)


def _noted(store: Store, table: str) -> dict[str, str]:
    path = _list(store, table)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = (_LINE.fullmatch(line) for line in lines)
    return {match[2]: match[1] for match in found if match}


def _list(store: Store, table: str) -> Path:
    return store.root / FOLDER / f"{table}.sha256"


def _name(store: Store, path: Path) -> str:
    return str(path).removeprefix(f"{store.root}{os.sep}").replace(os.sep, "/")
