"""The city as it really is, before anyone reports on it: what every village has, and how it changes over the year.

One model feeds all departments, so that the figures of honest regions agree with each other. Departments' own
records (toilets, pupils, plots) are built on it in ``datasets``.
"""

from __future__ import annotations

import calendar
import datetime as dt
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.people import People
from pipelines.demo.regions import CHARACTERS, SIZES, Character, make_regions

YEAR = 2025
MONTHS = {"village": range(7, 13), "city": range(1, 13), "province": range(1, 13)}
KINDS = {one.name: one for one in CHARACTERS}

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Shift:
    """People who really move.

    Attributes:
        giver: Starts of codes of where they leave, a county's six digits or a village's twelve.
        taker: The village they come to; empty where they leave the city.
        share: Of the households and people there.
        month: From when on; empty where they go little by little over the year.
    """

    giver: str
    taker: str
    share: float
    month: str = ""


@dataclass(frozen=True)
class World:
    """The city.

    Attributes:
        seed: Everything random follows from it.
        scale: ``village``, ``city`` or ``province``.
        months: The months that are reported, ``2025-07`` …
        regions: All regions (``regions.make_regions``).
        villages: One row per village in code order: ``code``, ``name``, ``town_code``, ``town``, ``county`` (six
            digits), ``county_name``, ``households`` (in the first month) and the means of its county's character.
        people: The registry of persons.
        shifts: Who moves over the year, beside the usual coming and going.
    """

    seed: int
    scale: str
    months: tuple[str, ...]
    regions: pd.DataFrame
    villages: pd.DataFrame
    people: People
    shifts: tuple[Shift, ...] = ()

    def rng(self, *names: str) -> np.random.Generator:
        """A generator of its own for one purpose, so that purposes do not disturb each other."""
        return np.random.default_rng([self.seed, *(zlib.crc32(name.encode()) for name in names)])

    def character(self, county_name: str) -> Character:
        """What kind of county this is."""
        return KINDS[county_name]

    def mean(self, name: str) -> npt.NDArray[np.float64]:
        """An attribute of the county's character, per village."""
        values = [getattr(KINDS[county], name) for county in self.villages["county_name"]]
        return np.array(values, dtype=float)

    def households(self, month: str) -> npt.NDArray[np.int64]:
        """Registered households per village in a month: they drift by a household or two."""
        return self._drifted("households", month)

    def population(self, month: str) -> npt.NDArray[np.int64]:
        """Registered people per village in a month."""
        return self._drifted("population", month)

    def places(self, picks: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Region columns of rows that lie in the picked villages (positions in ``villages``)."""
        some = self.villages.iloc[picks]
        return pd.DataFrame(
            {
                "county": some["county"].to_numpy(),
                "township": some["town"].to_numpy(),
                "town_code": some["town_code"].to_numpy(),
                "county_name": some["county_name"].to_numpy(),
                "township_name": some["town"].to_numpy(),
                "village_name": some["name"].to_numpy(),
                "village_code": some["code"].to_numpy(),
            }
        )

    def _drifted(self, column: str, month: str) -> npt.NDArray[np.int64]:
        start: npt.NDArray[np.int64] = self.villages[column].to_numpy()
        rng = self.rng("drift", column)
        steps = rng.integers(-2, 4, (12, len(start)))
        if column == "households":
            steps = np.sign(steps - 1) * (rng.random(steps.shape) < 0.3)
        drifted: npt.NDArray[np.int64] = start + steps[: int(month[5:])].sum(axis=0)
        for shift in self.shifts:
            drifted = self._shifted(drifted, shift, month)
        return drifted

    def _shifted(self, now: npt.NDArray[np.int64], shift: Shift, month: str) -> npt.NDArray[np.int64]:
        codes = self.villages["code"]
        leave = codes.str.startswith(shift.giver).to_numpy()
        reached = (int(month[5:]) - 1) / 11 if not shift.month else float(month >= shift.month)
        gone = np.where(leave, np.floor(now * shift.share * reached), 0).astype(np.int64)
        come = np.where((codes == shift.taker).to_numpy(), gone.sum(), 0)
        moved: npt.NDArray[np.int64] = now - gone + come
        return moved


def make_world(scale: str, seed: int) -> World:
    """Make the city of a scale; equal arguments give equal cities."""
    size = SIZES[scale]
    regions = make_regions(size, np.random.default_rng([seed, 1]))
    villages = _villages(regions)
    rng = np.random.default_rng([seed, 2])
    means = np.array([KINDS[name].households for name in villages["county_name"]])
    villages["households"] = np.clip(rng.gamma(9.0, means / 9.0), 30, 900).astype(np.int64)
    size_of_household = rng.normal(3.35, 0.2, len(villages)).clip(2.6, 4.2)
    villages["population"] = (villages["households"] * size_of_household).astype(np.int64)
    months = tuple(f"{YEAR}-{month:02d}" for month in MONTHS[scale])
    return World(seed, scale, months, regions, villages, People(np.random.default_rng([seed, 3])))


def last_day(month: str) -> dt.date:
    """The last day of a month."""
    year, number = int(month[:4]), int(month[5:])
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def dates(days: Days) -> npt.NDArray[np.object_]:
    """Days as ``datetime.date``; NaT as None."""
    return days.astype("datetime64[D]").astype(object)


def blanked(where: npt.NDArray[np.bool_], values: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """The values with None at the marked places."""
    kept = np.array(values, dtype=object)
    kept[where] = None
    return kept


def _villages(regions: pd.DataFrame) -> pd.DataFrame:
    names = dict(zip(regions["region_code"], regions["name"], strict=True))
    villages = regions[regions["level"] == "village"]
    codes = villages["region_code"]
    return pd.DataFrame(
        {
            "code": codes.to_numpy(),
            "name": villages["name"].to_numpy(),
            "town_code": villages["parent_code"].to_numpy(),
            "town": [names[code] for code in villages["parent_code"]],
            "county": codes.str[:6].to_numpy(),
            "county_name": [names[code[:6] + "000000"] for code in codes],
        }
    )
