from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.warehouse.conftest import FIRST, Warehouse
from warehouse.current import KEPT
from warehouse.ledger import Arrival
from warehouse.office import STORAGE
from warehouse.publish import damaged, publish
from warehouse.query import connect
from warehouse.words import FIXED, Words

WORDS = {**FIXED, "toilet_ledger": Words("农村改厕台账：每行一条记录", {"subsidy_yuan": "补助金额（元）"})}


def published(warehouse: Warehouse, root: Path, name: str = "first") -> list[str]:
    with connect(warehouse.store, warehouse.ledger) as connection:
        return publish(connection, root, name, words=WORDS)


def test_every_table_becomes_a_file_and_a_table_of_the_office(warehouse: Warehouse, tmp_path: Path) -> None:
    root = tmp_path / "发布 '1'"
    written = published(warehouse, root)
    assert {"toilet_ledger", "submissions", "regions", "observations"} <= set(written)
    folder = root / "current"
    assert pq.read_table(folder / "toilet_ledger.parquet").num_rows == 4
    with duckdb.connect(str(folder / "office.duckdb"), read_only=True) as office:
        assert office.sql("SELECT sum(subsidy_yuan) FROM toilet_ledger").fetchall() == [(650.5,)]
        kinds = office.sql("SELECT DISTINCT table_type FROM information_schema.tables").fetchall()
        assert kinds == [("BASE TABLE",)]
    assert {path.name for path in folder.iterdir()} == {
        "office.duckdb", "manifest.json", *(f"{table}.parquet" for table in written),
    }  # fmt: skip
    assert {path.name for path in root.iterdir()} == {"current", "releases"}


