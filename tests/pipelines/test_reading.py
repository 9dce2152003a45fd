"""What readers see while a load is at work, before the first and between two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.loading.pool import processes
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from pipelines.loading.records import outdated_records, rebuild_records
from pipelines.loading.stage import stage_pending
from tests.pipelines.town import REGIONS, Town, new_town, toilets

JUNE = "toilet_reform/2025-06"
PAID = "select distinct subsidy_yuan from toilet_ledger"


pytestmark = pytest.mark.xdist_group("reading")


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town whose June ledger is loaded; only for copying."""
    town = new_town(tmp_path_factory.mktemp("reading") / "home")
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", yuan="1500"))
    town.load()
    return town


@pytest.fixture
def loaded(first_load: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return first_load.copy(tmp_path / "实绩 home")


def half_loaded(town: Town) -> None:
    """A load that has come as far as the records: tables disagree with each other."""
    site = town.site
    receive(site, Progress())
    with processes(site.home.settings) as working:
        stage_pending(site, Progress(), "half", working)
    for dataset, months in outdated_records(site).items():
        rebuild_records(site, dataset, months)


def answer(town: Town, *arguments: str) -> object:
    said = town.shiji("query", *arguments, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_before_the_first_load_has_finished_readers_are_told_so(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    half_loaded(town)

    for command in (("query", "from findings"), ("findings",), ("report",)):
        said = town.shiji(*command)

        assert said.code == 1, command
        assert "the first load has not finished" in said.err, command


def test_readers_see_the_last_release_while_a_load_is_at_work(loaded: Town) -> None:
    loaded.drop(f"{JUNE}/榆塘县（更正）.csv", toilets("甲村", yuan="1600"))
    half_loaded(loaded)

    assert answer(loaded, PAID) == [{"subsidy_yuan": 1500.0}]
    assert answer(loaded, PAID, "--live") == [{"subsidy_yuan": 1600.0}]
    handed_in = "select status from submissions order by submission_id"
    assert answer(loaded, handed_in) == [{"status": "accepted"}]
    assert answer(loaded, handed_in, "--live") == [{"status": "superseded"}, {"status": "accepted"}]


def test_a_release_keeps_what_it_showed_of_submissions_that_are_read_anew(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "无名村"))
    town.load()
    (first,) = town.ask("select release from releases")
    town.import_regions(REGIONS + "990121100202,无名村,village,990121100000\n")
    town.load()

    counts = "select rows_recorded, rows_quarantined from submissions"
    assert town.ask(counts) == [(2, 0)]
    assert town.ask(counts, release=first[0]) == [(1, 1)]


def test_a_load_writes_only_the_months_of_receipt_in_which_something_changed(loaded: Town) -> None:
    files = set(loaded.site.store.files("submissions"))
    loaded.load(periods=["2025-06"])
    assert set(loaded.site.store.files("submissions")) == files


def test_the_report_is_written_from_the_last_release(loaded: Town) -> None:
    page = loaded.root / "reports" / "index.html"
    before = page.read_text(encoding="utf-8")
    assert "青崖县" in before
    loaded.drop("toilet_reform/2025-07/青崖县.csv", toilets("丁村", first=9, completed="2025-07-03"))
    half_loaded(loaded)

    assert loaded.shiji("report").code == 0
    released = page.read_text(encoding="utf-8")
    assert loaded.shiji("report", "--live").code == 0
    live = page.read_text(encoding="utf-8")

    assert "2025年7月" not in released
    assert "2025年7月" in live
    loaded.load()
    assert "2025年7月" in page.read_text(encoding="utf-8")
