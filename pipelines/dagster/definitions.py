"""The Dagster code location: assets, checks, jobs, sensors and schedules of one home.

``build_definitions`` takes what a test wants to replace; Dagster itself finds ``defs``, for the home that
``SHIJI_HOME`` names.
"""

import warnings

import dagster as dg

from pipelines.dagster.assets import build_assets
from pipelines.dagster.checks import build_checks, freshness_checks
from pipelines.dagster.jobs import figures_job, freshness_job, intake_job, publish_job, rebuild_jobs
from pipelines.dagster.plan import Plan
from pipelines.dagster.resources import HomeResource
from pipelines.dagster.schedules import mornings, nightly
from pipelines.dagster.sensors import build_sensors
from pipelines.home.folders import Home, find_home


def build_definitions(
    home: Home, *, executor: dg.ExecutorDefinition = dg.in_process_executor
) -> dg.Definitions:
    """Definitions of a home.

    Args:
        home: Its contracts become assets, what it holds their partitions. A folder that is no home yet has the
            built-in contracts and default settings, so that the code location loads before there is one.
        executor: In one process by default: a process for each of a month's steps costs more than the steps.
    """
    with warnings.catch_warnings():
        # What Dagster may still change: the lock file holds the version, and the tests what is used of it.
        for category in (dg.BetaWarning, dg.PreviewWarning):
            warnings.simplefilter("ignore", category)
        return _built(home, executor)


def _built(home: Home, executor: dg.ExecutorDefinition) -> dg.Definitions:
    plan = Plan.of(home)
    rebuild = rebuild_jobs(plan)
    fresh = freshness_checks(plan.contracts)
    look = freshness_job(fresh)
    return dg.Definitions(
        assets=build_assets(plan),
        asset_checks=[*build_checks(plan), *fresh],
        jobs=[intake_job, *rebuild, figures_job, publish_job, look],
        schedules=[nightly, mornings(look)],
        sensors=build_sensors(plan, rebuild),
        resources={"home": HomeResource(root=str(home.root.resolve()))},
        executor=executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The home that SHIJI_HOME names, or ./shiji-home."""
    return build_definitions(find_home(None))
