"""Findings and quarantine are filed by month: a load rewrites the months it changed, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.loading.notes import outdated_notes
from tests.pipelines.town import Town, new_town, toilets
from warehouse.schemas import FINDINGS, QUARANTINE

pytestmark = pytest.mark.xdist_group("notes")

SEEN = "select * from findings order by finding_id", "select * from quarantine order by all"


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with findings in May, in June, and of a file that nobody recognised; only for copying."""
    town = new_town(tmp_path_factory.mktemp("notes") / "home")
    for month, first in (("2025-05", 1), ("2025-06", 11)):
        rows = toilets("甲村", "无名村", "乙村", first=first, completed=f"{month}-02")
        town.drop(f"toilet_reform/{month}/榆塘县.csv", rows)
    town.drop("toilet_reform/2025-06/通知.txt", "请各镇按时报送。\n".encode("gb18030"))
    town.load()
    return town


@pytest.fixture
def loaded(two_months: Town, tmp_path: Path) -> Town:
    return two_months.copy(tmp_path / "实绩 home")


def files(town: Town, part: str = "") -> set[Path]:
    """Files of both tables, those of a part of their names."""
    store = town.site.store
    every = [path for table in ("findings", "quarantine") for path in store.files(table)]
    return {path.relative_to(town.root) for path in every if part in str(path)}


def test_a_file_of_july_rewrites_nothing_of_may_and_june(loaded: Town) -> None:
    before = files(loaded)
    rows = toilets("甲村", "无名村", first=21, completed="2025-07-02")
    loaded.drop("toilet_reform/2025-07/榆塘县.csv", rows)

    loaded.load()

    after = files(loaded)
    assert before < after
    assert {path for path in after if "2025-07" in str(path)} == after - before
    assert len(after - before) == 2


def test_a_corrected_june_marks_its_findings_and_leaves_may_alone(loaded: Town) -> None:
    may = files(loaded, "2025-05")
    open_ones = loaded.ask(
        "select count(*) from findings where dataset = 'toilet_ledger' and status = 'open'"
    )
    rows = toilets("甲村", "乙村", first=11, completed="2025-06-02")
    loaded.drop("toilet_reform/2025-06/榆塘县（整份替换）.csv", rows)

    loaded.load()

    assert files(loaded, "2025-05") == may
    assert may
    by_month = "select period, status from findings where dataset = 'toilet_ledger' group by all order by all"
    assert loaded.ask(by_month) == [("2025-05", "open"), ("2025-06", "corrected")]
    assert open_ones[0][0] > 0


def test_where_rows_are_filed_is_not_shown(loaded: Town) -> None:
    columns = [name for name, *_ in loaded.ask("describe findings")]

    assert columns == FINDINGS.names
    assert [name for name, *_ in loaded.ask("describe quarantine")] == QUARANTINE.names


def test_a_home_that_kept_notes_by_dataset_is_brought_to_months_once(loaded: Town) -> None:
    site, expected = loaded.site, [loaded.ask(sql) for sql in SEEN]
    for table, schema in (("findings", FINDINGS), ("quarantine", QUARANTINE)):
        rows = site.store.read(table).select(schema.names)
        site.store.lay_out(table, schema, ["dataset"])
        site.store.write(table, rows, schema, {"dataset": ["toilet_ledger", "unrouted"]})
    marks = dict.fromkeys(site.ledger.built("findings"))
    site.ledger.mark_built("findings", marks | dict.fromkeys(["toilet_ledger", "unrouted"], "as it was"))
    old = site.store.version("findings")
    assert [loaded.ask(sql) for sql in SEEN] == expected

    loaded.load()

    store = loaded.site.store
    assert [loaded.ask(sql) for sql in SEEN] == expected
    assert store.partition_columns("findings") == ["dataset", "filed_under"]
    assert store.read("findings", as_of=old).num_rows == len(expected[0])
    assert outdated_notes(loaded.site) == []
    assert loaded.load().is_idle
