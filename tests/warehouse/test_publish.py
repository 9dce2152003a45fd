from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.warehouse.conftest import FIRST, Warehouse
from warehouse.publish import publish
from warehouse.query import connect


def published(warehouse: Warehouse, folder: Path) -> list[str]:
    return publish(connect(warehouse.store, warehouse.ledger), folder)


def test_every_table_becomes_a_file_and_a_table_of_the_office(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "发布 '1'"
    written = published(warehouse, folder)
    assert {"toilet_ledger", "submissions", "regions", "observations"} <= set(written)
    assert pq.read_table(folder / "toilet_ledger.parquet").num_rows == 4
    with duckdb.connect(str(folder / "office.duckdb"), read_only=True) as office:
        assert office.sql("SELECT sum(subsidy_yuan) FROM toilet_ledger").fetchall() == [(650.5,)]
        kinds = office.sql("SELECT DISTINCT table_type FROM information_schema.tables").fetchall()
        assert kinds == [("BASE TABLE",)]
    assert {path.name for path in folder.iterdir()} == {
        "office.duckdb", "manifest.json", *(f"{table}.parquet" for table in written),
    }  # fmt: skip


def test_what_has_not_changed_is_not_written_again(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path / "out")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert published(warehouse, tmp_path / "out") == []
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before
    warehouse.write("2025-06", (FIRST, 1.0, 5))
    assert published(warehouse, tmp_path / "out") == ["toilet_ledger"]


def test_a_new_submission_is_a_change(warehouse: Warehouse, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    published(warehouse, tmp_path / "out")
    warehouse.ledger.receive(
        department="road",
        sender_path="road/a.csv",
        file_name="a.csv",
        sha256="f" * 64,
        size=1,
        modified=datetime.now(UTC),
    )
    assert published(warehouse, tmp_path / "out") == ["submissions"]


def test_a_publication_that_broke_off_is_done_again(warehouse: Warehouse, tmp_path: Path) -> None:
    written = published(warehouse, tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    assert published(warehouse, tmp_path / "out") == written
    (tmp_path / "out" / "regions.parquet").unlink()
    assert published(warehouse, tmp_path / "out") == ["regions"]


def test_a_table_that_is_gone_is_taken_away(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    published(warehouse, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"old_ledger": "version 3"}))
    (folder / "old_ledger.parquet").write_bytes(b"x")
    published(warehouse, folder)
    assert not (folder / "old_ledger.parquet").exists()


def test_a_failure_leaves_what_was_published_before(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    published(warehouse, folder)
    before = (folder / "office.duckdb").read_bytes()
    warehouse.write("2025-06", (FIRST, 1.0, 5))
    connection = connect(warehouse.store, warehouse.ledger)
    for path in warehouse.store.files("toilet_ledger"):
        path.rename(path.with_suffix(".lost"))
    with pytest.raises(duckdb.Error):
        publish(connection, folder)
    assert (folder / "office.duckdb").read_bytes() == before
    assert not list(folder.glob(".publishing-*"))