def test_files_say_in_chinese_what_they_hold(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    schema = pq.read_schema(tmp_path / "current" / "toilet_ledger.parquet")
    assert schema.metadata[b"comment"].decode() == "农村改厕台账：每行一条记录"
    assert schema.field("subsidy_yuan").metadata[b"comment"].decode() == "补助金额（元）"
    with duckdb.connect(str(tmp_path / "current" / "office.duckdb"), read_only=True) as office:
        told = "SELECT comment FROM duckdb_tables() WHERE table_name = 'toilet_ledger'"
        assert office.sql(told).fetchall() == [("农村改厕台账：每行一条记录",)]
        of_columns = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'observations' AND comment IS NULL"
        assert office.sql(of_columns).fetchall() == []


def test_the_office_is_in_the_oldest_storage_there_is(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{tmp_path}/current/office.duckdb' AS office (READ_ONLY)")
        tags = connection.sql("SELECT tags FROM duckdb_databases() WHERE database_name = 'office'").fetchall()
    assert tags == [({"storage_version": f"{STORAGE}+"},)]


def test_times_are_in_utc(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    received = pq.read_schema(tmp_path / "current" / "submissions.parquet").field("received_at")
    assert received.type == pa.timestamp("us", tz="UTC")


def test_what_has_not_changed_is_the_same_file_again(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    assert published(warehouse, tmp_path, "idle") == []
    assert os.readlink(tmp_path / "current") == os.path.join("releases", "first")
    warehouse.write("2025-06", (FIRST, 1.0, 5))
    assert published(warehouse, tmp_path, "second") == ["toilet_ledger"]
    before, now = tmp_path / "releases" / "first", tmp_path / "releases" / "second"
    assert (now / "regions.parquet").samefile(before / "regions.parquet")
    assert not (now / "toilet_ledger.parquet").samefile(before / "toilet_ledger.parquet")
    assert list(damaged(tmp_path, deep=True)) == []


def test_a_new_submission_is_a_change(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    warehouse.ledger.receive_many([Arrival("road", "road/a.csv", "a.csv", "f" * 64, 1, datetime.now(UTC))])
    assert published(warehouse, tmp_path, "second") == ["submissions"]


def office_of(root: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(root / "current" / "office.duckdb"), read_only=True) as office:
        return office.sql(sql).fetchall()


def test_the_office_goes_on_from_the_one_before(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    before = office_of(tmp_path, "SELECT * FROM regions ORDER BY ALL")
    for turn in range(1, 9):
        warehouse.write("2025-08", (FIRST, float(turn), 5))
        assert published(warehouse, tmp_path, str(turn)) == ["toilet_ledger"]
    assert office_of(tmp_path, "SELECT sum(subsidy_yuan) FROM toilet_ledger") == [(658.5,)]
    assert office_of(tmp_path, "SELECT * FROM regions ORDER BY ALL") == before
    assert office_of(tmp_path, "SELECT comment FROM duckdb_tables() WHERE comment IS NULL") == []
    sizes = [(tmp_path / "releases" / name / "office.duckdb").stat().st_size for name in ("6", "7", "8")]
    assert max(sizes) < 2 * min(sizes), "what was replaced leaves its room to what comes"
    tables = office_of(tmp_path, "SELECT table_name FROM duckdb_tables() ORDER BY ALL")
    files = sorted(path.stem for path in (tmp_path / "current").glob("*.parquet"))
    assert [name for (name,) in tables] == files


def test_an_office_that_is_not_as_it_was_written_is_not_gone_on_with(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    published(warehouse, tmp_path)
    with duckdb.connect(str(tmp_path / "current" / "office.duckdb")) as office:
        office.execute("UPDATE regions SET name = '别名'")
    warehouse.write("2025-06", (FIRST, 1.0, 5))
    published(warehouse, tmp_path, "second")
    assert office_of(tmp_path, "SELECT count(*) FROM regions WHERE name = '别名'") == [(0,)]
    assert office_of(tmp_path, "SELECT sum(subsidy_yuan) FROM toilet_ledger") == [(351.0,)]


def test_months_of_few_rows_share_a_row_group(warehouse: Warehouse, tmp_path: Path) -> None:
    for month in range(1, 6):
        warehouse.write(f"2024-0{month}", (FIRST, 1.0, 5))
    published(warehouse, tmp_path)
    assert pq.read_metadata(tmp_path / "current" / "toilet_ledger.parquet").num_row_groups == 1


def test_other_words_are_a_change(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    with connect(warehouse.store, warehouse.ledger) as connection:
        again = publish(connection, tmp_path, "second", words={**WORDS, "regions": Words("区划")})
        assert again == ["regions"]
        by_other_code = publish(connection, tmp_path, "third", words=WORDS, written_by="other code")
    assert set(by_other_code) == {*FIXED, "toilet_ledger"}


def test_a_file_that_is_gone_or_cut_is_written_again(warehouse: Warehouse, tmp_path: Path) -> None:
    written = published(warehouse, tmp_path)
    (tmp_path / "current" / "regions.parquet").unlink()
    os.truncate(tmp_path / "current" / "toilet_ledger.parquet", 100)
    assert list(damaged(tmp_path)) == ["regions.parquet", "toilet_ledger.parquet"]
    assert published(warehouse, tmp_path, "second") == ["regions", "toilet_ledger"]
    (tmp_path / "current" / "manifest.json").write_bytes(b"{")
    assert list(damaged(tmp_path)) == ["manifest.json"]
    assert published(warehouse, tmp_path, "third") == written


def test_a_flipped_byte_is_found_by_reading_all_of_it(warehouse: Warehouse, tmp_path: Path) -> None:
    published(warehouse, tmp_path)
    path = tmp_path / "current" / "regions.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert list(damaged(tmp_path)) == []
    assert list(damaged(tmp_path, deep=True)) == ["regions.parquet"]


def test_folders_of_long_ago_go_and_a_reader_of_the_last_is_not_disturbed(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    published(warehouse, tmp_path, "0")
    held = (tmp_path / "current" / "toilet_ledger.parquet").resolve()
    with duckdb.connect(str(tmp_path / "current" / "office.duckdb"), read_only=True) as office:
        warehouse.write("2025-06", (FIRST, 1.0, 5))
        published(warehouse, tmp_path, "1")
        assert office.sql("SELECT sum(subsidy_yuan) FROM toilet_ledger").fetchall() == [(650.5,)]
    assert pq.read_table(held).num_rows == 4
    for turn in range(2, 6):
        warehouse.write("2025-06", (FIRST, float(turn), 5))
        published(warehouse, tmp_path, str(turn))
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == ["3", "4", "5"]
    assert KEPT == 3


def test_files_that_lay_in_the_folder_itself_are_taken_away(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"regions": "version 3"}))
    for name in ("regions.parquet", "office.duckdb"):
        (tmp_path / name).write_bytes(b"x")
    published(warehouse, tmp_path)
    assert {path.name for path in tmp_path.iterdir() if path.suffix or path.name == "current"} >= {"current"}
    assert (
        not list(tmp_path.glob("*.parquet"))
        + list(tmp_path.glob("office*"))
        + list(tmp_path.glob("manifest*"))
    )


def test_a_failure_leaves_what_was_published_before(warehouse: Warehouse, tmp_path: Path) -> None:
    root = tmp_path / "out"
    published(warehouse, root)
    warehouse.write("2025-06", (FIRST, 1.0, 5))
    with connect(warehouse.store, warehouse.ledger) as connection:
        for path in warehouse.store.files("toilet_ledger"):
            path.rename(path.with_suffix(".lost"))
        with pytest.raises((duckdb.Error, OSError)):
            publish(connection, root, "second")
    assert os.readlink(root / "current") == os.path.join("releases", "first")
    assert list(damaged(root, deep=True)) == []


def test_without_symbolic_links_the_folder_itself_is_switched(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(warehouse, tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise OSError("this file system has no symbolic links")

    monkeypatch.setattr(Path, "symlink_to", refused)
    for name in ("second", "third"):
        warehouse.write("2025-06", (FIRST, float(len(name)), 5))
        assert published(warehouse, tmp_path, name) == ["toilet_ledger"]
        assert not (tmp_path / "current").is_symlink()
        assert json.loads((tmp_path / "current" / "manifest.json").read_bytes())["release"] == name
    monkeypatch.undo()
    warehouse.write("2025-06")
    published(warehouse, tmp_path, "fourth")
    assert os.readlink(tmp_path / "current") == os.path.join("releases", "fourth")


KILLED = """
import os, signal, sys
from pathlib import Path
calls, last = 0, int(sys.argv[2])
def trace(frame, event, argument):
    global calls
    if frame.f_code.co_filename.endswith(("publish.py", "current.py", "office.py")):
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
    return None
from warehouse.ledger import Ledger
from warehouse.publish import publish
from warehouse.query import connect
from warehouse.store import Store
base = Path(sys.argv[1])
connection = connect(Store(base / "仓库 *1"), Ledger(f"sqlite:///{base}/ledger.db"))
sys.setprofile(trace)
publish(connection, base / "out", sys.argv[2])
sys.setprofile(None)
print(calls)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_kill_at_any_moment_shows_readers_one_whole_release(warehouse: Warehouse, tmp_path: Path) -> None:
    root = tmp_path / "out"
    published(warehouse, root)
    warehouse.write("2025-06", (FIRST, 1.0, 5))

    def killed_after(calls: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(calls)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    for at in (15, 40, 75, 90, 100, 105):
        ended = killed_after(at)
        assert list(damaged(root, deep=True)) == []
        if ended.returncode == 0:
            break
        assert ended.returncode == -9, ended.stderr
        (total,) = duckdb.sql(
            f"SELECT sum(subsidy_yuan) FROM '{root}/current/toilet_ledger.parquet'"
        ).fetchall()
        release = json.loads((root / "current" / "manifest.json").read_bytes())["release"]
        assert total[0] == (650.5 if release == "first" else 351.0)
    published(warehouse, root, "clean")
    assert not [path for path in (root / "releases").iterdir() if path.name.startswith(".")]
