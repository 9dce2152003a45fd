"""One writer at a time in a home, told apart by process, by thread, and by host."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipelines.home.folders import Home, HomeError, init_home
from pipelines.home.lock import writing
from tests.pipelines.town import Town, toilets
from tests.postgres import ADDRESS, empty_database
from warehouse.release import releases

HOLD = """
import sys, time
from pathlib import Path
from pipelines.home.folders import Home
from pipelines.home.lock import writing

with writing(Home(Path(sys.argv[1])), "load"):
    print("held", flush=True)
    sys.stdin.read() if sys.argv[2] == "until told" else time.sleep(60)
"""

RECEIVE = """
import sys
from pathlib import Path
from pipelines.home.folders import Home
from pipelines.home.lock import writing
from pipelines.home.site import Site
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive

site = Site(Home(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
with writing(site.home, "receiving", wait_seconds=60):
    receive(site, Progress())
"""

FREEZE = """
import sys
from pathlib import Path
from pipelines.home.folders import Home
from pipelines.home.site import Site
from pipelines.loading.release import freeze_present

site = Site(Home(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
freeze_present(site, sys.argv[2])
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return init_home(tmp_path / "实绩 home")


def started(script: str, *arguments: object) -> subprocess.Popen[str]:
    """A process that has said its first word."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline(), process.communicate()[1]
    return process


@contextmanager
def held(home: Home, how: str = "until told") -> Iterator[subprocess.Popen[str]]:
    """Another process that writes into the home."""
    process = started(HOLD, home.root, how)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def let_go(holder: subprocess.Popen[str]) -> None:
    """Tell a holder to end well."""
    assert holder.stdin is not None
    holder.stdin.close()
    assert holder.wait() == 0


def at_once(*processes: subprocess.Popen[str]) -> None:
    """Let processes that wait for a line go on together; all of them end well."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, complaints = process.communicate()
        assert process.returncode == 0, complaints


def test_who_comes_second_is_told_who_writes_and_a_killed_writer_holds_nobody_up(home: Home) -> None:
    word = home.root / "writing.json"
    with held(home) as holder:
        with pytest.raises(HomeError) as told, writing(home, "report"):
            pass
        holder.kill()
        holder.wait()
        assert str(holder.pid) in word.read_text(encoding="utf-8")

        with writing(home, "load"):
            assert str(os.getpid()) in word.read_text(encoding="utf-8")

    said = str(told.value)
    assert f"shiji load, process {holder.pid} of " in said
    assert f"since {time.strftime('%Y-')}" in said
    assert "Wait for it to end" in said
    assert not word.exists()


def test_who_has_time_waits_for_the_other_to_end(home: Home) -> None:
    with held(home) as holder:
        threading.Timer(0.5, let_go, [holder]).start()

        with writing(home, "report", wait_seconds=20):
            assert holder.poll() is not None or holder.wait(1) == 0


def test_a_thread_that_writes_may_write_on_and_another_may_not(home: Home) -> None:
    refused: list[HomeError] = []

    def try_it() -> None:
        try:
            with writing(home, "report"):
                pass
        except HomeError as error:
            refused.append(error)

    with writing(home, "load"):
        with writing(Home(home.root / ".." / home.root.name), "release"):
            pass
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert len(refused) == 1
    try_it()
    assert len(refused) == 1


def test_a_folder_that_is_no_home_gets_no_lock_file(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="init"), writing(Home(tmp_path / "nothing"), "load"):
        pass

    assert not (tmp_path / "nothing").exists()


def test_dagster_waits_while_a_load_writes(town: Town) -> None:
    import dagster as dg

    from pipelines.dagster.assets import submissions
    from pipelines.dagster.resources import HomeResource

    dropped = town.drop("toilet_reform/2025-06/榆塘县.csv", toilets("甲村"))
    resources = {"home": HomeResource(root=str(town.root))}
    with held(Home(town.root)) as holder:
        run = threading.Thread(target=dg.materialize, args=([submissions],), kwargs={"resources": resources})
        run.start()
        run.join(timeout=3)
        assert run.is_alive()
        assert dropped.exists()
        let_go(holder)
        run.join()

    assert town.statuses() == {"toilet_reform/2025-06/榆塘县.csv": "accepted"}


def test_what_is_imported_and_frozen_waits_for_its_turn(town: Town) -> None:
    town.import_regions()
    names = [f"终稿{number}" for number in range(2)]

    at_once(*(started(FREEZE, town.root, name) for name in names))

    assert sorted(release.name for release in releases(town.site.store)) == names


# Two hosts: each has a lock file of its own, the ledger's database is what tells them apart --------------------------


@pytest.fixture
def hosts(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Home, Home]]:
    """Two homes that share everything but the lock file."""
    if not ADDRESS:
        pytest.skip("no PostgreSQL given")
    other = tmp_path / "other host"
    other.mkdir()
    for path in town.root.iterdir():
        if path.is_dir():
            (other / path.name).symlink_to(path)
    with empty_database() as address:
        monkeypatch.setenv("SHIJI_LEDGER_URL", address)
        yield Home(town.root), Home(other)


def test_a_second_host_is_told_who_writes(hosts: tuple[Home, Home]) -> None:
    with held(hosts[0]) as holder:
        with pytest.raises(HomeError, match=f"shiji load, process {holder.pid} of .* since 20"):
            writing(hosts[1], "load").__enter__()
        holder.kill()
        holder.wait()
        with writing(hosts[1], "load", wait_seconds=20):
            pass


def test_two_hosts_take_in_every_file_once(hosts: tuple[Home, Home], town: Town) -> None:
    for number in range(40):
        town.drop(f"toilet_reform/2025-06/{number}.csv", toilets("甲村", first=number + 1))

    at_once(*(started(RECEIVE, host.root) for host in hosts))

    received = town.site.ledger.submissions()["sender_path"].to_pylist()
    assert sorted(received) == sorted(f"toilet_reform/2025-06/{number}.csv" for number in range(40))


@pytest.mark.parametrize(("listens", "ends"), [(True, 1), (False, -signal.SIGTERM)])
def test_a_writer_whose_database_forgot_its_lock_stops(
    hosts: tuple[Home, Home], listens: bool, ends: int
) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler if listens else signal.SIG_IGN)
    try:
        with held(hosts[0], "for long") as holder:  # what is started in the background hears no interrupt
            engine = create_engine(str(ADDRESS))
            with engine.begin() as connection:
                connection.execute(
                    text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
                )
            engine.dispose()
            _, complaints = holder.communicate(timeout=20)
    finally:
        signal.signal(signal.SIGINT, before)

    assert holder.returncode == ends
    assert "was lost. See that the database is well" in complaints
