"""Dagster sensors: a new file is taken in, what differs is rebuilt, readers are switched, failures are written down.

They are level-triggered: each asks what differs now, by content and fingerprint, never which names were seen before.
How often the same is asked for is not decided here.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.answers.waiting import Reason, failed_runs, waiting
from pipelines.dagster.asking import ATTEMPT, DESIRED, Later, Wish, ask, is_active
from pipelines.dagster.assets import RELEASE
from pipelines.dagster.checks import UP_TO_DATE
from pipelines.dagster.jobs import FIGURES_JOB, INTAKE, PUBLISH, Job, figures_job, intake_job, publish_job
from pipelines.dagster.plan import Plan
from pipelines.dagster.reload import ask_for_reload
from pipelines.dagster.resources import HomeResource
from pipelines.dagster.wishes import rebuilds
from pipelines.home.site import Site
from pipelines.loading.differs import digest
from pipelines.loading.notes import desired_notes, outdated_notes
from pipelines.loading.receive import waiting as files_waiting
from pipelines.loading.release import fingerprint, is_released, is_reported
from warehouse.ledger import digest_at

_RUNNING = dg.DefaultSensorStatus.RUNNING
_LATE = dt.timedelta(minutes=15)
"""How long a release may wait before the check on it fails: any load takes some minutes."""


def build_sensors(plan: Plan, rebuild: Sequence[Job]) -> list[dg.SensorDefinition]:
    """All sensors of a code location.

    Args:
        plan: What the location was built from.
        rebuild: Its jobs that rebuild records.
    """
    return [inbox_sensor, _rebuild_sensor(plan, rebuild), release_sensor, failure_sensor]


@dg.sensor(
    job=intake_job,
    minimum_interval_seconds=30,
    default_status=_RUNNING,
    description="Asks for the intake when files are complete, or received and not read, failed and due again, or unanswered.",
)
def inbox_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.RunRequest | dg.SkipReason:
    """Asks for the intake when there is something to take in, to read or to answer."""
    wanted = list(_to_take_in(home.site()))
    if not wanted:
        return dg.SkipReason("no complete file in the inbox, and everything received is read and answered")
    if is_active(context.instance, [INTAKE]):
        return dg.SkipReason("an intake is running")
    asked = ask(context.instance, Wish(INTAKE, wanted))
    return dg.SkipReason(str(asked)) if isinstance(asked, Later) else asked


def _to_take_in(site: Site) -> Iterator[str]:
    for drop in files_waiting(site):
        yield f"file {drop.sender_path!r} {drop.size} {drop.modified.isoformat()}"
    digests = site.staging_digests
    yield from (f"read {entry.submission_id}" for entry in site.ledger.pending())
    for entry in site.ledger.stale(digests):
        now = digest_at(digests.get(entry.dataset or "", ""), entry.judged_by)
        yield f"read anew {entry.submission_id} {now}"
    yield from (f"answer {entry.submission_id}" for entry, _ in site.ledger.owed())
    wanted = desired_notes(site)
    yield from (f"findings {dataset} {wanted.get(dataset)}" for dataset in outdated_notes(site))


def _rebuild_sensor(plan: Plan, rebuild: Sequence[Job]) -> dg.SensorDefinition:
    @dg.sensor(
        name="rebuild_sensor",
        jobs=[*rebuild, figures_job],
        minimum_interval_seconds=30,
        default_status=_RUNNING,
        description="Asks for the windows of datasets, then the months of figures, that differ from what they should be built from.",
    )
    def sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult:
        site = home.site()
        now = Plan.of(site.home)
        if now.digest != plan.digest:
            ask_for_reload(site.home, now.digest)
        if is_active(context.instance, [INTAKE, FIGURES_JOB, *(job.name for job in rebuild)]):
            return dg.SensorResult(skip_reason="an intake or a rebuild is running")
        wanted = rebuilds(site, plan)
        asked = [ask(context.instance, wish) for wish in wanted.records]
        if not any(isinstance(one, dg.RunRequest) for one in asked):
            # Figures rest on records: they are asked for when no records are on the way.
            asked += [ask(context.instance, wish) for wish in wanted.figures]
        later = [*map(str, wanted.unknown), *(str(one) for one in asked if isinstance(one, Later))]
        requests = [one for one in asked if isinstance(one, dg.RunRequest)]
        if requests and later:
            context.log.warning("; ".join(later))
        if requests:
            return dg.SensorResult(run_requests=requests)
        return dg.SensorResult(skip_reason="; ".join(later) or "every month is built from what is in force")

    return sensor


@dg.sensor(
    job=publish_job,
    minimum_interval_seconds=60,
    default_status=_RUNNING,
    description="Asks for a release when everything is built and readers still see something older; says what it waits for.",
)
def release_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult:
    """Asks for a release when everything is built and readers still see something older."""
    site = home.site()
    if is_released(site) and is_reported(site):
        return dg.SensorResult(skip_reason="readers see the present state", cursor="")
    reasons = waiting(site, judged=False)
    built = not any(reason.kind in ("read", "build") for reason in reasons)
    if built and not is_active(context.instance, [INTAKE, PUBLISH]):
        asked = ask(context.instance, Wish(PUBLISH, [fingerprint(site)]))
        if isinstance(asked, dg.RunRequest):
            return dg.SensorResult(run_requests=[asked], cursor=context.cursor)
        reasons = [Reason("run", str(asked), asked.last), *reasons]
    return _told(context.cursor or "", reasons)


def _told(before: str, reasons: Sequence[Reason]) -> dg.SensorResult:
    """Why there is no release yet; a check on the release fails, once for the same reasons, where it takes long."""
    said = "waits: " + "; ".join(map(str, reasons)) if reasons else "a load is running"
    since = min((reason.since for reason in reasons if reason.since), default=None)
    if since is None or dt.datetime.now(dt.UTC) - since < _LATE or (mark := digest([said])) == before:
        return dg.SensorResult(skip_reason=said, cursor=before)
    failed = dg.AssetCheckEvaluation(
        asset_key=RELEASE,
        check_name=UP_TO_DATE,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=said,
    )
    return dg.SensorResult(skip_reason=said, asset_events=[failed], cursor=mark)


@dg.run_failure_sensor(
    default_status=_RUNNING,
    minimum_interval_seconds=30,
    description="Writes a line for every failed run to reports/failures.jsonl.",
)
def failure_sensor(context: dg.RunFailureSensorContext, home: HomeResource) -> None:
    """Writes a line for every failed run; no message of an error, which might be private."""
    run = context.dagster_run
    line = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "job": run.job_name,
        "run_id": run.run_id,
        "steps": [event.step_key for event in context.get_step_failure_events()],
        "desired": run.tags.get(DESIRED),
        "attempt": int(run.tags.get(ATTEMPT, "1")),
    }
    path = failed_runs(home.site().home)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
