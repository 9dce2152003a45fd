"""Pupils and grants (education): who should be at school, where they are, and what was paid to whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import TERMS, Rows
from pipelines.demo.datasets.poverty import TYPES, Households
from pipelines.demo.people import Persons
from pipelines.demo.world import YEAR, World, blanked, dates

_GRADES = "一二三四五六七八九"
_LIVING = "义务教育家庭经济困难学生生活补助"
_MEALS = "营养改善计划膳食补助"


@dataclass(frozen=True)
class Pupils:
    """Children of six to fifteen.

    Attributes:
        table: Columns of the ledger that stay the same over the year.
        entitled: Whether the family is entitled to grants.
        age: By the year, as the ledger counts.
    """

    table: pd.DataFrame
    entitled: npt.NDArray[np.bool_]
    age: npt.NDArray[np.int64]


def make_pupils(world: World, households: Households) -> Pupils:
    """Children of the monitored households first, then of all others."""
    rng = world.rng("pupils")
    monitored = np.flatnonzero((households.size >= 3) & (rng.random(len(households.size)) < 0.6))
    others = np.repeat(
        np.arange(len(world.villages)), rng.binomial(world.villages["households"].to_numpy(), 0.075)
    )
    village = np.concatenate([households.village[monitored], others])
    children = world.people.persons(len(village), dt.date(YEAR - 15, 9, 1), dt.date(YEAR - 7, 8, 31))
    age = YEAR - (children.birth.astype("datetime64[Y]").astype(int) + 1970)
    kind = _household_types(rng, households.kind[monitored], len(others))
    table = world.places(village).assign(
        student_name=children.name,
        resident_id=children.resident_id,
        is_poverty_relieved=np.isin(kind, ["脱贫户", TYPES[0]]),
        is_age_6_15=(age >= 6) & (age <= 15),
        household_number=_numbers(world, households, monitored, others),
        householder=np.concatenate([households.name[monitored], world.people.names(len(others))]),
        household_type=kind,
        phone=world.people.phones(len(village)),
        student_number=world.people.student_ids(children),
    )
    table = pd.concat([table, _schooling(world, rng, village, age, children)], axis=1)
    order = np.argsort(village, kind="stable")
    entitled = kind != "一般农户"
    return Pupils(table.iloc[order].reset_index(drop=True), entitled[order], age[order])


def student_status(world: World, pupils: Pupils) -> Rows:
    """Every child of the age, with the school or the reason why not, per term."""
    rng = world.rng("student_status")
    out = rng.random(len(pupils.table)) < 0.004
    reasons = np.array(["休学", "随父母外出", "辍学"], dtype=object)[
        rng.choice(3, len(out), p=[0.45, 0.35, 0.2])
    ]
    granted = pupils.entitled & (world.rng("granted").random(len(out)) < 0.985) & ~out

    def rows(month: str) -> pd.DataFrame:
        table = pupils.table.copy()
        for column in ("school", "stage", "grade", "class_name", "attendance"):
            table[column] = table[column].astype(object).mask(out, None)
        return table.assign(
            school_term=TERMS[month],
            absence_reason=blanked(~out, reasons),
            has_grant=granted,
        )

    return rows


def student_grants(world: World, pupils: Pupils, status: Rows) -> Rows:
    """Grants to the children who have one: a living allowance each, meals in primary school."""

    cards = world.people.bank_cards(len(pupils.table))

    def rows(month: str) -> pd.DataFrame:
        term = status(month).assign(bank_card=cards)
        table = term[term["has_grant"].to_numpy(dtype=bool)].drop(columns=["absence_reason", "class_name"])
        primary = (table["stage"] == "小学").to_numpy()
        boarding = (table["attendance"] == "寄宿").to_numpy()
        living = np.where(primary, 500, 625) + np.where(boarding, 125, 0)
        grants = table.assign(grant_kind=_LIVING, grant_yuan=living.astype(float))
        meals = table.assign(grant_kind=_MEALS, grant_yuan=500.0)[primary]
        both = pd.concat([grants, meals]).sort_index(kind="stable").reset_index(drop=True)
        rng = world.rng("paid", month)
        days = np.datetime64(f"{month}-04") + rng.integers(0, 24, len(both)).astype("timedelta64[D]")
        return both.assign(paid_on=dates(days))

    return rows


def _household_types(
    rng: np.random.Generator, monitored: npt.NDArray[np.int64], others: int
) -> npt.NDArray[np.object_]:
    rest = np.array(["一般农户", "脱贫户", "低保户"], dtype=object)[
        rng.choice(3, others, p=[0.86, 0.11, 0.03])
    ]
    return np.concatenate([np.array(TYPES, dtype=object)[monitored], rest])


def _numbers(
    world: World,
    households: Households,
    monitored: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
) -> npt.NDArray[np.object_]:
    serial = pd.Series(others).groupby(others).cumcount().to_numpy() + 500_001
    codes = world.villages["code"].to_numpy()[others]
    rest = [f"{code}{n:06d}" for code, n in zip(codes, serial, strict=True)]
    return np.concatenate([households.number[monitored], np.array(rest, dtype=object)])


def _schooling(
    world: World,
    rng: np.random.Generator,
    village: npt.NDArray[np.int64],
    age: npt.NDArray[np.int64],
    children: Persons,
) -> pd.DataFrame:
    """School by township and stage, grade by age; a few disabled children with their certificate."""
    towns = world.villages["town"].to_numpy()[village]
    grade = np.clip(age - 6, 1, 9)
    primary = grade <= 6
    disabled = rng.random(len(village)) < 0.008
    return pd.DataFrame(
        {
            "school": [
                f"{town}{'中心小学' if low else '初级中学'}" for town, low in zip(towns, primary, strict=True)
            ],
            "stage": np.where(primary, "小学", "初中"),
            "grade": [f"{_GRADES[n - 1]}年级" for n in grade.tolist()],
            "class_name": [f"{n}班" for n in rng.integers(1, 5, len(village)).tolist()],
            "attendance": np.where(~primary & (rng.random(len(village)) < 0.6), "寄宿", "走读"),
            "is_disabled": disabled,
            "disability_certificate": blanked(~disabled, world.people.certificates(children, disabled)),
        }
    )
