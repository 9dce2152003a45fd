"""Taking a file out of the inbox, whatever its sender does meanwhile; what a kill leaves behind is found again."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from connectors.inbox import Drop, Taking, Waits, look_around, new_batch
from connectors.plain import ChangedError, look

AT_ONCE, WATCHED = Waits(settle=0), Waits(settle=10)


def dropped(inbox: Path, sender_path: str, content: bytes = b"x") -> Drop:
    path = inbox / sender_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    found = look_around(inbox, AT_ONCE, time.time())
    return next(drop for drop in found.drops if drop.path == path)


def release(taking: Taking, drop: Drop, now: float | None = None) -> None:
    """As after entering what the file holds."""
    seen = look(drop.path)
    assert seen is not None
    taking.release(
        drop, seen, sha256(drop.path.read_bytes()).hexdigest(), time.time() if now is None else now
    )


def files(inbox: Path) -> list[Path]:
    return [path for path in inbox.rglob("*") if path.is_file()]


def test_a_taken_file_is_out_of_the_inbox_and_known_by_its_place(tmp_path: Path) -> None:
    taking = Taking(tmp_path, AT_ONCE)
    drop = taking.take(dropped(tmp_path, "road/2025-06/台账.csv", b"abc"), new_batch())
    assert not (tmp_path / "road/2025-06/台账.csv").exists()
    assert (drop.sender_path, drop.path.read_bytes()) == ("road/2025-06/台账.csv", b"abc")
    assert look_around(tmp_path, AT_ONCE, time.time()).drops == []


def test_what_was_taken_before_a_kill_is_left_over_in_its_order(tmp_path: Path) -> None:
    first = dropped(tmp_path, "road/a.csv", b"first")
    Taking(tmp_path, AT_ONCE).take(first, new_batch())
    Taking(tmp_path, AT_ONCE).take(dropped(tmp_path, "road/a.csv", b"second"), new_batch())

    left = Taking(tmp_path, AT_ONCE).left_over()

    assert [(drop.sender_path, drop.path.read_bytes()) for drop in left] == [
        ("road/a.csv", b"first"),
        ("road/a.csv", b"second"),
    ]


def test_a_file_its_sender_took_back_is_not_there(tmp_path: Path) -> None:
    drop = dropped(tmp_path, "road/a.csv")
    drop.path.unlink()
    taking = Taking(tmp_path, AT_ONCE)
    with pytest.raises(FileNotFoundError):
        taking.take(drop, new_batch())
    taking.tidy()
    assert list(tmp_path.iterdir()) == [tmp_path / "road"]


def test_a_file_that_took_the_place_of_the_one_looked_at_is_left_over_and_not_lost(tmp_path: Path) -> None:
    drop = dropped(tmp_path, "road/a.csv", b"old")
    other = tmp_path / "other"
    other.write_bytes(b"new")
    other.rename(drop.path)
    taking = Taking(tmp_path, AT_ONCE)
    with pytest.raises(ChangedError):
        taking.take(drop, new_batch())
    assert [left.path.read_bytes() for left in taking.left_over()] == [b"new"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_no_file_is_taken_through_a_folder_that_became_a_link(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "etc"
    drop = dropped(inbox, "road/2025/passwd", b"x")
    outside.mkdir()
    (outside / "passwd").write_bytes(b"root")
    (inbox / "road/2025").rename(tmp_path / "aside")
    (inbox / "road/2025").symlink_to(outside, target_is_directory=True)
    with pytest.raises(OSError, match=r"."):
        Taking(inbox, AT_ONCE).take(drop, new_batch())
    assert (outside / "passwd").read_bytes() == b"root"


def test_a_released_file_is_gone_with_its_folders(tmp_path: Path) -> None:
    taking = Taking(tmp_path, AT_ONCE)
    release(taking, taking.take(dropped(tmp_path, "road/a.csv"), new_batch()))
    taking.tidy()
    assert list(tmp_path.iterdir()) == [tmp_path / "road"]


def test_what_is_written_between_keeping_and_removing_is_left_over(tmp_path: Path) -> None:
    taking = Taking(tmp_path, AT_ONCE)
    with (tmp_path / "a.csv").open("wb") as writer:
        writer.write(b"first")
        writer.flush()
        drop = taking.take(look_around(tmp_path, AT_ONCE, time.time()).drops[0], new_batch())
        seen = look(drop.path)
        assert seen is not None
        writer.write(b", more")
        writer.flush()

        taking.release(drop, seen, "0" * 64, time.time())

    assert [left.path.read_bytes() for left in taking.left_over()] == [b"first, more"]


def test_a_file_written_lately_is_watched_and_what_is_added_arrives_again(tmp_path: Path) -> None:
    taking = Taking(tmp_path, WATCHED)
    with (tmp_path / "a.csv").open("wb") as writer:
        writer.write(b"first")
        writer.flush()
        release(taking, taking.take(dropped_now(tmp_path), new_batch()))
        taking.sweep(time.time())
        assert taking.left_over() == taking.changed() == []

        writer.write(b", more")
        writer.flush()

    assert [drop.path.read_bytes() for drop in taking.changed()] == [b"first, more"]
    taking.sweep(time.time())
    assert [(drop.sender_path, drop.path.read_bytes()) for drop in taking.left_over()] == [
        ("a.csv", b"first, more")
    ]


def test_content_exchanged_under_its_old_size_and_time_is_found_before_it_is_removed(tmp_path: Path) -> None:
    taking = Taking(tmp_path, WATCHED)
    with (tmp_path / "a.csv").open("wb") as writer:
        writer.write(b"first")
        writer.flush()
        release(taking, taking.take(dropped_now(tmp_path), new_batch()))
        before = os.fstat(writer.fileno())
        writer.seek(0)
        writer.write(b"other")
        writer.flush()
        os.utime(writer.fileno(), ns=(before.st_atime_ns, before.st_mtime_ns))

    taking.sweep(time.time() + 4000)

    assert [drop.path.read_bytes() for drop in taking.left_over()] == [b"other"]


def test_a_watched_file_goes_when_it_has_rested_for_long(tmp_path: Path) -> None:
    taking = Taking(tmp_path, WATCHED)
    dropped(tmp_path, "road/a.csv")
    release(taking, taking.take(dropped_now(tmp_path), new_batch()))
    taking.sweep(time.time() + 3500)
    assert len(files(tmp_path)) == 1
    taking.sweep(time.time() + 3700)
    assert files(tmp_path) == []


def test_a_file_that_rested_for_long_before_is_not_watched(tmp_path: Path) -> None:
    taking = Taking(tmp_path, WATCHED)
    drop = taking.take(dropped(tmp_path, "road/a.csv"), new_batch())
    release(taking, drop, time.time() + 3700)
    assert files(tmp_path) == []


def dropped_now(inbox: Path) -> Drop:
    """The one file that lies there."""
    (drop,) = look_around(inbox, AT_ONCE, time.time()).drops
    return drop
