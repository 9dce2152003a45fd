"""``python -m bench.racing``: writers that race the intake, and whether anything they wrote was lost or entered twice.

Each file has one writer, which replaces it, writes it anew in place, appends to it or cuts it, pausing in the middle for
shorter or longer than files are left to settle, while a process takes in whatever has come to rest and is killed and
started again. A writer knows what must be found in the archive: the last content of every file that was taken from
under it, and the last of all. What a sender overwrote before it was taken is not counted.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

from pipelines.home.folders import SETTINGS_FILE, Home, Settings, init_home
from pipelines.home.site import Site
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive

SETTLE = 0.1
_LONGEST_PAUSE = 15 * SETTLE


@dataclass(frozen=True)
class Race:
    """What came of a race.

    Attributes:
        written: Contents that stood complete in a file at some time.
        must: Of these, those that have to be in the archive.
        missing: Of these, those that are not.
        entered: Arrivals in the ledger.
        doubled: Arrivals of the same bytes at the same place beyond the first.
        remaining: Files that still lie in the inbox.
        kills: How often the intake was killed.
        seconds: How long it took.
    """

    written: int
    must: int
    missing: int
    entered: int
    doubled: int
    remaining: int
    kills: int
    seconds: float


def race(root: Path, *, writers: int, files: int, seconds: float, kill: bool = True) -> Race:
    """Let writers race the intake of a new home for so many seconds, and count.

    Args:
        root: The home's folder.
        writers: Threads that write.
        files: Files over all.
        seconds: How long they write.
        kill: Whether the intake is killed now and then.
    """
    home = init_home(root, _settings(SETTLE))
    Site(home).ledger.close()  # made before anyone is killed
    begun = time.monotonic()
    crew = [_Writer(home.inbox, number, files // writers, begun + seconds) for number in range(writers)]
    for writer in crew:
        writer.start()
    kills = _take_in_and_kill(home, begun + seconds) if kill else _take_in(home, begun + seconds)
    for writer in crew:
        writer.join()
    _take_in_the_rest(home)
    must = {content for writer in crew for content in writer.must}
    archive = {path.name for path in home.archive.glob("??/*")}
    arrivals = Site(home).ledger.submissions().select(["sender_path", "sha256"]).to_pylist()
    places = Counter((one["sender_path"], one["sha256"]) for one in arrivals)
    return Race(
        written=sum(writer.written for writer in crew),
        must=len(must),
        missing=len(must - archive),
        entered=len(arrivals),
        doubled=len(arrivals) - len(places),
        remaining=sum(path.is_file() for path in home.inbox.rglob("*")),
        kills=kills,
        seconds=round(time.monotonic() - begun, 1),
    )


def _settings(settle: float) -> Settings:
    return Settings(settle_seconds=settle, unfinished_seconds=settle, first_period="2025-01")


def _take_in_and_kill(home: Home, end: float) -> int:
    """Take in until then, in a process that is killed and started again; how often it was."""
    luck, kills = random.Random(0), 0
    while time.monotonic() < end:
        command = [sys.executable, "-m", "bench.racing", "--take-in", str(home.root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as intake:
            os.read(intake.stdout.fileno() if intake.stdout else 0, 1)  # it has started
            time.sleep(luck.uniform(0.05, 3.0))
            intake.kill()
        kills += 1
    return kills


def _take_in(home: Home, end: float) -> int:
    """Take in until then, as a sensor would; it is never killed."""
    site = Site(home)
    while time.monotonic() < end:
        receive(site, Progress())
    return 0


def _take_in_the_rest(home: Home) -> None:
    """Take in until nothing more comes; then remove what is only watched, for nobody writes any more."""
    site, idle = Site(home), 0
    while idle < 3:
        idle = 0 if receive(site, Progress()).receipts else idle + 1
        time.sleep(SETTLE)
    settings = yaml.safe_dump(_settings(0).model_dump(), allow_unicode=True)
    (home.config / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    receive(Site(Home(home.root)), Progress())


@dataclass
class _Last:
    """The last content of a file, and the file open, so that it can be told what became of it."""

    digest: str
    handle: int

    def is_at(self, path: Path) -> bool:
        """Whether the very file still lies where it was written."""
        try:
            return path.stat().st_ino == os.fstat(self.handle).st_ino
        except FileNotFoundError:
            return False


class _Writer(threading.Thread):
    """One writer of some files."""

    def __init__(self, inbox: Path, number: int, files: int, end: float) -> None:
        super().__init__()
        folder = inbox / "road" / f"{number:03}"
        folder.mkdir(parents=True)
        self.must: set[str] = set()
        self.written = 0
        self._paths = [folder / f"{index}.csv" for index in range(files)]
        self._last: dict[Path, _Last] = {}
        self._luck = random.Random(number)
        self._end = end

    def run(self) -> None:
        """Write until the end."""
        while time.monotonic() < self._end:
            path = self._luck.choice(self._paths)
            self._luck.choice((self._replace, self._anew, self._append, self._cut))(path)
            self._pause()
        for last in self._last.values():
            self.must.add(last.digest)
            os.close(last.handle)

    def _replace(self, path: Path) -> None:
        other = path.with_name(f".{path.name}.tmp")
        handle = os.open(other, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.write(handle, self._content())
        last = self._last.get(path)
        was_taken = last is not None and not last.is_at(path)
        other.replace(path)
        if last is not None and (was_taken or os.fstat(last.handle).st_nlink):
            self.must.add(last.digest)
        self._note(path, handle)

    def _anew(self, path: Path) -> None:
        self._in_place(path, os.O_TRUNC)

    def _append(self, path: Path) -> None:
        self._in_place(path, os.O_APPEND)

    def _in_place(self, path: Path, flag: int) -> None:
        last = self._last.get(path)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | flag)
        if last is not None and os.fstat(handle).st_ino != os.fstat(last.handle).st_ino:
            self.must.add(last.digest)
        for _ in range(self._luck.randint(1, 4)):
            os.write(handle, self._content())
            self._pause()
        self._note(path, handle)

    def _cut(self, path: Path) -> None:
        last = self._last.get(path)
        if last is None or not last.is_at(path):
            return
        size = os.fstat(last.handle).st_size
        os.truncate(last.handle, size - self._luck.randint(0, size // 2))
        os.write(last.handle, self._content())
        self._note(path, os.dup(last.handle))

    def _note(self, path: Path, handle: int) -> None:
        """What the file holds now is whole; if another write follows while it is still there, that counts instead."""
        if (before := self._last.pop(path, None)) is not None:
            os.close(before.handle)
        content = os.pread(handle, os.fstat(handle).st_size, 0)
        self._last[path] = _Last(sha256(content).hexdigest(), handle)
        self.written += 1

    def _content(self) -> bytes:
        return self._luck.randbytes(self._luck.randint(8, 20_000)).hex().encode() + b"\n"

    def _pause(self) -> None:
        time.sleep(self._luck.choice((0, 0, SETTLE / 5, 1.5 * SETTLE, self._luck.uniform(0, _LONGEST_PAUSE))))


def main() -> None:
    """Race as asked, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.racing", description=__doc__)
    parser.add_argument("--writers", type=int, default=100)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they write")
    parser.add_argument("--take-in", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.take_in:
        print("started", flush=True)
        _take_in(Home(asked.take_in), math.inf)
    with tempfile.TemporaryDirectory() as folder:
        print(race(Path(folder) / "home", writers=asked.writers, files=asked.files, seconds=asked.seconds))


if __name__ == "__main__":
    main()
