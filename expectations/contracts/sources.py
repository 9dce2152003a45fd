"""What the warehouse's engines must know of each dataset, taken from its contract.

The warehouse cannot read contracts (imports go one way), so whoever calls it hands it these plain facts.
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.contracts.amounts import is_rate
from expectations.contracts.model import Contract
from warehouse.frequency import MONTHS
from warehouse.relations import NOTED, Source
from warehouse.schemas import HAND_INS
from warehouse.shapes import sql_type

_SQL_TYPES = {
    "string": "varchar",
    "integer": "bigint",
    "number": "double",
    "date": "timestamp",
    "boolean": "boolean",
}


def sources(contracts: Mapping[str, Contract]) -> dict[str, Source]:
    """Facts by dataset; and of ``hand_ins``, which nobody hands in and statements read like a dataset."""
    return {"hand_ins": _noted()} | {
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


def _noted() -> Source:
    """Of each hand-in there is a note of its own, by county."""
    return Source(
        evidence="B",
        keeps="events",
        coverage="county",
        columns={field.name: sql_type(field.type).lower() for field in HAND_INS if field.name not in NOTED},
        is_handed_in=False,
    )
