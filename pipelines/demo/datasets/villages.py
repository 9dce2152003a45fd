"""The profile of villages (village affairs): planning, governance, services, environment and income of the collective."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import World

_SHARES = {
    "has_plan": 0.93,
    "is_head_secretary": 0.9,
    "has_rules": 0.985,
    "has_service_station": 0.88,
    "has_culture_centre": 0.96,
    "has_waste_treated": 0.94,
    "has_sewage_treated": 0.55,
    "has_hard_road": 0.99,
    "has_bus": 0.97,
}
"""Share of the villages of a middling county that have each."""
_LEVELS = ("未命名", "县级", "市级", "省级", "全国")
_LEVEL_SHARES = (0.42, 0.34, 0.16, 0.07, 0.01)


def village_profile(world: World) -> Rows:
    """One row per village, as of the year's end."""
    rng = world.rng("village_profile")
    count = len(world.villages)
    wealth = world.mean("income") / 25_000
    fixed = world.places(np.arange(count)).assign(
        **_facts(rng, wealth),
        **_roads(rng, count),
        **_land(world, rng),
        collective_income_yuan=_incomes(rng, wealth),
    )

    def rows(month: str) -> pd.DataFrame:
        insured, tapped = _parts(world, month, wealth)
        return fixed.assign(
            tap_water_households=np.floor(world.households(month) * tapped).astype(np.int64),
            insured_people=np.floor(world.population(month) * insured).astype(np.int64),
        )

    return rows


def _facts(rng: np.random.Generator, wealth: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.generic]]:
    """Yes or no; a rich county has what it lacks half as often again as a poor one."""
    had: dict[str, npt.NDArray[np.generic]] = {
        name: rng.random(len(wealth)) > (1 - share) / wealth for name, share in _SHARES.items()
    }
    levels = np.array(_LEVELS, dtype=object)
    return had | {"civilised_level": levels[rng.choice(len(levels), len(wealth), p=_LEVEL_SHARES)]}


def _roads(rng: np.random.Generator, count: int) -> dict[str, npt.NDArray[np.int64]]:
    natural = rng.integers(2, 12, count)
    without = rng.binomial(natural, 0.08)
    return {"natural_villages": natural, "paved_natural_villages": natural - without}


def _land(world: World, rng: np.random.Generator) -> dict[str, npt.NDArray[np.float64]]:
    contracted = np.round(
        world.villages["households"].to_numpy()
        * world.mean("farmland")
        * rng.uniform(0.8, 1.1, len(world.villages)),
        1,
    )
    return {
        "contracted_mu": contracted,
        "transferred_mu": np.floor(contracted * rng.beta(4, 6, len(contracted))),
    }


def _incomes(rng: np.random.Generator, wealth: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(rng.gamma(2.2, 95_000 * wealth), -2)


def _parts(
    world: World, month: str, wealth: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Shares of the people who are insured and of the households that have tap water."""
    rng = world.rng("village_profile", month)
    insured = rng.uniform(0.94, 0.995, len(wealth))
    tapped = 1 - rng.beta(1.2, 9, len(wealth)) / wealth
    return insured, tapped.clip(0.3, 1.0)
