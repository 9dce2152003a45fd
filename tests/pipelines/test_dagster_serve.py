"""`shiji dev`: everything of it begins together and ends together, and a home's Dagster is set up for people."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.dagster.reload import ask_for_reload
from pipelines.dagster.serve import dagster_environment, end_orphans, serve
from pipelines.home.folders import Home, HomeError, init_home
from tests.pipelines.town import example_contract

pytestmark = pytest.mark.xdist_group("dagster")

_PATIENCE = 240


@pytest.fixture
def port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def begun(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`shiji dev` on a new home, with its code server on the way."""
    home = init_home(tmp_path / "实绩 home").root
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(home), "dev", "--port", str(port)],
        cwd=Path(__file__).resolve().parents[2], stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        _wait(lambda: bool(_family(home)))
        yield process
    finally:
        process.kill()
        process.wait()
        for left in _family(home):
            os.kill(left, signal.SIGKILL)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as page:  # noqa: S310 - our own
            return page.status == 200
    except OSError:
        return False


def _family(home: Path) -> list[int]:
    """Processes that work for this home, by the environment they were started with."""
    mark = f"SHIJI_HOME={home.resolve()}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.fixture
def served(begun: subprocess.Popen[bytes], tmp_path: Path, port: int) -> subprocess.Popen[bytes]:
    """The same with its page up."""
    _wait(lambda: _answers(f"http://127.0.0.1:{port}/server_info") or begun.poll() is not None)
    assert begun.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
    return begun


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_dev_loads_definitions_anew_and_ends_with_all_its_children(
    served: subprocess.Popen[bytes], tmp_path: Path, port: int
) -> None:
    home, log = tmp_path / "实绩 home", tmp_path / "log"
    own = home / "config" / "contracts" / "forestry"
    own.mkdir(parents=True)
    (own / "saplings.yaml").write_text(example_contract(), encoding="utf-8")
    ask_for_reload(Home(home), "with saplings")

    _wait(lambda: "definitions were loaded anew" in log.read_text(encoding="utf-8"))

    assert "forestry/saplings" in _assets(port)
    assert len(_family(home)) >= 4  # code server and what it starts, web page, daemon
    served.send_signal(signal.SIGTERM)
    assert served.wait(timeout=60) == 0
    assert _family(home) == []
    said = log.read_text(encoding="utf-8")
    assert "BetaWarning" not in said
    assert "PreviewWarning" not in said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_end_when_dev_is_killed(served: subprocess.Popen[bytes], tmp_path: Path) -> None:
    served.kill()

    _wait(lambda: not _family(tmp_path / "实绩 home"))


def _assets(port: int) -> set[str]:
    """What the pages show."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": "{assetNodes{assetKey{path}}}"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        return {"/".join(node["assetKey"]["path"]) for node in json.load(answer)["data"]["assetNodes"]}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_dev_can_be_stopped_while_it_starts(begun: subprocess.Popen[bytes], tmp_path: Path) -> None:
    begun.send_signal(signal.SIGINT)

    assert begun.wait(timeout=60) == 0
    assert _family(tmp_path / "实绩 home") == []


def test_a_port_in_use_is_named_with_the_remedy(tmp_path: Path) -> None:
    home = init_home(tmp_path / "home")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HomeError, match=rf"port {port} of 127.0.0.1 .*--port {port + 1}"):
            serve(home, "127.0.0.1", port)


def test_a_home_is_served_once(tmp_path: Path, port: int) -> None:
    from filelock import FileLock

    home = init_home(tmp_path / "home")
    with FileLock(home.dagster / "serving.lock"), pytest.raises(HomeError, match="running already"):
        serve(home, "127.0.0.1", port)


def test_a_run_whose_process_is_gone_holds_up_no_other(tmp_path: Path) -> None:
    home = init_home(tmp_path / "home")

    @dg.job
    def cut_off() -> None:
        pass

    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        run = instance.create_run_for_job(cut_off)
    end_orphans(home)
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        ended = instance.get_run_by_id(run.run_id)
    assert ended is not None
    assert ended.status == dg.DagsterRunStatus.FAILURE


def test_an_older_home_gets_what_its_dagster_lacks_and_keeps_what_it_says(tmp_path: Path) -> None:
    home = init_home(tmp_path / "home")
    path = home.dagster / "dagster.yaml"
    path.write_text("telemetry:\n  enabled: false\n# ours\nconcurrency:\n  runs: {max_concurrent_runs: 3}\n")

    init_home(home.root)

    text = path.read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    assert "# ours" in text
    assert settings["concurrency"]["runs"]["max_concurrent_runs"] == 3
    assert settings["nux"] == {"enabled": False}
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        assert not instance.nux_enabled
        assert not instance.telemetry_enabled


def test_dagster_is_kept_from_phoning_home(tmp_path: Path) -> None:
    said = dagster_environment(Home(tmp_path))

    assert said["DAGSTER_DISABLE_TELEMETRY"] == "yes"
    assert said["DAGSTER_HOME"] == str(tmp_path / "dagster")
