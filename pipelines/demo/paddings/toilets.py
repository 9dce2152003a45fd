"""Paddings of the toilet ledger: toilets that are not there, are there twice, or were there before."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from pipelines.demo.datasets.toilets import crowd_into_december
from pipelines.demo.paddings.model import Context, Kind, Padded
from pipelines.demo.world import YEAR, last_day

_METRE = 1e-5
"""Of longitude or latitude in degrees, about."""
_FAMILIES = 5


def _again(at: Context) -> Padded:
    """Old toilets claimed once more as this month's."""
    if at.period != at.month():
        return at.frame, []
    stock = at.honest(at.world.months[0])
    old = (stock["county"] == at.county).to_numpy() & (stock["reform_year"] < YEAR - 1).to_numpy()
    chosen = np.sort(at.rng.permutation(np.flatnonzero(old))[: int(at.size)])
    some = stock.iloc[chosen].reset_index(drop=True)
    end = last_day(at.period)
    days = [end - dt.timedelta(days=int(n)) for n in at.rng.integers(0, 20, len(some))]
    some = some.assign(reform_year=YEAR, completed_on=days, accepted_on=days)
    return pd.concat([at.frame, some], ignore_index=True), sorted(set(some["town_code"]))


def _same_house(at: Context) -> Padded:
    """Four rows of one family within some metres."""
    if at.step != 0:
        return at.frame, []
    frame = at.frame.copy()
    villages: list[str] = []
    for place, spots in frame[at.in_county()].groupby("village_code").groups.items():
        if len(villages) == _FAMILIES:
            break
        family = list(spots)[:4]
        frame.loc[family, "coordinates"] = _beside(at, str(frame.at[family[0], "coordinates"]), len(family))
        villages.append(str(place))
    return frame, villages


def _beside(at: Context, spot: str, count: int) -> list[str]:
    east, north = (float(part) for part in spot.split(","))
    off = at.rng.uniform(-at.size, at.size, (count, 2)) * _METRE / 2
    return [f"{east + x:.5f},{north + y:.5f}" for x, y in off.tolist()]


def _one_card(at: Context) -> Padded:
    """Subsidies of several householders go to one card, in three villages."""
    if at.step != 0:
        return at.frame, []
    frame, chosen = at.frame.copy(), at.villages(3)
    for village in chosen:
        rows = at.among((frame["village_code"] == village).to_numpy(), int(at.size))
        frame.loc[rows, "bank_card"] = str(frame.at[int(rows[0]), "bank_card"])
    return frame, chosen


def _ghosts(at: Context) -> Padded:
    """Toilets of nobody, until all but a few households have one."""
    if at.period != at.month():
        return at.frame, []
    until = [month for month in at.world.months if month < at.period]
    told = pd.concat([at.frame, *(at.honest(month) for month in until)])
    there = told[told["town_code"].isin(at.towns)].groupby("village_code").size()
    villages = at.world.villages.reset_index(drop=True)
    mine = villages[villages["town_code"].isin(at.towns)]
    wanted = np.floor(at.world.households(at.last)[mine.index] * at.size).astype(int)
    missing = np.maximum(wanted - there.reindex(mine["code"]).fillna(0).to_numpy().astype(int), 0)
    invented = _invented(at, np.repeat(mine.index.to_numpy(), missing))
    return pd.concat([at.frame, invented], ignore_index=True), at.towns


