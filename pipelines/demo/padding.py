"""Padding (渗水): figures a county or township makes look better on purpose; each row by itself keeps every rule.

A padding wraps a ledger's rows and writes down what it did. Typing mistakes are ``faults``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.datasets.statistics import summed, with_totals
from pipelines.demo.datasets.toilets import crowd_into_december
from pipelines.demo.truth import Truth
from pipelines.demo.world import YEAR, World, last_day

_FULL = 99.95
"""The highest share that is claimed falsely."""


@dataclass(frozen=True)
class Context:
    """What a padding works on.

    Attributes:
        world: The city.
        rows: The honest ledger.
        period: The month that stands for the period.
        frame: Its rows, those of earlier paddings included; to be changed into a new frame.
        rng: For this padding and period.
    """

    world: World
    rows: Rows
    period: str
    frame: pd.DataFrame
    rng: np.random.Generator

    def county(self, suffix: str) -> str:
        """Code of the first city's county of a character; one of those that exist where that one does not."""
        codes = sorted(set(self.world.villages["county"]))
        wanted = f"9901{suffix}"
        return wanted if wanted in codes else codes[int(suffix) % len(codes)]

    def town(self, suffix: str, number: int) -> str:
        """Code of one of the county's townships."""
        villages = self.world.villages
        towns = villages.loc[villages["county"] == self.county(suffix), "town_code"].unique()
        return str(towns[number % len(towns)])

    def among(self, mask: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.int64]:
        """Up to ``count`` positions of the frame that a mask marks."""
        positions = np.flatnonzero(mask)
        return np.sort(self.rng.permutation(positions)[:count])


@dataclass(frozen=True)
class Padding:
    """One way of padding one dataset; ``apply`` gives the padded frame and the regions it touched.

    ``rule`` is the finding or reconciliation that must show it, empty where only indicators and anomalies may.
    """

    kind: str
    dataset: str
    note: str
    apply: Callable[[Context], tuple[pd.DataFrame, list[str]]]
    rule: str = ""


def pad(
    ledgers: Mapping[str, Rows], world: World, truths: list[Truth], paddings: Sequence[Padding]
) -> dict[str, Rows]:
    """The ledgers with paddings; what is done is added to ``truths`` when rows are asked for."""
    return {
        dataset: _padded(rows, world, truths, [one for one in paddings if one.dataset == dataset])
        for dataset, rows in ledgers.items()
    }


def _padded(rows: Rows, world: World, truths: list[Truth], own: Sequence[Padding]) -> Rows:

    def padded(period: str) -> pd.DataFrame:
        frame = rows(period)
        for padding in own:
            rng = world.rng(padding.kind, padding.dataset, period)
            frame, regions = padding.apply(Context(world, rows, period, frame, rng))
            frame = frame.reset_index(drop=True)
            truths.extend(
                Truth(
                    kind=f"padding_{padding.kind}", dataset=padding.dataset, file="", severity="padding",
                    region_code=region, period=period, rule=padding.rule, note=padding.note,
                )
                for region in regions
            )  # fmt: skip
        return frame

    return padded


def _shrunk(at: Context) -> tuple[pd.DataFrame, list[str]]:
    if at.period != at.world.months[-1]:
        return at.frame, []
    towns = [at.town("23", 0), at.town("23", 1)]
    here = at.frame["town_code"].isin(towns).to_numpy()
    frame = at.frame.copy()
    frame.loc[here, "households"] = np.floor(frame.loc[here, "households"] * 0.88).astype(int)
    frame["resident_households"] = np.minimum(frame["resident_households"], frame["households"])
    return frame, towns


def _frozen(at: Context) -> tuple[pd.DataFrame, list[str]]:
    first = at.world.months[0]
    if at.period == first:
        return at.frame, []
    town = at.town("25", 1)
    here = (at.frame["town_code"] == town).to_numpy()
    frame = at.frame.copy()
    figures = [name for name in frame.columns if frame[name].dtype.kind == "i"]
    frame.loc[here, figures] = at.rows(first).loc[here, figures].to_numpy()
    return frame, [town]


