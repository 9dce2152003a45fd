"""What a load does again, and what it leaves alone."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from pipelines.home.folders import HomeError
from pipelines.loading.load import load
from tests.pipelines.apart import run_script, run_shiji
from tests.pipelines.town import REGIONS, Town, new_town, toilets

JUNE = "toilet_reform/2025-06"
MAY = "toilet_reform/2025-05"
RELEASED = ("releases", "submissions")
"""Tables that a release itself writes."""

pytestmark = pytest.mark.xdist_group("load")


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town whose June ledger of one county is loaded; only for copying."""
    town = new_town(tmp_path_factory.mktemp("first") / "home")
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "乙村", "丙村", yuan="1500"))
    summary = town.load()
    assert (summary.received, summary.is_released) == (1, True)
    return town


@pytest.fixture
def loaded(first_load: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return first_load.copy(tmp_path / "实绩 home")


def counted(town: Town, period: str = "2025-06") -> dict[str, int]:
    """Records by township of a month."""
    rows = town.ask(
        "select left(region_code, 9), count(*) from toilet_ledger where period = ? group by all", [period]
    )
    return dict(rows)


def test_a_second_load_does_nothing_at_all(loaded: Town) -> None:
    versions = loaded.versions()

    again = loaded.load()

    assert again.is_idle
    assert not again.is_released
    assert loaded.versions() == versions


def test_the_demo_village_loaded_again_is_idle(village: Town, tmp_path: Path) -> None:
    copy = village.copy(tmp_path / "copy")

    again = run_shiji("--home", str(copy.root), "load")

    assert "Nothing new; nothing rebuilt" in again.stdout


def test_one_new_file_rebuilds_only_its_month_of_its_dataset(town: Town) -> None:
    for month, first in (("2025-04", 1), ("2025-05", 11), ("2025-06", 21)):
        rows = toilets("甲村", "丙村", first=first, completed=f"{month}-02")
        town.drop(f"toilet_reform/{month}/榆塘县.csv", rows)
    town.load()
    before = set(town.ask('select submission_id, "row", resident_id, period from toilet_ledger'))
    town.drop(f"{MAY}/青崖县.csv", toilets("丁村", first=31, completed="2025-05-20"))

    summary = town.load()

    assert summary.records == {"toilet_ledger": {"2025-05": 3}}
    assert "2025-04" not in summary.written["observations"]
    after = set(town.ask('select submission_id, "row", resident_id, period from toilet_ledger'))
    assert before < after
    assert {period for *_, period in after - before} == {"2025-05"}


def test_a_corrected_file_takes_the_place_of_the_first_which_stays_readable_as_of_its_day(
    loaded: Town,
) -> None:
    then = dt.datetime.now(dt.UTC)
    loaded.drop(f"{JUNE}/榆塘县（更正）.csv", toilets("甲村", "乙村", "丙村", yuan="1600"))

    loaded.load()

    paid = "select distinct subsidy_yuan from toilet_ledger"
    assert loaded.statuses() == {f"{JUNE}/榆塘县.csv": "superseded", f"{JUNE}/榆塘县（更正）.csv": "accepted"}
    assert loaded.ask(paid) == [(1600.0,)]
    assert loaded.ask(paid, as_of=then) == [(1500.0,)]
    assert loaded.ask("select sender_path, status from submissions", as_of=then) == [
        (f"{JUNE}/榆塘县.csv", "accepted")
    ]


def test_findings_of_a_file_that_was_corrected_are_corrected(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "乙村", yuan="999999"))
    town.drop(f"{JUNE}/青崖县.csv", [*toilets("丁村", first=5), *toilets("丁村", first=6, yuan="999999")])
    town.load()
    by_status = "select status, count(*) from findings where rule = 'out_of_range' group by all"
    assert town.ask(by_status) == [("open", 3)]
    town.drop(f"{JUNE}/青崖县（更正）.csv", toilets("丁村", "丁村", first=5))

    town.load()

    assert dict(town.ask(by_status)) == {"open": 2, "corrected": 1}


def test_the_same_bytes_again_are_a_repeat_and_rebuild_nothing(loaded: Town) -> None:
    versions = loaded.versions()
    loaded.drop(f"{JUNE}/榆塘县 (2).csv", toilets("甲村", "乙村", "丙村"))

    summary = loaded.load()

    assert (summary.received, summary.repeats) == (1, 1)
    assert not summary.records
    assert not summary.written
    assert loaded.statuses()[f"{JUNE}/榆塘县 (2).csv"] == "repeat"
    assert any("重复" in name for name in loaded.slips())
    assert {name: loaded.versions()[name] for name in versions if name not in RELEASED} == {
        name: version for name, version in versions.items() if name not in RELEASED
    }


def test_a_township_sent_again_leaves_the_other_townships_in_force(loaded: Town) -> None:
    loaded.drop(f"{JUNE}/沐溪镇.csv", toilets("甲村", "乙村", "乙村", yuan="1700"))

    loaded.load()

    assert counted(loaded) == {"990121100": 3, "990121200": 1}
    assert loaded.statuses()[f"{JUNE}/榆塘县.csv"] == "accepted"  # it still counts for the other township


