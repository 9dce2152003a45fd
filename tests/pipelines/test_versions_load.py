"""A form that changes: what a load reads anew, what stays, and what senders are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.expectations.versioned import FIRST, NEW_HEAD, OLD_HEAD, TENDED, Row, form, workbook
from tests.pipelines.town import Town, new_town

pytestmark = pytest.mark.xdist_group("versions_load")

JUNE = "select plot_number, area_mu, survived_mu, submission_id, row from saplings where period = '2025-06' order by row"
PLACE = ("沐溪镇", "甲村")
SECOND = form(
    "2.0.0",
    "2025-07",
    TENDED.replace("required: true", "required: false"),
    title="实际造林面积",
    most=100,
)


def put(town: Town, name: str, text: str) -> None:
    """Put a contract into the city's folder."""
    path = town.root / "config" / "contracts" / "forestry" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def drop(town: Town, name: str, *rows: Row) -> None:
    """Hand in a file of the foresters."""
    workbook(town.root / "inbox" / "forestry" / name, {"台账": rows})


def old(number: str, area: str = "12.5") -> Row:
    return (*PLACE, number, area, "杉木", "10")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town of the first version, with June, July and a file that no contract takes; only for copying."""
    town = new_town(tmp_path_factory.mktemp("versions") / "home")
    put(town, "saplings.yaml", FIRST)
    drop(town, "2025年6月.xlsx", OLD_HEAD, old("A-1"), old("A-2", "500"))
    drop(town, "2025年7月.xlsx", OLD_HEAD, old("A-1"), old("A-2", "500"))
    drop(town, "2025年8月.xlsx", ("姓名", "年龄"), ("某某", "33"))
    town.load()
    return town


@pytest.fixture
def town(loaded: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return loaded.copy(tmp_path / "home")


def test_a_new_version_reads_anew_what_its_months_cover_and_what_was_refused(town: Town) -> None:
    june = town.ask(JUNE)
    put(town, "saplings-2.yaml", SECOND)
    drop(town, "2025年8月造林.xlsx", NEW_HEAD, (*PLACE, "A-9", "7", "杉木", "2025-03-12"))

    summary = town.load()

    names = {row[0]: row[1] for row in town.ask("select submission_id, file_name from submissions")}
    assert sorted(names[one.submission_id] for one in summary.outcomes) == [
        "2025年7月.xlsx",
        "2025年8月.xlsx",
        "2025年8月造林.xlsx",
    ]
    assert list(summary.records["saplings"]) == ["2025-07", "2025-08"]
    assert town.ask(JUNE) == june
    assert town.ask("select period, plot_number, survived_mu, cast(tended_on as date)::varchar from saplings order by all") == [
        ("2025-06", "A-1", 10.0, None),
        ("2025-06", "A-2", 10.0, None),
        ("2025-07", "A-1", None, None),
        ("2025-08", "A-9", None, "2025-03-12"),
    ]  # fmt: skip
    assert town.load().is_idle
