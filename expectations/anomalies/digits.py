"""Last digits of measured amounts, by township: how often each comes, and how often it does elsewhere.

A county none of whose townships has numbers enough is judged as a whole.

The last digit is taken at the precision the column is usually written with, of what is measured, never of counts or
rates. What is usual is what the
other counties write: subsidies are round everywhere, and that means nothing.

Source: Beber and Scacco (2012), What the Numbers Say: A Digit-Based Test for Election Fraud, Political Analysis 20,
211-234.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.scene import Scene
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract

FEWEST = 100
"""Numbers of a township from which digits are judged."""
DIGITS = [f"d{digit}" for digit in range(10)]
_ROUND = [DIGITS[0], DIGITS[5]]


def digit_tests(scene: Scene) -> pd.DataFrame:
    """Per dataset, column, township and period: counts by digit, what is usual, and how far apart they are.

    Returns:
        Columns ``dataset``, ``subject``, ``region_code``, ``period``, ``n``, ``round`` and ``usual_round`` (shares of 0
        and 5), ``distance`` (χ² of nine degrees, divided by how much townships scatter by themselves), ``strongest``
        (whether no other column of the dataset lies farther off there and then).
    """
    if "digits" not in scene.shared:
        scene.shared["digits"] = _measured(scene)
    return scene.shared["digits"]


def _measured(scene: Scene) -> pd.DataFrame:
    parts = [
        _compared(counts).assign(dataset=contract.dataset, subject=column.name)
        for contract in scene.datasets()
        for column in amounts(contract)
        if column.type == "number"
        for counts in [_finest(_counts(scene, contract, column.name))]
        if len(counts)
    ]
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    farthest = table.groupby(["dataset", "region_code", "period"])["distance"].transform("max")
    return table.assign(strongest=table["distance"] >= farthest)


def _counts(scene: Scene, contract: Contract, column: str) -> pd.DataFrame:
    each_digit = ", ".join(f"count(*) filter (digit = {d}) as {name}" for d, name in enumerate(DIGITS))
    return scene.query(
        f"""
        with amounts as (
            select left(region_code, 9) || '000' as town, left(region_code, 6) || '000000' as county, period,
                {column}::double as x
            from {contract.dataset} where period between $since and $until and {column} >= 1
        ), precision as (
            select period, case when avg((round(x, 1) <> round(x, 2))::int) > 0.3 then 100
                        when avg((round(x, 0) <> round(x, 1))::int) > 0.3 then 10 else 1 end as steps
            from amounts group by period
        ), ends as (
            select town, county, period, round(x * steps)::bigint % 10 as digit
            from amounts join precision using (period) where x * steps >= 10
        )
        select town as region_code, period, count(*) as n, {each_digit} from ends
        group by town, period having count(*) >= {FEWEST}
        union all
        select county as region_code, period, count(*) as n, {each_digit} from ends
        group by county, period having count(*) >= {FEWEST}
        order by region_code, period
        """,  # noqa: S608
        since=f"{scene.months[0][:4]}-01",
    )


def _finest(counts: pd.DataFrame) -> pd.DataFrame:
    """Without the counties that have a township of their own among the rows."""
    whole = counts["region_code"].str.endswith("000000")
    county = counts["region_code"].str[:6] + counts["period"]
    return counts[~whole | ~county.isin(county[~whole])].reset_index(drop=True)


def _compared(counts: pd.DataFrame) -> pd.DataFrame:
    county = counts["region_code"].str[:6]
    whole = counts.groupby("period")[DIGITS].transform("sum")
    own = counts.groupby([county, counts["period"]])[DIGITS].transform("sum")
    elsewhere = whole - own
    alone = elsewhere.sum(axis=1) < FEWEST
    usual = (elsewhere + 0.5).div((elsewhere + 0.5).sum(axis=1), axis=0)
    expected = usual.mul(counts["n"], axis=0)
    distance = ((counts[DIGITS] - expected) ** 2 / expected).sum(axis=1)
    scatter = distance.groupby(counts["period"]).transform("median") / _MEDIAN
    table = counts[["region_code", "period", "n"]].assign(
        round=counts[_ROUND].sum(axis=1) / counts["n"],
        usual_round=usual[_ROUND].sum(axis=1),
        distance=distance / np.maximum(scatter, 1.0),
    )
    return table[~alone]


_MEDIAN = 8.343
"""Of χ² with nine degrees of freedom."""
