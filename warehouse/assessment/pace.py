"""Pace (序时进度): how much of the year's target is achieved against how much of the year has passed, and where it leads.

A flow (what months add up to) is held against its part of the target; a stock against the way from the first month
known to the target, for a rate of 98 is not far from 100 in February. The
year's end is projected by the mean monthly step, with an interval from how the steps so far differ: 95 %, Student's t.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev
from typing import Literal

from warehouse.assessment.groups import Region
from warehouse.assessment.model import Calendar
from warehouse.assessment.score import Assessment
from warehouse.assessment.scored import Scored
from warehouse.indicators.model import Indicator
from warehouse.periods import Month

Light = Literal["green", "amber", "red"]

_LEAST_STEPS = 3
"""Steps from which their spread says anything."""


@dataclass(frozen=True)
class Pace:
    """One objective of one region at the end of a month.

    Attributes:
        region: Whose.
        objective: Its name.
        period: The month.
        value: What the year has come to: the sum of a flow, the state of a stock.
        target: Of the year.
        achieved: The value as a share of the target, 1 for all of it; where lower is better the target as a share of it.
        expected: What that should be by now, by the scheme's calendar.
        projected: The value at the year's end.
        low: Its interval; None where too few steps are known.
        high: The same.
        light: By the scheme's limits.
    """

    region: Region
    objective: str
    period: str
    value: float
    target: float
    achieved: float
    expected: float
    projected: float
    low: float | None
    high: float | None
    light: Light


def paces(assessment: Assessment, indicators: Mapping[str, Indicator]) -> list[Pace]:
    """The pace of every objective that has a target, month by month; by region, objective and month."""
    months: dict[tuple[str, str], list[Scored]] = defaultdict(list)
    for one in assessment.scored:
        if one.part == "objective" and "-" in one.period and one.value is not None:
            months[one.region.code, one.objective].append(one)
    named = {one.name: indicators[one.indicator] for one in assessment.scheme.objectives}
    calendar = assessment.scheme.calendar
    return [
        pace
        for (_, objective), own in sorted(months.items())
        for pace in _of(sorted(own, key=lambda one: one.period), named[objective], calendar)
    ]


def _of(months: Sequence[Scored], indicator: Indicator, calendar: Calendar) -> Iterator[Pace]:
    is_flow = indicator.over_time == "sum"
    done = [float(one.value) for one in months if one.value is not None]
    for at, one in enumerate(months):
        if one.target is None or (is_flow and not one.target):
            continue
        target, left = float(one.target), 12 - Month(one.period).month
        steps = done[: at + 1] if is_flow else _changes(months[: at + 1])
        value = sum(done[: at + 1]) if is_flow else done[at]
        passed = float(calendar.passed(Month(one.period).month))
        due = target * passed if is_flow else _due(done[0], target, passed, indicator)
        achieved, expected = _shares(value, due, target, indicator)
        projected = value + left * (fmean(steps) if steps else 0.0)
        margin = _margin(steps, left)
        yield Pace(
            one.region, one.objective, one.period, value, target, achieved, expected, projected,
            None if margin is None else projected - margin,
            None if margin is None else projected + margin,
            _light(achieved, expected, calendar),
        )  # fmt: skip


def _changes(months: Sequence[Scored]) -> list[float]:
    """Mean change a month between the months that are known."""
    known = [(Month(one.period).month, float(one.value)) for one in months if one.value is not None]
    return [(value - before) / (month - earlier) for (earlier, before), (month, value) in pairwise(known)]


def _due(start: float, target: float, passed: float, indicator: Indicator) -> float:
    """Where a stock should be on its way to the target; who has reached it has to keep it."""
    is_reached = start >= target if indicator.direction == "higher" else start <= target
    return target if is_reached else start + (target - start) * passed


def _shares(value: float, due: float, target: float, indicator: Indicator) -> tuple[float, float]:
    """What there is and what is due as shares of a target; of a target of nought only whether it is on its way."""
    is_higher = indicator.direction == "higher"
    if target <= 0 or value <= 0 or due <= 0:
        return float(value >= due if is_higher else value <= due), 1.0
    return (value / target, due / target) if is_higher else (target / value, target / due)


def _margin(steps: Sequence[float], left: int) -> float | None:
    """Half of the interval of a sum of ``left`` more steps, their mean itself being uncertain."""
    if not left:
        return 0.0
    if len(steps) < _LEAST_STEPS:
        return None
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    times = float(stdtrit(len(steps) - 1, 0.975))
    return times * stdev(steps) * sqrt(left + left * left / len(steps))


def _light(achieved: float, expected: float, calendar: Calendar) -> Light:
    if achieved >= expected * float(calendar.green) / 100:
        return "green"
    return "amber" if achieved >= expected * float(calendar.amber) / 100 else "red"
