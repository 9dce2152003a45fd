"""The audit log holds together, says where it does not, and survives two writers and a crash in the middle of a line."""

from __future__ import annotations

import json
import multiprocessing
import stat
from pathlib import Path

import pytest

from warehouse.audit import FIRST, Audit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def audit(path: Path) -> Audit:
    log = Audit(path)
    for name in ("甲", "乙", "丙", "丁"):
        log.append("freeze", name, "for the meeting")
    return log


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_each_entry_bears_the_hash_of_the_one_before(audit: Audit) -> None:
    entries = audit.entries()
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.previous for entry in entries] == [FIRST, *(entry.hash for entry in entries[:-1])]
    assert audit.verify().entries == 4
    assert audit.verify().broken_line is None


def test_a_log_that_is_not_there_yet_is_whole(path: Path) -> None:
    assert Audit(path).entries() == []
    assert Audit(path).verify().broken_line is None


def test_only_its_owner_reads_it(audit: Audit, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_changed_word_breaks_the_chain_there(audit: Audit, path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("乙", "戊"), encoding="utf-8")
    found = audit.verify()
    assert (found.broken_line, found.entries) == (2, 1)
    assert "changed" in found.why


def test_a_removed_line_breaks_the_chain_there(audit: Audit, path: Path) -> None:
    kept = lines(path)
    path.write_text("\n".join([kept[0], *kept[2:]]) + "\n", encoding="utf-8")
    assert audit.verify().broken_line == 2


def test_an_entry_forged_with_its_own_hash_breaks_the_next(audit: Audit, path: Path) -> None:
    kept = lines(path)
    other = Audit(path.with_name("forged.jsonl"))
    other.append("freeze", "甲", "for the meeting")
    other.append("freeze", "另一个")
    forged = json.loads(lines(path.with_name("forged.jsonl"))[1]) | {"previous": json.loads(kept[0])["hash"]}
    entry = type(audit.entries()[0])(**forged).sealed()
    path.write_text("\n".join([kept[0], json.dumps(vars(entry)), *kept[2:]]) + "\n", encoding="utf-8")
    found = audit.verify()
    assert found.broken_line == 3
    assert "replaced" in found.why


def test_a_log_cut_off_at_its_end_is_known_by_a_hash_noted_earlier(audit: Audit, path: Path) -> None:
    noted = audit.verify().last
    path.write_text("\n".join(lines(path)[:-1]) + "\n", encoding="utf-8")
    assert audit.verify().broken_line is None
    assert audit.verify(noted).broken_line is not None
    audit.append("freeze", "戊")
    assert "cut off" in audit.verify(noted).why


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_torn_by_a_crash_breaks_nothing(audit: Audit, path: Path, cut: int) -> None:
    path.write_bytes(path.read_bytes()[:-cut])
    audit.append("freeze", "戊")
    found = audit.verify()
    assert found.broken_line is None
    assert audit.entries()[-1].subject == "戊"
    assert found.entries + len(found.torn) == 5


def test_an_act_that_fails_is_logged_as_failed(audit: Audit) -> None:
    def restored() -> None:
        with audit.act("restore", "2025-06"):
            assert audit.entries()[-1].what == "restore"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        restored()
    assert audit.entries()[-1].what == "restore failed"
    assert "entry 5" in audit.entries()[-1].reason


def write_many(path: Path, name: str) -> None:
    for number in range(25):
        Audit(path).append("reveal", f"{name} {number}")


def test_writers_at_the_same_time_lose_nothing(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(path, name)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    audit = Audit(path)
    assert audit.verify().entries == 50
    assert {entry.subject for entry in audit.entries()} == {f"{n} {i}" for n in "ab" for i in range(25)}
