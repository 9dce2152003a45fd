"""The demo city as tables, without files between: what figures and anomalies are computed from, in seconds.

Reading, faults and late hand-ins are left out; what is handed in is what the records hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from expectations.contracts.model import Contract
from expectations.contracts.sources import sources
from pipelines.demo.datasets import Rows
from pipelines.demo.datasets.catalog import periods
from pipelines.demo.datasets.statistics import GENERAL, GRAIN, LAST_YEAR, TOTAL
from pipelines.demo.paddings import Padding, padded_ledgers
from pipelines.demo.regions import VALID_FROM
from pipelines.demo.truth import Truth
from pipelines.demo.world import YEAR, World
from warehouse.schemas import REGIONS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PLACES = ("village_code", "unit_code", "area_code", "town_code")
_FORM = "rural_statistics"
_BEFORE = {"grain_plots": (f"{YEAR - 1}-12",)}
"""Earlier periods that are known too."""
_SHEET = "Sheet1"


def city(
    world: World, paddings: Sequence[Padding], contracts: Mapping[str, Contract]
) -> tuple[DuckDBPyConnection, dict[str, pd.DataFrame], list[Truth]]:
    """A connection with a table per dataset and ``regions``; the frames of the datasets; and what was planted."""
    import duckdb

    truths: list[Truth] = []
    ledgers = padded_ledgers(world, truths, paddings)
    connection = duckdb.connect()
    frames = {dataset: _records(rows, contracts[dataset], world) for dataset, rows in ledgers.items()}
    facts = sources(contracts)
    for dataset, frame in frames.items():
        kinds = {**facts[dataset].columns, **_OF_RECORDS}
        chosen = ", ".join(
            f'"{name}"::{kind} as "{name}"' if name in frame else f'null::{kind} as "{name}"'
            for name, kind in kinds.items()
        )
        connection.register("_given", frame)
        connection.execute(f"create table {dataset} as select {chosen} from _given")
        connection.unregister("_given")
    connection.register("regions", regions(world))
    return connection, frames, truths


_OF_RECORDS = {
    "region_code": "varchar", "period": "varchar", "submission_id": "varchar", "sheet": "varchar",
    "row": "bigint", "handed_in_as": "varchar",
}  # fmt: skip


def regions(world: World) -> pa.Table:
    """The city's regions."""
    table = world.regions.assign(
        valid_from=VALID_FROM, valid_to=None, successor=None, provisional=False
    ).reindex(columns=REGIONS.names)
    return pa.Table.from_pandas(table, schema=REGIONS, preserve_index=False)


def _records(rows: Rows, contract: Contract, world: World) -> pd.DataFrame:
    frames = []
    for period in (*_BEFORE.get(contract.dataset, ()), *periods(contract.frequency, world)):
        frame = rows(period)
        frame = _long(frame) if contract.dataset == _FORM else frame
        code = next(name for name in _PLACES if name in frame)
        frames.append(
            frame.assign(
                region_code=frame[code].astype(str), period=period, sheet=_SHEET,
                row=frame.groupby("county").cumcount() + 2,
                submission_id=f"{contract.dataset}-{period}-" + frame["county"].astype(str),
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _long(frame: pd.DataFrame) -> pd.DataFrame:
    """A row per cell of the printed forms, as they are read; a county's own row is a total and no record."""
    towns = frame[frame["township"] != TOTAL]
    return pd.concat(list(_cells(towns)), ignore_index=True)


def _cells(towns: pd.DataFrame) -> Iterator[pd.DataFrame]:
    number = 0
    for head, columns in GRAIN.items():
        for column in columns:
            number += 1
            yield _cell(towns, column.name, "粮食作物生产情况", number, f"{head}/{column.title}", column.unit)
    counties = towns.groupby("county", as_index=False)[
        [f"{column.name}{which}" for column in GENERAL for which in ("", LAST_YEAR)]
    ].sum()
    counties = counties.assign(town_code=counties["county"] + "000000", township=None)
    for number, column in enumerate(GENERAL, start=1):
        for basis, which in (("本年", ""), ("上年", LAST_YEAR)):
            part = _cell(
                counties, f"{column.name}{which}", "农村基本情况", number, column.title.strip(), column.unit
            )
            yield part.assign(basis=basis)


def _cell(rows: pd.DataFrame, name: str, form: str, number: int, title: str, unit: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "county": rows["county"], "town_code": rows["town_code"], "form": form,
            "region_name": rows["township"], "indicator_code": f"{number:02d}", "indicator": title,
            "item": "数值", "basis": "本年", "unit": unit, "value": rows[name].astype(float),
        }
    )  # fmt: skip
