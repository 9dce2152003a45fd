from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from connectors.inbox import complete_files


def drop(inbox: Path, name: str, content: bytes = b"x", age: float = 60) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def names(inbox: Path) -> list[str]:
    return [found.sender_path for found in complete_files(inbox)]


def test_a_settled_file_comes_with_its_department_and_path(tmp_path: Path) -> None:
    path = drop(tmp_path, "toilet_reform/2025-06/甲镇/台账.xlsx", b"abc")
    (found,) = complete_files(tmp_path)
    assert (found.path, found.department, found.size) == (path, "toilet_reform", 3)
    assert found.sender_path == "toilet_reform/2025-06/甲镇/台账.xlsx"
    assert found.modified.timestamp() == pytest.approx(path.stat().st_mtime, abs=1e-5)


def test_a_file_without_a_department_comes_back_without_one(tmp_path: Path) -> None:
    drop(tmp_path, "台账.xlsx")
    assert [found.department for found in complete_files(tmp_path)] == [""]


def test_a_file_still_being_written_waits(tmp_path: Path) -> None:
    path = drop(tmp_path, "road/a.csv", age=0.5)
    assert names(tmp_path) == []
    assert len(complete_files(tmp_path, settle_seconds=0.1)) == 1
    assert len(complete_files(tmp_path, now=path.stat().st_mtime + 2)) == 1


@pytest.mark.parametrize(
    "name",
    ["~$台账.xlsx", ".~lock.台账.ods#", "台账.xlsx.tmp", "台账.xlsx.PART", "台账.crdownload", ".DS_Store", "Thumbs.db",
     ".hidden/台账.xlsx"],
)  # fmt: skip
def test_lock_temp_and_hidden_files_are_no_hand_ins(tmp_path: Path, name: str) -> None:
    drop(tmp_path, f"road/{name}")
    drop(tmp_path, "road/真.xlsx")
    assert names(tmp_path) == ["road/真.xlsx"]


def test_an_empty_file_waits_ten_minutes_for_its_content_and_then_counts_as_handed_in(tmp_path: Path) -> None:
    path = drop(tmp_path, "road/a.csv", b"", age=60)
    assert names(tmp_path) == []
    assert [found.size for found in complete_files(tmp_path, now=path.stat().st_mtime + 600)] == [0]
    drop(tmp_path, "road/old.csv", b"", age=86_400)
    assert names(tmp_path) == ["road/old.csv"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = drop(tmp_path, "outside/secret.csv")
    inbox = tmp_path / "inbox"
    drop(inbox, "road/a.csv")
    (inbox / "road" / "link.csv").symlink_to(outside)
    (inbox / "linked").symlink_to(outside.parent, target_is_directory=True)
    assert names(inbox) == ["road/a.csv"]


def test_a_file_time_beyond_the_calendar_does_not_stop_the_others(tmp_path: Path) -> None:
    path = drop(tmp_path, "road/a.csv")
    try:
        os.utime(path, (-(10**9),) * 2)
    except (OSError, OverflowError):
        pytest.skip("this file system has no such times")
    assert [found.modified.year for found in complete_files(tmp_path)] == [1970]


def test_an_absent_inbox_is_empty(tmp_path: Path) -> None:
    assert complete_files(tmp_path / "none") == []
