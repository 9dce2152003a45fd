"""Who hands in what, when, and under which name: regular files, late ones, corrections and copies."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from expectations.contracts.model import Contract
from pipelines.demo.cells import periods_written
from pipelines.demo.habits import Habit, habit_of
from pipelines.demo.world import World, last_day
from pipelines.demo.writers import EXTENSIONS
from warehouse.clock import SHANGHAI


@dataclass(frozen=True)
class Rates:
    """Shares of the hand-ins that come late, are corrected later, are sent twice, hold faults, or never come."""

    late: float
    corrected: float
    copied: float
    faulty: float
    missing: float


RATES = {
    "village": Rates(late=0.1, corrected=0.08, copied=0.08, faulty=0.6, missing=0.03),
    "city": Rates(late=0.06, corrected=0.03, copied=0.02, faulty=0.15, missing=0.006),
    "province": Rates(late=0.06, corrected=0.03, copied=0.02, faulty=0.15, missing=0.006),
}


_NONE = np.array([], dtype=np.intp)


@dataclass(frozen=True)
class Chances:
    """What becomes of a hand-in by chance: see ``HandIn``."""

    late: bool
    corrected: bool
    copied: bool
    faulty: bool
    missing: bool


@dataclass(frozen=True)
class HandIn:
    """One county's rows of one dataset and period, and how they are handed in.

    Attributes:
        contract: The dataset's.
        county: Six digits.
        office: The county's name.
        city: Its city's name.
        period: The month that stands for the period.
        frame: The rows, a range index.
        habit: How the office lays them out.
        path: Below the inbox.
        received: When it was put there.
        late: Whether that is after the due day.
        faulty: Whether the clerk makes mistakes this time.
        corrected: Whether a corrected file follows.
        copied: Whether the same file is sent again.
        missing: Whether it is never handed in; the first month and the last are complete.
    """

    contract: Contract
    county: str
    office: str
    city: str
    period: str
    frame: pd.DataFrame
    habit: Habit
    path: PurePosixPath
    received: dt.datetime
    late: bool
    faulty: bool
    corrected: bool
    copied: bool
    missing: bool


def hand_ins(
    world: World, contract: Contract, period: str, frame: pd.DataFrame, usual: int
) -> Iterator[HandIn]:
    """Split a dataset's rows of one period into the counties' hand-ins; a county without rows has an empty frame.

    Args:
        world: The city.
        contract: The dataset's contract.
        period: The month that stands for the period.
        frame: Rows of the whole city.
        usual: Rows of a usual file: what decides on its format.
    """
    names = world.villages.drop_duplicates("county").set_index("county")["county_name"]
    cities = world.regions[world.regions["level"] == "city"].set_index("region_code")["name"]
    rows = frame.groupby("county", sort=True).indices
    for code, office in sorted((str(code), str(name)) for code, name in names.items()):
        positions = rows.get(code, _NONE)
        drawn, rng = _drawn(world, contract, code, period)
        habit = habit_of(world.seed, contract.dataset, code, max(usual, len(positions)))
        if contract.form is not None and habit.is_csv:
            habit = replace(habit, suffix="xls")  # its sheets do not fit into a CSV
        yield HandIn(
            contract=contract,
            county=code,
            office=office,
            city=str(cities[f"{code[:4]}00000000"]),
            period=period,
            frame=frame.iloc[positions].reset_index(drop=True),
            habit=habit,
            path=_path(contract, office, code, period, habit),
            received=_received(rng, contract, period, drawn.late),
            late=drawn.late,
            faulty=drawn.faulty,
            corrected=drawn.corrected,
            copied=drawn.copied,
            missing=drawn.missing,
        )


def chances(world: World, contract: Contract, county: str, period: str) -> Chances:
    """What becomes of one hand-in, known before its rows are."""
    return _drawn(world, contract, county, period)[0]


def _drawn(world: World, contract: Contract, county: str, period: str) -> tuple[Chances, np.random.Generator]:
    rng = world.rng("handin", contract.dataset, county, period)
    draw, rates = rng.random(5), RATES[world.scale]
    corrected = bool(draw[0] < rates.corrected)
    drawn = Chances(
        late=bool(draw[3] < rates.late),
        corrected=corrected,
        copied=bool(draw[2] < rates.copied),
        faulty=corrected or bool(draw[1] < rates.faulty),
        missing=bool(draw[4] < rates.missing) and period not in (world.months[0], world.months[-1]),
    )
    return drawn, rng


def due(contract: Contract, period: str) -> dt.date:
    """The last day on time: the contract's due day in the month after the period's end."""
    return last_day(period) + dt.timedelta(days=contract.due_day or 0)


def corrected_path(path: PurePosixPath) -> PurePosixPath:
    """Where the corrected file is put, beside the first one."""
    return path.with_name(f"{path.stem}（更正）{path.suffix}")


def copied_path(path: PurePosixPath) -> PurePosixPath:
    """What a second copy is called."""
    return path.with_name(f"{path.stem} (2){path.suffix}")


def _received(rng: np.random.Generator, contract: Contract, period: str, late: bool) -> dt.datetime:
    """A minute of office hours, before or after the due day."""
    end, limit = last_day(period), due(contract, period)
    if late:
        day = limit + dt.timedelta(days=int(rng.integers(2, 24)))
    else:
        day = end + dt.timedelta(days=int(rng.integers(1, (limit - end).days + 1)))
    return dt.datetime(
        day.year, day.month, day.day, int(rng.integers(8, 18)), int(rng.integers(0, 60)), tzinfo=SHANGHAI
    )


def _path(contract: Contract, office: str, county: str, period: str, habit: Habit) -> PurePosixPath:
    """``department/period/file``; the county's own folder in some offices, the period in some file names."""
    # A county's name may stand in several cities; its city's number keeps the names apart.
    city = "" if county[2:4] == "01" else county[:4]
    style = zlib.crc32(f"{contract.dataset}{county}".encode()) % 4
    written = periods_written(contract.frequency, habit.months)(period)
    stem = (
        f"{city}{office}{written}{contract.title}",
        f"{city}{office}-{contract.title}",
        f"{contract.title}（{city}{office}）{written}",
        f"{period.replace('-', '')}{city}{office}{contract.title}",
    )[style]
    folder = PurePosixPath(contract.department) / period
    if style == 1:
        folder /= f"{city}{office}"
    return folder / f"{stem}{EXTENSIONS[habit.suffix]}"
