"""The Dagster code location: assets, checks, jobs, sensors and schedules of one home.

``build_definitions`` takes what a test wants to replace; Dagster itself finds ``defs``, for the home that
``SHIJI_HOME`` names.
"""

import dagster as dg

from pipelines.assets import build_assets
from pipelines.checks import build_checks
from pipelines.home import Home, Settings, find_home
from pipelines.jobs import intake_job, publish_job, rebuild_job
from pipelines.partitions import months_from
from pipelines.resources import HomeResource
from pipelines.schedules import nightly
from pipelines.sensors import failure_sensor, inbox_sensor, rebuild_sensor, release_sensor


def build_definitions(
    home: Home, *, executor: dg.ExecutorDefinition = dg.in_process_executor
) -> dg.Definitions:
    """Definitions of a home.

    Args:
        home: Its contracts become assets; settings give the first month. A folder that is no home yet has the
            built-in contracts and default settings, so that the code location loads before there is one.
        executor: In one process by default: a process for each of a month's steps costs more than the steps.
    """
    settings = home.settings if home.is_initialised else Settings()
    months = months_from(settings.first_period)
    return dg.Definitions(
        assets=build_assets(home.contracts, months=months),
        asset_checks=build_checks(home.contracts, months=months),
        jobs=[intake_job, rebuild_job, publish_job],
        schedules=[nightly],
        sensors=[inbox_sensor, rebuild_sensor, release_sensor, failure_sensor],
        resources={"home": HomeResource(root=str(home.root.resolve()))},
        executor=executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The home that SHIJI_HOME names, or ./shiji-home."""
    return build_definitions(find_home(None))
