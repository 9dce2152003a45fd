"""Empty tables in DuckDB, as Arrow schemas describe them: a statement is far cheaper than handing over no rows.

Rows do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import pyarrow as pa

from warehouse.scratch import scratch

_TYPES: Mapping[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
}
"""What our own schemas are made of."""


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def empty_table(name: str, schema: Iterable[pa.Field], within: str = "main") -> str:
    """The statement that makes a table without rows.

    Args:
        name: Of the table.
        schema: Its columns.
        within: The schema of DuckDB that it is made in.
    """
    columns = ", ".join(f"{quoted(field.name)} {sql_type(field.type)}" for field in schema)
    return f"CREATE TABLE {within}.{quoted(name)} ({columns})"


@cache
def sql_type(kind: pa.DataType) -> str:
    """A type as DuckDB itself would take it over."""
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    return _TYPES.get(kind) or _asked(kind)


def _asked(kind: pa.DataType) -> str:
    with scratch() as connection:
        column = pa.Table.from_batches([], pa.schema([("x", kind)]))
        return str(connection.from_arrow(column).types[0])
