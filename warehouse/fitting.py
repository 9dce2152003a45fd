"""Data made to fit the schema of its table, or refused with every column that does not.

How tables lie on disk does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

_MISFITS_SHOWN = 10


class SchemaError(ValueError):
    """Data that does not fit the schema of its table; names every column and the remedy."""


def fit(table: str, data: pa.Table, schema: pa.Schema) -> pa.Table:
    """The data in the schema's columns, order and types.

    Raises:
        SchemaError: Columns are missing, unknown, not castable, or blank where they must not be.
    """
    missing = [name for name in schema.names if name not in data.column_names]
    unknown = [name for name in data.column_names if name not in schema.names]
    if missing or unknown:
        raise SchemaError(
            f"{table}: missing columns {missing}, unknown columns {unknown}; make data and schema agree"
        )
    misfits: list[str] = []
    columns = [_cast(data[field.name], field, misfits) for field in schema]
    if misfits:
        shown = "; ".join(misfits[:_MISFITS_SHOWN])
        raise SchemaError(f"{table}: {len(misfits)} columns do not fit their type: {shown}")
    return pa.table(columns, schema=schema)


def _cast(column: pa.ChunkedArray, field: pa.Field, misfits: list[str]) -> pa.ChunkedArray:
    try:
        cast = column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        # Arrow's own message quotes the offending value, which may be private.
        misfits.append(f"{field.name} is {column.type}, not {field.type}")
        return column
    if not field.nullable and cast.null_count:
        misfits.append(f"{field.name} has {cast.null_count} nulls")
    return cast


def check_inside(table: str, data: pa.Table, partition: Mapping[str, Sequence[str]]) -> None:
    """Hold rows against the partitions they are to replace.

    Raises:
        SchemaError: Rows lie outside of them.
    """
    for column, values in partition.items():
        outside = set(pc.unique(data[column]).to_pylist()) - set(values)
        if outside:
            raise SchemaError(
                f"{table}: rows with {column} {sorted(map(str, outside))[:_MISFITS_SHOWN]} "
                f"outside of the {len(values)} values replaced; name every value in the partition"
            )


def schema_mode(known: pa.Schema | None, wanted: pa.Schema) -> Literal["merge", "overwrite"] | None:
    """How a table's schema becomes what is wanted: columns are added to it, or retyped with all rows written anew."""
    if known is None or known.equals(wanted):
        return None
    retyped = any(
        name in known.names and known.field(name).type != wanted.field(name).type for name in wanted.names
    )
    if retyped:
        return "overwrite"
    return "merge" if set(wanted.names) != set(known.names) else None
