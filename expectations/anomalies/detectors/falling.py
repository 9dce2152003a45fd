"""A figure that can only grow within a year is lower than the last time it was handed in.

Counts of what was done (次, 人次) are kept from January on; the length of a road network does not shrink by a
twentieth from one quarter to the next. No chance is involved, so there is no p-value.

Source: arithmetic; a cumulative figure is not smaller than the one before (累计数不小于上期累计数).
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.scene import Scene, each, figure, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract

NAME = "falling"

_COUNTED = ("次", "人次")
_GROWING = {"road_segments": ("length_km",)}
_SLACK = 0.05


def find(scene: Scene) -> pd.DataFrame:
    """Falls per dataset, column, township and period."""
    parts = [
        _falls(scene, contract, column)
        for contract in scene.datasets("snapshot")
        for column in _growing(contract)
    ]
    return pd.concat([part for part in parts if len(part)] or [no_tests()], ignore_index=True)


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    messages = []
    for row in each(found):
        column = scene.contracts[row.dataset].by_name[row.subject]
        messages.append(
            f"累计数“{column.title}”本期 {figure(row.value)} {column.unit}，上期（{row.earlier}）{figure(row.expected)} {column.unit}，"
            f"减少 {figure(row.expected - row.value)}（{row.n} 条记录）。值得核查是漏报还是上期多报。"
        )
    return messages


def _growing(contract: Contract) -> list[str]:
    counted = [column.name for column in amounts(contract) if column.unit in _COUNTED]
    return [*counted, *_GROWING.get(contract.dataset, ())]


def _falls(scene: Scene, contract: Contract, column: str) -> pd.DataFrame:
    rows = scene.query(
        f"""
        with totals as (
            select left(region_code, 9) || '000' as region_code, period, sum({column})::double as value, count(*) as n
            from {contract.dataset} where period <= $until and {column} is not null group by all
        ), moved as (
            select *, lag(value) over past as expected, lag(period) over past as earlier from totals
            window past as (partition by region_code, left(period, 4) order by period)
        )
        select * from moved where value < (1 - {_SLACK}) * expected order by all
        """  # noqa: S608
    )
    return tests(rows, dataset=contract.dataset, subject=column, score=1 - rows["value"] / rows["expected"])
