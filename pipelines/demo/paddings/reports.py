"""Paddings of interviews, statistical forms and claims."""

from __future__ import annotations

import numpy as np

from pipelines.demo.datasets.statistics import TOTAL, summed, with_totals
from pipelines.demo.paddings.model import Context, Kind, Padded

_FULL = 99.95
"""The highest share that is claimed falsely."""
_RAISED = ("卫生厕所普及率", "风险消除率", "农村公路列养率")


def _copied(at: Context) -> Padded:
    """One interviewer's questionnaires are all but the same, some answers changed."""
    if at.period != at.last:
        return at.frame, []
    mine = at.frame[at.in_county()]
    if mine.empty:
        return at.frame, []
    busiest = mine["interviewer"].value_counts().index[0]
    rows = np.flatnonzero(at.in_county() & (at.frame["interviewer"] == busiest).to_numpy())
    answers = [n for n in at.frame.columns if n in ("awareness", "support") or n.startswith("satisfaction")]
    frame = at.frame.copy()
    edited = at.rng.random((len(rows), len(answers))) < at.size
    changed = at.rng.integers(3, 6, edited.shape)
    model = frame.loc[rows[0], answers].to_numpy(dtype=int)
    frame.loc[rows, answers] = np.where(edited, changed, model)
    return frame, [f"{at.county}000000"]


def _sown_more(at: Context) -> Padded:
    """A county's form has more of every crop than its plots."""
    frame = at.frame.copy()
    here = frame["county"] == at.county
    figures = [name for name in frame.columns if name.endswith(("_area", "_output"))]
    frame.loc[here, figures] *= 1 + at.size
    county = f"{at.county}000000"
    return with_totals(summed(frame)), sorted(set(frame.loc[here, "town_code"]) - {county})


def _town_sown_more(at: Context) -> Padded:
    frame = at.frame.copy()
    here = frame["town_code"].isin(at.towns) & (frame["township"] != TOTAL)
    figures = [name for name in frame.columns if name.endswith(("_area", "_output"))]
    frame.loc[here, figures] *= 1 + at.size
    return with_totals(summed(frame)), at.towns


def _sum_broken(at: Context) -> Padded:
    """A town sowed more grain than all its crops together, and its county with it."""
    more = np.where(at.frame["town_code"].isin(at.towns), at.size, 0.0)
    frame = with_totals(at.frame.assign(grain_area=at.frame["grain_area"] + more))
    return frame, [f"{at.county}000000", *at.towns]


def _total_raised(at: Context) -> Padded:
    """A county's own figures of rice and grain are higher than its towns' together."""
    county = f"{at.county}000000"
    more = np.where(at.frame["town_code"] == county, at.size, 0.0)
    return at.frame.assign(**{n: at.frame[n] + more for n in ("grain_area", "rice_area")}), [county]


def _claimed_more(at: Context) -> Padded:
    claimed = at.frame["claimed_value"]
    here = (at.frame["county"] == at.county) & at.frame["indicator"].isin(_RAISED) & (claimed < _FULL)
    more = (claimed + at.size * (1 + at.rng.uniform(0, 1, len(here)))).clip(upper=_FULL).round(2)
    return at.frame.assign(claimed_value=claimed.where(~here, more)), sorted(
        set(at.frame.loc[here, "unit_code"])
    )


def _claimed_shrunk(at: Context) -> Padded:
    """The rate over 301 households where 341 are registered."""
    here = at.frame["unit_code"].isin(at.towns) & (at.frame["indicator"] == "卫生厕所普及率")
    more = (at.frame["claimed_value"] / (1 - at.size)).clip(upper=_FULL).round(2)
    return at.frame.assign(claimed_value=at.frame["claimed_value"].where(~here, more)), at.towns


def _just_above(at: Context) -> Padded:
    """What falls short of its target is claimed just above it."""
    frame = at.frame
    short = (frame["county"] == at.county) & (frame["claimed_value"] < frame["target_value"])
    short &= (frame["target_value"] < 99) & (at.rng.random(len(frame)) < at.size)
    lifted = (frame["target_value"] + at.rng.uniform(0.02, 0.4, len(frame))).round(2)
    touched = sorted(set(frame.loc[short, "unit_code"]))
    return frame.assign(claimed_value=frame["claimed_value"].where(~short, lifted)), touched


