"""Which files of the drop folder are complete, and which are left alone."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from connectors.inbox import Drop, Waits, complete_files, look_around, settled
from tests.connectors.fuzz.seeds import seeds

WAITS = Waits(settle=10)
LATER = 100_000.0


def drop(inbox: Path, name: str, content: bytes = b"x") -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def found(inbox: Path, *, after: float = LATER, waits: Waits = WAITS) -> list[Drop]:
    """What is complete so many seconds from now."""
    return complete_files(inbox, waits, time.time() + after)


def names(inbox: Path, *, after: float = LATER) -> list[str]:
    return [one.sender_path for one in found(inbox, after=after)]


def reasons(inbox: Path, *, after: float = LATER) -> dict[str, str]:
    return {left.sender_path: left.reason for left in look_around(inbox, WAITS, time.time() + after).left}


def test_a_settled_file_comes_with_its_department_and_path(tmp_path: Path) -> None:
    path = drop(tmp_path, "toilet_reform/2025-06/甲镇/台账.xlsx", b"abc")
    (one,) = found(tmp_path)
    assert (one.path, one.department, one.size) == (path, "toilet_reform", 3)
    assert one.sender_path == "toilet_reform/2025-06/甲镇/台账.xlsx"
    assert one.modified.timestamp() == pytest.approx(path.stat().st_mtime, abs=1e-5)


def test_a_file_without_a_department_comes_back_without_one(tmp_path: Path) -> None:
    drop(tmp_path, "台账.xlsx")
    assert [one.department for one in found(tmp_path)] == [""]


def test_a_file_still_being_written_waits(tmp_path: Path) -> None:
    drop(tmp_path, "road/a.csv")
    assert names(tmp_path, after=9) == []
    assert names(tmp_path, after=11) == ["road/a.csv"]


def test_a_file_copied_just_now_with_its_old_date_waits_too(tmp_path: Path) -> None:
    os.utime(drop(tmp_path, "road/a.csv"), (time.time() - 86_400,) * 2)
    assert names(tmp_path, after=5) == []


def test_a_writer_that_pauses_is_seen_at_the_second_look(tmp_path: Path) -> None:
    drop(tmp_path, "road/written.csv")
    drop(tmp_path, "road/rests.csv")
    waits = Waits(settle=0.3)
    now = time.time() + 0.5  # the first look finds both at rest for half a second
    first = look_around(tmp_path, waits, now)
    goes_on = threading.Timer(0.1, lambda: drop(tmp_path, "road/written.csv", b"more"))
    goes_on.start()

    both = settled(first, waits, now)

    assert [one.sender_path for one in both.drops] == ["road/rests.csv"]
    assert [(left.sender_path, left.reason) for left in both.left] == [
        ("road/written.csv", "it is still being written")
    ]


def test_nothing_is_waited_for_where_all_is_calm(tmp_path: Path) -> None:
    drop(tmp_path, "road/a.csv")
    now = time.time() + 61
    begun = time.monotonic()
    assert len(settled(look_around(tmp_path, WAITS, now), WAITS, now).drops) == 1
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("ahead", [3_600, 86_400 * 400])
def test_a_file_dated_ahead_is_taken_like_any_other(tmp_path: Path, ahead: float) -> None:
    os.utime(drop(tmp_path, "road/a.csv"), (time.time() + ahead,) * 2)
    assert names(tmp_path, after=5) == []
    assert names(tmp_path, after=11) == ["road/a.csv"]


@pytest.mark.parametrize(
    "name",
    ["~$台账.xlsx", ".~台账.xlsx", ".~lock.台账.ods#", "台账.xlsx.tmp", "台账.xlsx.PART", "台账.crdownload", ".DS_Store",
     "Thumbs.db", ".hidden/台账.xlsx", ".syncthing.台账.xlsx.tmp", "~syncthing~台账.xlsx.tmp", ".台账.xlsx.Xb3kQ1",
     "台账.xlsx~RF1a2b3c.TMP", "台账.xlsx.sb-1a2b3c4d-AbCdEf", "台账.xlsx.filepart", "@eaDir/台账.xlsx"],
)  # fmt: skip
def test_lock_temp_and_hidden_files_are_no_hand_ins(tmp_path: Path, name: str) -> None:
    drop(tmp_path, f"road/{name}")
    drop(tmp_path, "road/真.xlsx")
    assert names(tmp_path) == ["road/真.xlsx"]


@pytest.mark.parametrize("lock", ["~$台账.xlsx", ".~台账.xlsx", ".~lock.台账.xlsx#"])
def test_a_file_that_a_program_has_open_waits_but_a_forgotten_lock_does_not_hold_it_for_ever(
    tmp_path: Path, lock: str
) -> None:
    drop(tmp_path, "road/台账.xlsx")
    drop(tmp_path, f"road/{lock}")
    assert "lock file" in reasons(tmp_path, after=1800)["road/台账.xlsx"]
    assert names(tmp_path, after=3601) == ["road/台账.xlsx"]


@pytest.mark.parametrize("name", ["xlsx", "xls", "ods"])
def test_a_workbook_that_breaks_off_waits_ten_minutes_for_the_rest_and_a_whole_one_does_not(
    tmp_path: Path, name: str
) -> None:
    whole = seeds()[name]
    drop(tmp_path, "road/whole", whole)
    drop(tmp_path, "road/cut", whole[: len(whole) * 2 // 3])
    assert names(tmp_path, after=599) == ["road/whole"]
    assert "breaks off" in reasons(tmp_path, after=599)["road/cut"]
    assert names(tmp_path, after=601) == ["road/cut", "road/whole"]


@pytest.mark.parametrize("lost", [512, 4096])
def test_an_xls_without_its_last_sectors_breaks_off(tmp_path: Path, lost: int) -> None:
    drop(tmp_path, "road/cut.xls", seeds()["xls"][:-lost])
    assert names(tmp_path, after=599) == []


def test_what_robocopy_has_not_finished_and_excel_not_renamed_waits(tmp_path: Path) -> None:
    os.utime(drop(tmp_path, "road/a.csv"), (315_619_200,) * 2)
    drop(tmp_path, "road/1A2B3C4D")
    assert names(tmp_path, after=599) == []
    assert names(tmp_path, after=601) == ["road/1A2B3C4D", "road/a.csv"]


def test_an_empty_file_waits_ten_minutes_for_its_content_and_then_counts_as_handed_in(tmp_path: Path) -> None:
    drop(tmp_path, "road/a.csv", b"")
    assert names(tmp_path, after=599) == []
    assert [one.size for one in found(tmp_path, after=601)] == [0]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = drop(tmp_path, "outside/secret.csv")
    other = drop(tmp_path, "outside/other.csv")
    inbox = tmp_path / "inbox"
    drop(inbox, "road/a.csv")
    (inbox / "road" / "link.csv").symlink_to(outside)
    (inbox / "linked").symlink_to(outside.parent, target_is_directory=True)
    (inbox / "road" / "hard.csv").hardlink_to(other)
    assert names(inbox) == ["road/a.csv"]
    assert "hard link" in reasons(inbox)["road/hard.csv"]


def test_a_file_time_beyond_the_calendar_does_not_stop_the_others(tmp_path: Path) -> None:
    path = drop(tmp_path, "road/a.csv")
    try:
        os.utime(path, (-(10**9),) * 2)
    except (OSError, OverflowError):
        pytest.skip("this file system has no such times")
    assert [one.modified.year for one in found(tmp_path)] == [1970]


def test_an_absent_inbox_is_empty(tmp_path: Path) -> None:
    assert complete_files(tmp_path / "none", WAITS) == []
