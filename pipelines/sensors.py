"""Dagster sensors: a new file is taken in, months that differ are rebuilt, readers are switched, failures are written down.

They are level-triggered: each asks what differs now, by content and fingerprint, never which names were seen before.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

import dagster as dg

from connectors.inbox import complete_files
from pipelines.assets import dataset_key
from pipelines.jobs import intake_job, publish_job, rebuild_job
from pipelines.rebuild import MONTHLY, outdated_months, outdated_notes, outdated_records
from pipelines.release import is_released, is_reported
from pipelines.resources import HomeResource
from warehouse.periods import Month

_ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
_RUNNING = dg.DefaultSensorStatus.RUNNING


@dg.sensor(job=intake_job, minimum_interval_seconds=30, default_status=_RUNNING)
def inbox_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.RunRequest | dg.SkipReason:
    """Asks for the intake when complete files lie in the inbox."""
    site = home.site()
    drops = complete_files(site.home.inbox, settle_seconds=site.home.settings.settle_seconds)
    if not drops:
        return dg.SkipReason("no complete file in the inbox")
    if _is_active(context, intake_job.name):
        return dg.SkipReason("an intake is running")
    seen = "\n".join(f"{drop.sender_path} {drop.size} {drop.modified.isoformat()}" for drop in drops)
    return dg.RunRequest(
        run_key=f"inbox-{sha256(seen.encode()).hexdigest()[:24]}", tags={"files": str(len(drops))}
    )


@dg.sensor(job=rebuild_job, minimum_interval_seconds=30, default_status=_RUNNING)
def rebuild_sensor(
    context: dg.SensorEvaluationContext, home: HomeResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Asks for the datasets and months whose in-force submissions differ from what their records were built from."""
    site = home.site()
    records = outdated_records(site)
    wanted = {month for months in records.values() for month in months} | set(outdated_months(site))
    if not wanted:
        yield dg.SkipReason("every month is built from what is in force")
    elif _is_active(context, intake_job.name, rebuild_job.name):
        yield dg.SkipReason("an intake or a rebuild is running")
    else:
        for first, last in _stretches(sorted(wanted)):
            datasets = [name for name, months in records.items() if any(first <= m <= last for m in months)]
            keys = [*(dataset_key(site.contracts[name]) for name in datasets), *map(dg.AssetKey, MONTHLY)]
            yield dg.RunRequest(tags={_RANGE_START: first, _RANGE_END: last}, asset_selection=keys)


@dg.sensor(job=publish_job, minimum_interval_seconds=60, default_status=_RUNNING)
def release_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.RunRequest | dg.SkipReason:
    """Asks for a release when everything is built and readers still see something older."""
    site = home.site()
    if is_released(site) and is_reported(site):
        return dg.SkipReason("readers see the present state")
    if outdated_records(site) or outdated_months(site) or outdated_notes(site) or site.ledger.pending():
        return dg.SkipReason("not everything is built yet")
    if _is_active(context, intake_job.name, rebuild_job.name, publish_job.name):
        return dg.SkipReason("a load is running")
    return dg.RunRequest()


@dg.run_failure_sensor(default_status=_RUNNING, minimum_interval_seconds=30)
def failure_sensor(context: dg.RunFailureSensorContext, home: HomeResource) -> None:
    """Writes a line for every failed run to ``reports/failures.jsonl``; no message of an error, which might be private."""
    line = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "job": context.dagster_run.job_name,
        "run_id": context.dagster_run.run_id,
        "steps": [event.step_key for event in context.get_step_failure_events()],
    }
    folder = home.site().home.reports
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "failures.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


_RANGE_START = "dagster/asset_partition_range_start"
_RANGE_END = "dagster/asset_partition_range_end"


def _is_active(context: dg.SensorEvaluationContext, *jobs: str) -> bool:
    return any(context.instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=_ACTIVE)) for job in jobs)


def _stretches(months: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Months without a gap, as first and last."""
    start = last = None
    for month in map(Month, months):
        if last is not None and month != last + 1:
            yield str(start), str(last)
            start = None
        start, last = start or month, month
    if last is not None:
        yield str(start), str(last)
