"""Points of a region's objectives, and what becomes of the weight of those that could not be scored.

What does not apply to a region never counts against it: its weight goes to the other objectives of its dimension, and
where the dimension has none, to all. Where data are missing, the scheme says what happens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from warehouse.assessment.model import WithoutData
from warehouse.assessment.rules import FULL
from warehouse.assessment.scored import Scored

_ZERO = "按方案记 0 分"
_GIVEN = "权重已按方案分给同一维度的其他指标"


def with_points(objectives: Sequence[Scored], without_data: WithoutData) -> list[Scored]:
    """The objectives of one region in one period with the weights that they count with, and their points."""
    moves = [_moves(one, without_data) for one in objectives]
    factors = _factors(objectives, moves)
    return [
        _told(one, is_moved, factors[one.dimension], without_data)
        for one, is_moved in zip(objectives, moves, strict=True)
    ]


def _moves(one: Scored, without_data: WithoutData) -> bool:
    """Whether the weight of an objective goes to others."""
    return one.status == "not_applicable" or (one.status != "scored" and without_data == "redistribute")


def _factors(objectives: Sequence[Scored], moves: Sequence[bool]) -> dict[str, Fraction]:
    """By dimension, what its remaining weights are multiplied by, so that nothing is lost."""
    all_of: dict[str, Fraction] = defaultdict(Fraction)
    left: dict[str, Fraction] = defaultdict(Fraction)
    for one, is_moved in zip(objectives, moves, strict=True):
        all_of[one.dimension] += one.planned
        left[one.dimension] += Fraction(0) if is_moved else one.planned
    whole = sum(all_of.values(), Fraction(0))
    kept = sum((all_of[name] for name in all_of if left[name]), Fraction(0))
    return {name: all_of[name] / left[name] * whole / kept if left[name] else Fraction(0) for name in all_of}


def _told(one: Scored, is_moved: bool, factor: Fraction, without_data: WithoutData) -> Scored:
    if is_moved:
        return replace(one, reasons=(*one.reasons, _GIVEN) if one.planned else one.reasons)
    weight = one.planned * factor
    if one.status == "scored" and one.raw is not None:
        return replace(one, weight=weight, points=weight * one.raw / FULL)
    if without_data == "zero":
        return replace(one, weight=weight, points=Fraction(0), reasons=(*one.reasons, _ZERO))
    return replace(one, weight=weight)
