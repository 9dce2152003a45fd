"""Staged submissions: kept part by part, over any file system, and only what is in force is read from them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

from warehouse.staged import StagedStore, covered_rows, with_notes

RECORDS = pa.schema([("submission_id", pa.string()), ("region_code", pa.string()), ("period", pa.string())])
VILLAGE, OTHER = "990101100201", "990102100201"


def records(*rows: tuple[str, str, str]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(RECORDS.names, row, strict=True)) for row in rows], schema=RECORDS)


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
    assert covered_rows(rows, in_force, "county").to_pylist() == rows.slice(0, 1).to_pylist()
    assert covered_rows(rows, records(("a", "990101100000", "2025-06")), "township").num_rows == 1
    assert covered_rows(rows, records(("a", "990101200000", "2025-06")), "township").num_rows == 0
