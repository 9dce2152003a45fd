"""Change detection that is honest: a load makes anew what other code made, what is gone, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.home.codeprint import Step
from pipelines.home.site import Site
from pipelines.loading.figures import outdated_months
from pipelines.loading.records import outdated_records
from pipelines.loading.release import is_released, is_reported
from tests.pipelines.town import Town, new_town, toilets

pytestmark = pytest.mark.xdist_group("change")

MONTHS = ("2025-05", "2025-06")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town of two months, one of them with a bad row, loaded; only for copying."""
    town = new_town(tmp_path_factory.mktemp("loaded") / "home")
    town.drop("toilet_reform/2025-05/榆塘县.csv", toilets("甲村", "丙村", completed="2025-05-02"))
    rows = [*toilets("甲村", "丙村", first=11), *toilets("丁村", first=21, yuan="999999")]
    town.drop("toilet_reform/2025-06/榆塘县.csv", rows)
    town.load()
    return town


@pytest.fixture
def town(loaded: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return loaded.copy(tmp_path / "home")


@pytest.fixture
def other_code(monkeypatch: pytest.MonkeyPatch) -> Callable[[Step], None]:
    """From now on a step's code is another than what made the home."""

    def changed(step: Step) -> None:
        from pipelines.home import codeprint

        rooms = ("pipelines.home.site", "pipelines.loading.records", "pipelines.loading.figures",
                 "pipelines.loading.notes", "pipelines.loading.release")  # fmt: skip
        for room in rooms:
            monkeypatch.setattr(
                f"{room}.code_digest",
                lambda asked: codeprint.code_digest(asked) + ("*" if asked == step else ""),
            )

    return changed


def stale(site: Site) -> int:
    return len(site.ledger.stale(site.staging_digests))


def test_nothing_is_outdated_after_a_load(loaded: Town) -> None:
    site = loaded.site
    assert (stale(site), outdated_records(site), outdated_months(site)) == (0, {}, [])
    assert is_released(site)
    assert is_reported(site)


def test_other_code_of_the_figures_makes_months_outdated_and_no_submission_stale(
    town: Town, other_code: Callable[[Step], None]
) -> None:
    other_code("figures")
    assert outdated_months(town.site) == [*MONTHS]

    summary = town.load()

    assert (summary.outcomes, summary.records) == ([], {})
    assert outdated_months(town.site) == []


def test_other_code_of_staging_makes_submissions_stale(
    town: Town, other_code: Callable[[Step], None]
) -> None:
    other_code("staging")
    assert stale(town.site) == 2


def test_other_code_of_the_report_writes_the_report_anew_and_releases_nothing(
    town: Town, other_code: Callable[[Step], None]
) -> None:
    page = town.root / "reports" / "index.html"
    before = page.stat().st_mtime_ns
    other_code("report")

    summary = town.load()

    assert not summary.is_released
    assert page.stat().st_mtime_ns > before


def test_regions_of_a_home_that_kept_them_in_the_warehouse_alone_are_brought_into_the_ledger(
    town: Town,
) -> None:
    before = town.site.regions
    town.site.ledger.keep_regions(before.slice(0, 0))

    assert town.site.regions.equals(before)
    assert town.site.ledger.regions().equals(before)
