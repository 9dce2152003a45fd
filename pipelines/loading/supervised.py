"""One function in a process of its own, call after call, within limits of time and memory.

A native library that crashes, never returns or takes all memory ends that process and nothing else: the caller hears
``Lost`` and may call again. What is called, and what its loss means, is decided elsewhere.

The process is a fresh interpreter, not a fork: a fork of a process with threads (progress bars, Arrow's pool, delta's
runtime) may hang. It can start beside whatever the caller does until the first call, and needs only what the
function's own module imports. Its time is kept inside it by a thread in C, which ends it even where a library holds the
interpreter's lock, and also after its caller has gone. Its memory is limited where the platform can (not on Windows).
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import pickle
import signal
import subprocess
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Generic, ParamSpec, Self, TypeVar, cast

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


_GRACE = 2.0
"""Seconds a process has to end when it is not needed any more."""

_ROOTS = (Path(sysconfig.get_path("purelib")), Path(__file__).resolve().parents[2])
"""What a file's name is shortened by."""


class Lost(Exception):
    """The process ended before it answered."""


class Raised(Exception):
    """Stands for an exception that cannot cross from one process to another, and names its class."""


class RemoteTrace(Exception):
    """The cause of an exception that came from another process: where it was raised there, ``file:line:function``."""

    def __init__(self, frames: Iterable[str]) -> None:
        super().__init__("in another process")
        self.frames = tuple(frames)


@dataclass(frozen=True)
class Limits:
    """What one call may take.

    Attributes:
        seconds: Of the clock.
        memory_mb: Address space above what the process has before its first call, in megabytes.
    """

    seconds: float
    memory_mb: int


class Supervised(Generic[Arguments, Result]):
    """A function whose calls run in a process of their own; one call at a time.

    Args:
        function: At the top level of its module; arguments and results are pickled.
        limits: Of every call.
        ahead: Modules that the process imports as it starts, besides the function's own.
    """

    def __init__(
        self, function: Callable[Arguments, Result], limits: Limits, ahead: Sequence[str] = ()
    ) -> None:
        self._target = function.__module__, function.__qualname__
        self._limits, self._ahead = limits, ahead
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def is_running(self) -> bool:
        """Whether the process has been started."""
        return self._process is not None

    def start(self) -> None:
        """Start the process beside what the caller goes on with; without this the first call does."""
        self._process = self._process or self._started()

    def call(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        """Call the function; an exception it raises is raised here, caused by a ``RemoteTrace``.

        Raises:
            Lost: The process died or used up its time or memory; the next call gets a new one.
            Raised: The function raised what cannot cross to this process.
        """
        process = self._process = self._process or self._started()
        asked, told = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            pickle.dump((args, kwargs), asked)
            asked.flush()
            is_result, answer, *raised = pickle.load(told)  # noqa: S301 - from our own process
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise Lost(f"{_ending(self._end())}, within {self._limits}") from error
        if not is_result:
            name, *frames = raised
            raise (answer or Raised(name)) from RemoteTrace(frames)
        return cast("Result", answer)

    def _started(self) -> subprocess.Popen[bytes]:
        limits = str(self._limits.seconds), str(self._limits.memory_mb)
        return subprocess.Popen(
            [sys.executable, "-m", __name__, *self._target, *limits, *self._ahead],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def _end(self) -> int:
        """End the process if it has not ended by itself; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        try:
            process.communicate(timeout=_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return process.returncode


def _ending(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _serve(module: str, function: str, limits: Limits, ahead: Iterable[str]) -> None:
    """Answer calls until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)  # a load that is stopped must not take it for the file's fault
    os.umask(0o077)
    called = getattr(importlib.import_module(module), function)
    for other in ahead:
        importlib.import_module(other)
    _limit_memory(limits.memory_mb)
    while True:
        try:
            args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process
        except EOFError:
            os._exit(0)  # nothing is left to clean up, and taking the interpreter down takes a while
        faulthandler.dump_traceback_later(limits.seconds, exit=True)
        try:
            answer: tuple[Any, ...] = True, called(*args, **kwargs)
        except MemoryError:
            raise
        except Exception as error:
            answer = False, _portable(error), type(error).__qualname__, *frames_of(error)
        faulthandler.cancel_dump_traceback_later()
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _portable(error: Exception) -> Exception | None:
    """The exception, if the other side can make it again."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - just dumped
    except Exception:
        return None
    return error


def frames_of(error: BaseException) -> Iterator[str]:
    """Where an exception was raised, ``file:line:function``, the innermost last; what caused it before it."""
    if isinstance(error, RemoteTrace):
        yield from error.frames
        return
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from frames_of(before)
        yield f"-> {type(error).__qualname__}"
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield f"{_short(frame.f_code.co_filename)}:{line}:{frame.f_code.co_qualname}"


def _short(file: str) -> str:
    for root in _ROOTS:
        if Path(file).is_relative_to(root):
            return Path(file).relative_to(root).as_posix()
    return file


def _limit_memory(megabytes: int) -> None:
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        return
    limit = pages * resource.getpagesize() + megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], Limits(float(sys.argv[3]), int(sys.argv[4])), sys.argv[5:])
