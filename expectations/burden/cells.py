"""Cells filled, by unit, dataset and month, and how many of them only repeat the hand-in before.

A cell counts where its record stands in force and it is not blank. Of a statistical form each record is one cell. A cell
repeats where the record of the same object had the same content in the hand-in before: the system could have filled it in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from expectations.burden.there import columns_there
from warehouse.guard import ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Column, Contract

Row = dict[str, Any]


def cells(
    connection: DuckDBPyConnection, contracts: Mapping[str, Contract], months: Sequence[str]
) -> list[Row]:
    """Cells by who filled them.

    Args:
        connection: Has a table of each dataset.
        contracts: By dataset.
        months: ``2025-01`` …

    Returns:
        ``dataset, region_code`` (a township; a county where the record says no more), ``period, records, cells``.
    """
    each = [
        f"select '{contract.dataset}' as dataset, {_UNIT} as region_code, period, count(*) as records, "  # noqa: S608 - names of contracts
        f'{_filled(contract, own)} as cells from "{contract.dataset}" '
        "where list_contains($months::varchar[], period) group by all"
        for contract, own in columns_there(connection, contracts)
    ]
    if not each:
        return []
    sql = " union all ".join(each) + " order by dataset, period, region_code"
    rows: list[Row] = ask(connection, sql, {"months": list(months)}).to_pylist()
    return rows


_UNIT = "case when right(region_code, 6) = '000000' then region_code else left(region_code, 9) || '000' end"


def _filled(contract: Contract, columns: Sequence[Column]) -> str:
    if contract.form is not None:
        return "count(*)"
    return " + ".join(f'count("{column.name}")' for column in columns)


def repeated(
    connection: DuckDBPyConnection, contracts: Mapping[str, Contract], months: Sequence[str]
) -> dict[str, int]:
    """By dataset of whole states that tells its objects apart, cells that repeat the hand-in before to the letter.

    Columns that say for which month or where the object is count too: they are filled in anew each time.
    """
    found: dict[str, int] = {}
    for contract, own in columns_there(connection, contracts):
        if contract.keeps == "snapshot" and contract.identity and contract.form is None:
            sql = _REPEATED.format(
                dataset=contract.dataset,
                key=", ".join(f'"{name}"' for name in contract.identity),
                same=" + ".join(f'count(*) filter (now."{one.name}" = before."{one.name}")' for one in own),
            )
            found[contract.dataset] = ask(connection, sql, {"months": list(months)})["same"][0].as_py() or 0
    return found


_REPEATED = """
    select {same} as same from (
        select now, lag(now) over (partition by {key} order by period) as before, period
        from "{dataset}" as now
    ) where list_contains($months::varchar[], period) and before is not null
"""
