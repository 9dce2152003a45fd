"""Which evidence speaks of the same: one kind, one thing, one region or one inside it, months that follow each other.

Villages of a township are taken together from three on, and townships of a county where they are half of it: who made
them alike sits above them. What a county is told of takes in what its townships and villages are told of. What names the same rows, or the same column of the same region and months, is one whatever its
kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from expectations.cases.evidence import Evidence
from expectations.cases.places import Places
from expectations.contracts.model import Contract
from warehouse.codes import CODE_LENGTH, DIGITS, covering
from warehouse.frequency import MONTHS

GAP = 2
"""Periods of the dataset that may lie between two that belong together."""

VILLAGES = 3
"""Villages of a township from which they are one."""

TOWNSHIPS, OF_COUNTY = 3, 0.5
"""Townships from which a county's are one, and the share of all of its townships that they must be."""

_SAME_ROWS = 0.5
"""The share of the shorter list of rows that two must have in common to be about the same."""

_MOST_NAMING = 6
"""Sources of one row that are paired at most."""


def grouped(
    every: Sequence[Evidence], contracts: Mapping[str, Contract], places: Places
) -> list[list[Evidence]]:
    """The evidence in groups, each sorted by period."""
    joined = _Joined(len(every))
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, one in enumerate(every):
        alike[(one.entry.kind, one.thing)].append(index)
    for own in alike.values():
        _join_alike(joined, every, own, _gap(every[own[0]], contracts), places)
    _join_same_rows(joined, every)
    _join_same_column(joined, every)
    return [
        sorted((every[i] for i in own), key=lambda one: (one.period, one.region_code, one.id))
        for own in joined.sets()
    ]


def region_of(group: Iterable[Evidence]) -> str:
    """The smallest region that all of a group lies in."""
    codes = [one.region_code for one in group]
    if len(set(codes)) == 1:
        return codes[0]
    for level in ("township", "county"):
        digits = DIGITS[level]
        if len({code[:digits] for code in codes}) == 1:
            return codes[0][:digits].ljust(CODE_LENGTH, "0")
    return codes[0][:4].ljust(CODE_LENGTH, "0")


def month_number(period: str) -> int:
    """Months since year 0, of a month ``2025-06``."""
    return int(period[:4]) * 12 + int(period[5:7])


class _Joined:
    """Sets that grow together (union-find)."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def find(self, index: int) -> int:
        while self._above[index] != index:
            self._above[index] = self._above[self._above[index]]
            index = self._above[index]
        return index

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self._above[second] = first

    def sets(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for index in range(len(self._above)):
            found[self.find(index)].append(index)
        return list(found.values())


def _gap(one: Evidence, contracts: Mapping[str, Contract]) -> int:
    contract = contracts.get(one.dataset)
    return GAP * (MONTHS[contract.frequency] if contract else 1)


def _join_alike(
    joined: _Joined, every: Sequence[Evidence], own: Sequence[int], gap: int, places: Places
) -> None:
    def by(key: Callable[[Evidence], Hashable]) -> Iterator[list[int]]:
        found: dict[Hashable, list[int]] = defaultdict(list)
        for index in own:
            found[key(every[index])].append(index)
        yield from found.values()

    for same in by(lambda one: one.region_code):
        for run in _runs(every, same, gap):
            _join_all(joined, run)
    for inside in by(lambda one: one.region_code[: DIGITS["township"]]):
        for run in _runs(every, inside, gap):
            villages = {every[i].region_code for i in run if _is_village(every[i])}
            if len(villages) >= VILLAGES or any(not _is_village(every[i]) for i in run):
                _join_all(joined, run)
    for inside in by(lambda one: one.region_code[: DIGITS["county"]]):
        for run in _runs(every, inside, gap):
            if any(_is_county(every[i]) for i in run) or _is_half_a_county([every[i] for i in run], places):
                _join_all(joined, run)


def _runs(every: Sequence[Evidence], own: Sequence[int], gap: int) -> Iterator[list[int]]:
    """Stretches in which no two months that follow each other lie further apart than ``gap``."""
    ordered = sorted(own, key=lambda index: every[index].period)
    run: list[int] = []
    for index in ordered:
        if run and month_number(every[index].period) - month_number(every[run[-1]].period) > gap:
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _join_all(joined: _Joined, run: Sequence[int]) -> None:
    for index in run[1:]:
        joined.join(run[0], index)


def _is_village(one: Evidence) -> bool:
    return one.region_code[DIGITS["township"] :] != "000"


def _is_county(one: Evidence) -> bool:
    return set(one.region_code[DIGITS["county"] :]) == {"0"} and one.region_code[4:6] != "00"


def _is_half_a_county(run: Sequence[Evidence], places: Places) -> bool:
    towns = {covering(one.region_code, "township") for one in run}
    every = places.parts(covering(run[0].region_code, "county"))
    return len(towns) >= TOWNSHIPS and len(towns) >= OF_COUNTY * every > 0


def _join_same_rows(joined: _Joined, every: Sequence[Evidence]) -> None:
    named: dict[str, list[int]] = defaultdict(list)
    for index, source in enumerate(every):
        for record in source.records:
            named[record].append(index)
    common: Counter[tuple[int, int]] = Counter()
    for own in named.values():
        common.update(combinations(own[:_MOST_NAMING], 2))
    for (one, other), count in common.items():
        if count >= _SAME_ROWS * min(len(every[one].records), len(every[other].records)):
            joined.join(one, other)


def _join_same_column(joined: _Joined, every: Sequence[Evidence]) -> None:
    seen: dict[tuple[str, str, str, str], int] = {}
    for index, one in enumerate(every):
        if one.dataset and one.subject:
            key = (one.dataset, one.subject, one.region_code, one.period)
            joined.join(seen.setdefault(key, index), index)
