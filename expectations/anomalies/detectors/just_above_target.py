"""A county's claims lie just above their targets and hardly any just below.

Without a hand that helps, a claim close to a target is as likely to fall short by a little as to pass by a little.
Targets at a bound (100 %, 0) are left out: nothing can lie above.

Source: McCrary (2008), Manipulation of the running variable, J. Econometrics 142, 698-714; in the counting form of
Cattaneo, Frandsen and Titiunik (2015).
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.scene import Scene, each, no_tests, tests

NAME = "just_above_target"

DATASET = "self_assessment"
_FEWEST = 8
_NEAR = f"""
with near as (
    select left(region_code, 6) || '000000' as region_code, period,
        (claimed_value - target_value) / (0.02 * abs(target_value)) as beyond
    from {DATASET} where period <= $until and target_value not in (0, 100)
)
select region_code, period, count(*) filter (beyond >= 0) as above, count(*) as n
from near where beyond >= -1 and beyond < 1 group by all order by all
"""  # noqa: S608


def find(scene: Scene) -> pd.DataFrame:
    """Tests per county and period over all its units and indicators with a target."""
    near = scene.query(_NEAR) if DATASET in scene.tables else pd.DataFrame()
    if near.empty:
        return no_tests()
    per_period = near.groupby("period")[["above", "n"]].transform("sum")
    others = (per_period["above"] - near["above"] + 1) / (per_period["n"] - near["n"] + 2)
    usual = others.clip(lower=0.5)
    return tests(
        near.assign(
            p=at_least(near["above"], near["n"], usual),
            score=near["above"] / near["n"],
            value=near["above"].astype(float),
            expected=near["n"] * usual,
        )[near["n"] >= _FEWEST],
        dataset=DATASET,
    )


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"离目标值上下 2% 以内的自评值有 {row.n} 个，其中 {row.value:.0f} 个刚过目标，"
        f"照其他县区应为 {row.expected:.1f} 个左右。值得抽查这些指标的原始台账。"
        for row in each(found)
    ]