def test_a_file_of_bad_rows_only_is_sent_back_and_supersedes_nothing(loaded: Town) -> None:
    versions = loaded.versions()["toilet_ledger"]
    loaded.drop(f"{JUNE}/榆塘县（更正）.csv", toilets("甲村", "乙村", "丙村", yuan="-5"))

    summary = loaded.load()

    assert [outcome.status for outcome in summary.outcomes] == ["refused"]
    assert loaded.statuses()[f"{JUNE}/榆塘县.csv"] == "accepted"
    assert loaded.versions()["toilet_ledger"] == versions
    assert counted(loaded) == {"990121100": 2, "990121200": 1}
    assert loaded.ask("select count(*) from quarantine") == [(3,)]


def test_files_that_come_before_the_regions_wait_and_nobody_is_answered(tmp_path: Path) -> None:
    town = new_town(tmp_path / "home", regions=False)
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "丙村"))
    with pytest.raises(
        HomeError, match="1 submissions wait and nobody is answered; run shiji regions import"
    ):
        town.load()
    assert town.statuses() == {f"{JUNE}/榆塘县.csv": "received"}
    assert town.slips() == []
    town.import_regions()

    summary = town.load()

    assert [outcome.status for outcome in summary.outcomes] == ["accepted"]
    assert summary.received == 0
    assert counted(town) == {"990121100": 1, "990121200": 1}
    assert town.ask("select count(*) from findings") == [(0,)]


def test_a_village_added_to_the_regions_lifts_its_rows_out_of_quarantine(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "无名村"))
    town.load()
    assert town.ask("select count(*) from quarantine") == [(1,)]

    town.import_regions(REGIONS + "990121100202,无名村,village,990121100000\n")
    town.load()

    assert town.ask("select count(*) from quarantine") == [(0,)]
    assert counted(town) == {"990121100": 2}


def test_a_month_asked_for_is_rebuilt_to_the_same_rows(loaded: Town) -> None:
    before = loaded.table("toilet_ledger")

    summary = loaded.load(periods=["2025-06"])

    assert summary.records == {"toilet_ledger": {"2025-06": 3}}
    assert summary.written == {}
    assert loaded.table("toilet_ledger").equals(before)


def test_a_load_leaves_alone_what_another_writes(town: Town) -> None:
    holding = FileLock(town.root / "writing.lock")
    with holding, pytest.raises(HomeError, match="another writer"):
        load(town.site)

    town.load()


# A crash at any point leaves the last good state readable, and the next load finishes the work ---------------------


KILL_AT = """
import os, signal, sys
from pathlib import Path
from pipelines.home.folders import Home
from pipelines.loading.load import load
from pipelines.loading.progress import Progress
from pipelines.home.site import Site

def report(what, done, total):
    if (what, done) == (sys.argv[2], int(sys.argv[3])):
        os.kill(os.getpid(), signal.SIGKILL)

load(Site(Home(Path(sys.argv[1]))), progress=Progress(report))
"""


def killed_at(town: Town, step: str, done: int) -> None:
    """Run a load in a process that ends abruptly when it reports this step."""
    ended = run_script(KILL_AT, town.root, step, done)
    assert ended.returncode == -9, ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize(
    ("step", "done"),
    [("Receiving", 1), ("Staging", 1), ("Records", 1), ("Publishing", 0), ("Publishing", 1)],
    ids=lambda value: str(value),
)  # fmt: skip
def test_a_load_killed_between_steps_is_finished_by_the_next(loaded: Town, step: str, done: int) -> None:
    published = (loaded.root / "published" / "current" / "toilet_ledger.parquet").read_bytes()
    loaded.drop(f"{JUNE}/榆塘县（更正）.csv", toilets("甲村", "乙村", "丙村", yuan="1600"))

    killed_at(loaded, step, done)

    if (step, done) != ("Publishing", 1):
        assert (loaded.root / "published" / "current" / "toilet_ledger.parquet").read_bytes() == published
    loaded.load()
    assert loaded.ask("select distinct subsidy_yuan from toilet_ledger") == [(1600.0,)]
    parquet = loaded.root / "published" / "current" / "toilet_ledger.parquet"
    assert set(pq.read_table(parquet)["subsidy_yuan"].to_pylist()) == {1600.0}
    assert list(loaded.statuses().values()) == ["superseded", "accepted"]
    assert len(loaded.slips()) == 2
    assert loaded.load().is_idle


def test_a_warehouse_that_cannot_be_written_fails_the_load_and_loses_nothing(loaded: Town) -> None:
    staged = loaded.root / "warehouse" / "staged"
    staged.rename(loaded.root / "aside")
    staged.write_text("a file where the folder should be", encoding="utf-8")
    loaded.drop(f"{JUNE}/青崖县.csv", toilets("丁村", first=7))

    ended = run_shiji("--home", str(loaded.root), "load")

    assert ended.returncode == 1
    assert counted(loaded) == {"990121100": 2, "990121200": 1}
    staged.unlink()
    (loaded.root / "aside").rename(staged)
    assert loaded.load().received == 0  # it was in the archive already
    assert counted(loaded) == {"990121100": 2, "990121200": 1, "990122100": 1}


def test_the_order_of_arrival_decides_and_not_the_order_of_names(town: Town) -> None:
    older = town.drop(f"{JUNE}/z.csv", toilets("甲村", yuan="1500"))
    newer = town.drop(f"{JUNE}/a.csv", toilets("甲村", yuan="1600"))
    now = time.time()
    os.utime(older, (now - 60, now - 60))
    os.utime(newer, (now, now))

    town.load()

    assert town.ask("select subsidy_yuan from toilet_ledger") == [(1600.0,)]