def _wrong_unit(at: Context) -> Padded:
    """Grain in kilograms where tonnes are asked for, by the whole county or by some of its towns."""
    units = {f"{at.county}000000"} if at.size >= 1 else set(at.towns)
    here = at.frame["unit_code"].isin(units) & (at.frame["indicator"] == "粮食总产量")
    value = at.frame["claimed_value"].where(~here, (at.frame["claimed_value"] * 1000).round(0))
    return at.frame.assign(claimed_value=value), sorted(units)


def _never_built(at: Context) -> Padded:
    """More sown land is claimed than any ledger has."""
    here = at.frame["unit_code"].isin([f"{at.county}000000", *at.towns])
    here &= at.frame["indicator"] == "粮食播种面积"
    more = (at.frame["claimed_value"] * (1 + at.size)).round(2)
    return at.frame.assign(claimed_value=at.frame["claimed_value"].where(~here, more)), [
        f"{at.county}000000",
        *at.towns,
    ]


def _pleased(at: Context) -> Padded:
    """People of a county are simply pleased."""
    rows = np.flatnonzero(at.in_county())
    frame = at.frame.copy()
    for name in [n for n in frame.columns if n.startswith("satisfaction")]:
        lifted = frame.loc[rows, name] + (at.rng.random(len(rows)) < at.size)
        frame.loc[rows, name] = lifted.clip(upper=5).astype(int)
    return frame, [f"{at.county}000000"]


CLAIM = ("claim_vs_observation", "claim_scale")

KINDS = (
    Kind("copied_interviews", "satisfaction_survey", "同一访问员的问卷雷同", _copied,
         {"blatant": 0.02, "moderate": 0.1, "subtle": 0.25}, "county", ("copied_interviews",)),
    Kind("form_above_plots", "rural_statistics", "全县报表播种面积多于地块台账", _sown_more,
         {"blatant": 0.25, "moderate": 0.12, "subtle": 0.065}, "county",
         ("grain_area_form_within_plots", "form_ratio"), rule="grain_area_form_within_plots"),
    Kind("form_of_a_town_above_plots", "rural_statistics", "一镇报表播种面积多于地块台账", _town_sown_more,
         {"blatant": 0.2, "moderate": 0.1, "subtle": 0.065}, "towns",
         ("grain_area_form_within_plots", "form_ratio"), rule="grain_area_form_within_plots"),
    Kind("form_sum_broken", "rural_statistics", "播种面积不等于各类作物之和", _sum_broken,
         {"blatant": 150, "moderate": 60, "subtle": 15}, "towns", ("form_rule",), rule="form_rule"),
    Kind("form_total_raised", "rural_statistics", "合计大于各乡镇之和", _total_raised,
         {"blatant": 300, "moderate": 90, "subtle": 15}, "county", ("form_total",), rule="form_total"),
    Kind("claims_above_records", "self_assessment", "自评值高于台账", _claimed_more,
         {"blatant": 6.0, "moderate": 3.0, "subtle": 1.2}, "county", CLAIM),
    Kind("claimed_over_fewer", "self_assessment", "按缩小的户数计算普及率", _claimed_shrunk,
         {"blatant": 0.12, "moderate": 0.06, "subtle": 0.03}, "towns", CLAIM),
    Kind("bunching_above_target", "self_assessment", "自评值都刚过目标线", _just_above,
         {"blatant": 1.0, "moderate": 0.8, "subtle": 0.5}, "county", (*CLAIM, "just_above_target")),
    Kind("claim_in_another_unit", "self_assessment", "产量按公斤填报，应为吨", _wrong_unit,
         {"blatant": 1.0, "moderate": 0.5, "subtle": 0.5}, "towns", CLAIM),
    Kind("claimed_never_sown", "self_assessment", "自评播种面积多于台账", _never_built,
         {"blatant": 0.3, "moderate": 0.1, "subtle": 0.04}, "towns", CLAIM),
)  # fmt: skip

HONEST = (
    Kind("pleased", "satisfaction_survey", "群众确实满意", _pleased,
         {"blatant": 0.7, "moderate": 0.5, "subtle": 0.3}, "county", (), is_honest=True),
)  # fmt: skip
