"""A function in a process of its own: its answers, and what is heard when the process is lost."""

from __future__ import annotations

import math
import operator
import os
import signal
import time

import pytest

from pipelines.loading.supervised import Limits, Lost, Raised, Supervised, frames_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits of memory are POSIX")

LIMITS = Limits(seconds=60, memory_mb=200)


def test_results_and_exceptions_come_back_and_what_is_printed_does_not_come_between() -> None:
    with Supervised(math.sqrt, LIMITS) as root, Supervised(print, LIMITS) as printed:
        assert root.call(9.0) == 3.0
        with pytest.raises(ValueError, match="math domain"):
            root.call(-1.0)
        assert root.call(4.0) == 2.0
        assert printed.call("between", flush=True) is None


def test_a_process_that_dies_is_lost_and_the_next_call_gets_another() -> None:
    with Supervised(signal.raise_signal, LIMITS) as process:
        with pytest.raises(Lost, match="signal 9"):
            process.call(signal.SIGKILL)
        with pytest.raises(Lost, match="signal 11"):
            process.call(signal.SIGSEGV)
        assert process.call(signal.SIGWINCH) is None


def test_a_process_that_does_not_answer_in_time_is_ended() -> None:
    with Supervised(time.sleep, Limits(seconds=0.2, memory_mb=200)) as process:
        started = time.monotonic()
        with pytest.raises(Lost):
            process.call(600)
        assert time.monotonic() - started < 60


def test_a_process_that_takes_too_much_memory_is_lost() -> None:
    with Supervised(operator.mul, LIMITS) as process:
        with pytest.raises(Lost):
            process.call(b"x", 400_000_000)  # type: ignore[call-arg]
        assert process.call(3, 4) == 12


def test_stopping_the_load_does_not_look_like_the_fault_of_a_file() -> None:
    with Supervised(signal.raise_signal, LIMITS) as process:
        assert process.call(signal.SIGINT) is None
        assert process.call(signal.SIGTERM) is None


class Unportable(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


class Holding(Exception):
    """Holds what cannot be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.held = lambda: None


def fail(how: str) -> None:
    """Raise an exception; called in a process of its own."""
    raise {"unportable": Unportable("a", "b"), "holding": Holding(), "plain": KeyError(how)}[how]


@pytest.mark.parametrize(("how", "name"), [("unportable", "Unportable"), ("holding", "Holding")])
def test_an_exception_that_cannot_cross_is_named_and_the_process_goes_on(how: str, name: str) -> None:
    with Supervised(fail, LIMITS) as process:
        with pytest.raises(Raised, match=name):
            process.call(how)
        with pytest.raises(KeyError) as raised:
            process.call("plain")
    frames = list(frames_of(raised.value))
    assert any(frame.startswith("tests/pipelines/test_supervised.py:") for frame in frames)
