"""Everything a load works with, opened once: the home's ledger, store, archive, contracts, key and regions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.archive import Archive
from expectations.contract import Contract
from expectations.privacy import Privacy
from expectations.reconciliations import Reconciliation, load_reconciliations
from expectations.reconciliations.model import BUILT_IN as RECONCILIATIONS
from expectations.submission_findings import UNROUTED
from pipelines.home import Home
from warehouse.indicators import Indicator, load_indicators
from warehouse.indicators.model import BUILT_IN as INDICATORS
from warehouse.ledger import Ledger
from warehouse.schemas import REGIONS
from warehouse.store import Store

if TYPE_CHECKING:
    import duckdb

STAGING_VERSION = "3"
"""Raised when staging comes to write something else for the same bytes: everything is then staged anew."""


@dataclass(frozen=True)
class Site:
    """A home with its doors open."""

    home: Home

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, migrated to its newest revision."""
        return Ledger(self.home.ledger_url)

    @cached_property
    def store(self) -> Store:
        """The Delta tables."""
        return Store(self.home.warehouse)

    @cached_property
    def archive(self) -> Archive:
        """Original bytes."""
        return Archive(self.home.archive)

    @cached_property
    def privacy(self) -> Privacy:
        """Tokens and masks under the home's key."""
        return Privacy(self.home.key)

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """Contracts by dataset."""
        return self.home.contracts

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Indicator definitions, built in and the city's own."""
        return load_indicators(self.home.definition_folders("indicators", INDICATORS))

    @cached_property
    def reconciliations(self) -> dict[str, Reconciliation]:
        """Reconciliation definitions, built in and the city's own."""
        return load_reconciliations(self.home.definition_folders("reconciliations", RECONCILIATIONS))

    @cached_property
    def regions(self) -> pa.Table:
        """The regions table, in its schema; empty when none was imported."""
        return self.store.read("regions") if "regions" in self.store.tables() else REGIONS.empty_table()

    def forget_regions(self) -> None:
        """Read the regions anew at the next use: they were changed."""
        for name in ("regions", "regions_digest", "staging_digests"):
            self.__dict__.pop(name, None)

    @cached_property
    def regions_digest(self) -> str:
        """What the regions table says, as a hash."""
        digest = sha256()
        for batch in self.regions.sort_by("region_code").to_batches():
            for column in batch.columns:
                digest.update(str(column.to_pylist()).encode())
        return digest.hexdigest()

    @cached_property
    def staging_digests(self) -> dict[str, str]:
        """By dataset, what staging depends on besides the bytes; ``""`` is for what no contract took."""
        digests = {
            name: _digest(STAGING_VERSION, contract.digest, self.regions_digest)
            for name, contract in self.contracts.items()
        }
        return digests | {"": _digest(*digests.values())}

    def connect(
        self, *, as_of: dt.datetime | None = None, release: str | None = None
    ) -> duckdb.DuckDBPyConnection:
        """The warehouse for reading: now, as of a UTC time, or as released."""
        from expectations.staging import record_schema
        from warehouse.query import connect

        expected = {name: record_schema(contract) for name, contract in self.contracts.items()}
        return connect(self.store, self.ledger, as_of=as_of, release=release, expected=expected)

    def staged(self, dataset: str, submission_id: str, what: str) -> Path:
        """Where a submission's staged ``records``, ``findings`` or ``quarantine`` lie."""
        return self.home.warehouse / "staged" / (dataset or UNROUTED) / f"{submission_id}.{what}.parquet"


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
