from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.postgres import ADDRESS, empty_database
from warehouse.ledger import Arrival, Ledger, Outcome
from warehouse.ledger.portable import NotEmpty, Unreadable, dump, take_in
from warehouse.ledger.schema import revisions
from warehouse.schemas import REGIONS

NEWER = {"attempts", "retry_at", "failure", "owes_slip", "shown_path"}
"""Columns of submissions that later revisions brought."""


REGIONS_OF_TOWN = pa.Table.from_pylist(
    [{"region_code": "990101000000", "name": "示例县", "level": "county", "valid_from": date(2020, 1, 1)}],
    schema=REGIONS,
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A ledger with a submission that counts, one that waits, and a fingerprint."""
    made = f"sqlite:///{tmp_path}/ledger.db"
    ledger = Ledger(made)
    day = datetime(2025, 7, 1, 8, 30, tzinfo=UTC)
    receipts = ledger.receive_many(
        [Arrival("road", f"road/2025-0{n}/路.xlsx", "路.xlsx", f"{n}" * 64, 9, day, day) for n in (6, 7)]
    )
    coverage = {("990101000000", "2025-06"): 2}
    ledger.finish_many(
        [Outcome(receipts[0].submission_id, "accepted", "road_segments", "2025-06", ["990101000000"], 2, 2, 0,
                 coverage=coverage)]
    )  # fmt: skip
    ledger.mark_built("road_segments", {"2025-06": "f" * 64})
    ledger.keep_regions(REGIONS_OF_TOWN)
    ledger.close()
    return made


def test_a_ledger_comes_back_with_all_it_knew(url: str, tmp_path: Path) -> None:
    lines = list(dump(url))
    other = f"sqlite:///{tmp_path}/other.db"
    take_in(other, lines)
    assert list(dump(other)) == lines
    before, after = Ledger(url), Ledger(other)
    assert after.submissions().equals(before.submissions())
    assert after.regions().equals(before.regions())
    assert after.regions()["valid_from"].to_pylist() == [date(2020, 1, 1)]
    assert after.built("road_segments") == before.built("road_segments")
    receipt = after.receive_many([Arrival("road", "road/c.xlsx", "c.xlsx", "c" * 64, 9, datetime.now(UTC))])
    assert receipt[0].submission_id.split("-")[1] == "000003"  # it goes on counting where it was


@pytest.mark.skipif(not ADDRESS, reason="no PostgreSQL given")
def test_a_ledger_moves_from_sqlite_to_postgresql_and_back(url: str, tmp_path: Path) -> None:
    lines = list(dump(url))
    with empty_database() as address:
        take_in(address, lines)
        assert list(dump(address)) == lines
        take_in(f"sqlite:///{tmp_path}/back.db", dump(address))
    assert list(dump(f"sqlite:///{tmp_path}/back.db")) == lines


def test_taking_in_the_same_again_changes_nothing_and_something_else_is_refused(
    url: str, tmp_path: Path
) -> None:
    lines = list(dump(url))
    other = f"sqlite:///{tmp_path}/other.db"
    take_in(other, lines)
    take_in(other, lines)
    assert list(dump(other)) == lines
    Ledger(other).mark_built("road_segments", {"2025-07": "e" * 64})
    with pytest.raises(NotEmpty):
        take_in(other, lines)


def test_lines_of_an_earlier_program_are_brought_up_to_date(url: str, tmp_path: Path) -> None:
    old = list(_as_of_revision_two(list(dump(url))))
    take_in(f"sqlite:///{tmp_path}/old.db", old)
    ledger = Ledger(f"sqlite:///{tmp_path}/old.db")
    assert ledger.submissions()["status"].to_pylist() == ["accepted", "received"]
    assert ledger.owed() == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [([], "no ledger"), (["[1]"], "no ledger"), (['{"ledger": "9999"}'], "newer Shiji")],
)
def test_what_is_no_ledger_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        take_in(f"sqlite:///{tmp_path}/other.db", lines)


def _as_of_revision_two(lines: list[str]) -> list[str]:
    assert revisions()[:2] == ["0001", "0002"]
    made = [json.dumps({"ledger": "0002"})]
    keep: list[bool] = []
    known = {"counters", "submissions", "coverage", "builds"}
    is_known = False
    for line in map(json.loads, lines[1:]):
        if isinstance(line, dict):
            is_known = line["table"] in known
            keep = [not (line["table"] == "submissions" and name in NEWER) for name in line["columns"]]
            line = line | {
                "columns": [name for name, kept in zip(line["columns"], keep, strict=True) if kept]
            }
        else:
            line = [value for value, kept in zip(line, keep, strict=True) if kept]
        made += [json.dumps(line)] if is_known else []
    return made
