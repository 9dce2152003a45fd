"""Processes that begin and end with this one, and everything that they start with them.

Each leads a group of its own, so that a Ctrl-C of the terminal reaches this process alone, which then ends them in order.
What they are does not belong here.
"""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

log = logging.getLogger(__name__)

GRACE_SECONDS = 6.0
"""How long each may take to end by itself before it is killed; a run notes in that time that it was cut off."""

_PR_SET_PDEATHSIG = 1


class Processes:
    """Programs of this Python's installation, started one by one and ended together.

    Args:
        environment: Theirs.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The last one first: what asks another one must not find that gone.
        for process in reversed(self._started):
            _end(process)

    def start(self, program: str, *arguments: str) -> None:
        """Start a program that lies beside this Python."""
        found = shutil.which(program, path=str(Path(sys.executable).parent)) or program
        process = subprocess.Popen(
            [found, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent() if sys.platform == "linux" else None,
        )
        self._started.append(process)

    def ended(self) -> bool:
        """Whether one has ended by itself; it is then named in the log."""
        ended = [process for process in self._started if process.poll() is not None]
        for process in ended:
            name = Path(str(process.args[0])).name  # type: ignore[index]
            log.error("%s ended by itself with exit code %d", name, process.returncode)
        return bool(ended)


_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Have a process and what it started end by themselves, and kill what does not."""
    _signal(process, signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    while _has_members(process) and time.monotonic() < until:
        process.poll()  # else a process that has ended would stay in its group
        time.sleep(0.05)
    _signal(process, _KILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        if sys.platform == "win32":
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _has_members(leader: subprocess.Popen[bytes]) -> bool:
    if sys.platform == "win32":
        return leader.poll() is None
    try:
        os.killpg(leader.pid, 0)
    except ProcessLookupError:
        return False
    return True


def _end_with_parent() -> Callable[[], None]:
    """What a child does before its program runs: ask to be told to end when its parent is gone, however that went."""
    set_option = ctypes.CDLL(None).prctl  # looked up before the fork: little may be done after it
    return partial(set_option, _PR_SET_PDEATHSIG, int(signal.SIGTERM))
