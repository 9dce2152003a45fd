"""What the warehouse's engines must know of each dataset, taken from its contract.

The warehouse cannot read contracts (imports go one way), so whoever calls it hands it these plain facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.contract import Column, Contract
from warehouse.relations import Source

_STANDS = {"monthly": 1, "quarterly": 3, "termly": 6, "yearly": 12}
_SQL_TYPES = {
    "string": "varchar",
    "integer": "bigint",
    "number": "double",
    "date": "timestamp",
    "boolean": "boolean",
}


def sources(contracts: Mapping[str, Contract]) -> dict[str, Source]:
    """Facts by dataset."""
    return {
        dataset: Source(
            evidence=contract.evidence,
            keeps=contract.keeps,
            coverage=contract.coverage,
            stands=_STANDS[contract.frequency],
            columns={column.name: _SQL_TYPES[column.type] for column in contract.columns},
            rates=frozenset(column.name for column in contract.columns if is_rate(column)),
            digest=contract.digest,
        )
        for dataset, contract in contracts.items()
    }


def is_rate(column: Column) -> bool:
    """Whether a column's figures do not add up: percentages, yields, prices, per-head amounts."""
    return "%" in column.unit or "/" in column.unit or column.name.startswith("per_capita_")
