"""Linting schemes: everything wrong, with file and line, before the office meets it in a score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path

import pyarrow as pa

from warehouse.assessment.figures import Figures
from warehouse.assessment.groups import GroupError, empty_groups, regions_of
from warehouse.assessment.model import Objective, Scheme, Target
from warehouse.assessment.rules import Linear, MinMax, PerUnitDeduction, Rank, Rule
from warehouse.definitions import Document, Problem, lint_definitions
from warehouse.indicators.model import Indicator
from warehouse.schemas import OBSERVATIONS


def lint_schemes(
    paths: Iterable[Path],
    indicators: Mapping[str, Indicator],
    regions: pa.Table | None = None,
    observations: pa.Table | None = None,
) -> list[Problem]:
    """Problems of scheme files, sorted by file and line.

    Args:
        paths: Files, or folders searched for ``*.yaml``.
        indicators: By id.
        regions: The list of regions; with it groups are held against them.
        observations: What conditions of groups are held against.
    """
    figures = Figures(OBSERVATIONS.empty_table() if observations is None else observations)
    judge = partial(_judge, indicators=indicators, regions=regions, figures=figures)
    return lint_definitions(paths, Scheme, judge)


def _judge(
    scheme: Scheme,
    document: Document,
    indicators: Mapping[str, Indicator],
    regions: pa.Table | None,
    figures: Figures,
) -> Iterator[Problem]:
    yield from _unknown(scheme, document, indicators)
    for place, objective in enumerate(scheme.objectives):
        where = ("objectives", str(place))
        if objective.indicator in indicators:
            for key, message in _of_objective(objective, indicators[objective.indicator]):
                yield document.problem((*where, key), f"objective {objective.name}: {message}")
    if regions is not None:
        yield from _of_groups(scheme, document, regions, figures)


def _unknown(scheme: Scheme, document: Document, indicators: Mapping[str, Indicator]) -> Iterator[Problem]:
    for part in ("objectives", "vetoes", "deductions", "bonus"):
        for place, one in enumerate(getattr(scheme, part)):
            if one.indicator and one.indicator not in indicators:
                yield document.problem(
                    (part, str(place), "indicator"),
                    f"no indicator is called {one.indicator}; shiji indicators list shows them",
                )
    for place, group in enumerate(scheme.groups):
        if group.where and group.where.indicator not in indicators:
            yield document.problem(
                ("groups", str(place), "where"), f"no indicator is called {group.where.indicator}"
            )


def _of_objective(objective: Objective, indicator: Indicator) -> Iterator[tuple[str, str]]:
    """What is wrong with an objective, each at its key."""
    rule, target = objective.rule, objective.target
    if rule.needs_target and target is None:
        yield "rule", f"{_name(rule)} needs a target; give one, or a rule without"
    if target is not None and target.of_indicator and indicator.target is None and not indicator.targets:
        yield "target", f"the indicator {indicator.id} says no target; give one here"
    if target is not None and target.of_group and isinstance(rule, (MinMax, Rank)):
        yield (
            "target",
            f"{_name(rule)} measures by the group already: a target out of the group goes in a circle",
        )
    for said in _numbers(target):
        if isinstance(rule, Linear) and not _is_beyond(said, rule.floor, indicator):
            better = "above" if indicator.direction == "higher" else "below"
            yield "target", f"the target {float(said):g} must lie {better} the floor {float(rule.floor):g}"
        if not _can_be(said, indicator):
            yield "target", f"{float(said):g} % can be reached by nobody"
    if objective.then is not None and (objective.then.needs_target or objective.then.needs_base):
        yield (
            "then",
            f"{_name(objective.then)} needs more than the scores of the group; rank or min_max do not",
        )
    if isinstance(rule, PerUnitDeduction) and indicator.direction == "higher":
        yield "rule", "points off for every case of something that is better when higher"


def _can_be(said: Fraction, indicator: Indicator) -> bool:
    """Whether a percentage can be; a change may be any."""
    least, most = indicator.valid_range if indicator.unit == "%" else (None, None)
    return (least is None or said >= least) and (most is None or said <= most)


def _numbers(target: Target | None) -> list[Fraction]:
    """The targets that a scheme writes as numbers, each once."""
    said = () if target is None else (target.value, *target.groups.values(), *target.regions.values())
    return sorted({one for one in said if one is not None})


def _is_beyond(target: Fraction, floor: Fraction, indicator: Indicator) -> bool:
    return target > floor if indicator.direction == "higher" else target < floor


def _name(rule: Rule) -> str:
    return str(rule.model_dump()["name"])


def _of_groups(scheme: Scheme, document: Document, regions: pa.Table, figures: Figures) -> Iterator[Problem]:
    try:
        placed = regions_of(scheme, regions, figures)
    except GroupError as error:
        yield document.problem(("groups",), str(error))
        return
    if not placed:
        yield document.problem(("level",), f"the list of regions has no {scheme.level}")
        return
    for name in empty_groups(scheme, placed):
        place = next(at for at, group in enumerate(scheme.groups) if group.id == name)
        yield document.problem(("groups", str(place), "id"), f"group {name} has no region")
