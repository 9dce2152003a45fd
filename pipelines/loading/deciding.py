"""Deciding, in the order of receipt, whether what was staged takes force, and how; then the ledger hears of it.

Each submission is held against what was in force before it came: for the regions it speaks for, and for those that are
one with them on the map of the month, such as a township merged into another. How it takes force is decided once: staged
anew, it stays what it was. The rules themselves are those of ``expectations.resubmission``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath

import pyarrow as pa

from expectations.conform.in_time import Successors
from expectations.contracts.model import Contract
from expectations.contracts.records import record_schema
from expectations.resubmission import (
    Comparison,
    Ruling,
    compare,
    known_elsewhere,
    rule,
    same_file,
    told,
    told_overtaken,
    told_twice,
)
from expectations.resubmission.places import called
from expectations.resubmission.rule import Why
from expectations.resubmission.told import HELD, held_remedy
from expectations.submissions.otherwise import is_less, judged_otherwise
from pipelines.home.folders import HomeError
from pipelines.home.site import Site, shown
from pipelines.loading.answered import close_answered
from pipelines.loading.kin import Kin
from pipelines.loading.moved import Moved
from pipelines.loading.stands import Stands
from warehouse.clock import shanghai_day
from warehouse.ledger import Best, Entry, Outcome, Standing
from warehouse.ledger.values import COUNTING
from warehouse.ledger.versions import Unit


@dataclass(frozen=True)
class _Earlier:
    """What was in force before a submission, where it speaks.

    Attributes:
        replaced: What stands in its regions and periods, and in those that the file before it had and it lacks.
        dropped: The latter, but for those that another file speaks for too.
        kin: Regions and periods handed in for others that are one with its own on the map; part of what is replaced.
        kept: Regions that an earlier file with one of them spoke for, and that stay.
        only_versions: All of it came in earlier versions of this very file.
    """

    replaced: list[Standing]
    dropped: frozenset[Unit]
    kin: frozenset[Unit]
    kept: tuple[str, ...]
    only_versions: bool


class Deciding:
    """Decides about submissions of one load.

    Args:
        site: The home.
        really: Also take what would turn back many submissions that were good.
    """

    def __init__(self, site: Site, *, really: bool) -> None:
        self._site, self._really = site, really
        self._stands = Stands(site)
        codes = Successors(site.regions)
        self._kin = Kin(site, self._stands, codes)
        self._moved = Moved(self._stands, codes)
        self._turned_back = 0
        self._new: dict[str, Outcome] = {}

    def decide(self, entries: Sequence[Entry], outcomes: Iterable[Outcome]) -> list[Outcome]:
        """Decide about submissions and note it in the ledger.

        Args:
            entries: Submissions, in the order they came.
            outcomes: What could become of those of them that were staged; they lie aside.

        Raises:
            HomeError: Many that were good would be turned back.
        """
        known = {outcome.submission_id: outcome for outcome in outcomes}
        staged = [(entry, known[entry.submission_id]) for entry in entries if entry.submission_id in known]
        self._look_for_mass_refusal(staged)
        before = dict(self._new)
        decided = [self._decide(entry, outcome) for entry, outcome in staged]
        decided = [self._new.get(outcome.submission_id, outcome) for outcome in decided]
        overtaken = [self._new[name] for name, told in before.items() if self._new[name] is not told]
        self._site.ledger.finish_many([*overtaken, *decided])
        close_answered(self._site, zip((entry for entry, _ in staged), decided, strict=True))
        return decided

    def _look_for_mass_refusal(self, staged: Iterable[tuple[Entry, Outcome]]) -> None:
        allowed = self._site.home.settings.refusals_to_stop
        self._turned_back += sum(
            entry.status in COUNTING and outcome.status == "refused" for entry, outcome in staged
        )
        if self._turned_back >= allowed and not self._really:
            raise HomeError(
                f"{self._turned_back} submissions that had been taken would now be refused, and nobody was told yet. "
                "Look at what changed in contracts (shiji contract diff), regions or the program; "
                "if it is meant, run shiji load --yes-really (refusals_to_stop in config/shiji.yaml sets the number)"
            )

    def _decide(self, entry: Entry, outcome: Outcome) -> Outcome:
        if outcome.coverage and outcome.dataset:
            outcome = self._ruled(entry, outcome, self._site.contracts[outcome.dataset])
        if entry.best and is_less(entry.best, outcome):
            beneath = self._beneath(entry, entry.best, outcome)
            outcome = judged_otherwise(entry.best, outcome, self._site.contracts, beneath)
        self._adopt(entry, outcome)
        if outcome.coverage and outcome.dataset and outcome.status != "held":
            self._stands.note(entry, outcome, outcome.dataset)
        if not entry.is_staged:
            self._new[entry.submission_id] = outcome
        return outcome

    def _beneath(self, entry: Entry, best: Best, outcome: Outcome) -> list[str]:
        """Earlier files that count again where less of a submission does."""
        lost = {*best.units, *self._site.ledger.covered(entry.submission_id)}
        if entry.takes != "adds":
            lost -= outcome.coverage.keys()
        earlier = self._stands.in_force(best.dataset, {period for _, period in lost}, entry.seq)
        return list(dict.fromkeys(_received(one) for one in earlier if one.unit in lost and one.rows))

    def _adopt(self, entry: Entry, outcome: Outcome) -> None:
        before, now = entry.dataset or "", outcome.dataset or ""
        self._site.staged.adopt(now, entry.submission_id)
        if entry.is_staged and before != now:
            self._site.staged.forget(before, entry.submission_id)

    def _ruled(self, entry: Entry, outcome: Outcome, contract: Contract) -> Outcome:
        earlier = self._earlier(entry, outcome, contract)
        said = self._said(entry)
        outcome = replace(outcome, takes=entry.takes or "replaces", compared=said or ())
        twice = self._twice(entry, outcome, contract) if said is None else ()
        if not earlier.replaced:
            outcome = _speaking(replace(outcome, compared=said or twice), earlier.kin | earlier.dropped)
            return _held(outcome, "waiting") if entry.status == "held" else outcome
        now = self._now(entry, contract)
        comparison = compare(now, self._stands.rows(contract, earlier.replaced), contract)
        ruling = self._rule(entry, outcome, contract, comparison, earlier)
        besides = earlier.kin | earlier.dropped
        if ruling.takes == "adds":
            comparison, besides = self._added(entry, outcome, contract, earlier, comparison)
        ruled = replace(
            _speaking(outcome, besides),
            takes=ruling.takes,
            regions=sorted({*outcome.regions, *(self._kin.place(unit)[0] for unit in besides)}),
            compared=(*self._told(comparison, ruling, contract, earlier, outcome.period or ""), *twice)
            if said is None
            else said,
        )
        if ruling.why:
            return _held(ruled, ruling.why)
        self._tell_overtaken(entry, ruled, contract, earlier)
        return ruled

    def _added(
        self, entry: Entry, outcome: Outcome, contract: Contract, earlier: _Earlier, comparison: Comparison
    ) -> tuple[Comparison, frozenset[Unit]]:
        """What an amendment changes row by row, and what besides its own regions and periods it changes it in."""
        is_decided = entry.status in (*COUNTING, "held")
        if not contract.identity:
            return comparison, earlier.kin if is_decided else frozenset()
        now, kin = self._now(entry, contract), earlier.kin
        if not is_decided:
            kin = self._kin.amended(kin, contract, earlier.replaced, now)
        met = [one for one in earlier.replaced if one.unit in kin or one.unit not in earlier.kin]
        comparison = compare(now, self._stands.rows(contract, met), contract, by_region=True)
        in_force = self._stands.in_force(
            contract.dataset, {month for _, month in outcome.coverage}, entry.seq
        )
        elsewhere = known_elsewhere(now, self._stands.rows(contract, in_force), contract, kin)
        return replace(comparison, elsewhere=elsewhere), kin

    def _twice(self, entry: Entry, outcome: Outcome, contract: Contract) -> tuple[str, ...]:
        """What its sender is told of rows that another township hands in too."""
        found = self._moved.doubled(entry.seq, outcome, contract, lambda: self._now(entry, contract))
        if found is None:
            return ()
        places, left = ([*map(self._called, sorted(codes))] for codes in (found.places, found.left))
        return (told_twice(found.rows, contract, places, left, map(_received, found.others)),)

    def _now(self, entry: Entry, contract: Contract) -> pa.Table:
        schema = record_schema(contract)
        return self._site.staged.aside.read(contract.dataset, [entry.submission_id], "records", schema)

    def _said(self, entry: Entry) -> tuple[str, ...] | None:
        """What its sender was told that it changed when it took force; None where that is still to be told."""
        said = self._site.ledger.compared(entry.submission_id) if entry.status in COUNTING else None
        return None if said is None else tuple(said)

    def _tell_overtaken(self, entry: Entry, outcome: Outcome, contract: Contract, earlier: _Earlier) -> None:
        """Say so to those of the same load whose rows this one stands for: their slips are not written yet."""
        units: dict[str, list[Unit]] = defaultdict(list)
        for one in earlier.replaced:
            if one.submission_id in self._new:
                units[one.submission_id].append(one.unit)
        adds = outcome.takes == "adds"
        for name, speaking in units.items():
            told = self._new[name]
            in_force = self._stands.in_force(
                contract.dataset, {month for _, month in told.coverage}, entry.seq
            )
            left = {one.unit for one in in_force if one.submission_id == name and (one.rows or told.is_nil)}
            note = told_overtaken(
                _file(entry.sender_path),
                [self._called(region) for region, _ in speaking],
                adds=adds,
                is_all=not adds and left <= set(speaking),
            )
            self._new[name] = replace(told, compared=(*told.compared, note))

    def _rule(
        self, entry: Entry, outcome: Outcome, contract: Contract, comparison: Comparison, earlier: _Earlier
    ) -> Ruling:
        found = rule(
            comparison,
            outcome.says,
            contract.resubmission,
            keyed=bool(contract.identity),
            quarantined=outcome.rows_quarantined,
            new_version=earlier.only_versions,
        )
        if entry.status == "held":
            return Ruling(entry.takes or "replaces", found.why or "waiting")
        return Ruling(entry.takes or "replaces") if entry.status in COUNTING else found

    def _earlier(self, entry: Entry, outcome: Outcome, contract: Contract) -> _Earlier:
        units = set(outcome.coverage)
        in_force = self._stands.in_force(contract.dataset, {period for _, period in units}, entry.seq)
        kin = self._kin.spoken_for(entry, outcome, contract, in_force, lambda: self._now(entry, contract))
        units |= kin
        here = [one for one in in_force if one.unit in units]
        beside = [one for one in in_force if one.unit not in units and one.rows]
        is_whole = not ("part" in outcome.says or outcome.is_nil)
        older = self._versions(entry, contract.dataset, units) if is_whole else set()
        dropped = self._dropped(entry, units, beside, older)
        touched = older | {one.submission_id for one in here}
        kept = [one.region_code for one in beside if one.submission_id in touched and one.unit not in dropped]
        return _Earlier(
            [*here, *(one for one in beside if one.unit in dropped)],
            dropped,
            kin,
            tuple(map(self._called, kept)),
            all(one.submission_id in older for one in here),
        )

    def _dropped(
        self, entry: Entry, units: set[Unit], beside: Sequence[Standing], older: set[str]
    ) -> frozenset[Unit]:
        """What the file had in earlier versions and lacks now; decided once, whatever was withdrawn since."""
        if entry.status in (*COUNTING, "held"):
            known = self._site.ledger.covered(entry.submission_id)
            return frozenset(unit for unit, rows in known.items() if rows == 0) - units
        of_others = {one.unit for one in beside if one.submission_id not in older}
        return frozenset(one.unit for one in beside) - of_others

    def _versions(self, entry: Entry, dataset: str, units: set[Unit]) -> set[str]:
        """Earlier versions of this very file that spoke for one of its regions and periods, in force there or not."""
        known = [
            one for period in {period for _, period in units} for one in self._stands.known(dataset, period)
        ]
        return {
            one.submission_id
            for one in known
            if one.unit in units
            and one.seq < entry.seq
            and one.department == entry.department
            and same_file(one.sender_path, entry.sender_path)
        }

    def _told(
        self, comparison: Comparison, ruling: Ruling, contract: Contract, earlier: _Earlier, period: str
    ) -> tuple[str, ...]:
        names = {one.submission_id: _received(one) for one in earlier.replaced}
        return told(comparison, ruling, contract, names, self._names, earlier.kept, period)

    def _called(self, code: str) -> str:
        return called(code, self._names)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        regions = self._site.regions
        return dict(zip(regions["region_code"].to_pylist(), regions["name"].to_pylist(), strict=True))


def _speaking(outcome: Outcome, besides: Iterable[Unit]) -> Outcome:
    """Also for regions and periods of which it has no row."""
    return replace(outcome, coverage=dict.fromkeys(besides, 0) | dict(outcome.coverage))


def _held(outcome: Outcome, why: Why) -> Outcome:
    return replace(outcome, status="held", reason=HELD[why], remedy=held_remedy(why))


def _received(one: Standing) -> str:
    return f"{shanghai_day(one.received_at):%-m月%-d日}收到的“{_file(one.sender_path)}”"


def _file(sender_path: str) -> str:
    return PurePosixPath(shown(sender_path)).name
