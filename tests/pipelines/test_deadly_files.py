"""A file on which the reading process dies is refused; all others, and the load, go on."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.home.folders import Settings
from tests.connectors.fuzz.seeds import xlsx
from tests.pipelines.town import Town, new_town, toilets

JUNE = "toilet_reform/2025-06"
# Two cells in a rectangle of 20 million: small, not refused, and seconds to read.
FAR = xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="760000"><c r="Z760000"><v>1</v></c></row>')

pytestmark = [
    pytest.mark.xdist_group("deadly_files"),
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes as Linux shows them"),
]


@contextlib.contextmanager
def killing_readers_of(path: Path) -> Iterator[list[int]]:
    """Kill every process other than this one that has the file open, as a system out of memory might."""
    killed: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for process in _with_open(path):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield killed
    finally:
        done.set()
        watcher.join()


def _with_open(path: Path) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*/fd"):
        process = int(folder.parent.name)
        with contextlib.suppress(OSError):
            if process != os.getpid() and any(os.readlink(link) == str(path) for link in folder.iterdir()):
                yield process


def archived(town: Town, content: bytes) -> Path:
    return town.site.archive.path(sha256(content).hexdigest()).resolve()


def test_a_file_that_kills_its_reader_is_refused_and_the_file_beside_it_is_taken(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "乙村"))
    town.drop(f"{JUNE}/青崖县.xlsx", FAR)

    with killing_readers_of(archived(town, FAR)) as killed:
        town.load()

    assert len(set(killed)) == 2  # once more, for the first might have been chance
    assert town.statuses() == {f"{JUNE}/榆塘县.csv": "accepted", f"{JUNE}/青崖县.xlsx": "refused"}
    assert town.ask("select rule from findings") == [("reading_failed",)]
    assert len(town.slips()) == 2
    assert town.load().is_idle  # it is not tried again


def test_a_file_that_kills_its_worker_is_refused_and_its_bundle_is_taken(town: Town) -> None:
    names = [f"{JUNE}/{number:02}.csv" for number in range(40)]
    for number, name in enumerate(names):
        town.drop(name, toilets("甲村", first=number))
    town.drop(f"{JUNE}/远.xlsx", FAR)

    with killing_readers_of(archived(town, FAR)) as killed:
        summary = town.load()

    assert len(set(killed)) == 2  # in its bundle, then alone
    assert len(summary.outcomes) == 41
    statuses = town.statuses()
    assert statuses.pop(f"{JUNE}/远.xlsx") == "refused"
    assert "refused" not in statuses.values()
    assert town.ask("select rule, count(*) from findings where rule = 'reading_failed' group by all") == [
        ("reading_failed", 1)
    ]


def test_limits_of_the_home_hold_for_reading(tmp_path: Path) -> None:
    town = new_town(
        tmp_path / "home",
        settings=Settings(settle_seconds=0, first_period="2025-01", file_memory_mb=400),
    )
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "乙村"))
    town.drop(f"{JUNE}/青崖县.xlsx", FAR)

    town.load()

    assert town.statuses() == {f"{JUNE}/榆塘县.csv": "accepted", f"{JUNE}/青崖县.xlsx": "refused"}
    assert town.ask("select rule from findings") in ([("reading_failed",)], [("too_large",)])
