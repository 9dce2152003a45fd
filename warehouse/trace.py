"""From a number to the rows it was made of: dataset, submission, file, sheet and row of every record behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.codes import DIGITS
from warehouse.engines.duckdb import DuckDB
from warehouse.guard import ask
from warehouse.lineage import counted_records
from warehouse.periods import months_of
from warehouse.region_tree import INSIDE
from warehouse.relations import Source, located, nils_in, relations_in, with_relations

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
        nils: The same columns, of nil reports: what says that there is nothing; sheet, row and cell are null.
    """

    rows: pa.Table
    total: int
    submissions: int
    nils: pa.Table


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
        region_code: 12 digits; what lies in it in each month counts as well: a township that was merged into it only
            from then on.
        period: A month ``2025-06``, a quarter ``2025Q2`` or a year ``2025``.
        only_last: Whether a longer period counts with the last month of each region alone, as stocks do.
        limit: The most rows returned; the counts are of all.

    Raises:
        ValueError: The period is none.
    """
    statements = list(statements)
    months = [str(month) for month in months_of(period)]
    counted = [one for sql in statements for one in counted_records(connection, sql, sources)]
    if not counted:
        return Trail(TRAIL.empty_table(), 0, 0, TRAIL.empty_table())
    known = located(DuckDB(connection), sources)
    statement = " union all ".join(f"({one.rstrip(';')})" for one in counted)
    shape = _BEHIND.format(last=_LAST if only_last else "")
    behind = with_relations(statement, known, shape)
    given = _places(connection, region_code, months)
    [counts] = ask(
        connection,
        f"select count(*) as total, count(distinct submission_id) as submissions from ({behind})",  # noqa: S608
        given,
    ).to_pylist()
    rows = ask(connection, _WITH_FILES.format(behind=behind), {**given, "most": limit})
    nils = _nils(connection, statements, known, {**given, "region": region_code})
    return Trail(rows.cast(TRAIL), counts["total"], counts["submissions"], nils)


def _places(connection: DuckDBPyConnection, region_code: str, months: list[str]) -> dict[str, Any]:
    """What statements are given: the months, and what lies in the region in each of them."""
    places = connection.execute(INSIDE, {"region": region_code, "months": months}).fetchall()
    codes, code_months = ([place[at] for place in places] for at in (0, 1))
    return {"months": months, "codes": codes, "code_months": code_months}


def _nils(
    connection: DuckDBPyConnection,
    statements: Iterable[str],
    sources: Mapping[str, Source],
    given: Mapping[str, Any],
) -> pa.Table:
    """The nil reports of the relations that statements read, for the places and months given."""
    read = sorted({relation for sql in statements for relation in relations_in(sql)})
    found = [
        ask(
            connection,
            _NILS.format(
                dataset=dataset,
                nils=nils_in(dataset, window, sources[dataset]),
                digits=DIGITS[sources[dataset].coverage],
            ),
            given,
        ).cast(TRAIL)
        for dataset, window in read
        if sources[dataset].has_nils and sources[dataset].is_there
    ]
    return pa.concat_tables([TRAIL.empty_table(), *found])


_LAST = "qualify as_of = max(as_of) over (partition by dataset, region_code)"

_BEHIND = """
select distinct dataset, submission_id, sheet, "row", cell, region_code, period
from (
    select stated.* from stated
    semi join (select unnest($codes::varchar[]) as region_code, unnest($code_months::varchar[]) as as_of)
    using (region_code, as_of) {last}
)
"""

_NILS = """
select distinct '{dataset}' as dataset, submission_id, department, file_name, sha256, null as sheet, null as "row",
    null as cell, nils.region_code, nils.period
from ({nils}) nils
join (select unnest($codes::varchar[]) as code, unnest($code_months::varchar[]) as as_of) places
    on places.as_of = nils.as_of
    and (places.code = nils.region_code or rpad(left($region, {digits}), 12, '0') = nils.region_code)
left join (select submission_id, department, file_name, sha256 from submissions) using (submission_id)
order by nils.region_code, nils.period, submission_id
"""

_WITH_FILES = """
select dataset, submission_id, department, file_name, sha256, sheet, "row", cell, region_code, period
from ({behind})
left join (select submission_id, department, file_name, sha256 from submissions) using (submission_id)
order by dataset, region_code, period, submission_id, sheet, "row", cell
limit $most
"""
