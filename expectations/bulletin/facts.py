"""All facts of a bulletin as one structure: sentences and tables of texts, and charts. What Word and the page both show.

The names in it are what a template may use; ``docs/office.md`` lists them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.bulletin.basis import Basis, scheme_of
from expectations.bulletin.chart import Chart
from expectations.bulletin.checked import checked
from expectations.bulletin.claimed import claimed
from expectations.bulletin.each import each
from expectations.bulletin.handed import handed
from expectations.bulletin.objectivity import objectivity
from expectations.bulletin.odd import odd
from expectations.bulletin.pacing import pacing
from expectations.bulletin.quarter import Quarter
from expectations.bulletin.resting import resting
from expectations.bulletin.standing import standing
from expectations.bulletin.voice import voice
from expectations.slips.slip import shanghai_time

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Contract
    from warehouse.indicators.model import Indicator

SYNTHETIC = "合成演示数据，不是真实情况"
SECTIONS = ("standing", "pace", "objectivity", "claims", "hand_ins", "odd", "checks", "voice", "basis")
"""Names of the sections, in their order; each has ``sentences``."""


@dataclass(frozen=True)
class Facts:
    """What a bulletin says.

    Attributes:
        said: By the names that templates use; leaves are texts.
        charts: By name.
    """

    said: Mapping[str, Any]
    charts: Mapping[str, Chart]


def facts(
    connection: DuckDBPyConnection,
    quarter: Quarter,
    *,
    contracts: Mapping[str, Contract],
    indicators: Mapping[str, Indicator],
    scheme: str | None = None,
    as_of: dt.datetime | None = None,
    office: str = "",
    synthetic: bool = False,
) -> Facts:
    """Gather the facts of a quarter.

    Args:
        connection: The warehouse as released.
        quarter: Told of.
        contracts: By dataset.
        indicators: By id.
        scheme: Under which counties are assessed; the first that is scored where none is named.
        as_of: The data's time, UTC: what is due is judged by it. The present if left out.
        office: Whose bulletin it is.
        synthetic: Whether the data are made up; the bulletin then says so on every page.

    Raises:
        NoBulletin: No county is scored under that scheme in that quarter.
    """
    moment = as_of or dt.datetime.now(dt.UTC)
    chosen = scheme_of(connection, indicators, quarter, scheme)
    basis = Basis(connection, contracts, indicators, quarter, chosen, moment)
    sections = _sections(basis)
    charts = {chart.name: chart for chart in (one.pop("chart", None) for one in sections.values()) if chart}
    said = {
        "title": f"{quarter.title}乡村振兴实绩通报",
        "office": office,
        "quarter": quarter.text,
        "period": quarter.title,
        "scheme": chosen.title,
        "as_of": shanghai_time(moment),
        "synthetic": SYNTHETIC if synthetic else "",
        "summary": list(_summary(sections)),
        **sections,
        "counties": each(basis),
    }
    return Facts(said, charts)


def _sections(basis: Basis) -> dict[str, dict[str, Any]]:
    makers = (standing, pacing, objectivity, claimed, handed, odd, checked, voice, resting)
    return {name: make(basis) for name, make in zip(SECTIONS, makers, strict=True)}


_IN_SUMMARY = {
    "standing": (0, 1, -1),
    "pace": (0,),
    "objectivity": (0,),
    "claims": (0,),
    "hand_ins": (0,),
    "odd": (0, 1),
    "checks": (0,),
    "voice": (-1,),
}
"""By section, which of its sentences open the bulletin."""


def _summary(sections: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, places in _IN_SUMMARY.items():
        sentences = sections[name]["sentences"]
        yield from dict.fromkeys(
            sentences[place] for place in places if -len(sentences) <= place < len(sentences)
        )
