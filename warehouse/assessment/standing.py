"""Where regions stand: points by dimension and as a whole, the objective share, and the places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from warehouse.assessment.groups import Region
from warehouse.assessment.model import Scheme
from warehouse.assessment.scored import Scored, Standing

_OBJECTIVE = ("A", "B")


def standings(
    scheme: Scheme, scored: Mapping[str, Sequence[Scored]], regions: Sequence[Region]
) -> list[Standing]:
    """Regions in one period: by dimension, then as a whole, with places.

    Args:
        scheme: Which.
        scored: By region code, its objectives and items in that period.
        regions: In their order.
    """
    found: list[Standing] = []
    wholes: list[Standing] = []
    for region in regions:
        own = scored[region.code]
        objectives = [one for one in own if one.part == "objective"]
        for dimension in dict.fromkeys(one.dimension for one in objectives):
            found.append(_sum(region, dimension, [one for one in objectives if one.dimension == dimension]))
        wholes.append(_whole(scheme, region, objectives, own))
    return [*found, *placed(wholes)]


def _sum(region: Region, dimension: str, objectives: Sequence[Scored]) -> Standing:
    """Points and weight of objectives; points are withheld where one of them has weight and no points."""
    weight = sum((one.weight for one in objectives), Fraction(0))
    missing = [one.objective for one in objectives if one.weight and one.points is None]
    points = sum((one.points for one in objectives if one.points is not None), Fraction(0))
    planned = sum((one.planned for one in objectives), Fraction(0))
    resting = sum(
        (one.planned for one in objectives if one.status == "scored" and one.evidence in _OBJECTIVE),
        Fraction(0),
    )
    is_withheld = bool(missing) or not weight
    return Standing(
        region,
        objectives[0].period,
        dimension,
        None if is_withheld else points,
        weight,
        resting / planned if planned else Fraction(0),
        "withheld" if is_withheld else "scored",
        reasons=_why(missing, weight),
    )


def _why(missing: Sequence[str], weight: Fraction) -> tuple[str, ...]:
    if missing:
        return (f"没有数据的指标：{'、'.join(missing)}；按方案暂不计总分",)
    return () if weight else ("没有一项指标能计分",)


def _whole(scheme: Scheme, region: Region, objectives: Sequence[Scored], own: Sequence[Scored]) -> Standing:
    whole = _sum(region, "", objectives)
    if whole.points is None:
        return whole
    taken = sum((one.points for one in own if one.part == "deduction" and one.points), Fraction(0))
    given = sum((one.points for one in own if one.part == "bonus" and one.points), Fraction(0))
    points = max(whole.points + taken + min(given, scheme.bonus_cap), Fraction(0))
    reasons = list(whole.reasons)
    for veto in (one for one in own if one.part == "veto"):
        if veto.target is not None and points > veto.target:
            points = veto.target
            reasons += veto.reasons
    return replace(whole, points=points, reasons=tuple(reasons))


def placed(wholes: Sequence[Standing]) -> list[Standing]:
    """With places: 1 for most points; equals share a place, and the next one counts them."""
    return [
        one
        if one.points is None
        else replace(
            one,
            place=_place(one, wholes),
            place_in_group=_place(one, [other for other in wholes if other.region.group == one.region.group]),
        )
        for one in wholes
    ]


def _place(one: Standing, others: Sequence[Standing]) -> int:
    return 1 + sum(
        other.points is not None and one.points is not None and other.points > one.points for other in others
    )
