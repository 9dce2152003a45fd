"""Rural road segments (transport): routes of county, township and village, cut into segments that do not overlap."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import YEAR, World, dates

_CLASSES = {"X": "县道", "Y": "乡道", "C": "村道"}
_TECHNICAL = np.array(["二级", "三级", "四级", "等外"], dtype=object)
_SHARES = {"X": (0.35, 0.45, 0.2, 0.0), "Y": (0.02, 0.28, 0.67, 0.03), "C": (0.0, 0.03, 0.87, 0.1)}
_WIDTHS = np.array([(7.0, 9.0), (6.0, 7.0), (3.5, 5.0), (2.5, 3.5)])
_SURFACES = np.array(["沥青混凝土", "水泥混凝土", "沥青表面处治", "砂石路面"], dtype=object)
_GRADES = np.array(["优", "良", "中", "次", "差"], dtype=object)


def road_segments(world: World) -> Rows:
    """Segments that were open by the end of a quarter."""
    table = _segments(world)
    finished = table["completed_on"].map(lambda day: day.isoformat()[:7])

    def rows(month: str) -> pd.DataFrame:
        return table[(finished <= month).to_numpy()].reset_index(drop=True)

    return rows


def _segments(world: World) -> pd.DataFrame:
    rng = world.rng("road_segments")
    routes = _routes(world, rng)
    cuts = np.maximum(1, rng.poisson(routes["segments"].to_numpy() - 1) + 1)
    picks = np.repeat(np.arange(len(routes)), cuts)
    lengths = np.round(rng.uniform(0.6, 4.8, len(picks)) + rng.uniform(0, 0.2, len(picks)), 3)
    ends = pd.Series(lengths).groupby(picks).cumsum().round(3).to_numpy()
    starts = np.round(ends - lengths, 3)
    letters = routes["letter"].to_numpy()[picks]
    technical = _technical(rng, letters)
    some = routes.iloc[picks].reset_index(drop=True)
    built = _built(rng, len(picks))
    return some.drop(columns=["letter", "segments"]).assign(
        admin_class=[_CLASSES[letter] for letter in letters],
        start_km=starts,
        end_km=ends,
        length_km=lengths,
        technical_class=_TECHNICAL[technical],
        **_surface(rng, technical),
        **built,
        maintained_km=np.where(rng.random(len(picks)) < 0.94, lengths, np.round(lengths * 0.6, 3)),
        condition_grade=_GRADES[rng.choice(5, len(picks), p=[0.42, 0.36, 0.14, 0.05, 0.03])],
        is_repeated=rng.random(len(picks)) < 0.01,
        has_bus=(letters != "C") | (rng.random(len(picks)) < 0.7),
    )


def _routes(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """One village road for each village, two township roads for each township, one county road for each."""
    villages = world.villages
    towns = villages.drop_duplicates("town_code")
    parts = []
    for letter, owners, mean in (
        ("X", towns, np.full(len(towns), 1.6)),
        ("Y", pd.concat([towns, towns]), np.full(2 * len(towns), 1.8)),
        ("C", villages, np.maximum(world.mean("roads") - 0.6, 1.0)),
    ):
        number = owners.groupby("county").cumcount().to_numpy() + 1
        county = owners["county"].to_numpy()
        names = owners["name"].to_numpy() if letter == "C" else owners["town"].to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "county": county,
                    "township": owners["town"].to_numpy(),
                    "town_code": owners["town_code"].to_numpy(),
                    "county_name": owners["county_name"].to_numpy(),
                    "township_name": owners["town"].to_numpy(),
                    "area_code": owners["town_code"].to_numpy(),
                    "route_code": [f"{letter}{n:03d}{code}" for n, code in zip(number, county, strict=True)],
                    "route_name": [
                        f"{name}{_CLASSES[letter]}{n}线" for name, n in zip(names, number, strict=True)
                    ],
                    "letter": letter,
                    "segments": mean,
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(
        ["county", "town_code"], kind="stable", ignore_index=True
    )


def _technical(rng: np.random.Generator, letters: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    chosen = np.zeros(len(letters), dtype=np.int64)
    for letter, shares in _SHARES.items():
        mine = letters == letter
        chosen[mine] = rng.choice(4, int(mine.sum()), p=shares)
    return chosen


def _surface(
    rng: np.random.Generator, technical: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.object_]]:
    low, high = _WIDTHS[technical].T
    width = np.round(low + (high - low) * rng.integers(0, 5, len(technical)) / 4, 1)
    paved = rng.choice(3, len(technical), p=[0.3, 0.6, 0.1])
    return {
        "surface_type": _SURFACES[np.where(technical == 3, 3, paved)],
        "surface_width_m": width,
        "roadbed_width_m": np.round(width + rng.integers(1, 4, len(technical)) * 0.5, 1),
    }


def _built(rng: np.random.Generator, count: int) -> dict[str, npt.NDArray[np.object_]]:
    """Built between 2009 and 2024, one in twenty-five this year; opened and accepted after completion."""
    this_year = rng.random(count) < 0.04
    start = np.where(this_year, np.datetime64(dt.date(YEAR, 1, 10)), np.datetime64(dt.date(2009, 3, 1)))
    span = np.where(this_year, 300, 5700)
    completed = start + np.floor(rng.random(count) * span).astype("timedelta64[D]")
    year = completed.astype("datetime64[Y]").astype(int) + 1970
    return {
        "construction_nature": np.where(rng.random(count) < 0.6, "新建", "改建"),
        "built_year": year,
        "completed_on": dates(completed),
        "opened_on": dates(completed + rng.integers(1, 12, count).astype("timedelta64[D]")),
        "accepted_on": dates(completed + rng.integers(12, 28, count).astype("timedelta64[D]")),
    }
