"""From a number to the rows it was made of: dataset, submission, file, sheet and row of every record behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

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
    relations: Iterable[tuple[str, str]],
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
        relations: The ``(dataset, window)`` pairs that went into the number; a window says how far back it looks.
        sources: Facts by dataset.
        region_code: 12 digits; the regions below count as well, and codes that led to any of them.
        period: A month ``2025-06``, a quarter ``2025Q2`` or a year ``2025``.
        only_last: Whether a longer period counts with the last month of each region alone, as stocks do.
        limit: The most rows returned; the counts are of all.

    Raises:
        ValueError: The period is none.
    """
    months = [str(month) for month in months_of(period)]
    pairs = sorted(set(relations))
    if not pairs:
        return Trail(TRAIL.empty_table(), 0, 0)
    codes = [row[0] for row in connection.execute(_BELOW, {"region": region_code}).fetchall()]
    statement = " union all ".join(_SIDE.format(dataset=dataset, window=window) for dataset, window in pairs)
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

_SIDE = """
select '{dataset}' as dataset, as_of, submission_id, sheet, "row", region_code, period from {dataset}_{window}
where list_contains($regions::varchar[], region_code)
"""

_LAST = "qualify as_of = max(as_of) over (partition by dataset, region_code)"

_BEHIND = """
select distinct dataset, submission_id, sheet, "row", region_code, period
from (select * from stated {last})
"""

_WITH_FILES = """
select dataset, submission_id, department, file_name, sha256, sheet, "row", region_code, period
from ({behind})
left join (select submission_id, department, file_name, sha256 from submissions) using (submission_id)
order by dataset, region_code, period, submission_id, sheet, "row"
limit $most
"""
