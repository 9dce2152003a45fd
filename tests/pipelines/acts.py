"""Random acts of clerks and the office on one home, held against a model in plain Python.

The model keeps what every file says and follows what was decided about it; what is in force then, and what a slip must
name, it works out with dictionaries alone. Reading files is left out: a file is the records that come of it.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
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

from expectations.contracts.records import record_schema
from expectations.resubmission import intent_of
from pipelines.home.regions import import_regions
from pipelines.loading.deciding import Deciding
from pipelines.loading.records import in_force_records
from tests.pipelines.town import REGIONS, Town, new_town
from warehouse.ledger import Arrival, Outcome, standing_at
from warehouse.staged import covered_rows, with_notes

DATASET = "grain_plots"
TOWNS = {"沐": "990121100000", "汀": "990121200000", "石": "990122100000"}
SAYS = {
    "": set(),
    "（补报）": {"amends"},
    "（其余保留）": {"keeps"},
    "（第一部分）": {"part"},
    "（整份替换）": {"whole"},
}
MONTHS = ("2025-06", "2025-07")
COUNTING = ("accepted", "partial")

MERGED = REGIONS.replace("level,parent_code\n", "level,parent_code,valid_to,successor\n").replace(
    "汀坪乡,township,990121000000", f"汀坪乡,township,990121000000,{{day}},{TOWNS['沐']}"
)
"""A list of regions in which 汀 has been merged into 沐."""

Key = tuple[str, str, str]
"""Month, township as it was handed in, and plot: what tells rows apart."""


@dataclass
class Sent:
    """A file as the model knows it: its rows, where each stands, and what became of it."""

    name: str
    stem: str
    says: set[str]
    rows: dict[Key, int]
    units: set[tuple[str, str]]
    nothing_in: frozenset[tuple[str, str]] = frozenset()
    status: str = "received"
    takes: str = "replaces"
    id: str = ""
    seq: int = 0
    told: str = ""
    at: dict[Key, int] = field(default_factory=dict)


def lying(month: str, town: str, merged: Sequence[str]) -> str:
    """The township in which another one's rows lie, where 汀 has been merged in some months."""
    return "沐" if town == "汀" and month in merged else town


def _place(key: Key, merged: Sequence[str]) -> Key:
    return key[0], lying(key[0], key[1], merged), key[2]


def in_force(sent: Sequence[Sent], merged: Sequence[str] = ()) -> dict[Key, Sent]:
    """By row, the file whose row counts.

    A row of what adds stands for one of its own township, else for one that lies in the same township by the map and was
    handed in for one that its file speaks for without a row.
    """
    found: dict[Key, Sent] = {}
    for one in sorted(sent, key=lambda one: one.seq):
        if one.status not in COUNTING:
            continue
        if one.takes == "replaces":
            found = {key: by for key, by in found.items() if key[:2] not in one.units}
        empty = one.units - {key[:2] for key in one.rows} if one.takes == "adds" else set()
        new = {_place(key, merged) for key in one.rows.keys() - found.keys()}
        found = {k: by for k, by in found.items() if k[:2] not in empty or _place(k, merged) not in new}
        found |= dict.fromkeys(one.rows, one)
    return found


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


