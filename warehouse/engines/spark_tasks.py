"""Functions of ours called in tasks on a Spark cluster. What is called, and within which limits, is not decided here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from warehouse.engines.spark_session import stopped_after
from warehouse.guard import QueryError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Given = TypeVar("Given")
Result = TypeVar("Result")


class ClusterLost(RuntimeError):
    """The cluster did not do a task: none of its machines is left, or it was given to too many that went."""


def call_there(
    session: SparkSession, function: Callable[[Given], Result], given: Given, seconds: float
) -> Result:
    """Call a function on one machine of the cluster; where the machine is lost, on another.

    Args:
        session: On the cluster, whose machines have this program installed.
        function: At the top level of its module, or a ``partial`` of one that is. It raises nothing, and doing it twice
            does no harm.
        given: What it is given; pickled, as is what it returns.
        seconds: How long that may take, the waiting for a machine included.

    Raises:
        ClusterLost: It was not done.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    task = session.sparkContext.parallelize([given], 1).map(partial(_called, function))
    try:
        with stopped_after(session, seconds):
            found: list[Result] = task.collect()
    except (PySparkException, Py4JError, QueryError) as error:
        said = str(error).strip().splitlines()
        raise ClusterLost(" … ".join(dict.fromkeys((said[0], said[-1])))) from error
    return found[0]


def _called(function: Callable[[Given], Result], given: Given) -> Result:
    return function(given)
