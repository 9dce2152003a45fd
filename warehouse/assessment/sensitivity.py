"""How much of the order is the yardstick's doing: the scheme carried out again and again, a little otherwise each time.

Every draw changes the weights of objectives (uniform within a margin, then brought back to what the group has), may swap
the rule of an objective for a neighbouring one (of the level alone: its growth and what is scored again are left out), may treat missing data otherwise, and may leave one objective out.
A region's places over all draws give its interval; regions whose intervals overlap cannot be told apart.

Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 7; as COINr does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from warehouse.assessment.groups import Region
from warehouse.assessment.model import Objective
from warehouse.assessment.rules import Case, Linear, MinMax, PassFail, Rank, Rule, Threshold
from warehouse.assessment.score import Assessment
from warehouse.assessment.scored import Scored
from warehouse.indicators.model import Indicator

Floats = npt.NDArray[np.float64]

DRAWS = 10_000
LOW, HIGH = 0.05, 0.95
"""Share of draws below and above which a place does not count for the interval."""

_AT_ONCE = 4_000_000
"""Numbers held at a time."""


@dataclass(frozen=True)
class Variation:
    """How much a draw may differ from the scheme.

    Attributes:
        margin: Of a weight, 0 to 1.
        swapped: How often a rule is another one.
        left_out: How often one objective does not count.
        other_policy: How often missing data are treated otherwise.
    """

    margin: float = 0.2
    swapped: float = 0.25
    left_out: float = 0.5
    other_policy: float = 0.5


AS_USUAL = Variation()


@dataclass(frozen=True)
class Robustness:
    """Where one region stands over all draws.

    Attributes:
        region: Which.
        place: By the scheme itself.
        low: The best place that is not only chance.
        high: The worst one.
        leads: Share of draws in which it is first, 0 to 1.
        tied_with: Codes of the regions that it shares its place with, since their intervals overlap.
    """

    region: Region
    place: int
    low: int
    high: int
    leads: float
    tied_with: tuple[str, ...] = ()


def robustness(
    assessment: Assessment,
    period: str,
    indicators: Mapping[str, Indicator],
    draws: int = DRAWS,
    variation: Variation = AS_USUAL,
) -> list[Robustness]:
    """Intervals of places in one period, by place; regions without points are left out.

    Args:
        assessment: What came of the scheme.
        period: Of which.
        indicators: By id: which values are better.
        draws: How many; the same scheme, period and data give the same draws.
        variation: How much they differ from the scheme.
    """
    wholes = {
        one.region.code: one
        for one in assessment.standings
        if one.period == period and not one.dimension and one.points is not None
    }
    regions = [region for region in assessment.regions if region.code in wholes]
    if not regions:
        return []
    table = _Table(assessment, regions, period, indicators)
    seed = sha256(f"{assessment.scheme.digest} {period}".encode()).digest()
    random = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    places = np.concatenate([table.places(random, size, variation) for size in _chunks(draws, table.size)])
    found = [
        Robustness(region, wholes[region.code].place or 0, *_interval(own), float((own == 1).mean()))
        for region, own in zip(regions, places.T, strict=True)
    ]
    return _with_ties(sorted(found, key=lambda one: (one.place, one.region.code)))


def _chunks(draws: int, size: int) -> list[int]:
    at_once = max(_AT_ONCE // max(size, 1), 1)
    return [min(at_once, draws - done) for done in range(0, draws, at_once)]


def _interval(places: npt.NDArray[np.int64]) -> tuple[int, int]:
    low = np.quantile(places, LOW, method="lower")
    return int(low), int(np.quantile(places, HIGH, method="higher"))


def _with_ties(found: Sequence[Robustness]) -> list[Robustness]:
    """Regions told apart only where their intervals do not meet; a tie is held against its first region."""
    groups: list[list[Robustness]] = []
    for one in found:
        if groups and one.low <= groups[-1][0].high:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [
        Robustness(
            one.region,
            group[0].place,
            one.low,
            one.high,
            one.leads,
            tuple(other.region.code for other in group if other is not one),
        )
        for group in groups
        for one in group
    ]


class _Table:
    """One period as arrays: regions × objectives."""

    def __init__(
        self,
        assessment: Assessment,
        regions: Sequence[Region],
        period: str,
        indicators: Mapping[str, Indicator],
    ) -> None:
        scheme = assessment.scheme
        own = {
            (one.region.code, one.objective): one
            for one in assessment.scored
            if one.period == period and one.part == "objective"
        }
        rows = [[own.get((region.code, one.name)) for one in scheme.objectives] for region in regions]
        self.size = len(regions) * len(scheme.objectives)
        self._planned = _floats([[one.planned if one else None for one in row] for row in rows], 0.0)
        self._is_there = np.array([[one is not None and one.raw is not None for one in row] for row in rows])
        self._applies = np.array(
            [[one is not None and one.status != "not_applicable" for one in row] for row in rows]
        )
        raw = _floats([[one.raw if one else None for one in row] for row in rows], 0.0)
        self._raws = [raw, *_swapped(scheme.objectives, rows, raw, indicators)]
        dimensions = [indicators[one.indicator].dimension for one in scheme.objectives]
        self._dimensions = np.array(
            [[one == name for one in dimensions] for name in dict.fromkeys(dimensions)]
        )
        self._without_data = scheme.without_data
        self._besides = _besides(assessment, regions, period, own)

    def places(self, random: np.random.Generator, draws: int, variation: Variation) -> npt.NDArray[np.int64]:
        """Places of regions in some draws: draws × regions."""
        objectives = self._planned.shape[1]
        weights = random.uniform(1 - variation.margin, 1 + variation.margin, (draws, objectives))
        left_out = random.integers(0, objectives, draws)
        is_left_out = random.random(draws) < variation.left_out
        weights[np.flatnonzero(is_left_out), left_out[is_left_out]] = 0.0
        choice = np.where(
            random.random((draws, objectives)) < variation.swapped,
            random.integers(0, len(self._raws), (draws, objectives)),
            0,
        )
        raws = np.stack(self._raws)  # rule × region × objective
        raw = raws[choice[:, None, :], np.arange(len(self._planned))[None, :, None], np.arange(objectives)]
        shifts = (random.random(draws) < variation.other_policy) ^ (self._without_data == "redistribute")
        points = self._points(self._planned * weights[:, None, :], raw, shifts)
        order = np.argsort(-points, axis=1, kind="stable")
        places: npt.NDArray[np.int64] = np.argsort(order, axis=1, kind="stable") + 1
        return places

    def _points(self, weights: Floats, raw: Floats, shifts: npt.NDArray[np.bool_]) -> Floats:
        """Points of draws × regions; weights go to the dimension, or missing data count nothing, draw by draw."""
        whole = self._planned.sum(axis=1)
        drawn = weights.sum(axis=2, keepdims=True)
        # Where the only objective was left out, it stays.
        weights = np.where(drawn > 0, weights / np.where(drawn > 0, drawn, 1) * whole[:, None], self._planned)
        counted = np.where(shifts[:, None, None], self._is_there, self._applies)
        kept = weights * counted
        by_dimension = np.einsum("dro,ko->drk", weights, self._dimensions)
        left = np.einsum("dro,ko->drk", kept, self._dimensions)
        factor = np.divide(by_dimension, left, out=np.zeros_like(left), where=left > 0)
        kept = kept * np.einsum("drk,ko->dro", factor, self._dimensions)
        total = kept.sum(axis=2)
        rest = np.divide(whole, total, out=np.zeros_like(total), where=total > 0)
        points: Floats = (kept * raw).sum(axis=2) / 100 * rest + self._besides
        return points


def _floats(rows: Sequence[Sequence[Fraction | None]], missing: float) -> Floats:
    return np.array([[missing if one is None else float(one) for one in row] for row in rows])


def _besides(
    assessment: Assessment,
    regions: Sequence[Region],
    period: str,
    own: Mapping[tuple[str, str], Scored],
) -> Floats:
    """What decisions and items add to each region's objectives, or take: it is the same in every draw."""
    wholes = {
        one.region.code: one.points
        for one in assessment.standings
        if one.period == period and not one.dimension and one.points is not None
    }
    earned: dict[str, Fraction] = dict.fromkeys(wholes, Fraction(0))
    for (code, _), one in own.items():
        if code in earned and one.points is not None:
            earned[code] += one.points
    return np.array([float(wholes[region.code] - earned[region.code]) for region in regions])


