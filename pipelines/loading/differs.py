"""Telling what differs: desired state is what the ledger holds in force, actual state what each partition was built from.

One rule for the terminal and Dagster, so that a second run with nothing new does nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from pipelines.home.site import Site


def outdated(desired: Mapping[str, str], built: Mapping[str, str]) -> list[str]:
    """Partitions that were built from something else than is desired, or that are no longer desired."""
    return sorted(name for name in desired.keys() | built.keys() if desired.get(name) != built.get(name))


def digest(lines: Iterable[str]) -> str:
    """A fingerprint of lines, in their order."""
    return sha256(json.dumps(list(lines), ensure_ascii=False).encode()).hexdigest()


def noted(site: Site, table: str, *others: str) -> dict[str, str]:
    """By partition, what a table was last built from; nothing where it, or one that is built with it, is not there."""
    return site.ledger.built(table) if site.store.exists(table, *others) else {}
