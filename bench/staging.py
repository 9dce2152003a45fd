"""What staging a whole home costs in one process, held against calamine alone over the same workbooks."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.child import run

_BUNDLE = 96  # files of a department that go through validation together, as in a load


def measure(home: Path) -> dict[str, Any]:
    """Receive and stage what lies in the inbox of a home that is then thrown away; processor seconds."""
    figures: dict[str, Any] = json.loads(run("-m", "bench.staging", home).output)
    return figures


def tell(figures: dict[str, Any]) -> str:
    """The figures as a line of text."""
    ratio = figures["cpu_seconds"] / figures["bare_cpu_seconds"]
    return (
        f"  staging alone, one process: {figures['cpu_seconds']:.1f} s CPU for {figures['files']} files; calamine alone"
        f" over their {figures['workbooks']} workbooks {figures['bare_cpu_seconds']:.2f} s CPU; ratio {ratio:.1f}"
    )


def _print(root: Path) -> None:
    from expectations.validate import import_engine
    from pipelines.home.folders import Home
    from pipelines.home.site import Site
    from pipelines.loading.bundle import Bench, stage_bundle
    from pipelines.loading.progress import Progress
    from pipelines.loading.receive import receive

    site = Site(Home(root))
    receive(site, Progress())
    import_engine()
    entries = sorted(site.ledger.pending(), key=lambda entry: entry.department)
    bare, workbooks = _bare([site.archive.path(entry.sha256) for entry in entries])
    start = time.process_time()
    for _, department in groupby(entries, key=lambda entry: entry.department):
        own = list(department)
        for at in range(0, len(own), _BUNDLE):
            stage_bundle(Bench(root), own[at : at + _BUNDLE], site=site)
    cpu = time.process_time() - start
    print(
        json.dumps(
            {
                "files": len(entries),
                "cpu_seconds": round(cpu, 2),
                "workbooks": workbooks,
                "bare_cpu_seconds": round(bare, 2),
            }
        )
    )


def _bare(paths: Sequence[Path]) -> tuple[float, int]:
    """Processor seconds of calamine over those of the files that are workbooks, and how many they are."""
    from connectors.readers.content import Kind, kind_of

    books = [path for path in paths if kind_of(path) in (Kind.XLSX, Kind.XLSB, Kind.XLS)]
    start = time.process_time()
    for book in books:
        for _ in _sheets(book):
            pass
    return time.process_time() - start, len(books)


def _sheets(path: Path) -> Iterator[list[list[Any]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    with suppress(CalamineError), path.open("rb") as file:  # one that is damaged costs what it costs
        book = CalamineWorkbook.from_filelike(file)
        for sheet in book.sheet_names:
            yield book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


if __name__ == "__main__":
    _print(Path(sys.argv[1]))
