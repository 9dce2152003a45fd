"""Forms and columns that nothing reads: no indicator, no reconciliation, no detector, and no place or key either.

Definitions say what they read; detectors are asked, by letting them run on empty tables and listening to their questions.
A column counts as read where a statement that reads its dataset names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from expectations.contracts.records import record_schema
from warehouse.engines.duckdb import DuckDB
from warehouse.relations import relations_in
from warehouse.schemas import OBSERVATIONS, REGIONS
from warehouse.scratch import scratch

if TYPE_CHECKING:
    import pandas as pd

    from expectations.contracts.model import Column, Contract
    from expectations.reconciliations.model import Reconciliation
    from warehouse.engines import Desk
    from warehouse.indicators.model import Indicator

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MONTH = "2025-12"
"""Any month: the tables are empty."""


def used_columns(
    contracts: Mapping[str, Contract],
    indicators: Mapping[str, Indicator],
    reconciliations: Mapping[str, Reconciliation],
) -> dict[str, set[str]]:
    """By dataset, the columns that an indicator, a reconciliation or a detector names."""
    used: dict[str, set[str]] = {dataset: set() for dataset in contracts}
    for sql in (
        *_defined(indicators, reconciliations),
        *_asked_by_detectors(_Known.of(contracts, indicators)),
    ):
        names = set(_NAME.findall(sql.lower()))
        read = {dataset for dataset, _ in relations_in(sql)} | (names & used.keys())
        for dataset in read & used.keys():
            used[dataset] |= names & contracts[dataset].by_name.keys()
    return used


def unused(contract: Contract, used: set[str]) -> list[Column]:
    """A contract's columns that nothing reads; all but places and keys where the dataset is read by nothing at all."""
    return [
        column
        for column in contract.columns
        if column.name not in used
        and not column.role
        and not column.key
        and column.name not in contract.identity
    ]


def is_checked(contract: Contract, column: Column) -> bool:
    """Whether a rule of the contract looks at a column: it then serves to check others."""
    return any(re.search(rf"\b{column.name}\b", str(rule.kwargs)) for rule in contract.rules)


def _defined(
    indicators: Mapping[str, Indicator], reconciliations: Mapping[str, Reconciliation]
) -> Iterator[str]:
    for indicator in indicators.values():
        yield from indicator.statements.values()
    for one in reconciliations.values():
        yield from (one.left.statement, one.right.statement)


@dataclass(frozen=True)
class _Listening:
    """An engine over empty tables that notes what it is asked, and says that every table holds rows."""

    engine: DuckDB
    heard: list[str] = field(default_factory=list)

    def tables(self) -> frozenset[str]:
        return self.engine.tables()

    def filled(self, tables: Iterable[str]) -> frozenset[str]:
        return frozenset(tables)

    def frame(self, sql: str, given: Mapping[str, object]) -> pd.DataFrame:
        self.heard.append(sql)
        return self.engine.frame(sql, given)

    def desk(self) -> AbstractContextManager[Desk]:
        return self.engine.desk()


@dataclass(frozen=True)
class _Known:
    """What detectors go by; equal where the definitions are."""

    digests: tuple[str, ...]
    contracts: Mapping[str, Contract] = field(compare=False)
    indicators: Mapping[str, Indicator] = field(compare=False)

    @classmethod
    def of(cls, contracts: Mapping[str, Contract], indicators: Mapping[str, Indicator]) -> _Known:
        versions = (version.digest for one in contracts.values() for version in one.every_version)
        return cls((*versions, *(one.digest for one in indicators.values())), contracts, indicators)


@lru_cache(maxsize=4)  # some two hundred questions, the same at every load
def _asked_by_detectors(known: _Known) -> tuple[str, ...]:
    from expectations.anomalies import detect

    tables = {dataset: record_schema(contract) for dataset, contract in known.contracts.items()}
    with scratch() as connection:
        for name, schema in {**tables, "observations": OBSERVATIONS, "regions": REGIONS}.items():
            connection.register(f"empty_{name}", schema.empty_table())
            connection.execute(f'create temp table "{name}" as from "empty_{name}"')
        engine = _Listening(DuckDB(connection))
        detect(engine, [_MONTH], known.contracts, known.indicators)
    return tuple(engine.heard)
