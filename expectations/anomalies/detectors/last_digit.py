"""Measured amounts end in 0 or 5 all over a county, or a township's last digits are not those that others measure.

The last digit is taken at the precision the column is usually written with, never of rates, and always against the
others: subsidies are round everywhere, and that means nothing. A county is told where most of its townships heap on 0
and 5: a single clerk who rounds is not. A township is told where its digits differ from the other townships' and 0 and
5 are fewer: who makes up figures avoids them. How far townships' digits differ by themselves is learned from their
median chi-square. Only with at least 100 values; made-up digits that are even, or shared by half the city, it cannot
see.

Source: Beber and Scacco (2012), What the Numbers Say: A Digit-Based Test for Election Fraud, Political Analysis 20,
211-234; Devlin and Roeder (1999), Genomic Control for Association Studies, Biometrics 55, 997-1004, for the median.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract

NAME = "last_digit"

_FEWEST = 100
_EXCESS = 0.1
_UNIFORM = 0.2
_FEWEST_TOWNS = 8
_LEAST_DISTANCE = 0.1
_MEDIAN_OF_NINE = 8.343
"""The median of a chi-square of nine degrees of freedom, as ten digits have."""


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, column, county or township, and period."""
    parts = [
        tested(counts, contract.dataset, column.name)
        for contract in scene.datasets()
        for column in amounts(contract)
        for counts in [_counts(scene, contract, column.name)]
        if len(counts)
        for tested in (_counties_tested, _towns_tested)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].by_name[row.subject].title}”{row.n} 个数中末位是 0 或 5 的占 {row.value:.0%}，"
        f"其他{'县区' if row.score > 0 else '乡镇'}为 {row.expected:.0%}{'' if row.score > 0 else '，各末位的分布也与其他乡镇不同'}。"
        "值得核查是实测还是估填。"
        for row in each(found)
    ]


def _counts(scene: Scene, contract: Contract, column: str) -> pd.DataFrame:
    return (
        scene.query(
            f"""
        with amounts as (
            select left(region_code, 9) || '000' as region_code, period, {column}::double as x
            from {contract.dataset} where period <= $until and {column} >= 1
        ), precision as (
            select case when avg((round(x, 1) <> round(x, 2))::int) > 0.3 then 100
                        when avg((round(x, 0) <> round(x, 1))::int) > 0.3 then 10 else 1 end as steps
            from amounts
        )
        select region_code, period, (round(x * steps)::bigint % 10)::integer as digit, count(*) as n
        from amounts, precision where x * steps >= 10 group by all order by all
        """  # noqa: S608
        )
        .pivot(index=["period", "region_code"], columns="digit", values="n")
        .reindex(columns=range(10))
        .fillna(0)
    )


def _counties_tested(digits: pd.DataFrame, dataset: str, column: str) -> pd.DataFrame:
    towns = pd.DataFrame({"round": digits[0] + digits[5], "n": digits.sum(axis=1)}).reset_index()
    towns["region_code"] = towns["region_code"].str[:6] + "000000"
    by = towns.assign(share=towns["round"] / towns["n"]).groupby(["region_code", "period"], as_index=False)
    counts = by.agg(round=("round", "sum"), n=("n", "sum"), middle=("share", "median"))
    total = counts.groupby("period")[["round", "n"]].transform("sum")
    others = ((total["round"] - counts["round"]) / (total["n"] - counts["n"])).fillna(_UNIFORM)
    usual = others.clip(lower=_UNIFORM, upper=0.999)
    share = counts["round"] / counts["n"]
    table = counts.assign(
        p=at_least(counts["round"], counts["n"], usual),
        value=share,
        expected=usual,
        score=share - usual,
        eligible=(share - usual >= _EXCESS) & (counts["middle"] - usual >= _EXCESS),
    )
    return tests(table[counts["n"] >= _FEWEST], dataset=dataset, subject=column)


def _towns_tested(digits: pd.DataFrame, dataset: str, column: str) -> pd.DataFrame:
    many = digits[digits.sum(axis=1) >= _FEWEST]
    parts = [_invented(some) for _, some in many.groupby(level="period") if len(some) >= _FEWEST_TOWNS]
    return tests(pd.concat(parts), dataset=dataset, subject=column) if parts else no_tests()


def _invented(digits: pd.DataFrame) -> pd.DataFrame:
    """A period's townships, each against the middle of all townships' shares of each digit."""
    from scipy.special import gammaincc  # type: ignore[import-untyped]

    n = digits.sum(axis=1)
    shares = digits.div(n, axis=0)
    usual = shares.median().clip(lower=0.005)
    usual = usual / usual.sum()
    square = ((shares - usual) ** 2 / usual).sum(axis=1) * n
    wider = max(1.0, float(square.median()) / _MEDIAN_OF_NINE)
    value, expected = shares[0] + shares[5], float(usual[0] + usual[5])
    far = (shares - usual).abs().sum(axis=1) / 2 >= _LEAST_DISTANCE
    table = pd.DataFrame(
        {"n": n, "value": value, "score": value - expected, "p": gammaincc(4.5, square / wider / 2)}
    )
    # Two standard errors fewer: a clerk who rounds has more, and one whose digits differ otherwise is no matter.
    fewer = expected - value >= 2 * np.sqrt(expected * (1 - expected) * wider / n)
    return table.assign(expected=expected, eligible=far & fewer).reset_index()
