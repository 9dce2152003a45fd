"""The target of a region: a number, one of its own, its last year's figure, its group's, or the indicator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import median

from warehouse.assessment.model import Target
from warehouse.assessment.rules import Number, exact
from warehouse.indicators.model import Indicator


def applies(target: Target | None, region: str, indicator: Indicator) -> bool:
    """Whether an objective applies to a region: no target of its own is said to be null."""
    own = {} if target is None else target.regions
    if region in own:
        return own[region] is not None
    return not (target is None or target.of_indicator) or indicator.applies_to(region)


def targets_of(
    target: Target | None,
    group: str,
    regions: Sequence[str],
    values: Sequence[Fraction],
    bases: Sequence[Number],
    indicator: Indicator,
) -> list[Number]:
    """The targets of regions of one group, in their order; None where there is none.

    Args:
        target: As the scheme says it.
        group: Their region group.
        regions: Their codes.
        values: Their values in the period.
        bases: The same a year before.
        indicator: The objective's.
    """
    own: Mapping[str, Number] = {} if target is None else target.regions
    return [
        own[region] if region in own else _of_all(target, group, region, values, base, indicator)
        for region, base in zip(regions, bases, strict=True)
    ]


def _of_all(
    target: Target | None,
    group: str,
    region: str,
    values: Sequence[Fraction],
    base: Number,
    indicator: Indicator,
) -> Number:
    if target is None:
        return None
    if target.own_last_year is not None:
        return None if base is None else base * target.own_last_year
    if target.of_group is not None:
        return _of_group(target.of_group, values, indicator)
    if target.of_indicator:
        said = indicator.target_for(region)
        return None if said is None else exact(said)
    return target.groups.get(group, target.value)


def _of_group(which: str, values: Sequence[Fraction], indicator: Indicator) -> Number:
    if not values:
        return None
    if which == "median":
        return Fraction(median(values))
    return max(values) if indicator.direction == "higher" else min(values)
