"""Opening a version of a table: its log is read once, and again only when it has grown.

How tables are written does not belong here.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

if TYPE_CHECKING:
    from deltalake import DeltaTable

AsOf: TypeAlias = int | datetime | None
"""A version, a UTC time, or now."""

_LOG_ENTRY = re.compile(r"(\d{20})\.(json|checkpoint\.parquet)")


class Snapshots:
    """Tables below a folder, opened. Of each the version opened last is kept: most questions are about one.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._last: dict[str, tuple[DeltaTable, int]] = {}

    def open(self, table: str, as_of: AsOf = None) -> DeltaTable | None:
        """A version of a table; None where there was no table."""
        from deltalake import DeltaTable

        path = self._root / table
        if not (path / "_delta_log").is_dir():
            return None
        version = _version_at(path, as_of) if isinstance(as_of, datetime) else as_of
        if isinstance(as_of, datetime) and version is None:
            return None
        if (known := self._known(table, version)) is not None:
            return known
        if not DeltaTable.is_deltatable(str(path)):
            return None
        return self.keep(table, DeltaTable(path, version=version))

    def keep(self, table: str, opened: DeltaTable) -> DeltaTable:
        """Note a table as the one opened last: whoever writes by it has its newest version at hand."""
        self._last[table] = opened, _written(self._root / table, opened.version())
        return opened

    def _known(self, table: str, version: int | None) -> DeltaTable | None:
        """What was opened last, if it is that version, or brought up to the newest; None where another table is in its place."""
        if table not in self._last:
            return None
        found, written = self._last[table]
        path, own = self._root / table, found.version()
        if version not in (None, own) or _written(path, own) != written:
            return None
        if version is None and _entry(path, own + 1).exists():
            found.update_incremental()  # reads what came since: a tenth of opening it anew
            return self.keep(table, found)
        return found


def actions(table: DeltaTable) -> list[dict[str, Any]]:
    """Of a version's files: ``path`` (below the table's folder, escaped), ``size_bytes``, ``partition`` where there are any."""
    found: list[dict[str, Any]] = _actions(table).to_pylist()
    return found


def paths(table: DeltaTable) -> list[str]:
    """Of a version's files, below the table's folder, escaped."""
    found: list[str] = _actions(table)["path"].to_pylist()
    return found


def _actions(table: DeltaTable) -> pa.Table:
    # Not pa.table(): that imports pandas, which takes longer than the query.
    found = pa.RecordBatchReader.from_stream(table.get_add_actions()).read_all()
    return found.select([name for name in ("path", "size_bytes", "partition") if name in found.column_names])


def since_checkpoint(folder: Path) -> int:
    """How many versions must be read one by one to open a table."""
    newest = {"json": 0, "checkpoint.parquet": 0}
    for path in (folder / "_delta_log").iterdir():
        if found := _LOG_ENTRY.fullmatch(path.name):
            newest[found[2]] = max(newest[found[2]], int(found[1]))
    return newest["json"] - newest["checkpoint.parquet"]


def _version_at(folder: Path, moment: datetime) -> int | None:
    """The last version committed at or before a time, None where there was none.

    Read from the log itself: file times do not survive a copy, and delta-rs finds no history below a ``#``.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone; give a UTC time")
    limit = moment.timestamp() * 1000
    commits = sorted(path for path in (folder / "_delta_log").glob("*.json") if path.stem.isdigit())
    until = bisect_right(commits, limit, key=_committed_at)
    return int(commits[until - 1].stem) if until else None


def _committed_at(commit: Path) -> int:
    """When a commit was made, in milliseconds since 1970 (Delta protocol, commit provenance information)."""
    for line in commit.read_text(encoding="utf-8").splitlines():
        if line.startswith('{"commitInfo"'):
            return int(json.loads(line)["commitInfo"]["timestamp"])
    raise ValueError(f"{commit} does not say when it was made; it was not written by this store")


def _entry(folder: Path, version: int) -> Path:
    return folder / "_delta_log" / f"{version:020}.json"


def _written(folder: Path, version: int) -> int:
    """When a version's entry of the log was written, in nanoseconds; 0 where it is not there."""
    try:
        return _entry(folder, version).stat().st_mtime_ns
    except FileNotFoundError:
        return 0
