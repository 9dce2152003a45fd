"""A county's measured amounts end in 0 or 5 far more often than the other counties' do.

The last digit is taken at the precision the column is usually written with. Only with at least 100 values, never on
rates, and always against the other counties: subsidies are round everywhere, and that means nothing.

Source: Beber and Scacco (2012), What the Numbers Say: A Digit-Based Test for Election Fraud, Political Analysis 20,
211-234.
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract

NAME = "last_digit"

_FEWEST = 100
_EXCESS = 0.1
_UNIFORM = 0.2


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, column, county and period."""
    parts = [
        _tested(counts, contract.dataset, column.name)
        for contract in scene.datasets()
        for column in amounts(contract)
        for counts in [_counts(scene, contract, column.name)]
        if len(counts)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].by_name[row.subject].title}”{row.n} 个数中末位是 0 或 5 的占 {row.value:.0%}，"
        f"其他县区为 {row.expected:.0%}。值得核查是实测还是估填。"
        for row in each(found)
    ]


def _counts(scene: Scene, contract: Contract, column: str) -> pd.DataFrame:
    return scene.query(
        f"""
        with amounts as (
            select left(region_code, 6) || '000000' as region_code, period, {column}::double as x
            from {contract.dataset} where period <= $until and {column} >= 1
        ), precision as (
            select case when avg((round(x, 1) <> round(x, 2))::int) > 0.3 then 100
                        when avg((round(x, 0) <> round(x, 1))::int) > 0.3 then 10 else 1 end as steps
            from amounts
        )
        select region_code, period, count(*) as n,
            count(*) filter (round(x * steps)::bigint % 5 = 0) as round
        from amounts, precision where x * steps >= 10 group by all order by all
        """  # noqa: S608
    )


def _tested(counts: pd.DataFrame, dataset: str, column: str) -> pd.DataFrame:
    total = counts.groupby("period")[["round", "n"]].transform("sum")
    others = ((total["round"] - counts["round"]) / (total["n"] - counts["n"])).fillna(_UNIFORM)
    usual = others.clip(lower=_UNIFORM, upper=0.999)
    share = counts["round"] / counts["n"]
    table = counts.assign(
        p=at_least(counts["round"], counts["n"], usual),
        value=share,
        expected=usual,
        score=share - usual,
        eligible=share - usual >= _EXCESS,
    )
    return tests(table[counts["n"] >= _FEWEST], dataset=dataset, subject=column)
