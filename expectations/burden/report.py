"""The burden of a span of months as one structure: what pages, the command and the bulletin tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.burden.asked_twice import asked_twice
from expectations.burden.cells import cells, repeated
from expectations.burden.there import columns_there
from expectations.burden.unused import is_checked, unused, used_columns
from warehouse.guard import ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Contract
    from expectations.reconciliations.model import Reconciliation
    from warehouse.indicators.model import Indicator

Row = dict[str, Any]

SECONDS_PER_CELL = 5.0
"""What filling a cell is taken to cost, looking it up included, where an office has not measured it. An assumption of ours."""


@dataclass(frozen=True)
class Burden:
    """What filling in came to.

    Attributes:
        seconds_per_cell: What a cell is assumed to cost; every figure of hours is cells times this.
        filled: Rows of ``expectations.burden.cells.cells``.
        datasets: By dataset: ``records, cells, hours, repeated`` cells (None where that cannot be told), ``unused`` (titles),
            ``unused_cells``, ``sent_again`` rows (handed in and not in force), ``is_read``.
        twice: Rows of ``expectations.burden.asked_twice.asked_twice``.
        unread: Columns that nothing reads: ``dataset, column, title, cells, is_checked``.
    """

    seconds_per_cell: float
    filled: Sequence[Row]
    datasets: Sequence[Row]
    twice: Sequence[Row]
    unread: Sequence[Row]

    def hours(self, count: float) -> float:
        """Hours that so many cells take by the assumption."""
        return count * self.seconds_per_cell / 3600

    @property
    def cells(self) -> int:
        """Cells filled in all."""
        return sum(row["cells"] for row in self.filled)

    def by_unit(self, digits: int) -> dict[str, Row]:
        """``records, cells, hours`` by the first digits of region codes (6 for counties)."""
        found: dict[str, Row] = defaultdict(lambda: {"records": 0, "cells": 0})
        for row in self.filled:
            one = found[row["region_code"][:digits]]
            one["records"] += row["records"]
            one["cells"] += row["cells"]
        return {code: {**one, "hours": self.hours(one["cells"])} for code, one in sorted(found.items())}


def burden(
    connection: DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    indicators: Mapping[str, Indicator],
    reconciliations: Mapping[str, Reconciliation],
    months: Sequence[str],
    seconds_per_cell: float = SECONDS_PER_CELL,
) -> Burden:
    """What filling in the months' hand-ins came to.

    Args:
        connection: Has ``submissions`` and a table of each dataset.
        contracts: By dataset.
        indicators: By id.
        reconciliations: By id.
        months: ``2025-01`` …
        seconds_per_cell: Assumed.
    """
    filled = cells(connection, contracts, months)
    kept = {row["dataset"] for row in filled}
    holding = {name: contract for name, contract in contracts.items() if name in kept}
    used = used_columns(contracts, indicators, reconciliations)
    unread = _unread(connection, holding, used, months)
    told = _Told(filled, repeated(connection, holding, months), unread, _sent(connection, months), used)
    rows = [told.dataset(contract, seconds_per_cell) for contract in contracts.values()]
    return Burden(seconds_per_cell, filled, rows, asked_twice(connection, holding), unread)


@dataclass(frozen=True)
class _Told:
    """What is told of a dataset, from all that was counted."""

    filled: Sequence[Row]
    repeated: Mapping[str, int]
    unread: Sequence[Row]
    sent: Mapping[str, int]
    used: Mapping[str, set[str]]

    def dataset(self, contract: Contract, seconds: float) -> Row:
        name = contract.dataset
        own = [row for row in self.filled if row["dataset"] == name]
        records, count = sum(row["records"] for row in own), sum(row["cells"] for row in own)
        idle = [row for row in self.unread if row["dataset"] == name]
        return {
            "dataset": name,
            "title": contract.title,
            "department": contract.department,
            "records": records,
            "cells": count,
            "hours": count * seconds / 3600,
            "repeated": self.repeated.get(name),
            "unused": [row["title"] for row in idle],
            "unused_cells": sum(row["cells"] for row in idle),
            "sent_again": max(self.sent.get(name, 0) - records, 0) if contract.form is None else None,
            "is_read": bool(self.used[name]),
        }


def _unread(
    connection: DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    used: Mapping[str, set[str]],
    months: Sequence[str],
) -> list[Row]:
    """Columns that nothing reads, with the cells filled in them; those of most cells first."""
    rows = []
    for contract, own in columns_there(connection, contracts):
        idle = [one for one in unused(contract, used[contract.dataset]) if one in own and not contract.form]
        counts = ", ".join(f'count("{one.name}") as "{one.name}"' for one in idle)
        if not idle:
            continue
        asked = f'select {counts} from "{contract.dataset}" where list_contains($months::varchar[], period)'  # noqa: S608 - names of contracts
        (counted,) = ask(connection, asked, {"months": list(months)}).to_pylist()
        rows += [
            {
                "dataset": contract.dataset,
                "column": one.name,
                "title": one.title,
                "cells": counted[one.name],
                "is_checked": is_checked(contract, one),
            }
            for one in idle
        ]
    return sorted(rows, key=lambda row: (-row["cells"], row["dataset"], row["column"]))


_SENT = """
    select dataset, sum(rows_in)::bigint as rows from submissions
    where status in ('accepted', 'partial', 'superseded', 'held', 'withdrawn') and dataset is not null
      and list_contains($months::varchar[], period)
    group by dataset
"""


def _sent(connection: DuckDBPyConnection, months: Sequence[str]) -> dict[str, int]:
    """By dataset, rows handed in, whatever became of them; repeats of the same bytes apart."""
    found = ask(connection, _SENT, {"months": list(months)}).to_pylist()
    return {row["dataset"]: row["rows"] for row in found}