def _again(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """Old toilets claimed once more as this month's."""
    if at.period != f"{YEAR}-11":
        return at.frame, []
    county = at.county("22")
    stock = at.rows(at.world.months[0])
    old = (stock["county"] == county).to_numpy() & (stock["reform_year"] < YEAR - 1).to_numpy()
    some = stock.iloc[at.among(old, 40)].reset_index(drop=True)
    end = last_day(at.period)
    days = [end - dt.timedelta(days=int(n)) for n in at.rng.integers(0, 20, len(some))]
    some = some.assign(reform_year=YEAR, completed_on=days, accepted_on=days)
    return pd.concat([at.frame, some], ignore_index=True), sorted(set(some["town_code"]))


def _same_house(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """Four rows of one family at one spot."""
    if at.period != at.world.months[0]:
        return at.frame, []
    towns: list[str] = []
    frame = at.frame.copy()
    here = (frame["county"] == at.county("23")).to_numpy()
    for place, spots in frame[here].groupby("village_code").groups.items():
        if len(towns) == 5:
            break
        family = list(spots)[:4]
        frame.loc[family, "coordinates"] = frame.loc[family[0], "coordinates"]
        towns.append(str(place))
    return frame, towns


def _december(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """Two thirds of a county's toilets of the year are all entered in its last days."""
    first, last = at.world.months[0], f"{YEAR}-12"
    county = at.county("24")
    if at.period == last:
        year = pd.concat([_held_back(at, at.rows(month), county, month) for month in at.world.months[1:-1]])
        held = crowd_into_december(year.reset_index(drop=True), 1.0, at.rng)
        return pd.concat([at.frame, held], ignore_index=True), [county]
    if at.period == first:
        return at.frame, []
    held = _held_back(at, at.frame, county, at.period)
    return at.frame.drop(index=held.index), []


def _held_back(at: Context, rows: pd.DataFrame, county: str, month: str) -> pd.DataFrame:
    new = (rows["county"] == county) & (rows["reform_year"] == YEAR)
    chosen = rows["resident_id"].str[14:17].astype(int) % 3 > 0
    return rows[(new & chosen).to_numpy()]


def _heaped(at: Context) -> tuple[pd.DataFrame, list[str]]:
    county = at.county("25")
    here = (at.frame["county"] == county).to_numpy()
    frame = at.frame.copy()
    area = np.maximum(np.round(frame.loc[here, "area_mu"] / 5) * 5, 5.0)
    yields = np.clip(np.round(frame.loc[here, "yield_kg_per_mu"] / 50) * 50, 50, None)
    frame.loc[here, "area_mu"], frame.loc[here, "yield_kg_per_mu"] = area, yields
    frame.loc[here, "output_kg"] = area * yields
    frame.loc[here, "plot_area_mu"] = np.maximum(frame.loc[here, "plot_area_mu"], area)
    for name in ("machine_ploughed_mu", "machine_sown_mu", "machine_harvested_mu"):
        frame.loc[here, name] = np.where(frame.loc[here, name] > 0, area, 0.0)
    return frame, [f"{county}000000"]


def _thousandfold(at: Context) -> tuple[pd.DataFrame, list[str]]:
    if at.period != f"{YEAR}-09":
        return at.frame, []
    county = at.county("21")
    here = (at.frame["county"] == county).to_numpy()
    return at.frame.assign(capital_yuan=at.frame["capital_yuan"] * np.where(here, 1000.0, 1.0)), [
        f"{county}000000"
    ]


def _fallen(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """A township's roads are shorter in one quarter than in the one before."""
    if at.period != f"{YEAR}-12":
        return at.frame, []
    town = at.town("81", 0)
    mine = (at.frame["town_code"] == town).to_numpy()
    gone = at.among(mine, int(mine.sum()) // 3)
    return at.frame.drop(index=at.frame.index[gone]), [town]


def _recounted(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """Earlier years' segments counted again as built this year."""
    if at.period != f"{YEAR}-12":
        return at.frame, []
    county = at.county("22")
    frame = at.frame.copy()
    old = ((frame["county"] == county) & (frame["built_year"] < YEAR - 2)).to_numpy()
    chosen = at.among(old, 8)
    day = dt.date(YEAR, 11, 20)
    frame.loc[chosen, "built_year"] = YEAR
    frame.loc[chosen, "construction_nature"] = "新建"
    for name in ("completed_on", "opened_on", "accepted_on"):
        frame[name] = frame[name].astype(object)
        for position in chosen.tolist():
            frame.at[position, name] = day
    return frame, [f"{county}000000"]


def _copied(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """One interviewer's questionnaires are all but the same."""
    if at.period != at.world.months[-1]:
        return at.frame, []
    county = at.county("81")
    mine = at.frame[at.frame["county"] == county]
    if mine.empty:
        return at.frame, []
    busiest = mine["interviewer"].value_counts().index[0]
    here = mine.index[mine["interviewer"] == busiest]
    answers = ["awareness", "support", "satisfaction"] + [
        name for name in mine.columns if name.startswith("satisfaction_")
    ]
    frame = at.frame.copy()
    frame.loc[here, answers] = 5
    frame.loc[here, "minutes"] = 6.0
    return frame, [f"{county}000000"]


def _sown_more(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """A county's form has a quarter more of every crop than its plots."""
    frame = at.frame.copy()
    here = frame["county"] == at.county("22")
    figures = [name for name in frame.columns if name.endswith(("_area", "_output"))]
    frame.loc[here, figures] *= 1.25
    padded = with_totals(summed(frame))
    return padded, sorted(set(frame.loc[here, "town_code"]) - {f"{at.county('22')}000000"})


def _sum_broken(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """A town sowed more grain than all its crops together, and its county with it."""
    town = at.town("81", 0)
    more = np.where(at.frame["town_code"] == town, 150.0, 0.0)
    return with_totals(at.frame.assign(grain_area=at.frame["grain_area"] + more)), [
        f"{town[:6]}000000",
        town,
    ]


def _total_raised(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """A county's own figures of rice and grain are higher than its towns' together."""
    county = f"{at.county('04')}000000"
    more = np.where(at.frame["town_code"] == county, 300.0, 0.0)
    raised = {name: at.frame[name] + more for name in ("grain_area", "rice_area")}
    return at.frame.assign(**raised), [county]


def _claimed_more(at: Context) -> tuple[pd.DataFrame, list[str]]:
    return _raised(at, at.county("24"), ("卫生厕所普及率", "风险消除率", "农村公路列养率"), 6.0)


def _claimed_shrunk(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """The rate over 301 households where 341 are registered."""
    towns = [at.town("23", 0), at.town("23", 1)]
    here = at.frame["unit_code"].isin(towns) & (at.frame["indicator"] == "卫生厕所普及率")
    value = at.frame["claimed_value"].where(
        ~here, (at.frame["claimed_value"] * 341 / 301).clip(upper=99.9).round(2)
    )
    return at.frame.assign(claimed_value=value), towns


def _just_above(at: Context) -> tuple[pd.DataFrame, list[str]]:
    county = at.county("21")
    frame = at.frame
    short = (frame["county"] == county) & (frame["claimed_value"] < frame["target_value"])
    short &= frame["target_value"] < 99
    lifted = (frame["target_value"] + at.rng.uniform(0.02, 0.4, len(frame))).round(2)
    touched = sorted(set(frame.loc[short, "unit_code"]))
    return frame.assign(claimed_value=frame["claimed_value"].where(~short, lifted)), touched


def _wrong_unit(at: Context) -> tuple[pd.DataFrame, list[str]]:
    """A county states its grain in kilograms where tonnes are asked for."""
    county = at.county("03")
    here = (at.frame["county"] == county) & (at.frame["indicator"] == "粮食总产量")
    value = at.frame["claimed_value"].where(~here, (at.frame["claimed_value"] * 1000).round(0))
    return at.frame.assign(claimed_value=value), [f"{county}000000"]


def _raised(
    at: Context, county: str, indicators: tuple[str, ...], points: float
) -> tuple[pd.DataFrame, list[str]]:
    claimed = at.frame["claimed_value"]
    here = (at.frame["county"] == county) & at.frame["indicator"].isin(indicators) & (claimed < _FULL)
    more = (claimed + points + at.rng.uniform(0, 6, len(here))).clip(upper=_FULL).round(2)
    touched = sorted(set(at.frame.loc[here, "unit_code"]))
    return at.frame.assign(claimed_value=claimed.where(~here, more)), touched


PADDINGS = (
    Padding("denominator_shrunk", "household_register", "年末户数少了一成多", _shrunk),
    Padding("stale_values", "household_register", "各月户数、人口与首月分毫不差", _frozen),
    Padding("december_crowding", "toilet_ledger", "全年三分之二集中在十二月末录入", _december),
    Padding("duplicate_across_years", "toilet_ledger", "往年的厕所当作本月新改再报", _again),
    Padding("same_house", "toilet_ledger", "同一处房屋报了四户", _same_house),
    Padding("digit_heaping", "grain_plots", "面积、单产全是整数倍", _heaped),
    Padding("unit_error", "cooperatives", "出资总额大了一千倍", _thousandfold),
    Padding("cumulative_fall", "road_segments", "里程比上一季度少了", _fallen),
    Padding("roads_recounted", "road_segments", "往年路段当作本年新建", _recounted),
    Padding("copied_interviews", "satisfaction_survey", "同一访问员的问卷雷同", _copied),
    Padding(
        "form_above_plots",
        "rural_statistics",
        "报表播种面积比地块台账多两成半",
        _sown_more,
        "grain_area_form_within_plots",
    ),
    Padding("form_sum_broken", "rural_statistics", "播种面积不等于各类作物之和", _sum_broken, "form_rule"),
    Padding("form_total_raised", "rural_statistics", "合计大于各乡镇之和", _total_raised, "form_total"),
    Padding("claims_above_records", "self_assessment", "自评值高于台账", _claimed_more),
    Padding("denominator_shrunk", "self_assessment", "按缩小的户数计算普及率", _claimed_shrunk),
    Padding("bunching_above_target", "self_assessment", "自评值都刚过目标线", _just_above),
    Padding("unit_error", "self_assessment", "产量按公斤填报，应为吨", _wrong_unit),
)
