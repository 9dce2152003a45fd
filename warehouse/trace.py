"""From a number to the rows it was made of: dataset, submission, file, sheet and row of every record behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.lineage import counted_records
from warehouse.periods import months_of
from warehouse.relations import Source, located, with_relations

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TRAIL = pa.schema(
    [
        ("dataset", pa.string()),
        ("submission_id", pa.string()),
        ("department", pa.string()),
        ("file_name", pa.string()),
        ("sha256", pa.string()),
        ("sheet", pa.string()),
        ("row", pa.int64()),
        ("cell", pa.string()),
        ("region_code", pa.string()),
        ("period", pa.string()),
    ]
)


@dataclass(frozen=True)
class Trail:
    """Where a number comes from.

    Attributes:
        rows: Columns of ``TRAIL``, at most as many as were asked for.
        total: How many records there are in all.
        submissions: How many submissions they come from.
    """

    rows: pa.Table
    total: int
    submissions: int


def trace(
    connection: DuckDBPyConnection,
    statements: Iterable[str],
    sources: Mapping[str, Source],
    region_code: str,
    period: str,
    *,
    only_last: bool = False,
    limit: int = 200,
) -> Trail:
    """The records that a number of a region and a period was computed from.

    Args:
        connection: From ``query.connect``.
        statements: SQL of the number's sides (``warehouse.indicators``); the records that it counts are meant.
        sources: Facts by dataset.
        region_code: 12 digits; the regions below count as well, and codes that led to any of them.
        period: A month ``2025-06``, a quarter ``2025Q2`` or a year ``2025``.
        only_last: Whether a longer period counts with the last month of each region alone, as stocks do.
        limit: The most rows returned; the counts are of all.

    Raises:
        ValueError: The period is none.
    """
    months = [str(month) for month in months_of(period)]
    counted = [one for sql in statements for one in counted_records(connection, sql, sources)]
    if not counted:
        return Trail(TRAIL.empty_table(), 0, 0)
    codes = [row[0] for row in connection.execute(_BELOW, {"region": region_code}).fetchall()]
    statement = " union all ".join(f"({one.rstrip(';')})" for one in counted)
    shape = _BEHIND.format(last=_LAST if only_last else "")
    behind = with_relations(statement, located(connection, sources), shape)
    given = {"months": months, "regions": codes}
    counts = connection.sql(f"select count(*), count(distinct submission_id) from ({behind})", params=given)  # noqa: S608
    total, submissions = counts.fetchall()[0]
    rows = connection.sql(_WITH_FILES.format(behind=behind), params={**given, "most": limit})
    return Trail(rows.to_arrow_table().cast(TRAIL), total, submissions)


_BELOW = """
with recursive below(region_code) as (
    select $region::varchar
    union
    select regions.region_code from regions join below
    on regions.parent_code = below.region_code or regions.successor = below.region_code
)
select region_code from below
"""

_LAST = "qualify as_of = max(as_of) over (partition by dataset, region_code)"

_BEHIND = """
select distinct dataset, submission_id, sheet, "row", cell, region_code, period
from (select * from stated where list_contains($regions::varchar[], region_code) {last})
"""

_WITH_FILES = """
select dataset, submission_id, department, file_name, sha256, sheet, "row", cell, region_code, period
from ({behind})
left join (select submission_id, department, file_name, sha256 from submissions) using (submission_id)
order by dataset, region_code, period, submission_id, sheet, "row", cell
limit $most
"""
