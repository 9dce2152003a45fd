"""A process within limits on another machine: what ``Supervised`` is here, in a task of a Spark cluster.

A machine that is lost costs the work on its bundle and no more: the task is done again on another. A file that ends its
process is told of as here, and nobody tries it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from pipelines.loading.apart import limits, run
from pipelines.loading.supervised import Limits, Lost, Raised, RemoteTrace, Supervised, frames_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.home.folders import Settings

Asked: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]


_WAITING = 256
"""Bundles that are with the cluster at one time, so that none of its machines waits for one."""


@dataclass(frozen=True)
class Cluster:
    """The cluster of the settings, called at first use."""

    settings: Settings

    @cached_property
    def session(self) -> SparkSession:
        """On the cluster.

        Raises:
            HomeError: It cannot be reached.
        """
        from pipelines.home.folders import HomeError
        from warehouse.engines.spark_session import NoSpark, session_of

        try:
            return session_of(self.settings.spark_master, self.settings.spark_settings)
        except NoSpark as error:
            raise HomeError(str(error)) from error


class Elsewhere:
    """A worker that calls what it is given, like those of ``apart``; one call at a time.

    Args:
        cluster: Where it works.
        ahead: Modules that the process there imports as it starts.
    """

    def __init__(self, cluster: Cluster, ahead: Sequence[str] = ()) -> None:
        within = limits(cluster.settings)
        self._cluster = cluster
        self._there = partial(_answer, within, tuple(ahead))
        self._seconds = _WAITING * within.seconds
        self.is_running = False

    def start(self) -> None:
        """The process there starts with its first call."""
        self.is_running = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call a function there, the first argument, with the others; what it raises is raised here.

        Raises:
            Lost: The process died or used up its time or memory.
            Raised: The function raised what cannot cross between processes.
            HomeError: The cluster is gone.
        """
        from pipelines.home.folders import HomeError
        from warehouse.engines.spark_tasks import ClusterLost, call_there

        self.is_running = True
        try:
            answered = call_there(self._cluster.session, self._there, (args, kwargs), self._seconds)
        except ClusterLost as error:
            raise HomeError(
                f"the Spark cluster does no more work ({error}); load again when it runs"
            ) from error
        is_result, answer, *raised = answered
        if is_result:
            return answer
        name, *frames = raised
        if isinstance(answer, Lost):
            raise answer
        raise (answer or Raised(name)) from RemoteTrace(frames)


def on_cluster(settings: Settings, ahead: Sequence[str]) -> tuple[Elsewhere, ...]:
    """Workers on the cluster of the settings; how many of them are at work is the cluster's matter."""
    cluster = Cluster(settings)
    return tuple(Elsewhere(cluster, ahead) for _ in range(_WAITING))


def _answer(within: Limits, ahead: tuple[str, ...], asked: Asked) -> tuple[Any, ...]:
    """In a task: the function's result, or what it raised with its name and frames."""
    args, kwargs = asked
    try:
        return True, _own(within, ahead).call(*args, **kwargs)
    except Raised as error:
        return False, None, str(error), *frames_of(error.__cause__ or error)
    except Exception as error:
        return False, error, type(error).__qualname__, *frames_of(error.__cause__ or error)


@cache
def _own(within: Limits, ahead: tuple[str, ...]) -> Supervised[..., Any]:
    """The process of this task's process; the next task of the load finds it started."""
    return Supervised(run, within, ahead)
