"""From the tables to a folder of pages: collect, render, put in place, take away what is no longer true."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from expectations.contract import Contract
from expectations.reconciliations.model import Reconciliation
from expectations.report.counties import counties
from expectations.report.departments import departments
from expectations.report.finding_pages import csv_files, finding_pages, write_findings_csv
from expectations.report.indicator_page import indicator_page
from expectations.report.overview import anomalies_page, overview
from expectations.report.pages import Page
from expectations.report.render import Renderer
from expectations.report.source import Source
from expectations.report.timeliness import hand_ins
from warehouse.indicators.model import Dimension, Indicator

if TYPE_CHECKING:
    import duckdb

_READ_OFTEN = ("submissions", "findings", "observations", "reconciliations", "anomalies", "regions")
_OURS = ("*.html", "findings-*.csv")


def write_report(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    contracts: Mapping[str, Contract],
    indicators: Mapping[str, Indicator] | Iterable[Indicator],
    months: Sequence[str],
    as_of: dt.datetime | None = None,
    title: str = "乡村振兴实绩数据质量报告",
    reconciliations: Mapping[str, Reconciliation] | None = None,
    synthetic: bool = False,
) -> Path:
    """Write the quality report.

    Args:
        connection: Has a view per table of ``warehouse.schemas`` and per dataset.
        folder: Where the pages go; pages of an earlier report that are no longer written are removed.
        contracts: By dataset; pages and calendars are made for these.
        indicators: Those to show, in order.
        months: ``2025-01`` …: the report speaks of these.
        as_of: The data's time, UTC; what is overdue is judged by it. The present if left out.
        title: The heading of the first page.
        reconciliations: By id, for their titles.
        synthetic: Whether the data are of the demo city; every page then says so.

    Returns:
        The first page.

    Raises:
        ValueError: No month is given.
    """
    if not months:
        raise ValueError("a report needs at least one month")
    found = indicators.values() if isinstance(indicators, Mapping) else indicators
    source = Source(
        connection=_in_memory(connection),
        contracts=contracts,
        indicators={indicator.id: indicator for indicator in sorted(found, key=_by_dimension)},
        months=sorted(months),
        as_of=as_of or dt.datetime.now(dt.UTC),
        reconciliations=reconciliations or {},
    )
    folder.mkdir(parents=True, exist_ok=True)
    renderer = Renderer(source, title=title, synthetic=synthetic)
    written = set(_write_all(source, folder, renderer, title))
    for path in chain.from_iterable(folder.glob(pattern) for pattern in _OURS):
        if path.name not in written:
            path.unlink()
    return folder / "index.html"


def _in_memory(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A connection of our own in which the tables that many pages read are at hand; the caller's stays as it was."""
    own = connection.cursor()
    (database,) = own.execute("select current_database()").fetchone() or ("memory",)
    for table in _READ_OFTEN:
        own.execute(f'create temp table {table} as from "{database}".main.{table}')
    return own


def _write_all(source: Source, folder: Path, renderer: Renderer, title: str) -> Iterator[str]:
    """The first page last: what it links to is there when it appears."""
    for dataset, name in csv_files(source):
        _replace(folder / name, lambda path, dataset=dataset: write_findings_csv(source, dataset, path))  # type: ignore[misc]
        yield name
    for page in _pages(source, title):
        _replace(folder / page.path, lambda path, page=page: path.write_bytes(renderer.render(page)))  # type: ignore[misc]
        yield page.path


def _pages(source: Source, title: str) -> Iterator[Page]:
    handed = hand_ins(source)
    yield from finding_pages(source)
    yield from indicator_page(source)
    yield from counties(source, handed)
    yield from departments(source, handed)
    yield anomalies_page(source)
    yield from overview(source, handed, title)


def _by_dimension(indicator: Indicator) -> int:
    return get_args(Dimension).index(indicator.dimension)


def _replace(target: Path, write: Callable[[Path], object]) -> None:
    temporary = target.with_name(f".{target.name}.tmp")
    write(temporary)
    os.replace(temporary, target)
