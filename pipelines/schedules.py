"""Dagster schedules: the nightly load. What differs afterwards is rebuilt by the sensors."""

import dagster as dg

from pipelines.jobs import intake_job

nightly = dg.ScheduleDefinition(
    name="nightly",
    job=intake_job,
    cron_schedule="0 2 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night at two, Shanghai time.",
)
