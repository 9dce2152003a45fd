"""A township's rate is better than its peers' by more than their spread explains.

A funnel plot: how far a rate may lie from its group's by chance follows from its denominator; how far townships
differ anyway is estimated from the group (over-dispersion). Only the flattering side is told. Peers are townships of
the same region group, where the region table has groups.

Source: Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine 24,
1185-1202.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import below
from expectations.anomalies.scene import Scene, each, no_tests, tests

NAME = "too_good"

_FEWEST_PEERS = 10
_FEWEST_COUNTED = 20
_TRIM = 0.1

_RATES = """
select o.indicator, o.region_code, o.period, o.numerator, o.denominator, o.records as n,
    coalesce(any_value(r.region_group), '') as region_group
from observations o join regions r on r.region_code = o.region_code and r.level = 'township'
where o.period in (select unnest($months::varchar[])) and list_contains($ids, o.indicator)
    and o.denominator >= $least and o.numerator between 0 and o.denominator
group by all order by all
"""


def find(scene: Scene) -> pd.DataFrame:
    """Tests per share among the indicators, township and month."""
    shares = [i.id for i in scene.indicators.values() if i.unit == "%" and i.denominator]
    if not shares or not {"observations", "regions"} <= scene.tables:
        return no_tests()
    rates = scene.query(_RATES, months=list(scene.months), ids=shares, least=_FEWEST_COUNTED)
    groups = [
        _tested(group)
        for _, group in rates.groupby(["indicator", "period", "region_group"])
        if len(group) >= _FEWEST_PEERS
    ]
    if not groups:
        return no_tests()
    table = pd.concat(groups, ignore_index=True)
    lower = {i.id for i in scene.indicators.values() if i.direction == "lower"}
    score = table["score"].where(~table["indicator"].isin(lower), -table["score"])
    return tests(table.assign(score=score, p=below(-score)), dataset="")


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.indicators[row.indicator].title}”{row.value:.1f}%，同组 {row.peers} 个乡镇合计 {row.expected:.1f}%，"
        f"按 {row.n} 条记录已超出同组的正常差异。值得抽查原始记录。"
        for row in each(found)
    ]


def _tested(group: pd.DataFrame) -> pd.DataFrame:
    share = group["numerator"] / group["denominator"]
    usual = float(group["numerator"].sum() / group["denominator"].sum())
    error = np.sqrt(max(usual * (1 - usual), 1e-9) / group["denominator"])
    score = (share - usual) / error
    low, high = score.quantile(_TRIM), score.quantile(1 - _TRIM)
    spread = max(1.0, float((score.clip(low, high) ** 2).mean()))
    return group.assign(
        value=100 * share, expected=100 * usual, score=score / np.sqrt(spread), peers=len(group)
    )
