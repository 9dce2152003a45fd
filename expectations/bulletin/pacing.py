"""序时进度: how far the year's targets are at the quarter's end, against how much of the year has passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.chart import DARK, LIGHT, MIDDLE, Chart, Series
from expectations.bulletin.text import interval, percent, with_unit
from expectations.office_words import number
from warehouse.assessment import assess
from warehouse.assessment.groups import GroupError
from warehouse.assessment.pace import paces
from warehouse.guard import ask

if TYPE_CHECKING:
    from warehouse.assessment.pace import Pace

_OBSERVED = """
    from observations where list_contains($read::varchar[], indicator) and right(region_code, 6) = '000000'
"""
_MOST_BEHIND = 20


def pacing(basis: Basis) -> Row:
    """Sentences, a table of counties, what is farthest behind, and the chart."""
    try:
        own = _paces(basis)
    except GroupError:  # the list of regions changed since the scores
        return {"sentences": ["考核分组与现行区划对不上，序时进度没有算出。"], "rows": [], "behind": []}
    by_county = {
        row["region_code"]: [one for one in own if one.region.code == row["region_code"]]
        for row in basis.wholes
    }
    behind = sorted((one for one in own if one.light == "red"), key=lambda one: one.achieved / one.expected)
    return {
        "sentences": list(_sentences(basis, own, behind)),
        "rows": [
            {"county": basis.name(code), "objectives": str(len(ones)), **_lights(ones)}
            for code, ones in by_county.items()
        ],
        "behind": [_behind(basis, one) for one in behind[:_MOST_BEHIND]],
        "chart": _chart(basis, by_county),
    }


def _paces(basis: Basis) -> list[Pace]:
    observations = ask(basis.connection, _OBSERVED, {"read": sorted(basis.scheme.indicators)})
    regions = ask(basis.connection, "from regions")
    assessment = assess(basis.scheme, observations, regions, basis.indicators)
    return [one for one in paces(assessment, basis.indicators) if one.period == basis.quarter.last]


def _lights(ones: Sequence[Pace]) -> Row:
    counted = {light: sum(one.light == light for one in ones) for light in ("green", "amber", "red")}
    return {
        **{light: str(count) for light, count in counted.items()},
        "share": percent(counted["green"], len(ones)),
    }


def _sentences(basis: Basis, own: Sequence[Pace], behind: Sequence[Pace]) -> Iterator[str]:
    if not own:
        yield "本季度末没有可以对照目标的指标。"
        return
    calendar = basis.scheme.calendar
    on_pace = sum(one.light == "green" for one in own)
    yield (
        f"有年度目标的指标，本季度末共 {len(own)} 项次（一县一项为一项次）：达到序时进度的 {on_pace} 项次，占 {percent(on_pace, len(own))}；"
        f"不到应有进度 {float(calendar.amber):g}% 的 {len(behind)} 项次，占 {percent(len(behind), len(own))}。"
    )
    if behind:
        worst = behind[0]
        yield (
            f"离应有进度最远的是{worst.region.name}的“{basis.measured[worst.objective].title}”：完成目标的 {percent(worst.achieved)}，"
            f"按时间应为 {percent(worst.expected)}。"
        )


def _behind(basis: Basis, one: Pace) -> Row:
    known = basis.measured[one.objective]
    unit = known.unit
    return {
        "county": one.region.name,
        "objective": with_unit(known.title, unit),
        "value": number(one.value, unit),
        "target": number(one.target, unit),
        "achieved": percent(one.achieved),
        "expected": percent(one.expected),
        "projected": number(one.projected, unit),
        "interval": "—" if one.low == one.high else interval(one.low, one.high, 2) or "—",
    }


def _chart(basis: Basis, by_county: dict[str, list[Pace]]) -> Chart | None:
    if not any(by_county.values()):
        return None

    def counts(light: str) -> list[float | None]:
        return [float(sum(one.light == light for one in ones)) for ones in by_county.values()]

    return Chart(
        "pace",
        "有目标的指标，项数",
        [basis.name(code) for code in by_county],
        [
            Series("达到进度", counts("green"), LIGHT),
            Series("稍慢", counts("amber"), MIDDLE),
            Series("落后", counts("red"), DARK),
        ],
        least=0,
    )
