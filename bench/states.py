"""What a home holds, in a form in which two homes can be compared: numbers of submissions are told by file, not by order."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.home.folders import Home
from pipelines.home.site import Site

_NUMBER = re.compile(r"\d{8}-\d{6}-([0-9a-f]{8})")
_TOKEN = re.compile(r"\bt_[0-9a-f]{24}\b")
_VOLATILE = frozenset({"finding_id"})
_NOT_COMPARED = frozenset({"releases"})


@dataclass(frozen=True)
class State:
    """A home's tables, archive, slips and submissions.

    Attributes:
        tables: By table, its rows, each as text, sorted.
        archive: Hashes kept.
        slips: By place in the outbox, what the slip says.
    """

    tables: Mapping[str, list[str]]
    archive: frozenset[str]
    slips: Mapping[str, str]

    def differences(self, other: State) -> list[str]:
        """In what it differs from another, a line each."""
        found = []
        for name in sorted(self.tables.keys() | other.tables.keys()):
            own, its = self.tables.get(name, []), other.tables.get(name, [])
            if own != its:
                odd = sorted(set(own) ^ set(its))[:2]
                found.append(f"{name}: {len(own)} rows for {len(its)}: {odd}"[:600])
        if self.archive != other.archive:
            found.append(f"archive: {len(self.archive)} files for {len(other.archive)}")
        if self.slips != other.slips:
            odd = sorted(
                name
                for name in self.slips.keys() | other.slips.keys()
                if self.slips.get(name) != other.slips.get(name)
            )
            found.append(f"slips: {odd[:4]}")
        return found


def state_of(root: Path, *, new_key: bool = False) -> State:
    """The state of a home, its tables as they are now.

    Args:
        root: The home.
        new_key: Whether it has a key that no other home has, so that tokens say nothing.
    """
    site = Site(Home(root))
    tables = {name: _rows(site.store.read(name)) for name in site.store.tables() if name not in _NOT_COMPARED}
    tables["submissions (ledger)"] = _rows(site.ledger.submissions())
    if new_key:
        tables = {name: sorted(_TOKEN.sub("t_", row) for row in rows) for name, rows in tables.items()}
    site.ledger.close()
    archive = frozenset(path.name for path in (root / "archive").glob("??/*"))
    outbox = root / "outbox"
    slips = {
        _NUMBER.sub(r"\1", path.relative_to(outbox).as_posix()): _said(path)
        for path in sorted(outbox.rglob("*"))
        if path.is_file()
    }
    return State(tables, archive, slips)


def seen_by_readers(root: Path) -> tuple[str, str]:
    """What somebody reads who asks for the last release, and who opens the published files; each must be whole."""
    import duckdb

    site = Site(Home(root))
    with site.connect_released() as connection:
        released = connection.execute(_LOOK).fetchall()
    site.ledger.close()
    published = []
    current = root / "published" / "current"
    with duckdb.connect() as files:
        for name, sums in _PUBLISHED.items():
            path = (current / f"{name}.parquet").resolve()
            published += files.execute(f"select {sums} from read_parquet('{path}')").fetchall()
    return json.dumps(released, default=str), json.dumps(published, default=str)


_PUBLISHED = {
    "toilet_ledger": "count(*), sum(subsidy_yuan)",
    "observations": "count(*), sum(numerator)::varchar",
    "submissions": "count(*) filter (status in ('accepted', 'partial', 'refused', 'superseded'))",
}
_LOOK = """
select (select count(*) from toilet_ledger), (select sum(subsidy_yuan) from toilet_ledger),
       (select count(*) from observations), (select sum(numerator)::varchar from observations),
       (select count(*) from submissions where status in ('accepted', 'partial', 'refused', 'superseded'))
"""


def _rows(table: pa.Table) -> list[str]:
    kept = [name for name in table.column_names if name not in _VOLATILE]
    return sorted(_plain(row) for row in table.select(kept).to_pylist())


def _plain(row: Mapping[str, Any]) -> str:
    return _NUMBER.sub(r"\1", json.dumps(row, ensure_ascii=False, default=str, sort_keys=True))


def _said(path: Path) -> str:
    if path.suffix != ".xlsx":
        return _NUMBER.sub(r"\1", path.read_bytes().decode(errors="replace"))
    from python_calamine import load_workbook

    book = load_workbook(path)
    cells = [[name, book.get_sheet_by_name(name).to_python()] for name in book.sheet_names]
    text = _NUMBER.sub(r"\1", json.dumps(cells, ensure_ascii=False, default=str))
    return hashlib.sha256(text.encode()).hexdigest()
