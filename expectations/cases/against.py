"""What speaks against a case: few values, the whole city alike, a correction that came, a visit, an explanation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from expectations.cases.certainty import Against
from expectations.cases.evidence import FEW, Evidence
from expectations.cases.grouping import region_of
from expectations.cases.places import Places
from warehouse.codes import covering

_CITY_WIDE, _FEWEST_COUNTIES = 0.5, 3
_HELD, _UNTRUE = 0.95, 0.8
_FEWEST_VISITS = 5


@dataclass(frozen=True)
class Doubts:
    """What is known besides the evidence.

    Attributes:
        every: All evidence, of which a month's county-wide sameness is told.
        places: Regions.
        hand_ins: The table; of it who corrected what after the due day.
        verifications: The table; what visits found.
    """

    every: Sequence[Evidence]
    places: Places
    hand_ins: pa.Table
    verifications: pa.Table

    @cached_property
    def _counties(self) -> dict[tuple[str, str, str], set[str]]:
        found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for one in self.every:
            found[(one.entry.kind, one.thing, one.period)].add(covering(one.region_code, "county"))
        return found

    @cached_property
    def _corrections(self) -> dict[tuple[str, str], dict[str, int]]:
        found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        columns = ("dataset", "region_code", "period", "corrections")
        for dataset, region, period, count in zip(
            *(self.hand_ins[name].to_pylist() for name in columns), strict=True
        ):
            if count:
                found[(dataset, region)][period] = count
        return found

    def against(self, group: Sequence[Evidence]) -> Iterator[tuple[Against, str]]:
        """What lessens the certainty of a case of this evidence, and why in Chinese."""
        chance = [one.n for one in group if one.p is not None and one.n is not None]
        if chance and len(chance) == len(group) and sum(chance) < FEW:
            yield "few", f"只有 {sum(chance)} 个数，偶然也可能如此"
        if count := self._alike(group):
            yield (
                "everywhere",
                f"同月 {self.places.counties} 个县区里有 {count} 个都这样，更像口径或表样的问题",
            )
        if count := self._corrected(group):
            yield "corrected", f"截止日后已更正 {count} 次，现在的数是更正后的"
        for row in self._visited(group):
            if row["value"] >= _HELD:
                yield (
                    "verified",
                    f"实地核查 {row['visited']} 条，推算属实率 {row['value']:.0%}（抽样 {row['sample']}）",
                )

    def in_favour(self, group: Sequence[Evidence]) -> Iterator[str]:
        """What visits found that bears the case out."""
        for row in self._visited(group):
            if row["value"] < _UNTRUE:
                yield f"实地核查 {row['visited']} 条，推算属实率只有 {row['value']:.0%}（抽样 {row['sample']}）"

    def _alike(self, group: Sequence[Evidence]) -> int:
        """How many counties are alike, where that is the city and not the case."""
        least = max(_FEWEST_COUNTIES, _CITY_WIDE * self.places.counties)
        counts = [len(self._counties[(one.entry.kind, one.thing, one.period)]) for one in group]
        return min(counts) if min(counts) >= least else 0

    def _corrected(self, group: Sequence[Evidence]) -> int:
        county = covering(region_of(group), "county")
        months = {one.period for one in group}
        datasets = {one.dataset for one in group}
        return sum(
            count
            for dataset in datasets
            for period, count in self._corrections.get((dataset, county), {}).items()
            if period in months
        )

    def _visited(self, group: Sequence[Evidence]) -> list[dict[str, Any]]:
        """Results of samples of the dataset and year whose region is the case's or contains it."""
        region, year = region_of(group), group[-1].period[:4]
        datasets = {one.dataset for one in group}
        return [
            row
            for row in self._verified
            if row["dataset"] in datasets
            and row["period"][:4] == year
            and row["region_code"] in {region, covering(region, "township"), covering(region, "county")}
            and row["value"] is not None
            and row["visited"] >= _FEWEST_VISITS
        ]

    @cached_property
    def _verified(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.verifications.to_pylist()
        return rows
