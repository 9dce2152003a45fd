"""What the warehouse's engines must know of each dataset, taken from its contract.

The warehouse cannot read contracts (imports go one way), so whoever calls it hands it these plain facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.contracts.amounts import is_rate
from expectations.contracts.model import Contract
from warehouse.frequency import MONTHS
from warehouse.relations import Source

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
            stands=MONTHS[contract.frequency],
            columns={column.name: _SQL_TYPES[column.type] for column in contract.columns},
            rates=frozenset(column.name for column in contract.columns if is_rate(column)),
        )
        for dataset, contract in contracts.items()
    }
