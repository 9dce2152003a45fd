"""Everything a load works with, opened once: the home's ledger, store, archive, contracts, key and regions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.home.codeprint import code_digest
from warehouse.schemas import REGIONS
from warehouse.store import Store

if TYPE_CHECKING:  # each door brings its libraries with it, so it is imported where it is opened
    import duckdb

    from connectors.archive import Archive
    from expectations.contracts.model import Contract
    from expectations.privacy.masks import Privacy
    from expectations.reconciliations import Reconciliation
    from pipelines.home.folders import Home
    from warehouse.assessment import Decision, Scheme
    from warehouse.audit import Audit
    from warehouse.engines import Engine
    from warehouse.guard import Limits
    from warehouse.indicators import Indicator
    from warehouse.ledger import Digests, Ledger
    from warehouse.staged import StagedStore


@cache
def shown(path: str) -> str:
    """A sender's path as others may see it."""
    from expectations.privacy.shield import Shield

    return Shield().path(path)


@dataclass(frozen=True)
class Site:
    """A home with its doors open."""

    home: Home

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, migrated to its newest revision."""
        from warehouse.ledger import Ledger

        return Ledger(self.home.ledger_url, shown)

    @cached_property
    def store(self) -> Store:
        """The Delta tables."""
        return Store(self.home.warehouse)

    @cached_property
    def archive(self) -> Archive:
        """Original bytes."""
        from connectors.archive import Archive

        return Archive(self.home.archive)

    @property
    def audit(self) -> Audit:
        """The log of acts that nobody may do unseen."""
        from warehouse.audit import Audit

        return Audit(self.home.audit)

    @cached_property
    def privacy(self) -> Privacy:
        """Tokens and masks under the home's key."""
        from expectations.privacy.masks import Privacy

        return Privacy(self.home.key)

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """Contracts by dataset."""
        return self.home.contracts

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Indicator definitions, built in and the city's own."""
        from warehouse.indicators import load_indicators
        from warehouse.indicators.model import BUILT_IN

        return load_indicators(self.home.definition_folders("indicators", BUILT_IN))

    @cached_property
    def reconciliations(self) -> dict[str, Reconciliation]:
        """Reconciliation definitions, built in and the city's own."""
        from expectations.reconciliations import load_reconciliations
        from expectations.reconciliations.model import BUILT_IN

        return load_reconciliations(self.home.definition_folders("reconciliations", BUILT_IN))

    @cached_property
    def schemes(self) -> Mapping[str, Scheme]:
        """The city's own schemes; those that come with the program are examples."""
        from warehouse.assessment import load_schemes

        return load_schemes(self.home.own_definitions("schemes"))

    @cached_property
    def decisions(self) -> list[Decision]:
        """What people decided and schemes allow them to."""
        from warehouse.assessment import load_decisions

        return load_decisions(self.home.own_definitions("decisions"))

    @cached_property
    def regions(self) -> pa.Table:
        """The region codes the city works with, as the ledger keeps them; empty when none was imported."""
        kept = self.ledger.regions()
        if not kept.num_rows and "regions" in self.store.tables():
            # Before the ledger kept them they lay in the warehouse alone.
            kept = pa.Table.from_pylist(self.store.read("regions").to_pylist(), schema=REGIONS)
            self.ledger.keep_regions(kept)
        return kept

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

    @property
    def contracts_digest(self) -> str:
        """Of all contracts in all their versions."""
        return _digest(*sorted(one.digest for one in self.contracts.values()))

    @cached_property
    def staging_digests(self) -> dict[str, Digests]:
        """By dataset, what staging depends on besides the bytes; ``""`` is for what no contract took.

        Where a contract has versions, by the first month that each holds for: what is about other months is not staged
        anew for it.
        """
        rest = code_digest("staging"), self.regions_digest, self.privacy.fingerprint
        digests: dict[str, Digests] = {}
        for name, contract in self.contracts.items():
            own = {one.valid_from: _digest(*rest, one.digest) for one in contract.every_version}
            digests[name] = own if contract.versions else own[""]
        return digests | {"": _digest(*rest, self.contracts_digest)}

    @cached_property
    def definition_digests(self) -> list[str]:
        """Of every indicator, reconciliation and contract, what it says as a hash."""
        return [
            *(indicator.digest for indicator in self.indicators.values()),
            *(_digest(one.model_dump_json()) for one in self.reconciliations.values()),
            *(contract.digest for contract in self.contracts.values()),
        ]

    def connect(
        self, *, as_of: dt.datetime | None = None, release: str | None = None
    ) -> duckdb.DuckDBPyConnection:
        """The warehouse for reading: as it is, perhaps in the middle of a load, as of a UTC time, or as released.

        Args:
            as_of: Everything as it was at this UTC time.
            release: Everything as it was released under this name.
        """
        from warehouse.query import connect

        return connect(
            self.store,
            _Unopened(self),
            as_of=as_of,
            release=release,
            expected=self._expected,
            limits=self._limits,
        )

    def connect_frozen(self, release: str) -> duckdb.DuckDBPyConnection:
        """A release by a connection that stays open with the site: what is published is also reported by it."""
        key = release, self.store.version("releases")
        if key not in self._frozen:
            self._frozen.clear()
            self._frozen[key] = self.connect(release=release)
        return self._frozen[key]

    @cached_property
    def _frozen(self) -> dict[tuple[str, int | None], duckdb.DuckDBPyConnection]:
        return {}

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """What computes figures, over the warehouse as it is.

        Raises:
            HomeError: The engine of the settings cannot be reached.
        """
        settings = self.home.settings
        if settings.engine == "duckdb":
            from warehouse.engines.duckdb import DuckDB

            yield DuckDB(self.connect())
            return
        from pipelines.home.folders import HomeError
        from warehouse.engines.spark import opened
        from warehouse.engines.spark_session import NoSpark

        tables = (self.store, _Unopened(self), self._expected)
        try:
            with opened(
                settings.spark_master, settings.spark_settings, tables, self.home.spill, settings.sql_seconds
            ) as engine:
                yield engine
        except NoSpark as error:
            raise HomeError(str(error)) from error

    @property
    def _expected(self) -> dict[str, pa.Schema]:
        """By dataset, what its records look like."""
        from expectations.contracts.records import record_schema

        return {name: record_schema(contract) for name, contract in self.contracts.items()}

    @property
    def _limits(self) -> Limits:
        from warehouse.guard import Limits

        given = self.home.settings
        return Limits(given.sql_seconds, given.sql_memory_mb, self.home.spill, given.sql_spill_mb)

    def connect_released(
        self, *, as_of: dt.datetime | None = None, release: str | None = None
    ) -> duckdb.DuckDBPyConnection:
        """The warehouse as readers see it: the last release, unless they name another or a UTC time.

        Raises:
            ReleaseError: No load has finished yet.
        """
        from warehouse.release import last

        if as_of is None and release is None:
            release = last(self.store).name
        return self.connect(as_of=as_of, release=release)

    @cached_property
    def staged(self) -> StagedStore:
        """Staged submissions."""
        from warehouse.staged import StagedStore

        return StagedStore(self.home.warehouse / "staged")


@dataclass(frozen=True)
class _Unopened:
    """The ledger, opened only when it is asked: what is released keeps its submissions with it."""

    site: Site

    def submissions(self, as_of: dt.datetime | None = None) -> pa.Table:
        """Rows of ``submissions``."""
        return self.site.ledger.submissions(as_of=as_of)


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
