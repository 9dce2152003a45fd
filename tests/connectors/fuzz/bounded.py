"""Reading in a process of its own whose memory and time are limited from outside, one process for many files.

A file on which the process dies or does not answer in time gives ``died`` or ``hangs``, and the next file gets a new
process: what a reading library does to itself is an outcome here, never the end of the tests.
"""

from __future__ import annotations

import hashlib
import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEMORY = 1_500_000_000
"""Bytes of address space a reader may use above what it has when it is ready."""

SECONDS = 20
"""Seconds of a processor that one file may take; ten times as many on the clock, where others use the machine too."""

_LOOK = 0.5

_ROOT = Path(__file__).resolve().parents[3]


class BoundedReader:
    """Reads files in a child process.

    Args:
        folder: Where files are put to be read; those on which it does not end well stay there.
    """

    def __init__(self, folder: Path) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._folder = folder

    def outcome(self, content: bytes, name: str = "表.xls") -> str:
        """What comes of reading a file: ``sheets``, the code of its refusal, or what should not be.

        Returns:
            Else ``hangs``, ``died …``, or ``raised …``, each with the path of the file, which is then kept.
        """
        path = self._folder / name
        path.write_bytes(content)
        said = self._asked(path)
        if " " not in said and said != "hangs":
            return said
        kept = self._folder / f"{hashlib.sha256(content).hexdigest()[:12]}-{name}"
        path.replace(kept)
        return f"{said}: {kept}"

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _asked(self, path: Path) -> str:
        child = self._child = self._child or _started()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(os.fsencode(path) + b"\n")
        child.stdin.flush()
        if not _ready(child):
            self.close()
            return "hangs"
        answer = child.stdout.readline().decode().strip()
        if not answer:
            self._child = None
            return f"died with {child.wait()}"
        return answer


def _ready(child: subprocess.Popen[bytes]) -> bool:
    """Whether the child has something to say, or has died, before its time is up."""
    begun, latest = _processor_seconds(child.pid), time.monotonic() + 10 * SECONDS
    while not select.select([child.stdout], [], [], _LOOK)[0]:
        if _processor_seconds(child.pid) - begun > SECONDS or time.monotonic() > latest:
            return False
    return True


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _started() -> subprocess.Popen[bytes]:
    """A child that has everything imported and its limit set."""
    command = [sys.executable, "-m", "tests.connectors.fuzz.bounded"]
    quiet = os.environ | {"RUST_BACKTRACE": "0"}
    child = subprocess.Popen(command, cwd=_ROOT, env=quiet, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def _read(path: Path) -> str:
    from connectors.errors import Refused
    from connectors.extract import read_tables

    try:
        reading = read_tables(path)
    except Refused as refusal:
        return refusal.code if refusal.message and refusal.remedy else "refused without a reason"
    except BaseException as error:
        return f"raised {type(error).__name__} {error}".replace("\n", " ")[:300]
    return "sheets" if reading.extracts or reading.unread else "read nothing"


def _serve() -> None:
    import resource

    from tests.connectors.fuzz.seeds import seeds

    with tempfile.TemporaryDirectory() as folder:
        for kind, content in seeds().items():  # everything is imported, every pool of threads is up
            path = Path(folder) / kind
            path.write_bytes(content)
            _read(path)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin.buffer:
        print(_read(Path(os.fsdecode(line.rstrip(b"\n")))), flush=True)  # noqa: T201


if __name__ == "__main__":
    _serve()
