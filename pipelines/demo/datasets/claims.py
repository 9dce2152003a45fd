"""The self-assessment (units themselves): claims, which in honest regions are what the records say.

The figures follow the definitions in ``warehouse/indicators``: a claim that differs was padded on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import YEAR, World

Ledgers = Mapping[str, Rows]


@dataclass(frozen=True)
class Claim:
    """One indicator that units assess themselves on.

    Attributes:
        title: As in the indicator's definition.
        dimension: One of the five, or 主体评价.
        unit: ``%`` where numerator ÷ denominator is claimed, else the unit of the numerator.
        target: The year's target, None where there is none.
        full: Full score.
        parts: From the ledgers to numerator and denominator, one row each: ``town_code`` and ``value``.
    """

    title: str
    dimension: str
    unit: str
    target: float | None
    full: int
    parts: Callable[[Facts], tuple[pd.DataFrame, pd.DataFrame | None]]


@dataclass(frozen=True)
class Facts:
    """What is true of the year, as the ledgers say at its end."""

    toilets: pd.DataFrame
    register: pd.DataFrame
    plots: pd.DataFrame
    cooperatives: pd.DataFrame
    roads: pd.DataFrame
    pupils: pd.DataFrame
    monitored: pd.DataFrame


def self_assessment(world: World, ledgers: Ledgers) -> Rows:
    """One row per unit (county or township) and indicator."""

    def rows(period: str) -> pd.DataFrame:
        facts = _facts(world, ledgers)
        units = _units(world)
        return pd.concat([_claimed(claim, facts, units) for claim in CLAIMS], ignore_index=True)

    return rows


def _facts(world: World, ledgers: Ledgers) -> Facts:
    last = world.months[-1]
    return Facts(
        toilets=pd.concat([ledgers["toilet_ledger"](month) for month in world.months]),
        register=ledgers["household_register"](last),
        plots=ledgers["grain_plots"](last),
        cooperatives=ledgers["cooperatives"](last),
        roads=ledgers["road_segments"](last),
        pupils=ledgers["student_status"](f"{YEAR}-09"),
        monitored=ledgers["monitored_households"](last),
    )


def _units(world: World) -> pd.DataFrame:
    towns = world.villages.drop_duplicates("town_code")
    counties = world.villages.drop_duplicates("county")
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "county": counties["county"],
                    "township": counties["county_name"],
                    "town_code": counties["county"] + "000000",
                    "county_name": counties["county_name"],
                    "township_name": None,
                    "unit_code": counties["county"] + "000000",
                }
            ),
            pd.DataFrame(
                {
                    "county": towns["county"],
                    "township": towns["town"],
                    "town_code": towns["town_code"],
                    "county_name": towns["county_name"],
                    "township_name": towns["town"],
                    "unit_code": towns["town_code"],
                }
            ),
        ],
        ignore_index=True,
    )


def _claimed(claim: Claim, facts: Facts, units: pd.DataFrame) -> pd.DataFrame:
    numerator, denominator = claim.parts(facts)
    value = _by_unit(numerator)
    if denominator is not None:
        value = 100 * value / _by_unit(denominator)
    value = value.reindex(units["unit_code"]).round(2)
    table = units.assign(
        year=str(YEAR),
        dimension=claim.dimension,
        indicator=claim.title,
        claimed_unit=claim.unit,
        claimed_value=value.to_numpy(),
        target_value=float("nan") if claim.target is None else claim.target,
        full_score=float(claim.full),
        claimed_score=_score(claim, value).to_numpy(),
        proof="台账及汇总表",
    )
    return table[table["claimed_value"].notna()]


def _by_unit(part: pd.DataFrame) -> pd.Series:
    towns: pd.Series = part.groupby("town_code")["value"].sum()
    counties: pd.Series = part.groupby(part["town_code"].str[:6] + "000000")["value"].sum()
    both: pd.Series = pd.concat([towns, counties])
    return both


def _score(claim: Claim, value: pd.Series) -> pd.Series:
    if not claim.target:
        return pd.Series(float(claim.full), index=value.index)
    return (claim.full * (value / claim.target)).clip(upper=claim.full).round(1)


def _ratio(table: pd.DataFrame, hits: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _sum(table, hits.astype(float)), _sum(table, pd.Series(1.0, index=table.index))


def _sum(table: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"town_code": table["town_code"].to_numpy(), "value": value.to_numpy()})


def _toilet_rate(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    used = (facts.toilets["use_status"] == "正常使用").astype(float)
    return _sum(facts.toilets, used), _sum(facts.register, facts.register["households"])


def _maintained(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    roads = facts.roads[~facts.roads["is_repeated"].astype(bool)]
    return _sum(roads, roads["maintained_km"]), _sum(roads, roads["length_km"])


def _machines(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    plots = facts.plots
    done = (
        0.4 * plots["machine_ploughed_mu"]
        + 0.3 * plots["machine_sown_mu"]
        + 0.3 * plots["machine_harvested_mu"]
    )
    return _sum(plots, done), _sum(plots, plots["area_mu"])


def _operating(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    alive = facts.cooperatives[facts.cooperatives["operating_status"] != "注销"]
    return _ratio(alive, alive["operating_status"] == "正常运行")


def _enrolled(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _ratio(facts.pupils, facts.pupils["school"].notna())


def _granted(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame]:
    pupils = facts.pupils
    entitled = pupils[(pupils["household_type"] != "一般农户") & pupils["school"].notna()]
    return _ratio(entitled, entitled["has_grant"].astype(bool))


CLAIMS = (
    Claim("粮食播种面积", "产业兴旺", "亩", None, 6, lambda f: (_sum(f.plots, f.plots["area_mu"]), None)),
    Claim("粮食总产量", "产业兴旺", "吨", None, 6, lambda f: (_sum(f.plots, f.plots["output_kg"] / 1000), None)),
    Claim("耕种收综合机械化率", "产业兴旺", "%", 75.0, 8, _machines),
    Claim("合作社正常运行率", "产业兴旺", "%", 85.0, 6, _operating),
    Claim("卫生厕所普及率", "生态宜居", "%", 85.0, 10, _toilet_rate),
    Claim("改厕验收率", "生态宜居", "%", 95.0, 6, lambda f: _ratio(f.toilets, f.toilets["accepted_on"].notna())),
    Claim("农村公路列养率", "生态宜居", "%", 100.0, 8, _maintained),
    Claim("适龄入学率", "乡风文明", "%", 100.0, 8, _enrolled),
    Claim("资助应助尽助率", "乡风文明", "%", 100.0, 6, _granted),
    Claim(
        "风险消除率", "生活富裕", "%", 70.0, 8,
        lambda f: _ratio(f.monitored, f.monitored["is_risk_cleared"].astype(bool)),
    ),
)  # fmt: skip
