"""A claim lies a whole unit factor from what the records give: kilograms claimed where tonnes are asked for.

No chance is involved: a claim that is 1000 times the observation to within a few percent is a unit, not an opinion.

Source: Di Zio, Guarnera and Luzi (2005), Editing Systematic Unity Measure Errors through Mixture Modelling, Survey
Methodology 31, 53-63; here the observation stands in for the model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.scene import Scene, each, figure, no_tests, tests
from expectations.unit_slips import FACTORS, NEAR

NAME = "claim_scale"

DATASET = "self_assessment"
_FACTORS = np.array(list(FACTORS))
_CLAIMS = f"""
with claims as (
    select region_code, period, indicator as title, claimed_value from {DATASET}
    where period in (select unnest($months::varchar[])) and claimed_value > 0
), held as (
    select c.*, i.indicator, o.value as observed, length(o.period) as grain
    from claims c join (select unnest($ids::varchar[]) as indicator, unnest($titles::varchar[]) as title) i using (title)
    join observations o on o.indicator = i.indicator and o.region_code = c.region_code and o.value > 0
        and (o.period = c.period or o.period || '-12' = c.period)
    qualify row_number() over (partition by c.region_code, c.period, i.indicator order by grain) = 1
)
select indicator, title, region_code, period, claimed_value as value, observed as expected from held order by all
"""  # noqa: S608


def find(scene: Scene) -> pd.DataFrame:
    """Claims a unit factor away, per unit and indicator."""
    computed = [one for one in scene.indicators.values() if one.kind != "adopted"]
    if not computed or not {DATASET, "observations"} <= scene.tables:
        return no_tests()
    titles = [one.title for one in computed]
    claims = scene.query(_CLAIMS, months=list(scene.months), ids=[one.id for one in computed], titles=titles)
    gap = np.log10((claims["value"] / claims["expected"]).to_numpy(dtype=float))
    near = np.abs(np.abs(gap)[:, None] - np.log10(_FACTORS)[None, :])
    table = claims.assign(score=gap, factor=_FACTORS[near.argmin(axis=1)] if len(claims) else [], n=1)
    return tests(table[near.min(axis=1, initial=1) <= NEAR], dataset=DATASET)


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{row.title}”自评 {figure(row.value)}，按台账计算为 {figure(row.expected)}，"
        f"相差约 {row.factor:g} {'倍' if row.score > 0 else '分之一'}（1 个自评值）。值得核查自评表的计量单位。"
        for row in each(found)
    ]
