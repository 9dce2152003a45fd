"""Serving a home's Dagster: code server, web page and daemon, started together and ended together.

The code server is a process of its own, so that definitions can be loaded anew while the rest goes on (``reload.py``).
What sensors ask for and what runs do not belong here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import yaml
from filelock import FileLock, Timeout

from pipelines.dagster.processes import Processes
from pipelines.dagster.reload import LOCATION, Reloads
from pipelines.home.folders import Home, HomeError
from pipelines.home.instance import complete_instance

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5


def serve(home: Home, host: str, port: int) -> int:
    """Serve the Dagster of a home until a signal ends it.

    Args:
        home: The home.
        host: Address of the web page.
        port: Its port.

    Returns:
        0 when a signal ended it, 1 when one of the processes ended by itself.

    Raises:
        HomeError: The port is in use, or the home is served already.
    """
    complete_instance(home.dagster)
    lock = FileLock(home.dagster / "serving.lock", timeout=0)
    try:
        with (
            lock,
            tempfile.TemporaryDirectory(prefix="shiji-dagster-") as folder,
            _stopped_by_signals() as stop,
        ):
            _check_free(host, port)
            end_orphans(home)
            with Processes(os.environ | dagster_environment(home)) as processes:
                return _serve(processes, home, _Door(host, port), Path(folder), stop)
    except Timeout as error:
        raise HomeError(
            f"the Dagster of {home.root} is running already: stop it first, with Ctrl-C or `systemctl stop shiji`"
        ) from error


def dagster_environment(home: Home) -> dict[str, str]:
    """Variables that point Dagster at a home and keep it from phoning home."""
    return {
        "SHIJI_HOME": str(home.root.resolve()),
        "DAGSTER_HOME": str(home.dagster.resolve()),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "GX_ANALYTICS_ENABLED": "false",
    }


def end_orphans(home: Home) -> None:
    """Note as failed what Dagster takes for running though its process is gone; only while the home is not served.

    Dagster does not watch the runs of a local code server, and one that seems to run for ever lets no other begin.
    """
    import dagster as dg

    begun = [
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
    with dg.DagsterInstance.from_config(str(home.dagster.resolve())) as instance:
        for record in instance.get_run_records(dg.RunsFilter(statuses=begun)):
            instance.report_run_failed(record.dagster_run, "Dagster ended while this run was under way.")


@dataclass(frozen=True)
class _Door:
    host: str
    port: int


def _serve(processes: Processes, home: Home, door: _Door, folder: Path, stop: threading.Event) -> int:
    code = _code_server_address(folder)
    workspace = folder / "workspace.yaml"
    workspace.write_text(
        yaml.safe_dump({"load_from": [{"grpc_server": code | {"location_name": LOCATION}}]}), encoding="utf-8"
    )
    options = [f"--{name}={value}" for name, value in code.items()]
    processes.start(
        "dagster", "code-server", "start", "-m", "pipelines.dagster.definitions",
        "--location-name", LOCATION, "--log-level", "warning", *options,
    )  # fmt: skip
    if not _waited(code, processes, stop):
        return 0 if stop.is_set() else 1
    processes.start("dagster-webserver", "-w", str(workspace), "-h", door.host, "-p", str(door.port))
    processes.start("dagster-daemon", "run", "-w", str(workspace), "--log-level", "warning")
    if _waited({"host": door.host, "port": door.port}, processes, stop):
        log.warning("http://%s:%d shows the Dagster of %s; Ctrl-C ends it", door.host, door.port, home.root)
    reloads = Reloads(home, door.host, door.port)
    while not stop.wait(_LOOK_SECONDS):
        if processes.ended():
            return 1
        reloads.look()
    return 0


def _code_server_address(folder: Path) -> dict[str, str | int]:
    """Where the code server listens: a socket nobody else may open, or a port where there are no such sockets."""
    if hasattr(socket, "AF_UNIX"):
        return {"socket": str(folder / "code")}
    with socket.create_server(("127.0.0.1", 0)) as free:
        return {"host": "127.0.0.1", "port": free.getsockname()[1]}


def _waited(address: dict[str, str | int], processes: Processes, stop: threading.Event) -> bool:
    """Wait until somebody listens, the code server when the definitions are loaded; False when that is in vain."""
    while not _answers(address):
        if processes.ended() or stop.wait(_LOOK_SECONDS):
            return False
    return True


def _answers(address: dict[str, str | int]) -> bool:
    try:
        if "socket" in address:
            with socket.socket(socket.AF_UNIX) as asked:
                asked.connect(str(address["socket"]))
        else:
            socket.create_connection((str(address["host"]), int(address["port"])), timeout=1).close()
    except OSError:
        return False
    return True


def _check_free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise HomeError(
            f"port {port} of {host} cannot be listened on ({error.strerror}): name another, "
            f"as in `shiji dev --port {port + 1}`"
        ) from error


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()

    def set_it(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, set_it) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
