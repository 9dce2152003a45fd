from __future__ import annotations

import os
import stat
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.archive import Archive, Kept
from connectors.plain import ChangedError, NotPlainError


def test_bytes_are_kept_read_only_under_their_hash(tmp_path: Path) -> None:
    source = tmp_path / "台账.xlsx"
    source.write_bytes(b"abc" * 1_000_000)
    archive = Archive(tmp_path / "archive")
    digest = archive.store(source).sha256
    kept = archive.path(digest)
    assert digest == sha256(source.read_bytes()).hexdigest()
    assert kept == tmp_path / "archive" / digest[:2] / digest
    assert kept.read_bytes() == source.read_bytes()
    assert not kept.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_whatever_is_stored_comes_back_once_per_content(tmp_path: Path, contents: list[bytes]) -> None:
    archive = Archive(tmp_path / os.urandom(4).hex())
    source = tmp_path / "source"
    for content in contents * 2:
        source.write_bytes(content)
        assert archive.path(archive.store(source).sha256).read_bytes() == content
    kept = [path for path in archive.root.rglob("*") if path.is_file()]
    assert len(kept) == len(set(contents))
    assert archive.verify() == []


def test_damage_is_found_and_storing_the_file_again_mends_a_cut_one(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"abcdef")
    archive = Archive(tmp_path / "archive")
    kept = archive.path(archive.store(source).sha256)
    kept.chmod(0o644)
    kept.write_bytes(b"abc")
    assert archive.verify() == [kept]
    archive.store(source)
    assert archive.verify() == []


def test_a_file_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    with pytest.raises(FileNotFoundError):
        archive.store(tmp_path / "gone")
    assert list(archive.root.iterdir()) == []


def test_what_is_not_a_hash_has_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Archive(tmp_path).path("../../etc/passwd")


def test_many_files_are_kept_and_one_that_cannot_be_read_does_not_stop_them(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    sources = [tmp_path / f"{n}.csv" for n in range(20)]
    for n, source in enumerate(sources):
        source.write_bytes(b"%d" % (n // 2))
    gone, *found = archive.store_many([tmp_path / "gone", *sources])
    assert isinstance(gone, FileNotFoundError)
    kept = [one.sha256 for one in found if isinstance(one, Kept)]
    assert kept == [sha256(source.read_bytes()).hexdigest() for source in sources]
    assert archive.verify() == []
    assert len([path for path in archive.root.rglob("*") if path.is_file()]) == 10


def test_bytes_that_never_stood_together_are_not_kept(tmp_path: Path) -> None:
    source = tmp_path / "台账.csv"
    source.write_bytes(b"a" * 30_000_000)
    archive = Archive(tmp_path / "archive")
    stop = threading.Event()

    def write_on() -> None:
        with source.open("r+b") as file:
            while not stop.is_set():
                file.seek(0)
                file.write(b"b" * 1000)
                file.flush()
                time.sleep(0.001)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        time.sleep(0.02)
        with pytest.raises(ChangedError):
            archive.store(source)
    finally:
        stop.set()
        writer.join()
    assert [path for path in archive.root.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need rights there")
def test_links_pipes_and_files_with_a_second_name_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"root:x:0:0")
    soft, hard, pipe = tmp_path / "soft.csv", tmp_path / "hard.csv", tmp_path / "pipe.csv"
    soft.symlink_to(secret)
    hard.hardlink_to(secret)
    os.mkfifo(pipe)
    archive = Archive(tmp_path / "archive")

    found = archive.store_many([soft, hard, pipe])

    assert [type(one) for one in found] == [NotPlainError] * 3
    assert [path for path in archive.root.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(os.name == "nt", reason="files have no holes there")
def test_a_file_of_holes_takes_no_room_and_comes_back_whole(tmp_path: Path) -> None:
    source = tmp_path / "洞.xlsx"
    with source.open("wb") as file:
        file.write(b"PK")
        file.truncate(300_000_000)
    archive = Archive(tmp_path / "archive")

    kept = archive.path(archive.store(source).sha256)

    assert kept.stat().st_size == 300_000_000
    assert kept.stat().st_blocks * 512 < 5_000_000
    assert archive.verify() == []


def test_what_a_killed_load_left_half_copied_goes_after_a_day(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.root.mkdir()
    old, young = archive.root / ".incoming-a", archive.root / ".incoming-b"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 100_000,) * 2)
    source = tmp_path / "a.csv"
    source.write_bytes(b"x")

    archive.store(source)

    assert (old.exists(), young.exists()) == (False, True)
