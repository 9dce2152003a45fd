"""What is added to the points of objectives or taken from them: deductions, bonus items, vetoes.

A case is counted from records by an indicator, or decided by people with a document; that has grade D.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from warehouse.assessment.decisions import Decision
from warehouse.assessment.figures import Figures, last_month
from warehouse.assessment.groups import Region
from warehouse.assessment.model import Item, Scheme, Veto
from warehouse.assessment.scored import Part, Scored


def score_items(
    scheme: Scheme, region: Region, period: str, figures: Figures, decisions: Sequence[Decision]
) -> list[Scored]:
    """The items that hit a region in a period, and those counted by records that did not."""
    own = [
        one
        for one in decisions
        if one.scheme == scheme.id and one.region == region.code and one.period <= last_month(period)
    ]
    found = [
        *(_counted("deduction", item, -1, region, period, figures, own) for item in scheme.deductions),
        *(_counted("bonus", item, 1, region, period, figures, own) for item in scheme.bonus),
        *(_vetoed(veto, region, period, figures, own) for veto in scheme.vetoes),
    ]
    return [one for one in found if one is not None]


def _counted(
    part: Part,
    item: Item,
    sign: int,
    region: Region,
    period: str,
    figures: Figures,
    decisions: Sequence[Decision],
) -> Scored | None:
    cases, evidence, reasons = _cases(item, region, period, figures, decisions)
    if cases is None:
        return None
    points = cases * item.each
    capped = points if item.cap is None else min(points, item.cap)
    why = () if points == capped else (f"按方案最多 {float(capped):g} 分",)
    return Scored(
        region, period, part, item.id, "", part, value=cases, points=sign * capped,
        evidence=evidence, reasons=(*reasons, *why),
    )  # fmt: skip


def _vetoed(
    veto: Veto, region: Region, period: str, figures: Figures, decisions: Sequence[Decision]
) -> Scored | None:
    cases, evidence, reasons = _cases(veto, region, period, figures, decisions)
    if not cases:
        return None
    return Scored(
        region, period, "veto", veto.id, "", "veto", value=cases, target=veto.at_most, points=Fraction(0),
        evidence=evidence, reasons=(*reasons, f"一票否决：总分不超过 {float(veto.at_most):g} 分"),
    )  # fmt: skip


def _cases(
    item: Item | Veto, region: Region, period: str, figures: Figures, decisions: Sequence[Decision]
) -> tuple[Fraction | None, str, tuple[str, ...]]:
    """How many cases there are, on which evidence, and what says so; None where nothing does."""
    if item.indicator:
        figure = figures.of(item.indicator, period).get(region.code)
        if figure is None or figure.value is None:
            return None, "", ()
        return figure.value, figure.evidence, ()
    own = [one for one in decisions if one.item == item.id]
    if not own:
        return None, "", ()
    return sum((one.cases for one in own), Fraction(0)), "D", tuple(_documents(own))


def _documents(decisions: Sequence[Decision]) -> Iterator[str]:
    for one in sorted(decisions, key=lambda one: (one.date, one.id)):
        yield f"{one.document}（{one.author}，{one.date:%Y-%m-%d}）" + (f"：{one.note}" if one.note else "")
