"""The processes of one load: one that reads and marks few files, and one for each core where files are many.

What is called in them, and what the loss of one means, is decided by whoever asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import LifoQueue
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pipelines.loading.apart import Apart, apart, limits, run
from pipelines.loading.elsewhere import Elsewhere, on_cluster
from pipelines.loading.supervised import Supervised

if TYPE_CHECKING:
    from pipelines.home.folders import Settings

Bundle = TypeVar("Bundle")
Result = TypeVar("Result")
Call: TypeAlias = Callable[..., Any]

WORTH_WORKERS = 24
"""Fewer files are worked on here: starting workers takes seconds."""


@contextmanager
def processes(settings: Settings, *ahead: Call) -> Iterator[Processes]:
    """The processes of a load; none is started before there is something to do.

    Args:
        settings: Of the home: what a call may take.
        ahead: Functions that workers will be asked for: what these need is imported as a worker starts.
    """
    modules = tuple(dict.fromkeys(function.__module__ for function in ahead))
    with apart(settings) as alone, ExitStack() as ends:
        if settings.engine == "spark":
            yield Processes(alone, on_cluster(settings, modules))
            return
        workers: list[Apart] = [
            Supervised(run, limits(settings), modules) for _ in range(os.cpu_count() or 1)
        ]
        yield Processes(alone, tuple(ends.enter_context(worker) for worker in workers))


@dataclass(frozen=True)
class Processes:
    """Processes that call what they are given.

    Attributes:
        apart: Works on few files, each for itself.
        workers: Work on bundles of files.
    """

    apart: Apart
    workers: tuple[Apart | Elsewhere, ...]

    def start(self, bundles: Sequence[Sequence[object]]) -> None:
        """Start those that bundles of files will need, beside what the caller goes on with."""
        if self.are_worth(bundles):
            for worker in self.workers[: len(bundles)]:
                worker.start()
        elif bundles:
            self.apart.start()

    @property
    def have_workers(self) -> bool:
        """Whether workers run already."""
        return any(worker.is_running for worker in self.workers)

    def are_worth(self, bundles: Sequence[Sequence[object]]) -> bool:
        """Whether workers take bundles of files on: there are many files, or workers that run already."""
        is_much = sum(map(len, bundles)) >= WORTH_WORKERS and min(len(self.workers), len(bundles)) > 1
        return bool(bundles) and (self.have_workers or is_much)

    def over(
        self, function: Call, bundles: Sequence[Bundle], work: Callable[[Call, Bundle], Result]
    ) -> Iterator[Result]:
        """What comes of each bundle, as they are done; a thread each waits for a process.

        Args:
            function: At the top level of its module.
            bundles: What is worked on.
            work: Is given the function, to be called in a process of its own, and a bundle.
        """
        idle: LifoQueue[Apart | Elsewhere] = (
            LifoQueue()
        )  # one that runs already comes before one that would have to start
        for worker in sorted(self.workers, key=lambda one: one.is_running):
            idle.put(worker)

        def one(bundle: Bundle) -> Result:
            worker = idle.get()
            try:
                return work(lambda *args, **kwargs: worker.call(function, *args, **kwargs), bundle)
            finally:
                idle.put(worker)

        with ThreadPoolExecutor(len(self.workers)) as threads:
            try:
                for done in as_completed([threads.submit(one, bundle) for bundle in bundles]):
                    yield done.result()
            finally:
                threads.shutdown(cancel_futures=True)
