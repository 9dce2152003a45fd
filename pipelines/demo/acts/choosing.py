"""Which hand-in an act is done to: chosen by the seed, before the hand-ins are made, and spread over counties and months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from expectations.contracts.model import Contract
from pipelines.demo.acts.doing import Doing
from pipelines.demo.acts.kinds import KINDS, NIL_REPORTS, Kind
from pipelines.demo.acts.nothing import DATASET, nothing_new
from pipelines.demo.datasets.catalog import periods
from pipelines.demo.handins import HandIn, chances
from pipelines.demo.sender import Sender
from pipelines.demo.world import World

Spot = tuple[str, str, str]
"""Dataset, county and period of a hand-in."""

_RESERVES = 2
"""Spots that are kept for a kind beyond what it needs: an act may turn out not to fit the rows there."""


class Acts:
    """The acts of a city, done as its hand-ins come by, month by month."""

    def __init__(self, world: World, contracts: Mapping[str, Contract]) -> None:
        self._world = world
        self._left = Counter({kind.name: kind.city if world.scale != "village" else 1 for kind in KINDS})
        self._nils = NIL_REPORTS[world.scale]
        self._kinds: dict[Spot, Kind] = {}
        self._before: dict[Spot, Spot] = {}
        self._kept: dict[Spot, HandIn] = {}
        self._choose(contracts)

    def do(self, sender: Sender, hand_in: HandIn) -> bool:
        """Do the act that this hand-in was chosen for, if any; whether the hand-in is done with."""
        spot = _spot(hand_in)
        if spot in self._before:
            self._kept[spot] = hand_in
            return self._kinds[self._before[spot]].absorbs
        kind = self._kinds.get(spot)
        if kind is None or hand_in.frame.empty:
            return False
        earlier = [
            self._kept.pop(one) for one, last in self._before.items() if last == spot and one in self._kept
        ]
        done = self._first_that_fits(kind, sender, hand_in, earlier)
        if done is None:
            sender.send(hand_in)
        if kind.absorbs and done is not kind:
            for one in earlier:
                sender.send(one)
        return True

    def _first_that_fits(
        self, chosen: Kind, sender: Sender, hand_in: HandIn, earlier: list[HandIn]
    ) -> Kind | None:
        """The kind that was chosen, or another that there are too few of, if its rows do not fit that one."""
        drawn = chances(self._world, hand_in.contract, hand_in.county, hand_in.period)
        others = [
            kind
            for kind in KINDS
            if kind.months == 1 and hand_in.contract.dataset in kind.datasets and kind.may(drawn)
        ]
        for kind in (chosen, *others):
            if not self._left[kind.name]:
                continue
            act = kind.do(self._doing(kind.name, sender, hand_in, earlier))
            if act is not None:
                self._left[kind.name] -= 1
                sender.journal.acts.append(act)
                return kind
        return None

    def nothing(self, sender: Sender, hand_in: HandIn) -> None:
        """A nil report for what has no rows this month, as long as there are not enough of them."""
        if hand_in.contract.dataset != DATASET or hand_in.missing or not self._nils:
            return
        act = nothing_new(self._doing(nothing_new.__name__, sender, hand_in, []))
        if act is not None:
            self._nils -= 1
            sender.journal.acts.append(act)

    def _doing(self, kind: str, sender: Sender, hand_in: HandIn, earlier: list[HandIn]) -> Doing:
        rng = self._world.rng("act", kind, *_spot(hand_in))
        return Doing(kind, sender, hand_in, rng, earlier)

    def _choose(self, contracts: Mapping[str, Contract]) -> None:
        counties = sorted(set(self._world.villages["county"]))
        spots = {
            kind.name: [
                chosen
                for dataset in kind.datasets
                for county in counties
                for chosen in self._windows(kind, contracts[dataset], county)
            ]
            for kind in KINDS
        }
        busy: Counter[str] = Counter()
        for kind in KINDS:
            self._take(kind, spots[kind.name], self._left[kind.name], busy)
        for kind in KINDS:
            self._take(kind, spots[kind.name], _RESERVES, busy)

    def _take(self, kind: Kind, spots: Sequence[tuple[Spot, ...]], count: int, busy: Counter[str]) -> None:
        """Choose for a kind, where there was least to do so far."""
        order = self._world.rng("acts", kind.name).permutation(len(spots))
        for _ in range(count):
            free = [spots[at] for at in order if not self._is_taken(spots[at])]
            if not free:
                return
            chosen = min(free, key=lambda one: sum(busy[part] for part in one[-1]))
            busy.update(chosen[-1])
            self._kinds[chosen[-1]] = kind
            self._before.update(dict.fromkeys(chosen[:-1], chosen[-1]))

    def _windows(self, kind: Kind, contract: Contract, county: str) -> list[tuple[Spot, ...]]:
        """Runs of consecutive hand-ins that an act of this kind may be done to."""
        months = periods(contract.frequency, self._world)
        runs = [months[at : at + kind.months] for at in range(len(months) - kind.months + 1)]
        return [
            tuple((contract.dataset, county, month) for month in run)
            for run in runs
            if all(kind.may(chances(self._world, contract, county, month)) for month in run)
        ]

    def _is_taken(self, spots: tuple[Spot, ...]) -> bool:
        return any(spot in self._kinds or spot in self._before for spot in spots)


def _spot(hand_in: HandIn) -> Spot:
    return hand_in.contract.dataset, hand_in.county, hand_in.period
