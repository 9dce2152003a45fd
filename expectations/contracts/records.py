"""What a dataset's records look like in Arrow, as its contract says; light, for whoever only reads them."""

from __future__ import annotations

import pyarrow as pa

from expectations.contracts.model import Contract
from warehouse.schemas import RECORD_FIELDS

ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
"""By the type of a contract's column."""

RECORD_NAMES = tuple(field.name for field in RECORD_FIELDS)
"""Columns that every record has."""


def record_schema(contract: Contract) -> pa.Schema:
    """Arrow schema of a dataset's records: the contract's columns, then what every record has. Tokens are strings."""
    own = [
        pa.field(column.name, pa.string() if column.private else ARROW_TYPES[column.type])
        for column in contract.columns
        if column.name not in RECORD_NAMES
    ]
    return pa.schema([*own, *RECORD_FIELDS])