class Acts(RuleBasedStateMachine):
    """The acts; each ends with what is in force, in the home and in the model, and with what its slip must name.

    ``empty`` is a home to begin with, ``done`` counts the acts; both are of who runs the machine.
    """

    empty: Path
    done: Counter[str]

    @initialize()
    def begin(self) -> None:
        """A home of its own."""
        self.folder = Path(mkdtemp(dir=self.empty.parent))
        self.site = Town(Path(shutil.copytree(self.empty, self.folder / "home"))).site
        self.contract = self.site.contracts[DATASET]
        self.sent: list[Sent] = []
        self.merged: Sequence[str] = ()
        self.moments: list[tuple[datetime, dict[Key, Sent]]] = []

    @rule(files=st.lists(_FILES, min_size=1, max_size=2))
    def hand_in(self, files: list[tuple[str, str, str, str, dict[str, dict[str, int]]]]) -> None:
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
        plots = {key[2]: _area(known, key) for key in sorted(known) if key[:2] == (month, town)}
        self._receive([self._named("少", "", says, month, {town: dict(list(plots.items())[:kept])})])

    @rule(
        towns=st.sets(st.sampled_from(list(TOWNS)), min_size=1, max_size=2),
        month=st.sampled_from(MONTHS),
        says=st.sampled_from(["", "（整份替换）"]),
    )
    def report_nothing(self, towns: set[str], month: str, says: str) -> None:
        """Townships say that they have nothing."""
        self.done["report_nothing"] += 1
        units = {(month, town) for town in towns}
        one = Sent(f"agriculture/零{says}.csv", "零", SAYS[says], {}, units, frozenset(units))
        self._receive([one])

    @precondition(lambda self: any(one.status == "held" for one in self.sent))
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        """The office lets a held file take force."""
        self.done["accept"] += 1
        one = data.draw(st.sampled_from([one for one in self.sent if one.status == "held"]))
        before = self._in_force()
        self.site.ledger.confirm(one.id)
        one.status = "accepted"
        assert one.id in [entry.submission_id for entry in self.site.ledger.stale({DATASET: "one"})]
        self._decide([one])
        _check(one, before, self._in_force(), self.merged)

    @precondition(lambda self: any(one.status in (*COUNTING, "held") for one in self.sent))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """The office takes a file back."""
        self.done["withdraw"] += 1
        one = data.draw(st.sampled_from([one for one in self.sent if one.status in (*COUNTING, "held")]))
        self.site.ledger.withdraw(one.id, "报错了")
        one.status = "withdrawn"

    @precondition(lambda self: any(one.status in (*COUNTING, "held") for one in self.sent))
    @rule(data=st.data())
    def stage_anew(self, data: st.DataObject) -> None:
        """Contract or program change; nothing is decided anew."""
        self.done["stage_anew"] += 1
        again = [one for one in self.sent if one.status in (*COUNTING, "held")]
        some = data.draw(
            st.lists(st.sampled_from(again), min_size=1, max_size=4, unique_by=lambda one: one.id)
        )
        before = [(one.status, one.takes, one.units) for one in some]
        told = {one.id: one.told for one in some if one.status in COUNTING}
        self._decide(sorted(some, key=lambda one: one.seq))
        assert [(one.status, one.takes, one.units) for one in some] == before
        assert {name: one.told for one in some for name in (one.id,) if name in told} == told

    @precondition(lambda self: self.sent and not self.merged)
    @rule(is_dated=st.booleans())
    def merge(self, is_dated: bool) -> None:
        """A list comes in which one township was merged into another, from the second month on or for ever."""
        self.done["merge"] += 1
        path = self.folder / "regions.csv"
        path.write_text(MERGED.format(day=f"{MONTHS[1]}-01" if is_dated else ""), encoding="utf-8")
        import_regions(self.site, path)
        before, units = self._in_force(), [one.units for one in self.sent]
        self.merged = MONTHS[1:] if is_dated else MONTHS
        self._decide([one for one in self.sent if one.status in (*COUNTING, "held")])
        assert self._in_force() == before
        assert [one.units for one in self.sent] == units

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.site.ledger.close()
        shutil.rmtree(self.folder)

    @invariant()
    def the_home_holds_what_the_model_holds(self) -> None:
        """Rows in force, row by row."""
        model = self._in_force()
        assert _told(in_force_records(self.site, DATASET, MONTHS)) == self._modelled(model, self.merged)
        self.moments.append((datetime.now(UTC), model))

    @invariant()
    def the_past_is_told_as_it_was(self) -> None:
        """Rows in force at one of the moments between the acts before."""
        at, then = self.moments[5 * len(self.moments) // 7]
        found = self.site.ledger.in_force(DATASET, MONTHS, as_of=at)
        known = [one.id for one in self.sent]
        staged = self.site.staged.read(DATASET, known, "records", record_schema(self.contract))
        rows = covered_rows(staged, found, self.contract.coverage, self.contract.key)
        # What was withdrawn before a merger is not read anew: where it would lie on the map of today, nobody asks.
        assert _told(rows, "handed_in_as") == self._modelled(then, ())

    @invariant()
    def the_history_knows_what_the_model_knows(self) -> None:
        """What became of each file; and what stands, worked out from the versions that a history is told from."""
        known = self.site.ledger.versions(DATASET, MONTHS)
        assert {one.submission_id: one.status for one in known} == {one.id: one.status for one in self.sent}
        stands = {
            (unit, one.submission_id) for unit, each in standing_at(known, None).items() for one in each
        }
        rows = self.site.ledger.in_force(DATASET, MONTHS).to_pylist()
        assert stands == {((row["region_code"], row["period"]), row["submission_id"]) for row in rows}

    def _modelled(self, model: dict[Key, Sent], merged: Sequence[str]) -> list[tuple[Any, ...]]:
        return sorted(
            (month, TOWNS[lying(month, town, merged)], plot, float(by.rows[month, town, plot]), by.id)
            for (month, town, plot), by in model.items()
        )

    def _named(
        self, stem: str, version: str, says: str, month: str, table: dict[str, dict[str, int]]
    ) -> Sent:
        rows = {(month, town, plot): area for town, plots in table.items() for plot, area in plots.items()}
        part = "第一部分" if "part" in SAYS[says] else ""
        one = Sent(
            f"agriculture/{stem}{version}{says}.csv", stem + part, SAYS[says], rows, {k[:2] for k in rows}
        )
        one.at = {key: at for at, key in enumerate(rows, start=4)}
        return one

    def _receive(self, files: list[Sent]) -> None:
        for one in files:
            arrived = Arrival(
                "agriculture",
                one.name,
                Path(one.name).name,
                sha256(f"{len(self.sent)} {one.name}".encode()).hexdigest(),
                1,
                datetime.now(UTC),
            )
            self.sent.append(one)
            (receipt,) = self.site.ledger.receive_many([arrived])
            self.site.ledger.taken([receipt.submission_id])
            one.id, one.seq = receipt.submission_id, len(self.sent)
        self._decide(files)
        for one in files:
            for other in self.sent[: one.seq - 1]:
                is_answered = other.stem == one.stem and other.units <= one.units
                if other.status == "held" and is_answered and one.status in (*COUNTING, "held"):
                    other.status = "withdrawn"
        by_last = self._in_force()
        for one in files:
            overtaken = one.status in COUNTING and any(by_last.get(key, one) is not one for key in one.rows)
            assert ("同一批还收到了" in one.told) >= overtaken, one

    def _decide(self, files: Sequence[Sent]) -> None:
        by_id = {one.id: one for one in files}
        entries = self.site.ledger.entries(by_id)
        staged = [self._stage(one) for one in files]
        decided = Deciding(self.site, really=False).decide(entries, staged)
        for outcome in decided:
            one = by_id[outcome.submission_id]
            is_new, before = one.status == "received", self._in_force(one.seq - 1)
            one.units = {(month, _town(region)) for region, month in outcome.coverage}
            one.status, one.takes, one.told = (
                outcome.status,
                outcome.takes or "replaces",
                "\n".join(outcome.compared),
            )
            if is_new:
                _check(one, before, self._in_force(one.seq), self.merged)

    def _in_force(self, seq: int | None = None) -> dict[Key, Sent]:
        return in_force([one for one in self.sent if seq is None or one.seq <= seq], self.merged)

    def _stage(self, one: Sent) -> Outcome:
        schema = record_schema(self.contract)
        blank: dict[str, Any] = dict.fromkeys(schema.names)
        blank |= {"submission_id": one.id, "crop": "稻谷", "sheet": "台账"}
        rows = [
            blank
            | {"period": month, "region_code": TOWNS[lying(month, town, self.merged)], "plot_number": plot}
            | {"handed_in_as": TOWNS[town]}
            | {"area_mu": float(area), "row": one.at[month, town, plot]}
            for (month, town, plot), area in one.rows.items()
        ]
        records = with_notes(pa.Table.from_pylist(rows, schema=schema), {}, ())
        self.site.staged.aside.write(DATASET, one.id, "records", records)
        coverage = {(TOWNS[town], month): 0 for month, town in one.nothing_in}
        for month, town, _ in one.rows:
            coverage[TOWNS[town], month] = coverage.get((TOWNS[town], month), 0) + 1
        return Outcome(
            one.id,
            "accepted",
            DATASET,
            max(month for _, month in coverage),
            sorted({region for region, _ in coverage}),
            len(rows),
            len(rows),
            coverage=coverage,
            contract_digest="one",
            says=intent_of([one.name]),
        )


def empty_home(folder: Path) -> Path:
    """A home with the town's regions, for ``done_on``."""
    return new_town(folder / "empty").root


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


def _check(one: Sent, before: dict[Key, Sent], after: dict[Key, Sent], merged: Sequence[str]) -> None:
    """What a file did to rows in force, and what its slip says of it.

    A row that says another township now is told as changed, where it stands now. Rows of one plot of one township, by the
    map, may be taken for each other.
    """
    if one.status == "held":
        assert after == before
        assert "whole" not in one.says
        return
    said = _Said(one.told)
    was, now = _by_place(before, merged), _by_place(after, merged)
    changed = 0
    for place in was:
        gone, new = _unlike(was[place], now[place], before, after)
        moved = {
            key for key in gone if any(one.at[n] in said.changed for n in one.rows if _same_plot(n, key))
        }
        named = {key for key in gone if (Path(before[key].name).name, before[key].at[key]) in said.gone}
        pairs = min(len(gone), len(new))
        assert len(moved | named) >= len(gone) - pairs, (gone, new, said, one.told)
        assert sum(one.at.get(key) in said.changed for key in new) >= pairs, (gone, new, said, one.told)
        changed += pairs
        if one.takes == "adds":
            assert len(gone) <= len(new)
            assert "的编号在其他地区也有" in one.told or len(now[place]) <= len(was[place]), (place, one.told)
    if one.takes == "adds":
        assert said.counts["改动"] >= changed


def _by_place(rows: Iterable[Key], merged: Sequence[str]) -> dict[Key, list[Key]]:
    """Rows by where they lie."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for key in rows:
        found[_place(key, merged)].append(key)
    return found


def _unlike(
    was: Sequence[Key], now: Sequence[Key], before: dict[Key, Sent], after: dict[Key, Sent]
) -> tuple[list[Key], list[Key]]:
    """Rows of one place before and after, but for those that say the same."""
    gone, new = list(was), list(now)
    for key, other in sorted(product(was, now), key=lambda pair: pair[0] != pair[1]):
        if key in gone and other in new and _area(before, key) == _area(after, other):
            gone.remove(key)
            new.remove(other)
    return gone, new


class _Said:
    """What a slip says, read as a clerk would."""

    def __init__(self, text: str) -> None:
        self.counts = {
            word: int(number) for word, number in re.findall(r"(新增|改动|少了|未变) (\d+) 行", text)
        }
        own = re.search(r"改动的行在这份文件的：(.*)。", text)
        self.changed = _numbers(own[1]) if own else set()
        self.gone: set[tuple[str, int]] = set()
        lines = re.search(r"不再计入的行，原来在：(.*)。", text)
        for part in lines[1].split("；") if lines else ():
            name = re.search(r"“([^”]*\.csv)”", part)
            assert name is not None, part
            self.gone |= {(name[1], row) for row in _numbers(part[name.end() :])}

    def __repr__(self) -> str:
        return f"{self.counts} {self.changed} {self.gone}"


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for stretch in re.findall(r"第 ([\d–、]+) 行", text):
        for part in stretch.split("、"):
            first, _, last = part.partition("–")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def _told(records: pa.Table, place: str = "region_code") -> list[tuple[Any, ...]]:
    told = records.select(["period", place, "plot_number", "area_mu", "submission_id"])
    return sorted(tuple(row.values()) for row in told.to_pylist())


def _area(of: dict[Key, Sent], key: Key) -> int:
    return of[key].rows[key]


def _same_plot(one: Key, other: Key) -> bool:
    return (one[0], one[2]) == (other[0], other[2])


def _town(region: str) -> str:
    return next(name for name, code in TOWNS.items() if code == region)
