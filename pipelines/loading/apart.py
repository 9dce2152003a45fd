"""A process of its own for what foreign libraries do with a sender's bytes: reading its tables, marking its workbook.

One process serves both, so that the slip of a single file does not wait for another one to start. What is imported
here is what it needs before its first call; a process that stages whole bundles takes seconds to start (``stage``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar

import connectors.extract  # noqa: F401 - what is called here is called by name
import expectations.slips  # noqa: F401 - the same
from pipelines.loading.supervised import Limits, Supervised

if TYPE_CHECKING:
    from pipelines.home.folders import Settings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Apart: TypeAlias = Supervised[..., Any]


_idle: dict[Limits, list[Apart]] = defaultdict(list)
"""Processes that wait for the next load of this one; they end with it."""


@contextmanager
def apart(settings: Settings) -> Iterator[Apart]:
    """A process that calls what it is given: ``.call(function, *arguments)``; it starts with the first call."""
    idle = _idle[limits(settings)]
    process: Apart = idle.pop() if idle else Supervised(run, limits(settings))
    try:
        yield process
    finally:
        idle.append(process)


def limits(settings: Settings) -> Limits:
    """What a file, or a bundle of files, may take."""
    return Limits(settings.file_seconds, settings.file_memory_mb)


def run(step: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
    """Call a function that lies at the top level of its module."""
    return step(*args, **kwargs)
