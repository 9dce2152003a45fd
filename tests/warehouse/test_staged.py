"""Staged submissions: kept part by part, over any file system, and only what is in force is read from them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

from warehouse.staged import StagedStore, covered_rows, with_notes

NAMES = ("submission_id", "region_code", "period", "handed_in_as", "key", "takes")
RECORDS = pa.schema(
    [*((name, pa.string()) for name in NAMES), ("received_seq", pa.int64()), ("rows", pa.int64())]
)
VILLAGE, OTHER = "990101100201", "990102100201"


def records(*rows: tuple[object, ...]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(RECORDS.names, row, strict=False)) for row in rows], schema=RECORDS)


@pytest.fixture(params=["a folder", "a tree that knows no folder of this machine"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> StagedStore:
    if request.param == "a folder":
        return StagedStore(tmp_path / "staged 已暂存")
    return StagedStore("bucket/staged", SubTreeFileSystem(str(tmp_path), LocalFileSystem()))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.parquet"))


def test_what_is_kept_is_read_in_the_order_asked_for(store: StagedStore) -> None:
    for name in ("a", "b"):
        store.write("toilets", name, "records", records((name, VILLAGE, "2025-06")))
    read = store.read("toilets", ["b", "a"], "records", RECORDS)
    assert read["submission_id"].to_pylist() == ["b", "a"]


def test_writing_again_replaces(store: StagedStore) -> None:
    for period in ("2025-05", "2025-06"):
        store.write("toilets", "a", "records", records(("a", VILLAGE, period)))
    assert store.read("toilets", ["a"], "records", RECORDS)["period"].to_pylist() == ["2025-06"]


def test_a_part_without_rows_is_taken_away_but_records_stay(store: StagedStore, tmp_path: Path) -> None:
    for part in ("records", "findings"):
        store.write("toilets", "a", part, records(("a", VILLAGE, "2025-06")))  # type: ignore[arg-type]
        store.write("toilets", "a", part, records())  # type: ignore[arg-type]
    assert files(tmp_path) == ["a.records.parquet"]
    assert store.read("toilets", ["a"], "findings", RECORDS).num_rows == 0


def test_records_that_are_gone_are_not_taken_for_none(store: StagedStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("toilets", ["a"], "records", RECORDS)


def test_what_is_forgotten_is_gone_in_all_its_parts(store: StagedStore, tmp_path: Path) -> None:
    for part in ("records", "findings", "quarantine", "checks"):
        store.write("toilets", "a", part, records(("a", VILLAGE, "2025-06")))  # type: ignore[arg-type]
    store.forget("toilets", "a")
    store.forget("toilets", "a")
    assert files(tmp_path) == []


def test_records_say_where_their_columns_stood(store: StagedStore) -> None:
    layout = {"表一": {"households": "E"}}
    store.write("toilets", "a", "records", with_notes(records(("a", VILLAGE, "2025-06")), layout, ["请核对"]))
    assert store.layout("toilets", "a") == layout
    assert store.notes("toilets", "a") == ("请核对",)
    assert store.layout("toilets", "b") == {}


def test_only_rows_of_regions_and_months_in_force_are_covered() -> None:
    rows = records(
        ("a", VILLAGE, "2025-06"),
        ("a", OTHER, "2025-06"),
        ("a", VILLAGE, "2025-07"),
        ("b", VILLAGE, "2025-06"),
    )
    in_force = records(("a", "990101000000", "2025-06"))
    assert covered_rows(rows, in_force, "county").select(NAMES[:3]).equals(rows.slice(0, 1).select(NAMES[:3]))
    assert covered_rows(rows, records(("a", "990101100000", "2025-06")), "township").num_rows == 1
    assert covered_rows(rows, records(("a", "990101200000", "2025-06")), "township").num_rows == 0


JUNE, NORTH, SOUTH, INTO = "2025-06", "990103101000", "990103102000", "990103101200"


def merged(*later: str) -> set[tuple[str, str, str]]:
    """What is left where south was merged into north and an amendment of north also speaks for others, without a row."""
    rows = records(
        ("a", INTO, JUNE, NORTH, "1"),
        ("b", INTO, JUNE, SOUTH, "1"),
        ("b", INTO, JUNE, SOUTH, "2"),
        ("b", OTHER, JUNE, SOUTH, "3"),
        ("c", INTO, JUNE, NORTH, "1"),
        ("c", INTO, JUNE, NORTH, "2"),
        ("c", INTO, JUNE, NORTH, "3"),
    )
    in_force = records(
        ("a", NORTH, JUNE, None, None, "replaces", 1, 1),
        ("b", SOUTH, JUNE, None, None, "replaces", 2, 3),
        ("c", NORTH, JUNE, None, None, "adds", 3, 3),
        *(("c", unit, JUNE, None, None, "adds", 3, 0) for unit in later),
    )
    left = covered_rows(rows, in_force, "township", ["key"]).to_pylist()
    return {(row["submission_id"], row["handed_in_as"], row["key"]) for row in left}


def test_an_amendment_stands_for_rows_handed_in_for_another_region_only_where_it_speaks_for_that_one_too() -> (
    None
):
    own = {("c", NORTH, "1"), ("c", NORTH, "2"), ("c", NORTH, "3")}
    stays = {("b", SOUTH, "1"), ("b", SOUTH, "3")}
    assert merged() == own | stays | {("b", SOUTH, "2")}
    assert merged(SOUTH) == own | stays, "1 stands for one of its own region, and 3 lies elsewhere"


def test_rows_staged_before_it_was_noted_were_handed_in_for_where_they_lie() -> None:
    rows = records(("a", INTO, JUNE), ("a", INTO, JUNE, SOUTH))
    found = covered_rows(rows, records(("a", NORTH, JUNE)), "township")
    assert found["handed_in_as"].to_pylist() == [NORTH]
