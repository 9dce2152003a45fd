"""Processes of their own that need not import first: a server holds what the program imports and forks them.

Starting the interpreter anew and importing Great Expectations costs seconds, a fork of a process without threads
milliseconds. That the installed command starts by itself is what ``village`` shows.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from multiprocessing import get_context
from pathlib import Path
from typing import Any

_FORKS = hasattr(os, "fork")
_PRELOADED = [
    "great_expectations",
    "pipelines.cli",
    "pipelines.loading.load",
    "deltalake",
    "duckdb",
    "pandas",
]


def run_script(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run source text with these arguments in ``sys.argv[1:]``; a signal that ended it is a negative return code."""
    return _run(_script, script, ["-c", *map(str, arguments)], {})


def run_shiji(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``shiji``."""
    environment = {"COLUMNS": "200", "GX_ANALYTICS_ENABLED": "false"}
    return _run(_shiji, "", ["shiji", *arguments], environment)


def _run(
    what: Any, script: str, argv: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    context = get_context("forkserver" if _FORKS else "spawn")
    context.set_forkserver_preload(_PRELOADED)
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = context.Process(target=_child, args=(what, script, argv, environment, str(out), str(err)))
        process.start()
        process.join()
        assert process.exitcode is not None
        return subprocess.CompletedProcess(
            list(argv), process.exitcode, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )


def _child(
    what: Any, script: str, argv: Sequence[str], environment: Mapping[str, str], out: str, err: str
) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, TextIOWrapper)
        stream.reconfigure(encoding="utf-8")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(environment)
    sys.argv = list(argv)
    try:
        what(script)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _script(script: str) -> None:
    exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})  # noqa: S102 - the test's own text


def _shiji(_: str) -> None:
    from pipelines.cli import main

    main()