def _swapped(
    objectives: Sequence[Objective],
    rows: Sequence[Sequence[Scored | None]],
    raw: Floats,
    indicators: Mapping[str, Indicator],
) -> list[Floats]:
    """Raw scores by the first and by the second neighbouring rule of every objective; its own where there is none."""
    swapped = [raw.copy(), raw.copy()]
    for at, objective in enumerate(objectives):
        groups = {row[at].region.group for row in rows if row[at] is not None}  # type: ignore[union-attr]
        for group in sorted(groups):
            own = [
                (place, one)
                for place, row in enumerate(rows)
                if (one := row[at]) is not None and one.raw is not None and one.region.group == group
            ]
            case = _case([one for _, one in own], indicators[objective.indicator])
            for into, rule in zip(swapped, _neighbours(objective.rule), strict=False):
                for (place, _), score in zip(own, rule.raw(case), strict=True):
                    if score is not None:
                        into[place, at] = float(score)
    return swapped


def _case(scored: Sequence[Scored], indicator: Indicator) -> Case:
    return Case(
        [one.value for one in scored if one.value is not None],
        [one.target for one in scored],
        [one.base for one in scored],
        [one.planned for one in scored],
        indicator.direction,
    )


def _neighbours(rule: Rule) -> Sequence[Rule]:
    """Rules that a reasonable office might have taken instead."""
    match rule:
        case Linear():
            return MinMax(), Threshold(floor=rule.floor)
        case MinMax():
            return Rank(low=rule.low), MinMax(low=Fraction(0))
        case Rank():
            return MinMax(low=rule.low), Rank(low=Fraction(0))
        case Threshold():
            return PassFail(), MinMax()
        case PassFail():
            return (Threshold(),)
    return MinMax(), Rank()
