"""The household register, every rate's denominator, falls where others' does not.

A village's figure is held against the median of its own earlier months, and the change against what the other
villages of the month did. In a documented case 301 households were claimed where 341 were real.

Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers, for the robust z; the case is from published
notices of the disciplinary inspection on toilet reform.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import below, coarsest_first, robust_scale
from expectations.anomalies.scene import Scene, each, no_tests, tests

NAME = "shrunk_denominator"

DATASET, COLUMN = "household_register", "households"
_FEWEST_FALL = 0.05
_FLOOR = 0.01

_CHANGES = f"""
with states as (select region_code, period, sum({COLUMN}) as now from {DATASET} where period <= $until group by all),
held as (
    select *, median(now) over (partition by region_code order by period rows between unbounded preceding and 1 preceding) as before
    from states
)
select region_code, period, now::double as now, before, ln(now / before) as change
from held where before > 0 and now > 0 order by all
"""  # noqa: S608


def find(scene: Scene) -> pd.DataFrame:
    """Tests per township and village and month."""
    if DATASET not in scene.tables:
        return no_tests()
    villages = scene.query(_CHANGES)
    if villages.empty:
        return no_tests()
    towns = villages.assign(region_code=villages["region_code"].str[:9] + "000")
    towns = towns.groupby(["region_code", "period"], as_index=False).agg(
        now=("now", "sum"), before=("before", "sum"), change=("change", "median"), n=("change", "size")
    )
    usual = villages.groupby("period")["change"]
    scale = usual.apply(lambda change: robust_scale(change, _FLOOR)).rename("scale")
    middle = usual.median().rename("middle")
    return coarsest_first(
        pd.concat(
            [
                _tested(part.join(scale, on="period").join(middle, on="period"))
                for part in (towns, villages.assign(n=1))
            ]
        )
    )


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"农户底册总户数 {row.value:.0f} 户，前几个月的中位数是 {row.expected:.0f} 户，少了 {1 - row.value / row.expected:.0%}"
        f"（{row.n} 个村），同期其他村没有这样变化。户数是普及率的分母，值得核查是否漏报。"
        for row in each(found)
    ]


def _tested(table: pd.DataFrame) -> pd.DataFrame:
    # A village of thirty households may lose two by chance: the noise of a count goes with its square root.
    score: pd.Series = (table["change"] - table["middle"]) / np.sqrt(
        table["scale"] ** 2 + 1 / table["before"]
    )
    return tests(
        table.assign(
            score=score,
            p=below(score),
            value=table["now"],
            expected=table["before"],
            eligible=table["now"] < (1 - _FEWEST_FALL) * table["before"],
        ),
        dataset=DATASET,
        subject=COLUMN,
    )
