"""The toilet ledger: one row per household whose toilet was rebuilt, reported in the month it was accepted.

The first month's file carries the stock of earlier years, as a ledger that is kept since 2018 does.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import YEAR, World, blanked, dates, last_day

_TYPES = ("三格式", "双瓮式", "三联沼气池式", "粪尿分集式", "双坑交替式", "完整下水道水冲式")
_BUILDERS = ("示例润禾建设有限公司", "示例同泽市政工程队", "示例清源环境工程有限公司", "示例恒砌建筑队")
_STATES = ("正常使用", "损坏", "停用", "未启用")
_PROBLEMS = {"损坏": "化粪池盖板破损", "停用": "冬季无水冲厕", "未启用": "尚未接通上水"}
_REPAIRS = np.array(["已整改", "整改中", "未整改"], dtype=object)
_SUBSIDIES = {"城区": 2200, "城郊区": 2000, "百强县": 2500, "农业县": 1800, "山区县": 2000}


def toilet_ledger(world: World) -> Rows:
    """Toilets by the month they were accepted; those of earlier years in the first month."""
    table = _toilets(world)
    first = world.months[0]
    accepted = table.pop("reported").to_numpy(dtype=str)
    reported = np.where(accepted < first, first, accepted)

    def rows(month: str) -> pd.DataFrame:
        return table.iloc[np.flatnonzero(reported == month)].reset_index(drop=True)

    return rows


def _toilets(world: World) -> pd.DataFrame:
    rng = world.rng("toilet_ledger")
    households = world.villages["households"].to_numpy()
    share = np.clip(world.mean("toilets") + rng.normal(0, 0.03, len(households)), 0.4, 0.975)
    stock = np.floor(households * (share - 0.05)).astype(np.int64)
    fresh = rng.binomial(households, 0.045)
    # A toilet a household at most, even when the register loses a few over the year.
    fresh = np.minimum(fresh, np.maximum(households - 6 - stock, 0))
    old = _rows(
        world, rng, np.repeat(np.arange(len(stock)), stock), dt.date(2018, 1, 3), dt.date(2024, 12, 20)
    )
    new = _rows(
        world, rng, np.repeat(np.arange(len(fresh)), fresh), dt.date(YEAR, 1, 3), dt.date(YEAR, 12, 12)
    )
    return pd.concat([old, new], ignore_index=True)


def _rows(
    world: World, rng: np.random.Generator, picks: npt.NDArray[np.int64], start: dt.date, end: dt.date
) -> pd.DataFrame:
    count = len(picks)
    completed, accepted, reported = _days(rng, count, start, end)
    owners = world.people.persons(count, dt.date(1938, 1, 1), dt.date(1997, 12, 31))
    states = rng.choice(len(_STATES), count, p=[0.965, 0.015, 0.014, 0.006])
    state = np.array(_STATES, dtype=object)[states]
    groups = [world.character(name).group for name in world.villages["county_name"].iloc[picks]]
    return world.places(picks).assign(
        householder=owners.name,
        resident_id=owners.resident_id,
        reform_year=completed.astype("datetime64[Y]").astype(int) + 1970,
        toilet_type=np.array(_TYPES, dtype=object)[
            rng.choice(6, count, p=[0.62, 0.1, 0.06, 0.03, 0.04, 0.15])
        ],
        builder=np.array(_BUILDERS, dtype=object)[rng.integers(0, len(_BUILDERS), count)],
        completed_on=dates(completed),
        accepted_on=dates(np.where(rng.random(count) < 0.03, np.datetime64("NaT"), accepted)),
        subsidy_yuan=[_SUBSIDIES[group] for group in groups] + rng.integers(0, 9, count) * 50,
        bank_card=world.people.bank_cards(count),
        coordinates=_coordinates(rng, picks),
        use_status=state,
        problem=blanked(states == 0, [_PROBLEMS.get(one, "") for one in state]),
        rectification=blanked(states == 0, _REPAIRS[rng.integers(0, 3, count)]),
        reported=reported,
    )


def _days(
    rng: np.random.Generator, count: int, start: dt.date, end: dt.date
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64], list[str]]:
    """Completed and accepted days, and the month of acceptance; both lie in the same year."""
    span = (end - start).days
    completed = np.datetime64(start, "D") + rng.integers(0, span + 1, count).astype("timedelta64[D]")
    year_end = completed.astype("datetime64[Y]") + np.timedelta64(1, "Y")
    wait = rng.integers(3, 30, count).astype("timedelta64[D]")
    accepted = np.minimum(completed + wait, year_end.astype("datetime64[D]") - np.timedelta64(1, "D"))
    return completed, accepted, np.datetime_as_string(accepted, unit="M").tolist()


def _coordinates(rng: np.random.Generator, picks: npt.NDArray[np.int64]) -> list[str]:
    """Points around each village; somewhere in an ocean of numbers, not at a real house."""
    east = 113.0 + (picks % 97) * 0.02 + rng.uniform(0, 0.015, len(picks))
    north = 30.0 + (picks // 97) * 0.02 + rng.uniform(0, 0.015, len(picks))
    return [f"{x:.5f},{y:.5f}" for x, y in zip(east.tolist(), north.tolist(), strict=True)]


def crowd_into_december(rows: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """The same rows, a share of them completed and accepted in the last days of December."""
    moved = rows.copy()
    late = np.flatnonzero(rng.random(len(rows)) < share)
    for position in late.tolist():
        day = last_day(f"{YEAR}-12") - dt.timedelta(days=int(rng.integers(0, 6)))
        moved.at[position, "completed_on"] = day
        moved.at[position, "accepted_on"] = day
    return moved
