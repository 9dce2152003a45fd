"""A township's rate jumps above all that it was in the months before, where others' rates do not.

A high level is no sign of padding: a township that has always been excellent is never told. What is held against the
others is the change from the best of its own last six observations, so that coming back after a bad month is none. How
much rates move by themselves is learned from the changes of the other townships in the same month, and what the
number of records allows by chance is added. Told in the first month of a year in which it holds, not again.

Judged are shares with at least 20 records now and before (records counted, never units such as mu or kilometres
added), three earlier observations of the same coverage within the year before, in months with at least ten townships.
It cannot see a rise in small steps, one shared by a tenth of the townships, or padding from the first month on; a
campaign that really took place looks alike, which is why it is worth a visit and no more.

Source: Hidiroglou and Berthelot (1986), Statistical Editing and Imputation for Periodic Business Surveys, Survey
Methodology 12, 73-83: changes judged by the spread of the others' changes. The ninth decile stands for their
quartiles because most townships stand still in most months.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import below, first_of_year
from expectations.anomalies.scene import Scene, each, no_tests, tests
from warehouse.periods import Month

NAME = "too_good"

_FEWEST_PEERS = 10
_FEWEST_RECORDS = 20
_FEWEST_BEFORE = 3
_LEAST_JUMP = 0.05
_FLOOR = 0.01
_DECILE, _ITS_SCORE = 0.9, 1.645
"""The ninth decile of distances from the middle, and where it lies in a normal distribution."""

_JUMPS = """
with rates as (
    select o.indicator, o.region_code, o.period, o.coverage, o.records as n,
        o.numerator::double / o.denominator::double as rate, list_contains($lower, o.indicator) as lowered
    from observations o join regions r on r.region_code = o.region_code and r.level = 'township'
    where o.period between $since and $until and length(o.period) = 7 and list_contains($ids, o.indicator)
        and o.denominator > 0 and o.numerator between 0 and o.denominator and o.records >= $least
), shares as (
    select *, case when lowered then 1 - rate else rate end as share from rates
), held as (
    select *, max(share) over past as best, count(*) over past as before from shares
    window past as (
        partition by indicator, region_code, coverage order by period rows between 6 preceding and 1 preceding
    )
)
select indicator, region_code, period, n, rate, lowered, share, best from held
where before >= $before and period >= $first order by all
"""


def find(scene: Scene) -> pd.DataFrame:
    """Tests per share among the indicators, township and month, from January of the first year judged."""
    shares = [i for i in scene.indicators.values() if i.unit == "%" and i.denominator]
    if not shares or not {"observations", "regions"} <= scene.tables:
        return no_tests()
    january = Month(f"{scene.months[0][:4]}-01")
    jumps = scene.query(
        _JUMPS,
        ids=[i.id for i in shares],
        lower=[i.id for i in shares if i.direction == "lower"],
        first=str(january),
        since=str(january - 12),
        least=_FEWEST_RECORDS,
        before=_FEWEST_BEFORE,
    )
    if jumps.empty:
        return no_tests()
    return first_of_year(_tested(jumps), ["indicator", "region_code"])


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.indicators[row.indicator].title}”本月 {row.value:.1f}%，此前最好的一期是 {row.expected:.1f}%，"
        f"同期 {row.peers} 个乡镇没有这样的跃升（本期 {row.n} 条记录）。值得抽查新增的原始记录。"
        for row in each(found)
    ]


def _tested(jumps: pd.DataFrame) -> pd.DataFrame:
    alike = [jumps["indicator"], jumps["period"]]
    change = jumps["share"] - jumps["best"]
    apart = change - change.groupby(alike).transform("median")
    # Taken from below, so that one township among ten does not widen what it is measured by.
    usual = apart.abs().groupby(alike).transform(lambda d: d.quantile(_DECILE, interpolation="lower"))
    middle = (jumps["share"] + jumps["best"]) / 2
    by_chance = 2 * middle * (1 - middle) / jumps["n"]
    score = apart / np.sqrt((usual / _ITS_SCORE).clip(lower=_FLOOR) ** 2 + by_chance)
    peers = change.groupby(alike).transform("size")
    table = jumps.assign(
        score=score,
        p=below(-score),
        peers=peers - 1,
        value=100 * jumps["rate"],
        expected=100 * jumps["best"].mask(jumps["lowered"], 1 - jumps["best"]),
        eligible=change >= _LEAST_JUMP,
    )
    return tests(table[peers >= _FEWEST_PEERS], dataset="")
