"""Paddings of what is told of households and pupils: incomes, help and money."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.paddings.model import Context, Kind, Padded

LINE_YUAN = 8_000.0
"""Income per person and year that the demo city's programme promises."""

_PARTS = ("wage_income_yuan", "business_income_yuan", "property_income_yuan", "business_cost_yuan")


def _bunched(at: Context) -> Padded:
    """Who is below the line is written down just above it."""
    below = at.in_county() & (at.frame["per_capita_income_yuan"] < LINE_YUAN).to_numpy()
    chance = at.frame["household_number"].str[-4:].astype(int) * 37 % 100 < 100 * at.size
    rows = np.flatnonzero(below & chance.to_numpy())
    frame = at.frame.copy()
    size = frame.loc[rows, "household_size"]
    net = np.ceil(LINE_YUAN * at.rng.uniform(1.0, 1.03, len(rows)) * size)
    rest = frame.loc[rows, "net_income_yuan"] - frame.loc[rows, "transfer_income_yuan"]
    frame.loc[rows, "net_income_yuan"] = net
    frame.loc[rows, "transfer_income_yuan"] = net - rest
    frame.loc[rows, "per_capita_income_yuan"] = (net / size).round(2)
    return frame, [f"{at.county}000000"]


def _same_incomes(at: Context) -> Padded:
    """So many of a township's households have the income of two months ago to the yuan, month after month."""
    if at.step < 3:
        return at.frame, []
    before = at.honest(at.world.months[2]).set_index("household_number")
    known = at.here() & at.frame["household_number"].isin(before.index).to_numpy()
    chance = at.frame["household_number"].str[-4:].astype(int) * 53 % 100 < 100 * at.size
    rows = np.flatnonzero(known & chance.to_numpy())
    frame = at.frame.copy()
    for name in (*_PARTS, "transfer_income_yuan", "net_income_yuan", "per_capita_income_yuan"):
        frame.loc[rows, name] = before.loc[frame.loc[rows, "household_number"], name].to_numpy()
    return frame, at.towns if len(rows) else []


def _cleared_first(at: Context) -> Padded:
    """So many households count as safe before anybody helped them."""
    if at.step == 0:
        return at.frame, []
    done = at.in_county() & at.frame["is_risk_cleared"].to_numpy(dtype=bool)
    codes = np.sort(at.frame.loc[done, "household_number"])
    first = pd.Series(codes).map(lambda code: int(code[-4:]) * 97 + int(code[9:12]))
    chosen = set(codes[np.argsort(first.to_numpy(), kind="stable")][: int(at.size)])
    rows = np.flatnonzero(at.frame["household_number"].isin(chosen).to_numpy() & done)
    frame = at.frame.copy()
    known = frame.loc[rows, "identified_on"]
    frame["cleared_on"] = _moved(frame["cleared_on"], rows, known, 1)
    frame["assisted_on"] = _moved(frame["assisted_on"], rows, known, 9)
    return frame, sorted(set(frame.loc[rows, "town_code"]))


def _dropped_out(at: Context) -> Padded:
    """Children who are not at school are paid for."""
    pupils = at.ledgers["student_status"](at.period)
    out = pupils[(pupils["county"] == at.county) & pupils["absence_reason"].isin(["辍学", "休学"])]
    some = out.head(int(at.size))
    if some.empty or not len(at.frame):
        return at.frame, []
    pattern = at.frame.iloc[np.arange(len(some)) % len(at.frame)].reset_index(drop=True)
    schooling = ("school", "stage", "grade", "attendance")
    named = [name for name in pattern.columns if name in some.columns and name not in schooling]
    paid = pattern.assign(bank_card=at.world.people.bank_cards(len(some)))
    paid[named] = some[named].to_numpy()
    paid["has_grant"] = True
    return pd.concat([at.frame, paid], ignore_index=True), sorted(set(some["town_code"]))


def _out_of_term(at: Context) -> Padded:
    """Grants of the term were paid long before or after it."""
    rows = at.among(at.here(), int(at.size))
    frame = at.frame.copy()
    frame["paid_on"] = _moved(frame["paid_on"], rows, frame.loc[rows, "paid_on"], -240)
    return frame, at.towns


def _moved(column: pd.Series, rows: npt.NDArray[np.int64], start: pd.Series, days: int) -> pd.Series:
    """A column of dates in which some rows are so many days from another day."""
    moved = column.astype(object).copy()
    moved.iloc[rows] = [day + dt.timedelta(days=days) for day in start]
    return moved


KINDS = (
    Kind("incomes_bunched", "monitored_households", "人均纯收入都刚过线", _bunched,
         {"blatant": 1.0, "moderate": 0.7, "subtle": 0.4}, "county", ("bunching",),
         fits=lambda county: county.monitored >= 3),
    Kind("incomes_carried_on", "monitored_households", "收入逐月照抄", _same_incomes,
         {"blatant": 1.0, "moderate": 0.7, "subtle": 0.4}, "towns", ("stale",)),
    Kind("cleared_before_help", "monitored_households", "先消除风险，后落实帮扶", _cleared_first,
         {"blatant": 12, "moderate": 5, "subtle": 2}, "county", ("cleared_after_assisted",), rule="contract"),
    Kind("dropped_out_and_granted", "student_grants", "不在校学生领取补助", _dropped_out,
         {"blatant": 6, "moderate": 3, "subtle": 1}, "county", ("grant_children_at_school",)),
    Kind("paid_outside_term", "student_grants", "发放时间不在本学期", _out_of_term,
         {"blatant": 40, "moderate": 12, "subtle": 4}, "towns", ("paid_not_before_term", "paid_soon_after_term"), rule="contract"),
)  # fmt: skip
