"""Whose points moved between two releases: because of which objective, and because of which submissions.

Objectives are told by what stands in ``scores`` of either release. Where the observation behind one moved, the causes are
those of ``release_diff``; where it did not, the scheme, the weights of what could not be scored, or the others of the
region group did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.answers.release_diff import Cause, between_releases, causes_of
from warehouse.assessment.figures import observed
from warehouse.release import Release
from warehouse.release_diff import Between
from warehouse.schemas import SCHEMES, SCORES, STANDINGS
from warehouse.scratch import scratch

if TYPE_CHECKING:
    from pipelines.home.site import Site

Why = Literal["observation", "scheme", "others"]
"""What moved the points: the region's own figure, the text of the scheme, or the others of its group (and what weighs)."""


@dataclass(frozen=True)
class ScoreDiff:
    """What moved.

    Attributes:
        before, now: The releases.
        scheme: Whose scores.
        period: Of them.
        is_other_scheme: Whether the scheme says something else now.
        wholes: Regions whose points or place moved: region_code, points_before, points_now, place_before, place_now.
        parts: Objectives and items whose points moved, by region: region_code, objective, points_before, points_now,
            value_before, value_now, moved (points), why, causes.
    """

    before: Release
    now: Release
    scheme: str
    period: str
    is_other_scheme: bool
    wholes: Sequence[dict[str, Any]]
    parts: Sequence[dict[str, Any]]


_WHOLES = """
select region_code, b.points as points_before, n.points as points_now, b.place as place_before, n.place as place_now
from before b full join now n using (region_code)
where b.points is distinct from n.points or b.place is distinct from n.place
order by abs(coalesce(n.points, 0) - coalesce(b.points, 0)) desc, region_code
"""
_PARTS = """
select region_code, part, objective, b.points as points_before, n.points as points_now,
    b.value as value_before, n.value as value_now, b.weight as weight_before, n.weight as weight_now,
    coalesce(n.points, 0) - coalesce(b.points, 0) as moved,
    b.value is distinct from n.value or b.evidence is distinct from n.evidence
        or b.coverage is distinct from n.coverage as is_observed_otherwise
from before b full join now n using (region_code, part, objective)
where b.points is distinct from n.points
order by region_code, abs(moved) desc, objective
"""


def score_diff(
    site: Site, first: str, second: str, scheme: str, period: str, region_code: str | None = None
) -> ScoreDiff:
    """What moved between two releases in one period of a scheme.

    Args:
        site: The home.
        first, second: Names of the releases; the earlier one is ``before``.
        scheme, period: As in ``scores``.
        region_code: Only this region's points.

    Raises:
        warehouse.release.ReleaseError: No such release.
    """
    between = between_releases(site, first, second)
    of = pc.field("scheme") == scheme
    wanted = of & (pc.field("period") == period)
    if region_code is not None:
        wanted &= pc.field("region_code") == region_code
    before, now = (table["text"].to_pylist() for table in between.both("schemes", SCHEMES, of))
    wholes = _diff(_WHOLES, between.both("standings", STANDINGS, wanted & (pc.field("dimension") == "")))
    parts = _diff(_PARTS, between.both("scores", SCORES, wanted))
    is_other = before != now
    rest: Why = "scheme" if is_other else "others"
    found = _behind(site, between, parts, period, _indicators(*before, *now))
    told = [
        {**row, "why": "observation" if at in found else rest, "causes": list(found.get(at, ()))}
        for at, row in enumerate(parts)
    ]
    return ScoreDiff(between.before, between.now, scheme, period, is_other, wholes, told)


def _diff(sql: str, sides: tuple[pa.Table, pa.Table]) -> list[dict[str, Any]]:
    with scratch() as work:
        work.register("before", sides[0])
        work.register("now", sides[1])
        rows: list[dict[str, Any]] = work.sql(sql).to_arrow_table().to_pylist()
    return rows


def _indicators(*schemes: str) -> dict[str, str]:
    """By objective, its indicator; of several schemes the last one has it."""
    from warehouse.assessment import Scheme

    return {
        one.name: one.indicator for text in schemes for one in Scheme.model_validate_json(text).objectives
    }


def _behind(
    site: Site, between: Between, parts: Sequence[dict[str, Any]], period: str, indicators: Mapping[str, str]
) -> dict[int, Sequence[Cause]]:
    """By place among the parts, the causes of those whose own observation moved."""
    own = [
        at
        for at, row in enumerate(parts)
        if row.pop("is_observed_otherwise") and row["objective"] in indicators
    ]
    moved = {
        "indicator": [indicators[parts[at]["objective"]] for at in own],
        "region_code": [parts[at]["region_code"] for at in own],
        "period": [observed(period) for _ in own],
    }
    if not own:
        return {}
    causes = causes_of(site, between, pa.table(moved))
    return {at: causes[nth] for nth, at in enumerate(own)}
