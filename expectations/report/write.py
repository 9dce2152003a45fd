"""From the tables to a folder of pages: collect, render, put in place, take away what is no longer true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from expectations.burden.report import SECONDS_PER_CELL, Burden, burden
from expectations.contracts.model import Contract
from expectations.hand_ins import hand_ins
from expectations.reconciliations.model import Reconciliation
from expectations.report.assessment_page import assessment_page
from expectations.report.bulletin_page import bulletin_page
from expectations.report.burden_page import burden_page
from expectations.report.case_pages import case_pages
from expectations.report.claims_page import claims_page
from expectations.report.counties import counties
from expectations.report.departments import departments
from expectations.report.finding_pages import csv_files, finding_pages, write_findings_csv
from expectations.report.indicator_page import indicator_page
from expectations.report.overview import overview
from expectations.report.pages import Page
from expectations.report.render import Renderer
from expectations.report.sheet_page import sheets
from expectations.report.source import Source
from warehouse.beside import written_beside
from warehouse.indicators.model import Dimension, Indicator

if TYPE_CHECKING:
    import duckdb

_READ_OFTEN = (
    "submissions",
    "findings",
    "observations",
    "reconciliations",
    "anomalies",
    "cases",
    "regions",
    "scores",
    "standings",
)
_OURS = ("*.html", "findings-*.csv")


@dataclass(frozen=True)
class _Said:
    """What pages say besides the tables."""

    title: str
    office: str
    synthetic: bool
    seconds_per_cell: float


def write_report(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    contracts: Mapping[str, Contract],
    indicators: Mapping[str, Indicator],
    months: Sequence[str],
    reconciliations: Mapping[str, Reconciliation],
    title: str,
    as_of: dt.datetime | None = None,
    synthetic: bool = False,
    office: str = "",
    seconds_per_cell: float = SECONDS_PER_CELL,
) -> Path:
    """Write the quality report.

    Args:
        connection: Has a view per table of ``warehouse.schemas`` and per dataset.
        folder: Where the pages go; pages of an earlier report that are no longer written are removed.
        contracts: By dataset; pages and calendars are made for these.
        indicators: By id; those to show.
        months: ``2025-01`` …: the report speaks of these.
        reconciliations: By id, for their titles.
        title: The heading of the first page.
        as_of: The data's time, UTC; what is overdue is judged by it. The present if left out.
        synthetic: Whether the data are of the demo city; every page then says so.
        office: Whose bulletin it holds.
        seconds_per_cell: What filling in a cell is taken to cost.

    Returns:
        The first page.

    Raises:
        ValueError: No month is given.
    """
    if not months:
        raise ValueError("a report needs at least one month")
    shown = {one.id: one for one in sorted(indicators.values(), key=_by_dimension)}
    moment = as_of or dt.datetime.now(dt.UTC)
    source = Source(_in_memory(connection), contracts, shown, sorted(months), moment, reconciliations)
    folder.mkdir(parents=True, exist_ok=True)
    written = set(_write_all(source, folder, _Said(title, office, synthetic, seconds_per_cell)))
    _take_away(folder, written)
    return folder / "index.html"


def _take_away(folder: Path, written: set[str]) -> None:
    """Pages of an earlier report that this one does not have."""
    for path in chain.from_iterable(folder.glob(pattern) for pattern in _OURS):
        if path.name not in written:
            path.unlink()


def _in_memory(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A connection of our own in which the tables that many pages read are at hand; the caller's stays as it was."""
    own = connection.cursor()
    (database,) = own.execute("select current_database()").fetchone() or ("memory",)
    for table in _READ_OFTEN:
        own.execute(f'create temp table {table} as from "{database}".main.{table}')
    return own


def _write_all(source: Source, folder: Path, said: _Said) -> Iterator[str]:
    """The first page last: what it links to is there when it appears."""
    renderer = Renderer(source, title=said.title, synthetic=said.synthetic)
    for dataset, name in csv_files(source):
        with written_beside(folder / name) as path:
            write_findings_csv(source, dataset, path)
        yield name
    for page in _pages(source, said):
        with written_beside(folder / page.path) as path:
            path.write_bytes(renderer.render(page))
        yield page.path


def _pages(source: Source, said: _Said) -> Iterator[Page]:
    handed = hand_ins(source.connection, source.contracts, source.months, source.as_of)
    yield from finding_pages(source)
    yield from indicator_page(source)
    yield from assessment_page(source)
    yield from bulletin_page(source, said.office, synthetic=said.synthetic)
    yield claims_page(source)
    yield burden_page(source, _burden(source, said.seconds_per_cell))
    yield from counties(source, handed)
    yield from sheets(source)
    yield from departments(source, handed)
    yield from case_pages(source)
    yield from overview(source, handed, said.title)


def _burden(source: Source, seconds: float) -> Burden:
    return burden(
        source.connection, source.contracts, source.indicators, source.reconciliations, source.months, seconds
    )


def _by_dimension(indicator: Indicator) -> int:
    return get_args(Dimension).index(indicator.dimension)
