"""Releases are added in one commit each, found again by name, and thinned by a rule."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.clock import in_shanghai
from warehouse.release import (
    Release,
    ReleaseError,
    freeze,
    nightly_name,
    released,
    releases,
    superfluous,
    thin,
)
from warehouse.store import Overtaken, Store

NOW = datetime(2026, 3, 31, 18, tzinfo=UTC)
"""The 1st of April in Shanghai."""

PLOTS = pa.schema([("owner", pa.string()), ("period", pa.string())])
FREEZE = """
import sys
from pathlib import Path
from warehouse.release import ReleaseError, freeze
from warehouse.store import Store

store = Store(Path(sys.argv[1]))
store.version("plots")
print("ready", flush=True)
for name in sys.stdin.readline().split():
    try:
        freeze(store, name)
        print("done", name)
    except ReleaseError:
        print("taken", name)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "仓库")
    rows = pa.Table.from_pylist([{"owner": "甲", "period": "2025-06"}], schema=PLOTS)
    store.write("plots", rows, PLOTS, {"period": ["2025-06"]})
    return store


def racing(store: Store, names: list[list[str]]) -> list[str]:
    """What processes said that froze these names at the same moment, each its own."""
    command = [sys.executable, "-c", FREEZE, str(store.root)]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in names
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer, own in zip(racers, names, strict=True):
        assert racer.stdin is not None
        racer.stdin.write(" ".join(own) + "\n")
        racer.stdin.flush()
    return [line for racer in racers for line in racer.communicate()[0].splitlines()]


def test_of_eight_that_freeze_at_once_one_gets_a_common_name_and_none_loses_its_own(store: Store) -> None:
    said = racing(store, [["终稿", f"稿{number}"] for number in range(8)])

    assert sorted(said) == sorted(
        ["done 终稿", *["taken 终稿"] * 7, *(f"done 稿{number}" for number in range(8))]
    )
    found = [release.name for release in releases(store)]
    assert sorted(found) == sorted(["终稿", *(f"稿{number}" for number in range(8))])


def test_rows_decided_on_an_older_version_are_not_added(store: Store) -> None:
    freeze(store, "一")
    rows = store.read("releases")
    freeze(store, "二")

    with pytest.raises(Overtaken):
        store.append("releases", rows, rows.schema, after=0)

    assert [release.name for release in releases(store)] == ["一", "二"]


def test_a_release_adds_one_row_and_rewrites_none(store: Store) -> None:
    freeze(store, "一", "主任会议用")
    before = set(store.files("releases"))

    freeze(store, "二")

    assert len(set(store.files("releases")) - before) == 1
    assert before < set(store.files("releases"))
    assert released(store, "一").note == "主任会议用"


def test_many_releases_lie_in_few_files_and_are_found_as_before(store: Store) -> None:
    for number in range(45):
        freeze(store, f"稿{number}")
        store.tend()

    assert len(store.files("releases")) <= 8
    assert [release.name for release in releases(store)] == [f"稿{number}" for number in range(45)]
    assert sorted(store.read("releases", ["release"], as_of=7)["release"].to_pylist()) == [
        f"稿{number}" for number in range(7)
    ]


def nightly(at: datetime) -> Release:
    return Release(nightly_name(at), at, {"plots": 0}, "")


def test_old_nightly_releases_are_thinned_to_weeks_and_months_and_named_ones_stay() -> None:
    made = [nightly(NOW - timedelta(days=age)) for age in range(199, -1, -1)]
    named = [Release(f"终稿 {age}", NOW - timedelta(days=age), {}, "") for age in (150, 50)]

    gone = superfluous([*named, *made], NOW)

    left = [release for release in made if release not in gone]
    days = {(NOW - release.created_at).days: in_shanghai(release.created_at).date() for release in left}
    assert [release for release in gone if release in named] == []
    assert set(range(14)) < set(days)
    ends_month = {age for age, day in days.items() if (day + timedelta(days=1)).day == 1}
    ends_week = {age for age, day in days.items() if day.weekday() == 6}
    assert {age for age in days if age >= 105} <= ends_month
    assert {age for age in days if 14 <= age < 105} <= ends_month | ends_week
    assert len([age for age in ends_week if 14 <= age < 105]) == 13
    assert len(ends_month) == 7
    assert superfluous(left, NOW + timedelta(hours=1)) == []


def test_of_several_loads_on_an_old_day_the_last_stays_and_the_tables_are_as_they_were(store: Store) -> None:
    freeze(store, "终稿", created_at=NOW - timedelta(days=61))
    for hours in (2, 1, 0):
        at = NOW - timedelta(days=60, hours=hours)
        freeze(store, nightly_name(at), created_at=at)
    before = store.version("plots"), store.files("plots"), store.version("releases")

    gone = thin(store, NOW)

    assert [release.name for release in releases(store)] == ["终稿", nightly(NOW - timedelta(days=60)).name]
    assert (store.version("plots"), store.files("plots")) == before[:2]
    assert store.read("releases", as_of=before[2]).num_rows == 4
    with pytest.raises(ReleaseError, match="--as-of"):
        released(store, gone[0])
