"""Projects of high-standard farmland (agriculture): planned, built and accepted over the year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import YEAR, Days, World, blanked, dates, last_day

_SITES = 2
"""Sites (图斑) of a project; each township has one project of last year and one of this year."""
_YUAN_PER_MU = 2_400.0


def farmland_projects(world: World) -> Rows:
    """One row per site; what is not finished or accepted by the end of a quarter has no date yet."""
    table, completed, accepted = _projects(world)

    def rows(month: str) -> pd.DataFrame:
        end = np.datetime64(last_day(month))
        unfinished = completed > end
        return table.assign(
            built_mu=np.where(unfinished, 0.0, table["built_mu"]),
            completed_on=blanked(unfinished, dates(completed)),
            accepted_on=blanked(accepted > end, dates(accepted)),
            is_mapped=accepted <= end,
        )

    return rows


def _projects(world: World) -> tuple[pd.DataFrame, Days, Days]:
    """The sites as planned, and the days on which each is finished and accepted."""
    rng = world.rng("farmland_projects")
    towns = world.villages.drop_duplicates("town_code").index.to_numpy()
    picks = np.repeat(towns, 2 * _SITES)
    count = len(picks)
    year = np.tile(np.repeat([YEAR - 1, YEAR], _SITES), len(towns))
    planned = np.round(rng.uniform(150, 900, count) * (0.5 + world.mean("farmland")[picks] / 8), 1)
    places = world.places(picks)
    serial = np.repeat(np.arange(1, 2 * len(towns) + 1), _SITES)
    new_year = np.where(year == YEAR, np.datetime64(f"{YEAR}-01-01"), np.datetime64(f"{YEAR - 1}-01-01"))
    started = new_year + rng.integers(20, 80, count).astype("timedelta64[D]")
    completed = started + rng.integers(120, 330, count).astype("timedelta64[D]")
    table = places.assign(
        project_number=[f"GB-{y}-{n:04d}" for y, n in zip(year, serial, strict=True)],
        plot_number=[str(n) for n in np.tile(np.arange(1, _SITES + 1), 2 * len(towns))],
        project_name=[f"{town}高标准农田{y}年项目" for town, y in zip(places["township"], year, strict=True)],
        project_year=year,
        build_kind=np.where(rng.random(count) < 0.6, "新建", "改造提升"),
        planned_mu=planned,
        built_mu=np.round(planned * rng.uniform(0.93, 1.02, count), 1),
        investment_yuan=np.round(planned * _YUAN_PER_MU, -3),
        started_on=dates(started),
    )
    # A project in seven is finished and not accepted this year.
    waits = np.where(rng.random(count) < 0.14, 500, rng.integers(15, 60, count))
    return table, completed, completed + waits.astype("timedelta64[D]")
