"""One function over many bundles, on every core, each call in a supervised process.

What is called, and what the loss of a process means, is decided by whoever asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

from pipelines.loading.supervised import Limits, Supervised

Bundle = TypeVar("Bundle")
Result = TypeVar("Result")
Call: TypeAlias = Callable[..., Any]

WORTH_WORKERS = 24
"""Fewer files are worked on here: starting workers takes seconds."""


def workers_for(bundles: Sequence[Sequence[object]]) -> int:
    """How many processes are worth starting for bundles of files; fewer than two: none."""
    enough = sum(map(len, bundles)) >= WORTH_WORKERS
    return min(os.cpu_count() or 1, len(bundles)) if enough else 0


def over_bundles(
    function: Callable[..., Any],
    bundles: Sequence[Bundle],
    allowed: Limits,
    count: int,
    work: Callable[[Call, Bundle], Result],
) -> Iterator[Result]:
    """What comes of each bundle, as they are done; a thread each waits for a process.

    Args:
        function: At the top level of its module.
        bundles: What is worked on.
        allowed: What one call may take.
        count: How many processes.
        work: Is given the function, to be called in a process of its own, and a bundle.
    """
    idle: SimpleQueue[Supervised[..., Any]] = SimpleQueue()

    def one(bundle: Bundle) -> Result:
        worker = idle.get()
        try:
            return work(worker.call, bundle)
        finally:
            idle.put(worker)

    with ExitStack() as workers, ThreadPoolExecutor(count) as threads:
        for _ in range(count):
            idle.put(workers.enter_context(Supervised(function, allowed)))
        try:
            for done in as_completed([threads.submit(one, bundle) for bundle in bundles]):
                yield done.result()
        finally:
            threads.shutdown(cancel_futures=True)
