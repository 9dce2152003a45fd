"""Households monitored against falling back into poverty, as each stands at the end of a month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import YEAR, World, blanked, dates, last_day

TYPES = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
_RISKS = ("因病", "因残", "因学", "因灾", "因务工不稳", "因产业失败")
_MEASURES = ("公益岗位", "产业帮扶", "医疗救助", "教育资助", "低保兜底", "小额信贷")
NEVER = np.datetime64("2099-12-31")


@dataclass(frozen=True)
class Households:
    """Every household that is monitored at some time, column by column.

    Attributes:
        village: Position in ``world.villages``.
        number: 户编号: village code and a six-digit serial.
        name: The householder's.
        resident_id: The householder's.
        kind: Index into ``TYPES``.
        identified, assisted, cleared: Days; ``NEVER`` where it does not happen.
        size: Members.
    """

    village: npt.NDArray[np.int64]
    number: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]
    resident_id: npt.NDArray[np.object_]
    kind: npt.NDArray[np.int64]
    identified: npt.NDArray[np.datetime64]
    assisted: npt.NDArray[np.datetime64]
    cleared: npt.NDArray[np.datetime64]
    size: npt.NDArray[np.int64]


def make_households(world: World) -> Households:
    """The monitored households; pupils of theirs are made in ``education``."""
    rng = world.rng("monitored_households")
    village = np.repeat(np.arange(len(world.villages)), rng.poisson(world.mean("monitored")))
    count = len(village)
    serial = pd.Series(village).groupby(village).cumcount().to_numpy() + 1
    codes = world.villages["code"].to_numpy()[village]
    owners = world.people.persons(count, *_ages(28, 78))
    identified = np.datetime64("2020-06-01") + rng.integers(0, 1950, count).astype("timedelta64[D]")
    assisted = identified + rng.integers(2, 12, count).astype("timedelta64[D]")
    clears = rng.random(count) < 0.72
    cleared = np.where(clears, identified + rng.integers(200, 1100, count).astype("timedelta64[D]"), NEVER)
    return Households(
        village=village,
        number=np.array([f"{code}{n:06d}" for code, n in zip(codes, serial, strict=True)], dtype=object),
        name=owners.name,
        resident_id=owners.resident_id,
        kind=rng.choice(3, count, p=[0.35, 0.45, 0.2]),
        identified=identified,
        assisted=assisted,
        cleared=cleared,
        size=rng.choice(np.arange(1, 8), count, p=[0.1, 0.2, 0.22, 0.22, 0.14, 0.08, 0.04]),
    )


def monitored_households(world: World, households: Households) -> Rows:
    """The households identified by the end of a month; risk cleared or not as of then."""
    rng = world.rng("incomes")
    fixed = _fixed(world, households, rng)
    growth = rng.uniform(0.004, 0.014, len(fixed))
    base = rng.uniform(7_200, 12_800, len(fixed))

    def rows(month: str) -> pd.DataFrame:
        end = np.datetime64(last_day(month))
        here = np.flatnonzero(households.identified <= end)
        cleared = households.cleared[here] <= end
        income = base[here] * (1 + growth[here] * int(month[5:]))
        assisted = np.where(households.assisted[here] <= end, households.assisted[here], np.datetime64("NaT"))
        late = households.identified[here] > end - np.timedelta64(8, "D")
        measures = blanked(np.isnat(assisted), fixed["measures"].to_numpy(dtype=object)[here])
        return (
            fixed.iloc[here]
            .reset_index(drop=True)
            .assign(
                **_incomes(income, households.size[here], world.rng("parts", month)),
                has_medical_care=~late,
                measures=measures,
                assisted_on=dates(assisted),
                is_risk_cleared=cleared,
                cleared_on=dates(np.where(cleared, households.cleared[here], np.datetime64("NaT"))),
            )
        )

    return rows


def _fixed(world: World, households: Households, rng: np.random.Generator) -> pd.DataFrame:
    count = len(households.village)
    return world.places(households.village).assign(
        household_number=households.number,
        householder=households.name,
        resident_id=households.resident_id,
        phone=world.people.phones(count),
        household_size=households.size,
        monitored_type=np.array(TYPES, dtype=object)[households.kind],
        risk_kind=np.array(_RISKS, dtype=object)[rng.integers(0, len(_RISKS), count)],
        identified_on=dates(households.identified),
        has_education=True,
        has_safe_housing=rng.random(count) < 0.985,
        has_safe_water=rng.random(count) < 0.99,
        measures=np.array(_MEASURES, dtype=object)[rng.integers(0, len(_MEASURES), count)],
    )


def _incomes(
    per_head: npt.NDArray[np.float64], size: npt.NDArray[np.int64], rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """The parts of a household's income in whole yuan; they add up to the net income exactly."""
    net = np.round(per_head * size)
    cost = np.round(net * rng.uniform(0.05, 0.15, len(net)))
    wage = np.round(net * rng.uniform(0.4, 0.6, len(net)))
    business = np.round(net * rng.uniform(0.15, 0.25, len(net)) + cost)
    land = np.round(net * rng.uniform(0.0, 0.05, len(net)))
    return {
        "wage_income_yuan": wage,
        "business_income_yuan": business,
        "property_income_yuan": land,
        "transfer_income_yuan": net - wage - business - land + cost,
        "business_cost_yuan": cost,
        "net_income_yuan": net,
        "per_capita_income_yuan": np.round(net / size, 2),
    }


def _ages(youngest: int, oldest: int) -> tuple[dt.date, dt.date]:
    return dt.date(YEAR - oldest, 1, 1), dt.date(YEAR - youngest, 12, 31)
