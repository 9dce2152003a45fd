"""From a number to the rows it was made of: dataset, submission, file, sheet and row of every record behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.periods import months_of
from warehouse.query import quoted

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
    datasets: Sequence[str],
    region_code: str,
    period: str,
    *,
    limit: int = 200,
) -> Trail:
    """The records of datasets that a region and a period have.

    Args:
        connection: From ``query.connect``.
        datasets: Names of the datasets that went into the number.
        region_code: 12 digits; the regions below count as well, and codes that led to any of them.
        period: A month ``2025-06``, a quarter ``2025Q2`` or a year ``2025``.
        limit: The most rows returned; the counts are of all.

    Raises:
        ValueError: The period is none.
    """
    if not datasets:
        return Trail(TRAIL.empty_table(), 0, 0)
    months = [str(month) for month in months_of(period)]
    behind = f"{_BELOW} {_records(datasets)} "
    parameters = {"region": region_code, "months": months}
    counts = connection.sql(
        behind + "SELECT count(*), count(DISTINCT submission_id) FROM records",  # noqa: S608
        params=parameters,
    )
    total, submissions = counts.fetchall()[0]
    rows = connection.sql(
        behind + _WITH_FILES + "LIMIT $most",
        params={**parameters, "most": limit},
    )
    return Trail(rows.to_arrow_table().cast(TRAIL), total, submissions)


_WITH_FILES = """
SELECT dataset, submission_id, department, file_name, sha256, sheet, "row", region_code, period
FROM records
LEFT JOIN (SELECT submission_id, department, file_name, sha256 FROM submissions) USING (submission_id)
ORDER BY dataset, region_code, period, submission_id, sheet, "row"
"""

_BELOW = """
WITH RECURSIVE below(region_code) AS (
    SELECT $region::VARCHAR
    UNION
    SELECT regions.region_code FROM regions JOIN below
    ON regions.parent_code = below.region_code OR regions.successor = below.region_code
),
"""


def _records(datasets: Sequence[str]) -> str:
    parts = [
        f"SELECT '{dataset}' AS dataset, submission_id, sheet, \"row\", region_code, period FROM {quoted(dataset)} "  # noqa: S608
        "WHERE period IN (SELECT unnest($months::VARCHAR[])) AND region_code IN (FROM below)"
        for dataset in dict.fromkeys(datasets)
    ]
    return f"records AS ({' UNION ALL '.join(parts)})"
