"""All ledgers of the city over one world, by dataset."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.demo.datasets import TERMS, Rows
from pipelines.demo.datasets.agriculture import cooperatives, grain_plots
from pipelines.demo.datasets.bureau import statistics_bureau
from pipelines.demo.datasets.claims import self_assessment
from pipelines.demo.datasets.education import make_pupils, student_grants, student_status
from pipelines.demo.datasets.farmland import farmland_projects
from pipelines.demo.datasets.poverty import make_households, monitored_households
from pipelines.demo.datasets.register import household_register
from pipelines.demo.datasets.roads import road_segments
from pipelines.demo.datasets.statistics import rural_statistics
from pipelines.demo.datasets.survey import satisfaction_survey, survey_plan
from pipelines.demo.datasets.toilets import toilet_ledger
from pipelines.demo.datasets.villages import village_profile
from pipelines.demo.world import YEAR, World
from warehouse.frequency import Frequency

Ledgers = dict[str, Rows]


def all_ledgers(world: World, happened: Callable[[Ledgers], Ledgers] = dict) -> Ledgers:
    """What every department knows, before it writes it down.

    Args:
        world: The city.
        happened: What else came about, told of the ledgers before forms and claims are written from them.
    """
    households = make_households(world)
    pupils = make_pupils(world, households)
    status = student_status(world, pupils)
    kept: Ledgers = {
        "household_register": household_register(world),
        "toilet_ledger": toilet_ledger(world),
        "road_segments": road_segments(world),
        "monitored_households": monitored_households(world, households),
        "student_status": status,
        "student_grants": student_grants(world, pupils, status),
        "grain_plots": grain_plots(world),
        "cooperatives": cooperatives(world),
        "farmland_projects": farmland_projects(world),
        "satisfaction_survey": satisfaction_survey(world),
        "survey_plan": survey_plan(world),
        "village_profile": village_profile(world),
        "statistics_bureau": statistics_bureau(world),
    }
    ledgers = happened(kept)
    statistics = rural_statistics(ledgers["grain_plots"], ledgers["household_register"])
    return ledgers | {
        "rural_statistics": statistics,
        "self_assessment": self_assessment(world, ledgers),
    }


def periods(frequency: Frequency, world: World) -> list[str]:
    """The months for which a dataset of this frequency is handed in."""
    due = {
        "monthly": list(world.months),
        "quarterly": [f"{YEAR}-{month:02d}" for month in (3, 6, 9, 12)],
        "termly": list(TERMS),
        "yearly": [f"{YEAR}-12"],
    }[frequency]
    return [month for month in due if month in world.months]