def _invented(at: Context, picks: np.ndarray) -> pd.DataFrame:
    count = len(picks)
    like = at.frame if len(at.frame) else at.honest(at.world.months[0])
    pattern = like.iloc[at.rng.integers(0, len(like), count)].reset_index(drop=True)
    owners = at.world.people.persons(count, dt.date(1940, 1, 1), dt.date(1996, 12, 31))
    end = last_day(at.period)
    days = [end - dt.timedelta(days=int(n)) for n in at.rng.integers(0, 24, count)]
    east = 113.0 + (picks % 97) * 0.02 + at.rng.uniform(0, 0.015, count)
    north = 30.0 + (picks // 97) * 0.02 + at.rng.uniform(0, 0.015, count)
    places = at.world.places(picks)
    pattern[places.columns] = places.to_numpy()
    return pattern.assign(
        householder=owners.name, resident_id=owners.resident_id,
        bank_card=at.world.people.bank_cards(count), reform_year=YEAR, completed_on=days, accepted_on=days,
        coordinates=[f"{x:.5f},{y:.5f}" for x, y in zip(east.tolist(), north.tolist(), strict=True)],
        use_status="正常使用", problem=None, rectification=None,
    )  # fmt: skip


def _december(at: Context) -> Padded:
    """So much of a county's year is entered in its last days."""
    first, last = at.world.months[0], at.last
    county = f"{at.county}000000"
    if at.period == last:
        year = pd.concat([_held_back(at, at.honest(month)) for month in at.world.months[1:-1]])
        year = year[~year["resident_id"].isin(at.frame["resident_id"])]
        held = crowd_into_december(year.reset_index(drop=True), 1.0, at.rng)
        return pd.concat([at.frame, held], ignore_index=True), [county]
    if at.period == first:
        return at.frame, []
    return at.frame.drop(index=_held_back(at, at.frame).index), [county]


def _held_back(at: Context, rows: pd.DataFrame) -> pd.DataFrame:
    everywhere = at.padding.kind.is_honest
    mine = (rows["county"] == at.county) | everywhere
    # Another digit each, so that a county may crowd what the whole city did not.
    digits = rows["resident_id"].str[14:17] if everywhere else rows["resident_id"].str[12:15]
    chosen = digits.astype(int) % 100 < 100 * at.size
    return rows[(mine & (rows["reform_year"] == YEAR) & chosen).to_numpy()]


def _rush(at: Context) -> Padded:
    """The same everywhere: the money came late."""
    frame, regions = _december(at)
    return frame, sorted({f"{code}000000" for code in set(frame["county"])}) if regions else ()


def _families(at: Context) -> Padded:
    """Father and son on one farmstead, each with a toilet, in a dozen villages."""
    if at.step != 0:
        return at.frame, []
    frame = at.frame.copy()
    villages: list[str] = []
    for place, spots in frame[at.in_county()].groupby("village_code").groups.items():
        if len(villages) < 12 and len(spots) > 1:
            son, father = list(spots)[:2]
            for name in ("coordinates", "bank_card"):
                frame.at[son, name] = str(frame.at[father, name])
            villages.append(str(place))
    return frame, villages


def _resettled(at: Context) -> Padded:
    """Two rows of new houses where a hamlet was moved to: doors ten metres apart, everybody has a card of their own."""
    if at.step != 0:
        return at.frame, []
    frame, (village,) = at.frame.copy(), at.villages(1)
    rows = at.among((frame["village_code"] == village).to_numpy(), int(at.size))
    east, north = (float(part) for part in str(frame.at[rows[0], "coordinates"]).split(","))
    spots = [(east + (n // 2) * 10 * _METRE, north + (n % 2) * 25 * _METRE) for n in range(len(rows))]
    frame.loc[rows, "coordinates"] = [f"{x:.5f},{y:.5f}" for x, y in spots]
    return frame, [village]


KINDS = (
    Kind("duplicate_across_years", "toilet_ledger", "往年的厕所当作本月新改再报", _again,
         {"blatant": 40, "moderate": 20, "subtle": 8}, "county", ("duplicates",)),
    Kind("same_house", "toilet_ledger", "同一处房屋报了四户", _same_house,
         {"blatant": 0, "moderate": 3, "subtle": 8}, "county", ("near_places",)),
    Kind("one_card", "toilet_ledger", "几户补助打到同一张卡", _one_card,
         {"blatant": 9, "moderate": 5, "subtle": 3}, "towns", ("shared_accounts",)),
    Kind("ghosts", "toilet_ledger", "编造的厕所，几乎户户都有", _ghosts,
         {"blatant": 0.985, "moderate": 0.96, "subtle": 0.92}, "towns",
         ("ghosts", "too_good", "year_end"), fits=lambda county: county.toilets < 0.9),
    Kind("december_crowding", "toilet_ledger", "全年大半集中在十二月末录入", _december,
         {"blatant": 0.67, "moderate": 0.45, "subtle": 0.25}, "county", ("year_end",)),
)  # fmt: skip

HONEST = (
    Kind("families", "toilet_ledger", "父子两户同院", _families,
         {"blatant": 1, "moderate": 1, "subtle": 1}, "county", (), is_honest=True),
    Kind("resettled", "toilet_ledger", "集中安置点，户户相邻", _resettled,
         {"blatant": 24, "moderate": 16, "subtle": 10}, "towns", (), is_honest=True),
    Kind("december_rush", "toilet_ledger", "资金年底才到，全市都在十二月验收", _rush,
         {"blatant": 0.6, "moderate": 0.4, "subtle": 0.3}, "county", (), is_honest=True),
)  # fmt: skip
