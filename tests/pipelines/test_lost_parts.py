"""Parts of a home that are gone are made again from what is kept: the archive, the ledger and the settings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.pipelines.town import Town, new_town, toilets

pytestmark = pytest.mark.xdist_group("lost parts")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with two months, a row in quarantine and a refused file; for copying."""
    town = new_town(tmp_path_factory.mktemp("lost") / "实绩 home")
    rows = [*toilets("甲村", "丙村"), *toilets("乙村", first=9, yuan="-1")]
    town.drop("toilet_reform/2025-06/榆塘县.csv", rows)
    town.drop("toilet_reform/2025-05/青崖县.csv", toilets("丁村", first=20, completed="2025-05-06"))
    town.drop("toilet_reform/2025-06/说明.csv", "没有表格的一些话".encode())
    town.load()
    return town


def state(town: Town) -> tuple[dict[str, list[str]], dict[str, str], list[str]]:
    tables = {
        name: sorted(map(repr, town.table(name).to_pylist()))
        for name in town.site.store.tables()
        if name not in ("releases", "submissions")
    }
    return tables, town.statuses(), town.slips()


@pytest.mark.parametrize(
    "lost",
    [
        "warehouse",
        "warehouse/staged",
        "warehouse/toilet_ledger",
        "warehouse/findings",
        "warehouse/observations",
        "published",
        "reports",
        "dagster/dagster.yaml",
    ],
)
def test_what_is_gone_is_made_again_and_nobody_is_refused_for_it(
    whole: Town, tmp_path: Path, lost: str
) -> None:
    town = whole.copy(tmp_path / "实绩 home")
    before = state(town)
    path = town.root / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    town.load()

    assert path.exists()
    assert state(town) == before
    assert (town.root / "published" / "current" / "toilet_ledger.parquet").exists()
    assert town.load().is_idle
