"""Places are called by the names that hold now."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from warehouse.places import with_places
from warehouse.schemas import REGIONS

DAY = date(2021, 5, 1)


def test_a_renamed_county_and_township_are_called_by_their_latest_name() -> None:
    rows = [
        {"region_code": "990701000000", "name": "长山县", "level": "county", "valid_to": DAY},
        {"region_code": "990701000000", "name": "安山市", "level": "county", "valid_from": DAY},
        {"region_code": "990701101000", "name": "龙门乡", "level": "township", "valid_to": DAY},
        {"region_code": "990701101000", "name": "北门镇", "level": "township", "valid_from": DAY},
        {"region_code": "990701101201", "name": "柏村", "level": "village", "parent_code": "990701101000"},
    ]
    with duckdb.connect() as connection:
        connection.register("regions", pa.Table.from_pylist(rows, schema=REGIONS))
        told = with_places(
            connection, [{"region_code": row["region_code"]} for row in rows[1::2]] + [rows[4]]
        )
    assert [one["region"] for one in told] == [
        "990701000000 安山市", "990701101000 安山市·北门镇", "990701101201 安山市·北门镇·柏村",
    ]  # fmt: skip
