"""What a case is worth: points of the scheme, money of the rows, a target passed. Never invented; unknown is null.

Points are those of the objectives whose indicator reads the dataset (or is the one claimed), times the share by which
the figure as told is off what was expected, or the share of its records in question: what the region would lose at most. Money is what the rows named were paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from expectations.cases.evidence import Evidence, Known
from expectations.cases.grouping import region_of
from expectations.cases.places import Places
from expectations.office_words import number

Money = Callable[[str, Sequence[str]], float | None]
"""What the named rows of a dataset were paid in all, yuan; None where it keeps no payments."""

MUCH_POINTS, MUCH_YUAN = 0.5, 50_000.0
BANDS = {"much": 1.0, "some": 0.8, "unknown": 0.6}
"""What a certainty is multiplied by to say how important a case is."""


@dataclass(frozen=True)
class Score:
    """What an indicator earned a region: points, and how many records they rest on."""

    indicator: str
    points: float
    records: int

    def share(self, excess: float | None) -> float:
        """What part of the records so many are."""
        return min(excess / self.records, 1.0) if excess and self.records else 0.0


@dataclass(frozen=True)
class Schemes:
    """How regions are scored: one scheme a level.

    Attributes:
        scores: Rows of ``warehouse.schemas.SCORES``, of these schemes alone.
        objectives: By scheme and objective, its indicator.
    """

    scores: pa.Table
    objectives: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def _newest(self) -> dict[tuple[str, str], list[Score]]:
        """By region and year, what each indicator earned in the last month scored."""
        columns = ("scheme", "region_code", "objective", "part", "period", "points", "records")
        rows = zip(*(self.scores[name].to_pylist() for name in columns), strict=True)
        found: dict[tuple[str, str], dict[str, list[Score]]] = defaultdict(lambda: defaultdict(list))
        for scheme, region, objective, part, period, points, records in rows:
            indicator = self.objectives.get((scheme, objective))
            if indicator and part == "objective" and points is not None and "-" in period:
                score = Score(indicator, points, records or 0)
                found[(region, period[:4])][period].append(score)
        return {key: periods[max(periods)] for key, periods in found.items()}

    def of(self, region_code: str, year: str) -> list[Score]:
        """What a region has earned; nothing where it is not scored."""
        return self._newest.get((region_code, year), [])


@dataclass(frozen=True)
class Stake:
    """What is at stake.

    Attributes:
        points: Of the scheme; None where unknown.
        yuan: Paid for the rows named; None where unknown.
        crosses: Whether the figure as told passes a target that the expected one does not; None where there is none.
        text: All that in a sentence, Chinese.
    """

    points: float | None
    yuan: float | None
    crosses: bool | None
    text: str

    @property
    def band(self) -> float:
        """What a certainty is multiplied by."""
        if self.crosses or (self.points or 0) >= MUCH_POINTS or (self.yuan or 0) >= MUCH_YUAN:
            return BANDS["much"]
        return BANDS["some"] if self.points or self.yuan else BANDS["unknown"]


def stake(
    group: Sequence[Evidence],
    records: Sequence[str],
    known: Known,
    places: Places,
    schemes: Schemes,
    money: Money,
) -> Stake:
    """What is at stake in a case of this evidence and these rows."""
    said: list[str] = []
    points = _points(group, known, places, schemes, said)
    yuan = money(group[0].dataset, records) if group[0].dataset and records else None
    if yuan:
        said.append(f"所列 {len(records)} 行共 {number(yuan)} 元")
    crosses = _crosses(group, known, said)
    return Stake(points, yuan, crosses, "；".join(said))


def _points(
    group: Sequence[Evidence], known: Known, places: Places, schemes: Schemes, said: list[str]
) -> float | None:
    region, year = region_of(group), group[-1].period[:4]
    read = [one for one in schemes.of(region, year) if _reads(one.indicator, group, known)]
    shift, excess = _shift(group, region, places), _excess(group)
    if not read or (shift is None and excess is None):
        return None
    points = round(sum(one.points * max(shift or 0.0, one.share(excess)) for one in read), 2)
    earned = sum(one.points for one in read)
    if group[0].indicator:
        said.append(f"这项指标得 {earned:.1f} 分，若采信所报的数，至多多得 {points:.1f} 分")
    else:
        said.append(f"{len(read)} 项指标读这本台账，得 {earned:.1f} 分，其中至多 {points:.1f} 分靠不住")
    return points


def _shift(group: Sequence[Evidence], region: str, places: Places) -> float | None:
    """The largest share by which the region's own figure is off; of its parts alone, as far as they make up the region."""
    own = [one for one in group if one.region_code == region]
    shifts = [one.shift for one in own or group if one.shift is not None]
    if not shifts:
        return None
    parts = {one.region_code for one in group if one.region_code != region}
    return max(shifts) * (1.0 if own else places.share(len(parts), region))


def _excess(group: Sequence[Evidence]) -> float | None:
    """How many more there are than expected: of each source all together, the most that one of them says."""
    counts: dict[str, float] = {}
    for one in group:
        if one.excess is not None:
            counts[one.name] = counts.get(one.name, 0.0) + one.excess
    return max(counts.values()) if counts else None


def _reads(indicator: str, group: Sequence[Evidence], known: Known) -> bool:
    definition = known.indicators.get(indicator)
    if definition is None:
        return False
    if any(one.indicator for one in group):
        return indicator in {one.indicator for one in group}
    return bool({one.dataset for one in group} & set(definition.inputs))


def _crosses(group: Sequence[Evidence], known: Known, said: list[str]) -> bool | None:
    crossed: bool | None = None
    for one in group:
        indicator = known.indicators.get(one.indicator)
        target = indicator.target_for(one.region_code) if indicator else None
        if indicator is None or target is None or one.value is None or one.expected is None:
            continue
        if one.entry.measures != "level":
            continue
        sign = 1 if indicator.direction == "higher" else -1
        crossed = crossed or False
        if sign * one.value >= sign * target > sign * one.expected:
            if not crossed:
                told, due = number(one.value, indicator.unit), number(target, indicator.unit)
                said.append(f"所报 {told} 过目标 {due}，应有的 {number(one.expected, indicator.unit)} 不过")
            crossed = True
    return crossed
