"""The audit log: who did what with what nobody may do unseen, appended for good and chained by hashes.

One JSON object a line; each bears the hash of the one before, so that a changed, removed or inserted line breaks the
chain from there on. Nothing is ever rewritten: a line torn by a crash stays where it is, and the chain goes on after
it. What a chain cannot tell by itself is whether its newest lines were cut off; noting the last hash elsewhere does.
Which acts are logged is not decided here.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from warehouse.beside import sync

FIRST = "0" * 64
"""Stands before the first entry."""


@dataclass(frozen=True)
class Entry:
    """One act.

    Attributes:
        seq: 1, 2, 3 …
        at: UTC, ISO 8601.
        who: The account of the operating system.
        what: The act, in a word or two: ``freeze``, ``reveal``, ``key rotation``.
        subject: What it was done to; never a private value.
        reason: Why, in the words of who did it.
        previous: Hash of the entry before.
        hash: SHA-256 over all the others.
    """

    seq: int
    at: str
    who: str
    what: str
    subject: str
    reason: str
    previous: str
    hash: str = ""

    def sealed(self) -> Entry:
        """The entry with its own hash."""
        said = {name: value for name, value in asdict(self).items() if name != "hash"}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return replace(self, hash=sha256(text.encode()).hexdigest())


@dataclass(frozen=True)
class Verdict:
    """What ``Audit.verify`` found.

    Attributes:
        entries: How many entries hold together from the first on.
        last: Hash of the last of these; note it elsewhere to be sure that none is ever cut off.
        broken_line: Line of the file where the chain breaks, 1-based; None where it holds.
        why: What is wrong there.
        torn: Lines that a crash left unfinished and that break nothing.
    """

    entries: int
    last: str
    broken_line: int | None = None
    why: str = ""
    torn: tuple[int, ...] = ()


class Audit:
    """The log in a file; made with the first entry, readable by its owner alone.

    Args:
        path: The file. Two processes may append to it at the same time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, what: str, subject: str, reason: str = "", who: str | None = None) -> Entry:
        """Add an entry; it is on the disk when this returns.

        Args:
            what: The act.
            subject: What it is done to.
            reason: Why.
            who: The account it is done by, that of this process when None.
        """
        with FileLock(f"{self._path}.lock", mode=0o600):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "rb+") as file:
                data = file.read()
                last = next((entry for line in reversed(_lines(data)) if (entry := _entry(line))), None)
                made = Entry(
                    seq=last.seq + 1 if last else 1,
                    at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                    who=who or _account(),
                    what=what,
                    subject=subject,
                    reason=reason,
                    previous=last.hash if last else FIRST,
                ).sealed()
                ended = not data or data.endswith(b"\n")
                line = json.dumps(asdict(made), ensure_ascii=False, separators=(",", ":")) + "\n"
                file.write((b"" if ended else b"\n") + line.encode())
                file.flush()
                os.fsync(file.fileno())
            sync(self._path.parent)
        return made

    @contextmanager
    def act(self, what: str, subject: str, reason: str = "") -> Iterator[Entry]:
        """Log an act before it is done, and that it failed if it does: none is done unseen, whenever power fails."""
        entry = self.append(what, subject, reason)
        try:
            yield entry
        except BaseException:
            self.append(f"{what} failed", subject, f"see entry {entry.seq}")
            raise

    def entries(self) -> list[Entry]:
        """All entries, the oldest first, whether they hold together or not."""
        return [entry for line in _lines(self._read()) if (entry := _entry(line))]

    def verify(self, noted: str | None = None) -> Verdict:
        """Follow the chain from the first entry.

        Args:
            noted: A hash noted earlier, which must be one of the entries'.
        """
        last, count, torn, seen = FIRST, 0, [], {FIRST}
        for number, line in enumerate(_lines(self._read()), start=1):
            entry = _entry(line)
            if entry is None:
                torn.append(number)
                continue
            if why := _wrong(entry, count + 1, last):
                return Verdict(count, last, number, why, tuple(torn))
            last, count = entry.hash, count + 1
            seen.add(last)
        if noted is not None and noted not in seen:
            why = f"no entry has the hash {noted}: the log was cut off or replaced"
            return Verdict(count, last, count + len(torn) + 1, why, tuple(torn))
        return Verdict(count, last, torn=tuple(torn))

    def _read(self) -> bytes:
        return self._path.read_bytes() if self._path.exists() else b""


def _lines(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if line]


def _entry(line: bytes) -> Entry | None:
    """The entry of a line; None where the line is none."""
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _wrong(entry: Entry, seq: int, previous: str) -> str:
    if entry.seq != seq:
        return f"entry {entry.seq} stands where entry {seq} should: one was removed, inserted or moved"
    if entry.previous != previous:
        return f"entry {entry.seq} does not follow the one before: that one was replaced"
    if entry.sealed().hash != entry.hash:
        return f"entry {entry.seq} was changed after it was written"
    return ""


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return f"uid {os.getuid()}"
