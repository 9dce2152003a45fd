"""Releases: frozen, named sets of table versions. A name, once given, means the same numbers for good."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from warehouse.schemas import RELEASES
from warehouse.store import Store

_NAME = re.compile(r"[^\s/\\].{0,98}[^\s/\\]|[^\s/\\]")


class ReleaseError(ValueError):
    """A release that cannot be made or found; says in Chinese why."""


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

    Args:
        store: The tables.
        name: Up to 100 characters, ``2025 年度终稿``.
        note: What it is for.
        created_at: A UTC time, now when None.

    Raises:
        ReleaseError: The name is taken, or cannot be one; or there is nothing to freeze.
    """
    known = releases(store)
    if any(release.name == name for release in known):
        raise ReleaseError(f"发布“{name}”已经存在；发布不能改动，请换一个名称。")
    if not _NAME.fullmatch(name):
        raise ReleaseError(f"“{name}”不能作发布名称；请用 1 至 100 个字，首尾不留空格，也不用斜杠。")
    versions = {table: store.version(table) for table in store.tables() if table != "releases"}
    if not versions:
        raise ReleaseError("仓库里还没有数据，请先运行 shiji load。")
    made = Release(
        name, created_at or datetime.now(UTC), {t: v for t, v in versions.items() if v is not None}, note
    )
    store.write("releases", _table([*known, made]), RELEASES, {})
    return made


def releases(store: Store) -> list[Release]:
    """All releases, in the order they were made."""
    if store.version("releases") is None:
        return []
    rows = store.read("releases").sort_by("created_at").to_pylist()
    return [
        Release(row["release"], row["created_at"], json.loads(row["tables"]), row["note"] or "")
        for row in rows
    ]


def released(store: Store, name: str) -> Release:
    """The release of a name.

    Raises:
        ReleaseError: There is none; names those there are.
    """
    known = {release.name: release for release in releases(store)}
    if name not in known:
        raise ReleaseError(f"没有名为“{name}”的发布；现有：{'、'.join(known) or '无'}。")
    return known[name]


def _table(made: list[Release]) -> pa.Table:
    rows = [
        {
            "release": release.name,
            "created_at": release.created_at,
            "tables": json.dumps(release.versions, sort_keys=True),
            "note": release.note,
        }
        for release in made
    ]
    return pa.Table.from_pylist(rows, schema=RELEASES)
