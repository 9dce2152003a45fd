"""A Spark cluster on loopback for tests: one master and two workers, processes of their own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PATIENCE = 60.0
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For machines that live a minute: what is compiled well pays only later."""


def missing() -> str | None:
    """Why there can be no cluster here, or None."""
    if importlib.util.find_spec("pyspark") is None:
        return "no pyspark: pip install 'shiji[spark]'"
    return None if shutil.which("java") else "no Java: apt-get install openjdk-17-jre-headless"


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs.

    Attributes:
        master: Its address.
        workers: Its workers' processes.
    """

    master: str
    workers: tuple[subprocess.Popen[bytes], ...]

    @property
    def settings(self) -> Mapping[str, str]:
        """Of a session that is quick on tables of a few hundred rows."""
        return {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.executor.memory": "512m",
            "spark.driver.extraJavaOptions": _QUICK,
            "spark.executor.extraJavaOptions": _QUICK,
            "spark.executorEnv.PYTHONPATH": str(ROOT),
            "spark.pyspark.python": sys.executable,
            "spark.sql.shuffle.partitions": "1",
            "spark.sql.files.minPartitionNum": "1",
            "spark.sql.leafNodeDefaultParallelism": "1",
            "spark.cleaner.referenceTracking": "false",
            "spark.sql.adaptive.enabled": "false",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.ui.showConsoleProgress": "false",
        }

    def kill_a_worker(self) -> None:
        """As a machine goes that loses its current."""
        self.workers[0].send_signal(signal.SIGKILL)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Start one and stop it.

    Args:
        folder: For logs and what the workers put down.
    """
    port = _free_port()
    address = f"spark://127.0.0.1:{port}"
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_start(folder / "master", "master.Master", "--port", str(port)))
        _wait_for(port, started[0])
        for name in ("one", "two"):
            own = ("--cores", "1", "--memory", "512m", "--work-dir", str(folder / f"work-{name}"), address)
            started.append(_start(folder / f"worker-{name}", "worker.Worker", *own))
        yield Cluster(address, tuple(started[1:]))
    finally:
        for process in reversed(started):
            process.kill()
            process.wait(_PATIENCE)


def _start(log: Path, what: str, *own: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{what}", "--host", "127.0.0.1"]
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": _QUICK,
    }
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.with_suffix(".log").open("wb") as told:
        return subprocess.Popen(
            [*command, "--webui-port", "0", *own], stdout=told, stderr=subprocess.STDOUT, env=environment
        )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"no Spark master answers on port {port} after {_PATIENCE:g} seconds")
