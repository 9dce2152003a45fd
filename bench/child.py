"""Commands in a process of their own, with their wall time and peak memory.

Whoever calls must be small itself: a child begins with the high-water mark of the process it was forked from.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Failed(RuntimeError):
    """A measured command ended with an error; a figure of it would mean nothing."""


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Attributes:
        seconds: Wall time, the interpreter's start and the imports included.
        cpu_seconds: Processor time of all its threads and of children it waited for, which a busy machine changes less.
        peak_mb: The most memory it held at once, in MiB.
        output: What it printed.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: int
    output: str


def run(*arguments: str | Path) -> Run:
    """Run Python with these arguments, from the repository's root, nothing phoning home.

    Raises:
        Failed: It ended with an error.
    """
    environment = os.environ | {"GX_ANALYTICS_ENABLED": "false", "DAGSTER_DISABLE_TELEMETRY": "yes"}
    command = [sys.executable, *map(str, arguments)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=complaints)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        complaints.seek(0)
        if child.returncode:
            raise Failed(f"{' '.join(command)}: {complaints.read().decode(errors='replace')[-2_000:]}")
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # ru_maxrss: bytes there, KiB elsewhere
        cpu = usage.ru_utime + usage.ru_stime
        return Run(round(seconds, 2), round(cpu, 2), usage.ru_maxrss // unit, out.read().decode())


def shiji(home: Path, *arguments: str) -> Run:
    """Run the command line on a home."""
    return run("-c", "from pipelines.cli import main; main()", "--home", home, *arguments)


def median(runs: Sequence[Run]) -> dict[str, float]:
    """Median seconds, processor seconds and memory."""
    return {
        "seconds": round(statistics.median(one.seconds for one in runs), 2),
        "cpu_seconds": round(statistics.median(one.cpu_seconds for one in runs), 2),
        "peak_mb": round(statistics.median(one.peak_mb for one in runs)),
    }
