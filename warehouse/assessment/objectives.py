"""Scoring the objectives of one region group in one period: values, targets, rule, raw scores; no weights yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from warehouse.assessment.figures import Figure, Figures
from warehouse.assessment.groups import Region
from warehouse.assessment.model import Growth, Minimum, Objective, Scheme
from warehouse.assessment.rules import FULL, Case, Number, Rule
from warehouse.assessment.scored import Scored
from warehouse.assessment.targets import applies, targets_of
from warehouse.indicators.model import Indicator

_ALONE = "本分类只有这一个地区有数，这条规则区分不出高低"
_NEEDS = {"target": "没有目标值，这条计分规则用不上", "base": "没有上年同期的数，这条计分规则用不上"}


def score_objective(
    objective: Objective,
    group: Sequence[Region],
    scheme: Scheme,
    period: str,
    figures: Figures,
    indicator: Indicator,
) -> list[Scored]:
    """One objective of the regions of one group, in their order; points and weights are still to come."""
    now, before = figures.of(indicator.id, period), figures.before(indicator.id, period)
    asked = objective.minimum or scheme.minimum
    found = [_looked_up(objective, region, period, indicator, now, before, asked) for region in group]
    known = [at for at, one in enumerate(found) if one.status == "scored"]
    scored = _with_raw(objective, [found[at] for at in known], indicator)
    for at, one in zip(known, _by_scores(objective, scored), strict=True):
        found[at] = one
    return found


def _by_scores(objective: Objective, found: Sequence[Scored]) -> list[Scored]:
    """Raw scores scored once more among those of the group, where the scheme says so."""
    at = [place for place, one in enumerate(found) if one.raw is not None]
    raws = [one.raw for one in found if one.raw is not None]
    if objective.then is None or not raws:
        return list(found)
    blank: list[Number] = [None for _ in raws]
    again = objective.then.raw(Case(raws, blank, blank, [found[place].planned for place in at], "higher"))
    scored = dict(zip(at, again, strict=True))
    return [replace(one, raw=scored.get(place, one.raw)) for place, one in enumerate(found)]


def _looked_up(
    objective: Objective,
    region: Region,
    period: str,
    indicator: Indicator,
    now: Mapping[str, Figure],
    before: Mapping[str, Figure],
    asked: Minimum,
) -> Scored:
    figure, earlier = now.get(region.code), before.get(region.code)
    blank = Scored(
        region,
        period,
        "objective",
        objective.name,
        indicator.dimension,
        objective.rule.name,
        base=None if earlier is None else earlier.value,
        planned=objective.weight_in(region.group),
    )
    if not applies(objective.target, region.code, indicator):
        return replace(blank, status="not_applicable", reasons=("本地区不适用这项指标",))
    if figure is None or figure.value is None:
        why = "分母为 0，算不出数" if figure is not None else "没有数据"
        return replace(blank, status="no_data", reasons=(why,))
    told = replace(
        blank,
        value=figure.value,
        evidence=figure.evidence,
        coverage=figure.coverage,
        records=figure.records,
    )
    lacking = tuple(_lacking(figure, asked))
    return replace(told, status="withheld", reasons=lacking) if lacking else told


def _lacking(figure: Figure, asked: Minimum) -> Iterator[str]:
    """What a figure lacks to be scored."""
    if figure.evidence > asked.evidence:
        yield f"证据等级 {figure.evidence}，方案要求不低于 {asked.evidence}，只列出不计分"
    if figure.coverage < asked.coverage:
        yield f"覆盖面 {_percent(figure.coverage)}，方案要求不低于 {_percent(asked.coverage)}，只列出不计分"
    if figure.records < asked.records:
        yield f"样本 {figure.records} 份，方案要求不少于 {asked.records} 份，只列出不计分"


def _percent(share: Fraction) -> str:
    return f"{float(share):.0%}"


def _with_raw(objective: Objective, found: Sequence[Scored], indicator: Indicator) -> list[Scored]:
    """Raw scores by the rule; where it cannot be applied the objective is not scored."""
    values = [one.value for one in found if one.value is not None]
    bases = [one.base for one in found]
    codes = [one.region.code for one in found]
    targets = targets_of(objective.target, _group(found), codes, values, bases, indicator)
    weights = [one.planned for one in found]
    raws = objective.rule.raw(Case(values, targets, bases, weights, indicator.direction))
    alone = (_ALONE,) if objective.rule.compares and len(found) == 1 else ()
    grown = _growth(objective.growth, found, values, bases, indicator)
    return [
        replace(joined, reasons=(*joined.reasons, *alone))
        for one, raw, target, gain in zip(found, raws, targets, grown, strict=True)
        for joined in [_joined(one, raw, target, objective, gain)]
    ]


def _group(found: Sequence[Scored]) -> str:
    return found[0].region.group if found else ""


def _growth(
    growth: Growth | None,
    found: Sequence[Scored],
    values: Sequence[Fraction],
    bases: Sequence[Number],
    indicator: Indicator,
) -> list[Number]:
    """What the change since a year before earns; None where it is not known."""
    if growth is None:
        return [None for _ in found]
    changes = [_change(growth, value, base) for value, base in zip(values, bases, strict=True)]
    at = [place for place, change in enumerate(changes) if change is not None]
    known = [change for change in changes if change is not None]
    codes = [found[place].region.code for place in at]
    targets = targets_of(growth.target, _group(found), codes, known, [None for _ in at], indicator)
    weights = [found[place].planned for place in at]
    raws = growth.rule.raw(Case(known, targets, [None for _ in at], weights, indicator.direction))
    earned = dict(zip(at, raws, strict=True))
    return [earned.get(place) for place in range(len(found))]


def _change(growth: Growth, value: Fraction, base: Number) -> Number:
    if base is None or (growth.change == "percent" and base == 0):
        return None
    return value - base if growth.change == "absolute" else (value - base) * FULL / abs(base)


def _joined(one: Scored, raw: Number, target: Number, objective: Objective, gain: Number) -> Scored:
    one = replace(one, target=target)
    if raw is None:
        return replace(one, status="no_data", reasons=(_why_not(objective.rule, one),))
    if objective.growth is None:
        return replace(one, raw=raw)
    if gain is None:
        return replace(one, status="no_data", reasons=("没有上年同期的数，增长部分算不出来",))
    share = objective.growth.share / FULL
    return replace(one, raw=raw * (1 - share) + gain * share)


def _why_not(rule: Rule, one: Scored) -> str:
    if rule.needs_base and not one.base:
        return _NEEDS["base"]
    return _NEEDS["target"] if rule.needs_target else "没有权重，这条计分规则用不上"
