"""From observations to the scores of one scheme: exact from the printed values to the points.

Every number is a fraction until a table is written, so that a score can be recomputed to the last digit by hand, in a
workbook or in a test, and never depends on the order in which anything was added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.assessment.decisions import Decision
from warehouse.assessment.figures import Figures
from warehouse.assessment.groups import Region, regions_of
from warehouse.assessment.items import score_items
from warehouse.assessment.model import Scheme
from warehouse.assessment.objectives import score_objective
from warehouse.assessment.scored import Scored, Standing
from warehouse.assessment.standing import placed, standings
from warehouse.assessment.weights import with_points
from warehouse.indicators.model import Indicator


@dataclass(frozen=True)
class Assessment:
    """What came of a scheme.

    Attributes:
        scheme: Which.
        regions: Those assessed, by code.
        scored: Objectives and items, by period, region and the scheme's order.
        standings: Dimensions and wholes, by period.
    """

    scheme: Scheme
    regions: tuple[Region, ...]
    scored: tuple[Scored, ...]
    standings: tuple[Standing, ...]


def assess(
    scheme: Scheme,
    observations: pa.Table,
    regions: pa.Table,
    indicators: Mapping[str, Indicator],
    decisions: Sequence[Decision] = (),
) -> Assessment:
    """Score the regions of a scheme in every period of its year that there are observations of.

    Args:
        scheme: Which; every indicator that it names must be known.
        observations: Columns of ``warehouse.schemas.OBSERVATIONS``; of the year before too where rules look back.
        regions: Columns of ``warehouse.schemas.REGIONS``.
        indicators: By id.
        decisions: What people decided.

    Raises:
        warehouse.assessment.groups.GroupError: A region is in no group, or in two.
    """
    figures = Figures(_read_by(scheme, observations, regions))
    assessed = regions_of(scheme, regions, figures)
    scored: list[Scored] = []
    standing: list[Standing] = []
    for period in periods_of(scheme, figures.periods):
        own = _period(scheme, assessed, period, figures, indicators, decisions)
        scored += [one for region in assessed for one in own[region.code]]
        standing += standings(scheme, own, assessed)
    return Assessment(scheme, tuple(assessed), tuple(scored), tuple(_in_the_end(scheme, standing)))


def _read_by(scheme: Scheme, observations: pa.Table, regions: pa.Table) -> pa.Table:
    """The observations that a scheme reads: of its indicators and its level of regions."""
    codes = regions.filter(pc.equal(regions["level"], scheme.level))["region_code"]
    named = pa.array(sorted(scheme.indicators), pa.string())
    is_read = pc.and_(
        pc.is_in(observations["region_code"], value_set=codes),
        pc.is_in(observations["indicator"], value_set=named),
    )
    return observations.filter(is_read)


def periods_of(scheme: Scheme, known: Iterable[str]) -> list[str]:
    """Periods of a scheme's year that can be scored: months, quarters that are through, and the year."""
    year = str(scheme.year)
    months = sorted(period for period in known if period.startswith(f"{year}-"))
    quarters = [f"{year}Q{number}" for number in range(1, 5) if f"{year}-{number * 3:02}" in months]
    return [*months, *quarters, *([year] if year in known else [])]


def _period(
    scheme: Scheme,
    regions: Sequence[Region],
    period: str,
    figures: Figures,
    indicators: Mapping[str, Indicator],
    decisions: Sequence[Decision],
) -> dict[str, list[Scored]]:
    """By region code, its objectives with points, and its items."""
    found: dict[str, list[Scored]] = defaultdict(list)
    for group in scheme.groups:
        members = [region for region in regions if region.group == group.id]
        for objective in scheme.objectives:
            if not objective.weight_in(group.id):
                continue
            indicator = indicators[objective.indicator]
            for one in score_objective(objective, members, scheme, period, figures, indicator):
                found[one.region.code].append(one)
    return {
        region.code: [
            *with_points(found[region.code], scheme.without_data),
            *score_items(scheme, region, period, figures, decisions),
        ]
        for region in regions
    }


def _in_the_end(scheme: Scheme, standing: Sequence[Standing]) -> list[Standing]:
    """Where quarters count for the year: what they come to together stands as the year's whole."""
    year = str(scheme.year)
    if not scheme.shares:
        return list(standing)
    wholes = {(one.region.code, one.period): one for one in standing if not one.dimension}
    kept = [one for one in standing if one.dimension or one.period != year]
    ends = [one for one in standing if not one.dimension and one.period == year]
    return [*kept, *placed([_together(scheme, one, wholes) for one in ends])]


def _together(scheme: Scheme, year: Standing, wholes: Mapping[tuple[str, str], Standing]) -> Standing:
    parts = {
        name: wholes.get((year.region.code, year.period if name == "year" else f"{year.period}{name}"))
        for name in scheme.shares
    }
    missing = [name for name, one in parts.items() if one is None or one.points is None]
    if missing:
        why = f"{'、'.join(missing)} 没有得分，年度综合分暂不计算"
        return replace(year, points=None, status="withheld", reasons=(*year.reasons, why))
    points = sum(
        (
            scheme.shares[name] / 100 * one.points
            for name, one in parts.items()
            if one and one.points is not None
        ),
        Fraction(0),
    )
    return replace(year, points=points)
