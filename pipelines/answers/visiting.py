"""What a visitor takes along: of each record drawn, where it lies and what it says that is nobody's secret.

What is printed comes back filled in: the number of the check, the month and the code of the place stand on every line, so
that lines may be sorted, copied together and cut apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.guard import ask
from warehouse.places import NAMES

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Column, Contract

_SHOWN = 4
"""Columns that fit on a printed page beside those to fill in."""
_PLACES = ("county_name", "township_name", "village_name")


def visits(connection: DuckDBPyConnection, rows: pa.Table, contract: Contract) -> list[dict[str, Any]]:
    """Lines of the visit list of one draw, in the order of places.

    Args:
        connection: The warehouse.
        rows: Of ``samples``, of one draw.
        contract: Of the dataset, as it held for the draw's month.
    """
    shown = [
        one for one in contract.columns
        if not one.private and not one.role and one.kind not in _PLACES and one.type in ("string", "date", "number", "integer")
    ][:_SHOWN]  # fmt: skip
    columns = "".join(f', {_plain(one)} as "{one.title}"' for one in shown)
    found = ask(
        connection,
        f"""
        select s.check_number as "核查编号", coalesce(t.name, '') as township, coalesce(c.name, '') as "县区",
               coalesce(v.name, '') as "行政村" {columns}, s.period as "所属期", s.region_code as "区划代码",
               format('{{}} {{}} 第{{}}行', s.submission_id, s.sheet, s.row) as "出处"
        from (select * from samples where sample = $sample) s
        join "{contract.dataset}" r on (r.submission_id, r.sheet, r.row) = (s.submission_id, s.sheet, s.row)
        left join ({NAMES}) t on t.region_code = left(s.region_code, 9) || '000'
        left join ({NAMES}) c on c.region_code = left(s.region_code, 6) || '000000'
        left join ({NAMES}) v on v.region_code = s.region_code and right(s.region_code, 3) != '000'
        order by s.region_code, s.number
        """,  # noqa: S608 - names of the contract
        {"sample": rows["sample"][0].as_py()},
    ).to_pylist()
    return [{key: "" if value is None else value for key, value in row.items()} for row in found]


def _plain(column: Column) -> str:
    """A value as people write it: a day without hours, a whole number without a point."""
    name = f'r."{column.name}"'
    if column.type == "date":
        return f"{name}::date::varchar"
    return f"format('{{:.15g}}', {name}::double)" if column.type == "number" else f"{name}::varchar"
