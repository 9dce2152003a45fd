"""Sessions on a Spark cluster: how one is had, what holds in all of them, and how long they may work at one thing."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Timer
from typing import TYPE_CHECKING
from uuid import uuid4

from warehouse.clock import ZONE
from warehouse.guard import QueryError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.sql.session.timeZone": ZONE,
    "spark.sql.ansi.enabled": "true",  # what cannot be converted is an error and not a null, as on DuckDB
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # 2025 is a period and no number
    "spark.sql.cteRecursionRowLimit": "-1",  # the region tree of a nation has millions of rows
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",  # the files are named one by one
}


class NoSpark(RuntimeError):
    """Spark cannot be reached; the message names the remedy."""


def session_of(master: str, settings: Mapping[str, str]) -> SparkSession:
    """A session on a cluster; a process has one.

    Args:
        master: ``spark://host:7077``, ``yarn``, ``k8s://…`` or, to try it out, ``local[2]``.
        settings: Spark's own, by name.

    Raises:
        NoSpark: pyspark or Java is missing, or there is no cluster at that address.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoSpark("engine: spark needs pyspark: pip install 'shiji[spark]'") from error
    from py4j.protocol import Py4JError

    # Spark takes the Python of its tasks from here, and from its own settings only where ``spark-submit`` starts it.
    os.environ["PYSPARK_PYTHON"] = settings.get("spark.pyspark.python", sys.executable)
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # the error raised says the same
    builder = SparkSession.builder.appName("shiji").master(master)
    for name, value in {"spark.log.level": "ERROR", **settings, **_SETTINGS}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise NoSpark(
            f"no Spark at spark_master {master}: the cluster must run, and Java 17 must be installed here "
            f"(apt-get install openjdk-17-jre-headless) ({_first_line(error)})"
        ) from error


def new_session(root: SparkSession) -> SparkSession:
    """A session without views on the cluster of another."""
    session = root.newSession()
    for name, value in _SETTINGS.items():
        session.conf.set(name, value)
    return session


@contextmanager
def stopped_after(session: SparkSession, seconds: float) -> Iterator[None]:
    """What is begun within has so long, then the cluster is told to leave it.

    Raises:
        QueryError: The time was over.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    tag, is_over = f"shiji-{uuid4().hex}", Event()

    def stop() -> None:
        is_over.set()
        session.interruptTag(tag)

    timer = Timer(seconds, stop)
    timer.daemon = True
    session.addTag(tag)
    timer.start()
    try:
        yield
    except (PySparkException, Py4JError) as error:
        if is_over.is_set():
            raise QueryError(
                f"stopped after {seconds:g} seconds. Give the cluster more machines, or allow more: sql_seconds in "
                "config/shiji.yaml"
            ) from error
        raise
    finally:
        timer.cancel()
        session.removeTag(tag)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
