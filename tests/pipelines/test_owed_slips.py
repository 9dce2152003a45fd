"""No slip is lost: what could not be written is owed, and written by the next load that can."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from pipelines.loading.answer import answer_owed
from pipelines.loading.pool import processes
from tests.pipelines.test_load import killed_at
from tests.pipelines.town import Town, new_town, toilets

JUNE = "toilet_reform/2025-06"

pytestmark = pytest.mark.xdist_group("owed_slips")


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town whose June ledger of one county is loaded; only for copying."""
    town = new_town(tmp_path_factory.mktemp("owed") / "home")
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "无名村"))
    town.load()
    return town


@pytest.fixture
def loaded(first_load: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return first_load.copy(tmp_path / "实绩 home")


def test_one_departments_outbox_that_cannot_be_written_stops_nothing_and_is_answered_later(
    town: Town,
) -> None:
    blocked = town.root / "outbox/toilet_reform"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "无名村"))
    town.drop("forestry/无期.csv", b"nothing,here")

    said = town.shiji("load")

    assert said.code == 0, said.err
    assert "1 slips could not be written and are owed: make outbox/toilet_reform writable" in said.out
    assert town.statuses()[f"{JUNE}/榆塘县.csv"] == "partial"
    assert town.slips() == ["forestry/无期.csv.回执-退回.txt", "toilet_reform"]
    blocked.unlink()
    assert town.load().owed == []
    assert town.slips() == ["forestry/无期.csv.回执-退回.txt", f"{JUNE}/榆塘县.回执-部分接收.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize("step", ["Receiving", "Staging"])
def test_the_slip_of_a_repeat_survives_a_load_that_is_cut_off(loaded: Town, step: str) -> None:
    loaded.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "无名村"))

    killed_at(loaded, step, 1 if step == "Receiving" else 0)

    assert loaded.load().received == 0
    assert loaded.slips() == [
        f"{JUNE}/榆塘县.csv.回执-重复.txt",
        f"{JUNE}/榆塘县.回执-部分接收.xlsx",
    ]
    assert loaded.site.ledger.owed() == []


def test_a_slip_written_later_says_what_one_written_at_once_says(loaded: Town) -> None:
    (slip,) = loaded.slips()
    at_once = loaded.root / "outbox" / slip
    said = told(at_once)
    at_once.unlink()
    with sqlite3.connect(loaded.root / "ledger.db") as ledger:
        ledger.execute("update submissions set owes_slip = true, told = null")
    ledger.close()

    with processes(loaded.site.home.settings) as working:
        assert answer_owed(loaded.site, "test", working) == []

    assert told(at_once) == said


def told(slip: Path) -> list[tuple[object, ...]]:
    """Cells of a workbook but for the number and time of the submission."""
    from openpyxl import load_workbook

    rows = [row for sheet in load_workbook(slip) for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if row[0] not in ("报送编号", "收到时间")]


def test_a_slip_whose_original_is_damaged_is_owed_and_the_others_are_written(loaded: Town) -> None:
    (slip,) = loaded.slips()
    (loaded.root / "outbox" / slip).unlink()
    (sha256,) = loaded.site.ledger.submissions()["sha256"].to_pylist()
    with sqlite3.connect(loaded.root / "ledger.db") as ledger:
        ledger.execute("update submissions set owes_slip = true, told = null")
    ledger.close()
    kept = loaded.site.archive.path(sha256)
    kept.rename(kept.with_suffix(".aside"))
    loaded.drop("toilet_reform/说明.csv", b"nothing,here")

    summary = loaded.load()

    assert [entry.sha256 for entry in summary.owed] == [sha256]
    assert loaded.slips() == ["toilet_reform/说明.csv.回执-退回.txt"]
    kept.with_suffix(".aside").rename(kept)
    assert loaded.load().owed == []
    assert slip in loaded.slips()
