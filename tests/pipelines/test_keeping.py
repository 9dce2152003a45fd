"""A home is backed up, restored and looked through."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.archive import DamagedError
from pipelines.home.folders import Home, HomeError
from pipelines.keeping.backup import backup
from pipelines.keeping.manifest import BackupError, names, objects, read
from pipelines.keeping.restore import restore
from pipelines.keeping.verify import verify
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from tests.pipelines.apart import run_script
from tests.pipelines.town import Town, new_town, toilets

JUNE = "toilet_reform/2025-06"
REDONE = ("audit.jsonl",)
"""Files of a restored home that say more than before: who restored it."""

pytestmark = pytest.mark.xdist_group("keeping")


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with a good file, one with a bad row, a repeat and one that is refused; only for copying."""
    town = new_town(tmp_path_factory.mktemp("kept") / "home")
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "乙村", "丙村"))
    town.drop(f"{JUNE}/青崖县.csv", toilets("丁村", "无名村", first=5))
    town.drop("road/说明.csv", b"not,a\r\ntable,of ours\r\n")
    town.load()
    town.drop(f"{JUNE}/榆塘县 (2).csv", toilets("甲村", "乙村", "丙村"))
    town.load()
    return town


@pytest.fixture
def town(first_load: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return first_load.copy(tmp_path / "实绩 home")


def contents(town: Town) -> dict[str, object]:
    """Every table, the submissions, and every file that a person reads."""
    site = town.site
    tables: dict[str, object] = {name: site.store.read(name).to_pylist() for name in site.store.tables()}
    files = {
        path.relative_to(town.root).as_posix(): path.read_bytes()
        for folder in ("inbox", "outbox", "archive", "config", "reports")
        for path in (town.root / folder).rglob("*")
        if path.is_file()
    }
    return {**tables, **files, "the ledger": site.ledger.submissions().to_pylist()}


def troubles(town: Town, *, deep: bool = False) -> dict[str, str]:
    return {one.where: one.what for one in verify(town.site, deep=deep)}


# Backing up and restoring ------------------------------------------------------------------------------------------


def test_a_home_restored_as_the_manual_says_gives_the_same_answers(town: Town, tmp_path: Path) -> None:
    town.drop("toilet_reform/2025-07/等着.csv", toilets("甲村", first=20, completed="2025-07-01"))
    before, slips = contents(town), town.slips()

    assert town.shiji("backup", str(tmp_path / "kept")).code == 0
    shutil.rmtree(town.root)
    assert town.shiji("restore", str(tmp_path / "kept")).code == 0
    assert town.shiji("verify", "--deep").code == 1  # what is published is still missing, and nothing else
    assert set(troubles(town)) == {"published/current/manifest.json"}
    assert contents(town) == before
    (town.root / "inbox" / "toilet_reform/2025-07/等着.csv").unlink()

    again = town.load()

    assert again.is_idle
    assert town.slips() == slips
    assert contents(town)["findings"] == before["findings"]
    assert town.shiji("verify", "--deep").code == 0


def test_a_second_backup_copies_only_what_is_new(town: Town, tmp_path: Path) -> None:
    first = backup(town.site.home, tmp_path / "kept")
    kept = {path for path in (tmp_path / "kept" / "objects").rglob("*") if path.is_file()}
    again = backup(town.site.home, tmp_path / "kept")
    assert again.copied == 0
    assert {path for path in (tmp_path / "kept" / "objects").rglob("*") if path.is_file()} == kept
    town.drop(f"{JUNE}/new.csv", toilets("甲村", first=30))
    assert backup(town.site.home, tmp_path / "kept").copied == 1
    assert len(names(tmp_path / "kept")) == 3
    assert first.manifest == read(tmp_path / "kept", first.manifest.name)


def test_an_earlier_backup_is_restored_by_its_name(town: Town, tmp_path: Path) -> None:
    first = backup(town.site.home, tmp_path / "kept").manifest.name
    town.drop(f"{JUNE}/榆塘县（更正）.csv", toilets("甲村", "乙村", "丙村", yuan="1600"))
    town.load()
    backup(town.site.home, tmp_path / "kept")
    old, new = Town(tmp_path / "old"), Town(tmp_path / "new")

    restore(tmp_path / "kept", Home(old.root), name=first)
    restore(tmp_path / "kept", Home(new.root))

    paid = "select distinct subsidy_yuan from toilet_ledger"
    assert old.ask(paid) == [(1500.0,)]
    assert set(new.ask(paid)) == {(1500.0,), (1600.0,)}
    with pytest.raises(BackupError, match="holds no backup yesterday; there are 2"):
        restore(tmp_path / "kept", Home(tmp_path / "third"), name="yesterday")


def test_what_is_there_is_never_overwritten(town: Town, tmp_path: Path) -> None:
    backup(town.site.home, tmp_path / "kept")
    with pytest.raises(BackupError, match="is not empty"):
        restore(tmp_path / "kept", town.site.home)
    with pytest.raises(BackupError, match="lies in the home"):
        backup(town.site.home, town.root / "kept")
    with pytest.raises(BackupError, match="something else than backups"):
        backup(town.site.home, town.root.parent)


def test_the_key_goes_with_it_for_its_owner_alone_or_not_at_all(town: Town, tmp_path: Path) -> None:
    said = town.shiji("backup", str(tmp_path / "kept"))
    assert "private.key is in it" in said.out
    restore(tmp_path / "kept", Home(tmp_path / "new"))
    key = tmp_path / "new" / "config" / "private.key"
    assert key.read_bytes() == (town.root / "config" / "private.key").read_bytes()
    if os.name != "nt":
        assert key.stat().st_mode & 0o077 == 0
        assert (tmp_path / "kept").stat().st_mode & 0o077 == 0

    said = town.shiji("backup", str(tmp_path / "without"), "--without-key")
    assert "private.key is not in it" in said.out
    restored = Town(tmp_path / "keyless")
    assert "put it back" in restored.shiji("restore", str(tmp_path / "without")).out
    assert not (restored.root / "config" / "private.key").exists()
    with pytest.raises(HomeError, match="Restore it from your backup"):
        restored.site.home.key  # noqa: B018


def test_names_that_are_no_text_come_back_as_they_were(town: Town, tmp_path: Path) -> None:
    folder = os.fsencode(town.root / "inbox" / "road")
    name = "表.csv".encode("gbk")
    with open(os.path.join(folder, name), "wb") as file:
        file.write(b"x")
    backup(town.site.home, tmp_path / "kept")
    restore(tmp_path / "kept", Home(tmp_path / "new"))
    assert name in os.listdir(os.fsencode(tmp_path / "new" / "inbox" / "road"))


def test_a_link_is_not_followed_and_said_to_be_left_out(town: Town, tmp_path: Path) -> None:
    (town.root / "inbox" / "road" / "passwd").symlink_to("/etc/passwd")
    done = backup(town.site.home, tmp_path / "kept")
    assert done.problems == ["inbox/road/passwd: a link or no plain file; it is not in the backup"]


# Cut short ----------------------------------------------------------------------------------------------------------


KILL = """
import os, signal, sys
from pathlib import Path
from pipelines.home.folders import Home
from pipelines.keeping import backup, restore
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
def report(what, done, total):
    if done >= int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
backup._FILES_AT_ONCE = 5
home, kept = Home(Path(sys.argv[2])), Path(sys.argv[3])
if sys.argv[1] == "backup":
    backup.backup(home, kept, progress=Progress(report))
else:
    restore.restore(kept, home, progress=Progress(report))
"""


def killed(what: str, home: Path, kept: Path, after: int) -> None:
    ended = run_script(KILL, what, home, kept, after)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_backup_that_was_killed_is_no_backup_and_goes_on_when_run_again(town: Town, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for after in (0, 6, 20):
        killed("backup", town.root, kept, after)
        with pytest.raises(BackupError, match="holds no whole backup"):
            restore(kept, Home(tmp_path / "new"))
    done = backup(town.site.home, kept)
    assert done.copied < len([item for item in done.manifest.items if item.sha256])
    assert objects(kept).verify() == []
    restore(kept, Home(tmp_path / "new"))
    assert contents(Town(tmp_path / "new")) == contents(town)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_restore_that_was_killed_is_no_home_and_goes_on_when_run_again(town: Town, tmp_path: Path) -> None:
    kept, new = tmp_path / "kept", Town(tmp_path / "new")
    backup(town.site.home, kept)
    every = sum(item.sha256 is not None for item in read(kept).items)
    for after in (1, 10, every):
        killed("restore", new.root, kept, after)
        for command in ("load", "status", "init"):
            said = new.shiji(command)
            assert said.code == 1
            assert "not wholly restored" in said.err
    half = next(path for path in (new.root / "archive").rglob("*") if path.is_file())
    half.chmod(0o600)
    half.write_bytes(b"half")
    restore(kept, Home(new.root))
    assert contents(new) == contents(town)


def test_a_damaged_backup_is_not_restored_without_saying_so(town: Town, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    name = backup(town.site.home, kept).manifest.name
    some = next(item for item in read(kept).items if item.path.startswith("archive/") and item.sha256)
    path = objects(kept).path(some.sha256 or "")
    path.chmod(0o600)
    flip(path)
    with pytest.raises(BackupError, match="are damaged"):
        restore(kept, Home(tmp_path / "new"))
    path.unlink()
    with pytest.raises(BackupError, match=f"lacks {some.path}"):
        restore(kept, Home(tmp_path / "newer"))
    listed = kept / "backups" / f"{name}.jsonl"
    listed.write_text(listed.read_text(encoding="ascii").replace('"size"', '"sise"', 1), encoding="ascii")
    with pytest.raises(BackupError, match="is damaged"):
        restore(kept, Home(tmp_path / "newest"))


# Looking through ------------------------------------------------------------------------------------------------------


def flip(path: Path, at: int | None = None) -> None:
    """Change a bit of a file, in its middle by default."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def in_a_page(path: Path) -> int:
    """The place of a byte that holds values of a Parquet file; pages have checksums, what stands below them has none."""
    column = pq.read_metadata(path).row_group(0).column(0)
    return (column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size - 1


def test_nothing_is_wrong_with_a_home_that_was_loaded(town: Town) -> None:
    assert troubles(town, deep=True) == {}
    said = town.shiji("verify", "--json")
    assert (said.code, json.loads(said.out)) == (0, [])


def test_a_flipped_byte_is_found_wherever_it_is(town: Town) -> None:
    site = town.site
    archived = site.archive.path(site.ledger.submissions()["sha256"][0].as_py())
    staged = next((town.root / "warehouse" / "staged" / "toilet_ledger").glob("*.records.parquet"))
    spoilt = [
        archived,
        staged,
        site.store.files("toilet_ledger")[0],
        sorted((town.root / "warehouse" / "observations" / "_delta_log").glob("*.json"))[0],
        town.root / "published" / "current" / "regions.parquet",
    ]
    for path in spoilt:
        flip(path, in_a_page(path) if path == staged else None)
    found = troubles(town, deep=True)
    assert {path.relative_to(town.root).as_posix() for path in spoilt} <= set(found)
    assert town.shiji("verify", "--deep").code == 1


def test_a_table_whose_log_is_no_json_any_more_is_named_and_the_others_are_looked_through(town: Town) -> None:
    log = sorted((town.root / "warehouse" / "anomalies" / "_delta_log").glob("*.json"))[0]
    log.chmod(0o600)
    log.write_text("{", encoding="utf-8")
    flip(town.root / "published" / "current" / "regions.parquet")
    found = troubles(town, deep=True)
    assert {"warehouse/anomalies", "published/current/regions.parquet"} <= set(found)


def test_a_damaged_record_is_never_read_from_the_archive_or_from_what_was_staged(town: Town) -> None:
    site = town.site
    (entry,) = [
        row for row in site.ledger.submissions().to_pylist() if row["sender_path"].endswith("榆塘县.csv")
    ]
    flip(site.archive.path(entry["sha256"]))
    with pytest.raises(DamagedError, match="not those that were received"):
        site.archive.checked(entry["sha256"])
    staged = (
        town.root / "warehouse" / "staged" / "toilet_ledger" / f"{entry['submission_id']}.records.parquet"
    )
    flip(staged, in_a_page(staged))
    with pytest.raises(OSError, match="is damaged"):
        site.staged.read("toilet_ledger", [entry["submission_id"]], "records", pq.read_schema(staged))


def test_what_is_missing_or_cut_is_found_without_reading_it_all(town: Town) -> None:
    site = town.site
    archived = site.archive.path(site.ledger.submissions()["sha256"][0].as_py())
    records = site.store.files("toilet_ledger")[0]
    staged = next((town.root / "warehouse" / "staged" / "toilet_ledger").glob("*.records.parquet"))
    archived.unlink()
    os.truncate(records, 50)
    staged.unlink()
    shutil.rmtree(town.root / "published")

    found = troubles(town)

    assert found[archived.relative_to(town.root).as_posix()] == "it is missing"
    assert "cut short" in found[records.relative_to(town.root).as_posix()]
    assert "holds 0 rows, and the ledger says" in found[staged.relative_to(town.root).as_posix()]
    assert "published/current/manifest.json" in found


def test_records_that_are_not_those_of_the_submissions_are_found(town: Town) -> None:
    site = town.site
    records = site.store.read("toilet_ledger")
    other = records.set_column(
        records.schema.get_field_index("subsidy_yuan"), "subsidy_yuan", pa.array([1.0] * records.num_rows)
    )
    site.store.write("toilet_ledger", other, records.schema, {"period": ["2025-06"]})
    found = verify(town.site, deep=True)
    assert [(one.where, one.what) for one in found] == [
        ("warehouse/toilet_ledger", "the records of 2025-06 are not those of the submissions in force")
    ]
    assert found[0].remedy.startswith("run shiji load --period 2025-06")
    town.load(periods=["2025-06"])
    assert troubles(town, deep=True) == {}


def test_progress_is_reported_while_looking(town: Town) -> None:
    seen: set[str] = set()
    verify(town.site, deep=True, progress=Progress(lambda what, *_: seen.add(what)))
    assert {"Archive", "Staged", "Tables", "Records", "Releases"} <= seen


def test_a_missing_key_or_a_broken_ledger_is_told_before_anything_else(town: Town) -> None:
    (town.root / "config" / "private.key").unlink()
    assert set(troubles(town)) == {"config/private.key"}
    # SQLite answers out of the write-ahead log while it is there, whatever became of the file.
    for beside in ("-wal", "-shm"):
        (town.root / f"ledger.db{beside}").unlink(missing_ok=True)
    (town.root / "ledger.db").write_bytes(b"no database at all, and long enough to be looked at" * 100)
    assert set(troubles(town)) == {"config/private.key", "ledger"}


def test_a_submission_whose_original_is_damaged_fails_and_never_becomes_data(town: Town) -> None:
    town.drop("toilet_reform/2025-07/青崖县.csv", toilets("丁村", first=40, completed="2025-07-03"))
    site = town.site
    receive(site, Progress())
    (entry,) = site.ledger.pending()
    original = site.archive.path(entry.sha256)
    sound = original.read_bytes()
    flip(original)

    town.load()

    assert town.statuses()[entry.sender_path] == "failed"
    assert town.ask("select count(*) from toilet_ledger where period = '2025-07'") == [(0,)]
    original.write_bytes(sound)
    town.load(retry_failed=True)
    assert town.statuses()[entry.sender_path] == "accepted"
