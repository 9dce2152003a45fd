"""通报: the bulletin of a quarter as a page of the report, and as a page of its own. Its facts are those of the Word file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from expectations.bulletin.basis import last_quarter
from expectations.bulletin.facts import Facts, facts
from expectations.report.layered_bars import layered_bars
from expectations.report.pages import Page
from expectations.report.source import Source

PATH = "bulletin.html"


def bulletin_page(source: Source, office: str, *, synthetic: bool) -> Iterator[Page]:
    """The page of the newest quarter that counties are scored in; none where there is none."""
    quarter = last_quarter(source.connection, source.indicators)
    if quarter is None:
        return
    told = facts(
        source.connection,
        quarter,
        contracts=source.contracts,
        indicators=source.indicators,
        as_of=source.as_of,
        office=office,
        synthetic=synthetic,
    )
    yield Page(PATH, PATH, told.said["title"], "bulletin", shown(told))


def shown(told: Facts) -> Mapping[str, Any]:
    """What the template of a bulletin shows."""
    return {
        "said": told.said,
        "charts": {name: (chart.title, layered_bars(chart)) for name, chart in told.charts.items()},
    }
