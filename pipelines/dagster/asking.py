"""Asking for a run: at once for a new desired state, after growing pauses for one asked for before, never for ever in a row.

Dagster's own history of runs is the memory: a run that was asked for and never ran, or was cut off, is asked for again,
and nothing is kept beside it that could be lost or grow stale. What differs is not found out here.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import dagster as dg

from pipelines.loading.differs import digest
from warehouse.clock import in_shanghai

SCOPE, DESIRED, ATTEMPT = "shiji/scope", "shiji/desired", "shiji/attempt"
"""Tags of a run: what of the job it does, the fingerprint of what is wanted, and which attempt at that it is."""

PAUSES = (dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=30), dt.timedelta(days=1))
"""Between attempts at the same desired state; the last one again and again."""

_ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_LOOKED_BACK = 10


@dataclass(frozen=True)
class Wish:
    """A run that would bring about a desired state.

    Attributes:
        job: Its name.
        desired: What is wanted, in lines.
        scope: What of the job: wishes of one scope follow each other.
        assets: Those to run; all of the job when empty.
        tags: For Dagster.
    """

    job: str
    desired: Sequence[str]
    scope: str = "all"
    assets: Sequence[dg.AssetKey] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def own_tags(self) -> dict[str, str]:
        """The tags that its runs are found by."""
        return {SCOPE: self.scope, DESIRED: digest(self.desired)[:24]}


@dataclass(frozen=True)
class Later:
    """A wish that is not asked for yet.

    Attributes:
        wish: Which.
        attempts: How often it was tried.
        last: When the last attempt ended, UTC.
        due: When it is tried again, UTC.
    """

    wish: Wish
    attempts: int
    last: dt.datetime
    due: dt.datetime

    def __str__(self) -> str:
        """For the page of the sensor."""
        times = "once" if self.attempts == 1 else f"{self.attempts} times"
        return (
            f"{self.wish.job} {self.wish.scope} was run {times} and is still wanted, the last time at "
            f"{in_shanghai(self.last):%Y-%m-%d %H:%M}; tried again at {in_shanghai(self.due):%Y-%m-%d %H:%M}"
        )


def ask(instance: dg.DagsterInstance, wish: Wish, now: dt.datetime | None = None) -> dg.RunRequest | Later:
    """A request for a run, or why it is not time for it.

    Args:
        instance: Whose history is looked at.
        wish: What is wanted.
        now: UTC; the clock's when None.
    """
    own = wish.own_tags
    past = instance.get_run_records(
        dg.RunsFilter(job_name=wish.job, tags={SCOPE: wish.scope}), limit=_LOOKED_BACK
    )
    # A run that succeeded and left the same wish behind it has not helped either.
    tried = list(takewhile(lambda one: one.dagster_run.tags.get(DESIRED) == own[DESIRED], past))
    if tried:
        last = _ended(tried[0])
        due = last + PAUSES[min(len(tried), len(PAUSES)) - 1]
        if (now or dt.datetime.now(dt.UTC)) < due:
            return Later(wish, len(tried), last, due)
    # Dagster never runs a key twice, so what comes to be wanted once more needs another.
    number = instance.get_runs_count(dg.RunsFilter(job_name=wish.job, tags=own))
    return dg.RunRequest(
        run_key=f"{wish.job} {wish.scope} {own[DESIRED]} {number}",
        job_name=wish.job,
        tags={**wish.tags, **own, ATTEMPT: str(len(tried) + 1)},
        asset_selection=list(wish.assets) or None,
    )


def is_active(instance: dg.DagsterInstance, jobs: Sequence[str]) -> bool:
    """Whether a run of these jobs waits or is under way."""
    return any(instance.get_runs_count(dg.RunsFilter(job_name=job, statuses=_ACTIVE)) for job in jobs)


def _ended(record: dg.RunRecord) -> dt.datetime:
    if record.end_time is not None:
        return dt.datetime.fromtimestamp(record.end_time, dt.UTC)
    return record.update_timestamp.replace(tzinfo=record.update_timestamp.tzinfo or dt.UTC)
