"""The acts: each ends with what is in force, in the home and in the model, and with what its slip must name."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.pipelines.acts.model import (
    CHANGE,
    COUNTING,
    MONTHS,
    SAYS,
    TOWNS,
    Key,
    Rules,
    Sent,
    area,
    in_force,
)
from tests.pipelines.acts.office import DATASET, Office, Told, as_told, totals
from tests.pipelines.acts.said import check_said, check_said_anew
from warehouse.ledger import Outcome, standing_at

_PLOTS = st.sampled_from([*(f"块{at}" for at in range(1, 10)), "公1", "公2"])
_TABLE = st.dictionaries(
    st.sampled_from(list(TOWNS)),
    st.dictionaries(_PLOTS, st.integers(1, 4), min_size=1, max_size=11),
    min_size=1,
)
_FILES = st.tuples(
    st.sampled_from(["甲", "乙", "丙"]),
    st.sampled_from(["", "(1)", "（更正版）"]),
    st.sampled_from(list(SAYS)),
    st.sampled_from(MONTHS),
    _TABLE,
)
File = tuple[str, str, str, str, Mapping[str, Mapping[str, int]]]
"""Stem, version, what it says of itself, month, and by township and plot the areas."""


class Acts(RuleBasedStateMachine):
    """Random acts on a home of its own.

    ``empty`` is a home to begin with, ``done`` counts the acts; both are of who runs the machine.
    """

    empty: Path
    done: Counter[str]

    @initialize()
    def begin(self) -> None:
        """A home of its own."""
        self.folder = Path(mkdtemp(dir=self.empty.parent))
        self.rules = Rules(begun={(month, "新") for month in MONTHS})
        self.office = Office(Path(shutil.copytree(self.empty, self.folder / "home")), self.rules)
        self.sent: list[Sent] = []
        self.moments: list[tuple[datetime, dict[Key, Sent]]] = []
        self.frozen: dict[str, list[Told]] = {}

    @rule(files=st.lists(_FILES, min_size=1, max_size=2))
    def hand_in(self, files: Sequence[File]) -> None:
        """One load takes a file, or two."""
        self.done["hand_in"] += 1
        self._receive([self._named(*file) for file in files])

    @precondition(lambda self: self._in_force())
    @rule(data=st.data(), says=st.sampled_from(list(SAYS)))
    def correct(self, data: st.DataObject, says: str) -> None:
        """A few of the rows in force come again with other figures."""
        self.done["correct"] += 1
        known = sorted(self._in_force())
        month = data.draw(st.sampled_from(sorted({key[0] for key in known})))
        some = st.lists(
            st.sampled_from([k for k in known if k[0] == month]), min_size=1, max_size=3, unique=True
        )
        table: dict[str, dict[str, int]] = {}
        for _, town, plot in data.draw(some):
            table.setdefault(town, {})[plot] = data.draw(st.integers(5, 9))
        self._receive([self._named("改", "", says, month, table)])

    @precondition(lambda self: self._in_force())
    @rule(data=st.data(), says=st.sampled_from(list(SAYS)), kept=st.integers(1, 6))
    def shorten(self, data: st.DataObject, says: str, kept: int) -> None:
        """A township's table comes again with its first rows only."""
        self.done["shorten"] += 1
        known = self._in_force()
        month, town = data.draw(st.sampled_from(sorted({key[:2] for key in known})))
        plots = {key[2]: area(known, key) for key in sorted(known) if key[:2] == (month, town)}
        self._receive([self._named("少", "", says, month, {town: dict(list(plots.items())[:kept])})])

    @rule(
        towns=st.sets(st.sampled_from(["沐", "汀", "石"]), min_size=1, max_size=2),
        month=st.sampled_from(MONTHS),
        says=st.sampled_from(["", "（整份替换）"]),
    )
    def report_nothing(self, towns: set[str], month: str, says: str) -> None:
        """Townships say that they have nothing."""
        self.done["report_nothing"] += 1
        units = frozenset((month, town) for town in towns)
        self._receive([Sent(f"forestry/零{says}.csv", "零", SAYS[says], {}, units)])

    @precondition(lambda self: self._of("held"))
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        """The office lets a held file take force."""
        self.done["accept"] += 1
        one = data.draw(st.sampled_from(self._of("held")))
        before = self._in_force()
        self.office.site.ledger.confirm(one.id)
        one.status = "accepted"
        assert one.id in [entry.submission_id for entry in self.office.stale()]
        self._decide([one])
        check_said(one, before, self._in_force(), self.rules.merged)

    @precondition(lambda self: self._of(*COUNTING, "held"))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """The office takes a file back."""
        self.done["withdraw"] += 1
        one = data.draw(st.sampled_from(self._of(*COUNTING, "held")))
        self.office.site.ledger.withdraw(one.id, "报错了")
        one.status = "withdrawn"

    @precondition(lambda self: self._of(*COUNTING, "held"))
    @rule(data=st.data())
    def stage_anew(self, data: st.DataObject) -> None:
        """The program changed; nothing is decided anew."""
        self.done["stage_anew"] += 1
        again = self._of(*COUNTING, "held")
        some = data.draw(
            st.lists(st.sampled_from(again), min_size=1, max_size=4, unique_by=lambda one: one.id)
        )
        before = [(one.status, one.takes, one.units) for one in some]
        told = {one.id: one.told for one in some if one.status in COUNTING}
        self._decide(sorted(some, key=lambda one: one.seq))
        assert [(one.status, one.takes, one.units) for one in some] == before
        assert {one.id: one.told for one in some if one.id in told} == told

    @rule(since=st.sampled_from(MONTHS), most=st.sampled_from([2, 3, 6, 100]))
    def change_contract(self, since: str, most: int) -> None:
        """A version of the contract allows areas up to a limit, from a month on."""
        self.done["change_contract"] += 1
        self.rules.most[since] = most
        self.office.change_contract(since, most)
        concerned = {one.id for one in self._of(*COUNTING, "held", "refused") if self._holds_for(since, one)}
        assert {entry.submission_id for entry in self.office.stale()} == concerned
        self._judge_anew()

    @precondition(lambda self: self.sent and not self.rules.merged)
    @rule(is_dated=st.booleans())
    def merge(self, is_dated: bool) -> None:
        """A list comes in which one township was merged into another, from the second month on or for ever."""
        self.done["merge"] += 1
        before, units = self._in_force(), [one.units for one in self.sent]
        self.rules.merged = MONTHS[1:] if is_dated else MONTHS
        self._change_map()
        assert self._in_force() == before
        assert [one.units for one in self.sent] == units

    @precondition(lambda self: self.sent and len(self.rules.begun) == len(MONTHS))
    @rule(is_over=st.booleans())
    def split(self, is_over: bool) -> None:
        """A list comes in which one township gave part of itself to a new one, or ended with nobody named to follow it."""
        self.done["split"] += 1
        months = [month for month in MONTHS if month < CHANGE]
        self.rules.begun = {(month, "新") for month in months}
        self.rules.ended = {(month, "石") for month in MONTHS if month >= CHANGE and is_over}
        self._change_map()

    @precondition(lambda self: self.sent and len(self.frozen) < 2)
    @rule()
    def freeze(self) -> None:
        """The office gives the present state a name."""
        self.done["freeze"] += 1
        name = f"第 {len(self.frozen) + 1} 稿"
        self.office.freeze(name)
        self.frozen[name] = as_told(self._in_force(), self.rules.merged)

    def teardown(self) -> None:
        """Leave nothing behind; what was frozen is as it was."""
        for name, then in self.frozen.items():
            rows, sums = self.office.frozen(name)
            assert rows == then
            assert sums == totals(then)
        self.office.site.ledger.close()
        shutil.rmtree(self.folder)

    @invariant()
    def the_home_holds_what_the_model_holds(self) -> None:
        """Rows in force, row by row."""
        model = self._in_force()
        assert self.office.rows() == as_told(model, self.rules.merged)
        self.moments.append((datetime.now(UTC), model))

    @invariant()
    def the_past_is_told_as_it_was(self) -> None:
        """Rows in force at one of the moments between the acts before, since contract or map were last changed."""
        at, then = self.moments[5 * len(self.moments) // 7]
        # What was withdrawn before a merger is not read anew: where it would lie on the map of today, nobody asks.
        assert self.office.rows_at(at, [one.id for one in self.sent]) == as_told(then, ())

    @invariant()
    def the_history_knows_what_the_model_knows(self) -> None:
        """What became of each file; and what stands, worked out from the versions that a history is told from."""
        ledger = self.office.site.ledger
        known = ledger.versions(DATASET, MONTHS)
        assert {one.submission_id: one.status for one in known} == {one.id: one.status for one in self.sent}
        stands = {
            (unit, one.submission_id) for unit, each in standing_at(known, None).items() for one in each
        }
        rows = ledger.in_force(DATASET, MONTHS).to_pylist()
        assert stands == {((row["region_code"], row["period"]), row["submission_id"]) for row in rows}

    def _named(
        self, stem: str, version: str, says: str, month: str, table: Mapping[str, Mapping[str, int]]
    ) -> Sent:
        """A file; of townships that there are not yet it has none."""
        there = {town: plots for town, plots in table.items() if (month, town) not in self.rules.begun}
        there = there or {"石": table["新"]}
        rows = {(month, town, plot): area for town, plots in there.items() for plot, area in plots.items()}
        part = "第一部分" if "part" in SAYS[says] else ""
        return Sent(f"forestry/{stem}{version}{says}.csv", stem + part, SAYS[says], rows)

    def _receive(self, files: Sequence[Sent]) -> None:
        for one in files:
            self.sent.append(one)
            one.id, one.seq = self.office.receive(one, len(self.sent)), len(self.sent)
        self._decide(files)
        for one in files:
            for other in self.sent[: one.seq - 1]:
                is_answered = other.stem == one.stem and other.units <= one.units
                if other.status == "held" and is_answered and one.status in (*COUNTING, "held"):
                    other.status = "withdrawn"
        by_last = self._in_force()
        for one in files:
            overtaken = one.status in COUNTING and any(by_last.get(key, one) is not one for key in one.rows)
            assert ("同一批" in one.told) >= overtaken, one
            assert "这份已由同一批" not in one.told or one not in by_last.values(), one

    def _change_map(self) -> None:
        """Bring in the list, and judge everything by it."""
        is_split = len(self.rules.begun) < len(MONTHS)
        self.office.change_map(merged=self.rules.merged, split=is_split, over=bool(self.rules.ended))
        self._judge_anew()

    def _judge_anew(self) -> None:
        """Contract or map were changed: all that it concerns is judged by them, and what was known of the past by others."""
        before = self._in_force()
        had = {one.id: one.rows for one in self._of(*COUNTING)}
        stale = {entry.submission_id for entry in self.office.stale()}
        again = [one for one in self.sent if one.id in stale]
        self._decide(again)
        assert not self.office.stale()
        check_said_anew(again, had, before, self._in_force())
        self.moments.clear()

    def _decide(self, files: Sequence[Sent]) -> None:
        for one in files:
            one.rows = self.rules.good(one)
        by_id = {one.id: one for one in files}
        for outcome in self.office.decide(files):
            self._follow(by_id[outcome.submission_id], outcome)

    def _follow(self, one: Sent, outcome: Outcome) -> None:
        """What was decided about a file is so in the model too."""
        is_decided_now = one.status in ("received", "refused")
        before = self._in_force(one.seq - 1)
        one.units = {(month, _town(region)) for region, month in outcome.coverage}
        one.status, one.takes = outcome.status, outcome.takes or "replaces"
        one.told, one.reason = "\n".join(outcome.compared), outcome.reason or ""
        if one.status in COUNTING:
            one.best = max(one.best, len(one.rows))
        if is_decided_now:
            check_said(one, before, self._in_force(one.seq), self.rules.merged)

    def _in_force(self, seq: int | None = None) -> dict[Key, Sent]:
        return in_force([one for one in self.sent if seq is None or one.seq <= seq], self.rules.merged)

    def _of(self, *statuses: str) -> list[Sent]:
        return [one for one in self.sent if one.status in statuses]

    def _holds_for(self, since: str, one: Sent) -> bool:
        """Whether a file is about a month that the version since then holds for."""
        months = {key[0] for key in one.written} | {unit[0] for unit in one.nothing_in}
        return any(
            since == max(each for each in self.rules.most if each <= month)
            for month in months
            if month >= since
        )


def done_on(empty: Path, homes: int, acts: int, seed: int | None = None) -> Counter[str]:
    """Do random acts on so many homes.

    Args:
        empty: What each begins as.
        homes: How many.
        acts: On each, at most.
        seed: Other acts than last time; without one always the same.

    Returns:
        How many of each kind were done.

    Raises:
        AssertionError: An act did what its slip does not name, or the home is not what the model is.
    """
    done: Counter[str] = Counter()
    machine = type("Here", (Acts,), {"empty": empty, "done": done})
    if seed is not None:
        machine = seeded(seed)(machine)
    asked = settings(
        max_examples=homes,
        stateful_step_count=acts,
        derandomize=seed is None,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(machine, settings=asked)
    return done


def _town(region: str) -> str:
    return next(name for name, code in TOWNS.items() if code == region)
