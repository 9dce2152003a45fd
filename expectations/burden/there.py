"""Which columns of contracts a connection holds: a release may be older than a contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Column, Contract


def columns_there(
    connection: DuckDBPyConnection, contracts: Mapping[str, Contract]
) -> Iterator[tuple[Contract, list[Column]]]:
    """Each contract that has a table, with those of its columns that the table has."""
    found: dict[str, set[str]] = {}
    asked = "select table_name, column_name from information_schema.columns"
    for table, column in connection.execute(asked).fetchall():
        found.setdefault(table, set()).add(column)
    for contract in contracts.values():
        own = [column for column in contract.columns if column.name in found.get(contract.dataset, ())]
        if own:
            yield contract, own
