"""A county's or township's works of the year are dated in the last days of December far more often than others'.

Source: the year-end spike of administrative records; Liebman and Mahoney (2017), Do Expiring Budgets Lead to Wasteful
Year-End Spending?, American Economic Review 107, 3510-3549, for its size where nothing is amiss but haste.
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.control import at_least, coarsest_first
from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.contracts.model import Contract

NAME = "year_end"

_FEWEST = 20
_LAST_DAYS = 10
_UNIFORM = _LAST_DAYS / 365


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset of events, date column, region and year, in the year's last month."""
    parts = [
        _tested(counts, contract.dataset, column.name)
        for contract in scene.datasets("events")
        for column in contract.columns
        if column.type == "date"
        for digits in (6, 9)
        for counts in [_counts(scene, contract, column.name, digits)]
        if len(counts)
    ]
    return coarsest_first(pd.concat(parts, ignore_index=True)) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].by_name[row.subject].title}”在本年的 {row.n} 条记录里，"
        f"{row.value:.0%} 集中在 12 月最后 {_LAST_DAYS} 天，其他地区为 {row.expected:.0%}。值得核查是否年底补录。"
        for row in each(found)
    ]


def _counts(scene: Scene, contract: Contract, column: str, digits: int) -> pd.DataFrame:
    return scene.query(
        f"""
        select rpad(left(region_code, {digits}), 12, '0') as region_code, year({column})::varchar || '-12' as period,
            count(*) as n, count(*) filter (month({column}) = 12 and day({column}) > {31 - _LAST_DAYS}) as late
        from {contract.dataset}
        where period <= $until and left(period, 4) = year({column})::varchar and year({column})::varchar || '-12' <= $until
        group by all order by all
        """  # noqa: S608
    )


def _tested(counts: pd.DataFrame, dataset: str, column: str) -> pd.DataFrame:
    total = counts.groupby("period")[["late", "n"]].transform("sum")
    others = ((total["late"] - counts["late"]) / (total["n"] - counts["n"])).fillna(_UNIFORM)
    usual = others.clip(lower=_UNIFORM, upper=0.999)
    share = counts["late"] / counts["n"]
    table = counts.assign(
        p=at_least(counts["late"], counts["n"], usual),
        value=share,
        expected=usual,
        score=share / usual,
        eligible=share >= 2 * usual,
    )
    return tests(table[counts["n"] >= _FEWEST], dataset=dataset, subject=column)
