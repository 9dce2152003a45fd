"""Releases: frozen, named sets of table versions. A name, once given, means the same numbers for good.

A load makes a release of its own, named by its time; old ones of these are thinned, for nobody can tell them apart any
more. Tables lose nothing by that: every version stays readable as of its day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from warehouse.clock import shanghai_day
from warehouse.schemas import RELEASES
from warehouse.store import Overtaken, Store

_SHOWN = 12
_NAME = re.compile(r"[^\s/\\].{0,98}[^\s/\\]|[^\s/\\]")

_NIGHTLY = re.compile(r"nightly-\d{8}-\d{6}-\d{6}", re.ASCII)
_ALL_KEPT = timedelta(days=14)
_WEEKS_KEPT = timedelta(days=14 + 13 * 7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReleaseError(ValueError):
    """A release that cannot be made or found; says why and what to do."""


@dataclass(frozen=True)
class Release:
    """One frozen set.

    Attributes:
        name: As it was given.
        created_at: UTC; the ledger of the release is the ledger at this time.
        versions: By table.
        note: For whoever reads the list.
    """

    name: str
    created_at: datetime
    versions: Mapping[str, int]
    note: str


def freeze(store: Store, name: str, note: str = "", created_at: datetime | None = None) -> Release:
    """Freeze the present versions of all tables under a name.

    Of several that give the same name at once one succeeds, and no release is lost to another.

    Args:
        store: The tables.
        name: Up to 100 characters, ``2025 年度终稿``.
        note: What it is for.
        created_at: A UTC time, now when None.

    Raises:
        ReleaseError: The name is taken, or cannot be one; or there is nothing to freeze.
    """
    if not _NAME.fullmatch(name):
        raise ReleaseError(
            f"{name!r} cannot name a release: use 1 to 100 characters, no blank at either end and no slash"
        )
    while True:
        seen = store.version("releases")
        if _find(store, name, seen) is not None:
            raise ReleaseError(
                f"there is a release {name} already, and releases never change: give another name"
            )
        made = Release(name, created_at or datetime.now(UTC), _versions(store), note)
        try:
            store.append("releases", _row(made), RELEASES, after=seen)
        except Overtaken:
            continue
        return made


def nightly_name(now: datetime) -> str:
    """What a load at this UTC time calls its release; only releases of such names are thinned."""
    return f"nightly-{now:%Y%m%d-%H%M%S-%f}"


def thin(store: Store, now: datetime) -> list[str]:
    """Take old nightly releases off the list (``superfluous``); returns their names."""
    gone = [release.name for release in superfluous(releases(store), now)]
    if gone:
        store.remove("releases", "release", gone)
    return gone


def superfluous(made: Iterable[Release], now: datetime) -> list[Release]:
    """Nightly releases that need not be kept.

    Kept are all of the last 14 days, the last of each week for 13 weeks before, and the last of each month; and every
    release that somebody named. Days, weeks and months are those in Shanghai.

    Args:
        made: All releases, in the order they were made.
        now: A UTC time.
    """
    nightly = [release for release in made if _NIGHTLY.fullmatch(release.name)]
    last = {slot: release for release in nightly for slot in (_week(release), _month(release))}
    return [release for release in nightly if not _is_kept(release, last, now)]


def releases(store: Store) -> list[Release]:
    """All releases, in the order they were made."""
    return _read(store, store.version("releases"))


def last(store: Store) -> Release:
    """The release that readers see.

    Raises:
        ReleaseError: There is none yet: no load has finished.
    """
    made = releases(store)
    if not made:
        raise ReleaseError(
            "nothing is released yet: the first load has not finished. Run shiji load, or see the tables as they are, "
            "perhaps half of a load, with --live"
        )
    return made[-1]


def released(store: Store, name: str) -> Release:
    """The release of a name.

    Raises:
        ReleaseError: There is none; names those there are.
    """
    found = _find(store, name, store.version("releases"))
    if found is not None:
        return found
    names = [release.name for release in releases(store)]
    shown = ", ".join(names[-_SHOWN:]) or "none"
    more = f", the last of {len(names)}" if len(names) > _SHOWN else ""
    thinned = (
        ". Old nightly releases are thinned: --as-of shows the data of their day"
        if _NIGHTLY.fullmatch(name)
        else ""
    )
    raise ReleaseError(f"no release {name}; there are: {shown}{more}{thinned}")


def _find(store: Store, name: str, version: int | None) -> Release | None:
    return next((release for release in _read(store, version) if release.name == name), None)


def _read(store: Store, version: int | None) -> list[Release]:
    """The list as it was in a version of it, in the order it was made; none before the first."""
    if version is None:
        return []
    from pyarrow import parquet

    # Neither a dataset nor times as Python's: both import pandas, which takes longer than most questions.
    parts = [parquet.ParquetFile(path).read() for path in store.files("releases", version)]
    kept = pa.concat_tables([pa.Table.from_batches([], RELEASES), *(part.cast(RELEASES) for part in parts)])
    columns = kept.set_column(1, "created_at", kept["created_at"].cast(pa.int64())).to_pydict()
    made = [
        Release(name, _EPOCH + timedelta(microseconds=moment), json.loads(tables), note or "")
        for name, moment, tables, note in zip(*(columns[name] for name in RELEASES.names), strict=True)
    ]
    return sorted(made, key=lambda release: release.created_at)


def _versions(store: Store) -> dict[str, int]:
    versions = {table: store.version(table) for table in store.tables() if table != "releases"}
    if not versions:
        raise ReleaseError("there is nothing to freeze yet: run shiji load")
    return {table: version for table, version in versions.items() if version is not None}


def _is_kept(release: Release, last: Mapping[tuple[str, int, int], Release], now: datetime) -> bool:
    age = shanghai_day(now) - shanghai_day(release.created_at)
    if age < _ALL_KEPT or last[_month(release)] is release:
        return True
    return age < _WEEKS_KEPT and last[_week(release)] is release


def _week(release: Release) -> tuple[str, int, int]:
    return ("week", *shanghai_day(release.created_at).isocalendar()[:2])


def _month(release: Release) -> tuple[str, int, int]:
    day = shanghai_day(release.created_at)
    return "month", day.year, day.month


def _row(release: Release) -> pa.Table:
    row = {
        "release": release.name,
        "created_at": release.created_at,
        "tables": json.dumps(release.versions, sort_keys=True),
        "note": release.note,
    }
    return pa.Table.from_pylist([row], schema=RELEASES)
