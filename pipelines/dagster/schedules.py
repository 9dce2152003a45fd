"""Dagster schedules: the nightly load, and in the morning what was due. What differs is rebuilt by the sensors."""

import dagster as dg

from pipelines.dagster.jobs import Job, intake_job
from warehouse.clock import ZONE

_RUNNING = dg.DefaultScheduleStatus.RUNNING

nightly = dg.ScheduleDefinition(
    name="nightly",
    job=intake_job,
    cron_schedule="0 2 * * *",
    execution_timezone=ZONE,
    default_status=_RUNNING,
    description="Every night at two, Shanghai time.",
)


def mornings(freshness_job: Job) -> dg.ScheduleDefinition:
    """What was due by yesterday is looked for before the office opens."""
    return dg.ScheduleDefinition(
        name="mornings",
        job=freshness_job,
        cron_schedule="0 7 * * *",
        execution_timezone=ZONE,
        default_status=_RUNNING,
        description="Every morning at seven, Shanghai time: whether what was due has been handed in.",
    )
