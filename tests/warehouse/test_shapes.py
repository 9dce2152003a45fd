"""Empty tables in DuckDB have the columns that their rows would have."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from warehouse import schemas
from warehouse.shapes import empty_table

KINDS = {
    "text": pa.string(),
    "long text": pa.large_string(),
    'a "quoted" name': pa.int64(),
    "small": pa.int16(),
    "figure": pa.float64(),
    "yes": pa.bool_(),
    "day": pa.date32(),
    "time": pa.timestamp("us"),
    "moment": pa.timestamp("us", tz="UTC"),
    "money": pa.decimal128(38, 6),
    "texts": pa.list_(pa.string()),
    "texts of texts": pa.list_(pa.list_(pa.field("element", pa.string()))),
}


@pytest.mark.parametrize(
    "schema",
    [
        pa.schema(KINDS.items()),
        schemas.SUBMISSIONS,
        schemas.REGIONS,
        schemas.QUARANTINE,
        schemas.OBSERVATIONS,
    ],
)
def test_a_table_without_rows_is_like_one_made_of_rows(schema: pa.Schema) -> None:
    with duckdb.connect() as connection:
        connection.from_arrow(pa.Table.from_batches([], schema)).create("rows")
        connection.execute("create schema other")
        connection.execute(empty_table("none", schema, "other"))
        columns = "select column_name, column_type from (describe {})"
        made = connection.execute(columns.format("other.none")).fetchall()
        assert made == connection.execute(columns.format('"rows"')).fetchall()
        assert [name for name, _ in made] == schema.names
        assert connection.execute("select count(*) from other.none").fetchone() == (0,)
