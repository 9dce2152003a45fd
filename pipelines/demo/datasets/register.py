"""The household register (civil affairs): the denominator nobody who is assessed keeps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import World


def household_register(world: World) -> Rows:
    """Households and people of every village, month by month."""
    rng = world.rng("household_register")
    count = len(world.villages)
    men = rng.normal(0.512, 0.01, count)
    staying = rng.uniform(0.62, 0.9, count)
    places = world.places(np.arange(count))

    def rows(month: str) -> pd.DataFrame:
        households, population = world.households(month), world.population(month)
        male = np.round(population * men).astype(np.int64)
        return places.assign(
            households=households,
            population=population,
            male=male,
            female=population - male,
            resident_households=np.floor(households * staying).astype(np.int64),
            resident_population=np.floor(population * staying * 0.96).astype(np.int64),
        )

    return rows
