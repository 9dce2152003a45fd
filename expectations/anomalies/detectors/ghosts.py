"""A village's ledger has nearly a row for every household, where its county's other villages are far from it.

The share of households that are in the ledger is held against the other villages of the county, whose shares scatter
more than chance allows (beta-binomial); where all are near full, nobody stands out. Villages of a township that stand
out together are told as the township. Told once a year, in the first month. Judged are villages of at least 15
households in counties of at least ten villages. It cannot see rows invented up to what is usual in the county, nor
tell a village that really has done everything: somebody has to go and look.

Source: Skellam (1948) as in ``counts``; the case is from published notices of the disciplinary inspection on toilets
that were paid for and never built.
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.control import coarsest_first, discoveries
from expectations.anomalies.counts import at_least_among, usual_share
from expectations.anomalies.scene import Scene, each, no_tests, tests

NAME = "ghosts"

DATASET, REGISTER, COLUMN = "toilet_ledger", "household_register", "households"
_NEARLY_ALL = 0.9
_LEAST_EXCESS = 0.06
_SUSPECTED = 0.2
"""Of a county's dozen townships two may have invented rows."""
_MONTHS = 12
"""A village is looked at again every month, and told if it stands out once."""
_FEWEST_HOUSEHOLDS = 15
_FEWEST_VILLAGES = 10

_SHARES = f"""
with counted as (
    select region_code, period, count(*) as fresh from {DATASET} where period <= $until group by all
), known as (
    select region_code, period, sum({COLUMN}) as n from {REGISTER} where period between $since and $until group by all
)
select k.region_code, k.period, k.n::bigint as n, least(k.n, sum(c.fresh))::bigint as value
from known k join counted c on c.region_code = k.region_code and c.period <= k.period
where k.n >= {_FEWEST_HOUSEHOLDS} and right(k.region_code, 3) <> '000' group by k.region_code, k.period, k.n
order by 1, 2
"""  # noqa: S608


def find(scene: Scene) -> pd.DataFrame:
    """Tests per township and village and month, from January of the first year judged."""
    if not {DATASET, REGISTER} <= scene.tables:
        return no_tests()
    villages = scene.query(_SHARES, since=f"{scene.months[0][:4]}-01")
    if villages.empty:
        return no_tests()
    towns = villages.assign(region_code=villages["region_code"].str[:9] + "000")
    towns = towns.groupby(["region_code", "period"], as_index=False)[["n", "value"]].sum()
    table = pd.concat([_tested(villages), _tested(towns)], ignore_index=True)
    return _once(coarsest_first(tests(table, dataset=DATASET, subject="rows")))


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[DATASET].title}”累计 {row.value:.0f} 条，底册 {row.n} 户，占 {row.value / row.n:.1%}；"
        f"同县其他地方平均 {row.expected / row.n:.0%}。几乎户户都有，值得入户看看是否真有。"
        for row in each(found)
    ]


def _tested(table: pd.DataFrame) -> pd.DataFrame:
    group = table["region_code"].str[:6] + table["period"]
    usual = usual_share(table["value"], table["n"], group, suspected=_SUSPECTED)
    share = table["value"] / table["n"]
    near = (share >= _NEARLY_ALL) & (share - usual["share"] >= _LEAST_EXCESS)
    # Only what may be told is worth a tail of the beta-binomial; all others have a chance of one half or more.
    p = pd.Series(1.0, index=table.index)
    p[near] = at_least_among(
        table.loc[near, "value"], table.loc[near, "n"], usual.loc[near, "share"], usual.loc[near, "rho"]
    )
    p = (p * _MONTHS).clip(upper=1.0)
    is_village = ~table["region_code"].str.endswith("000")
    enough = usual["others"] >= _FEWEST_VILLAGES - 1
    return table.assign(p=p, expected=usual["share"] * table["n"], score=share, eligible=near)[
        enough | (~is_village & (usual["others"] >= 4))
    ]


def _once(table: pd.DataFrame) -> pd.DataFrame:
    """The tests, where later months of a year, and villages of a township told, are not to be told."""
    found = discoveries(table).sort_values(["period", "region_code"])
    found = found.assign(year=found["period"].str[:4], town=found["region_code"].str[:9])
    first = found.drop_duplicates(["region_code", "year"])
    whole = first["region_code"].str.endswith("000")
    told = set(zip(first.loc[whole, "town"], first.loc[whole, "year"], strict=True))
    inside = [key in told for key in zip(first["town"], first["year"], strict=True)]
    first = first[whole | ~pd.Series(inside, index=first.index)]
    names = ["region_code", "period"]
    return table.assign(
        eligible=table["eligible"]
        & pd.MultiIndex.from_frame(table[names]).isin(pd.MultiIndex.from_frame(first[names]))
    )
