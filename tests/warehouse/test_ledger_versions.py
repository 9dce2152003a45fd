"""Versions tell what was in force at any moment, just as the ledger does in its own way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from warehouse.ledger import Arrival, Ledger, Outcome, Version, standing_at, standing_before

T0 = datetime(2026, 1, 5, 1, tzinfo=UTC)
HERE, THERE = ("990301100000", "2026-02"), ("990301200000", "2026-02")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    yield opened
    opened.close()


def version(seq: int, **rest: object) -> Version:
    given = {"status": "accepted", "takes": "replaces", "coverage": {HERE: 3}} | rest
    return Version(seq, f"s{seq}", "d", f"d/{seq}.csv", T0 + timedelta(days=seq), **given)  # type: ignore[arg-type]


def names(found: dict[tuple[str, str], list[Version]]) -> dict[tuple[str, str], list[int]]:
    return {unit: [one.seq for one in standing] for unit, standing in found.items()}


def test_what_adds_stands_beside_and_what_replaces_instead() -> None:
    known = [version(1), version(2, takes="adds"), version(3, takes="adds", coverage={THERE: 1})]
    assert names(standing_at(known, None)) == {HERE: [1, 2], THERE: [3]}
    assert names(standing_at([*known, version(4)], None))[HERE] == [4]
    assert names(standing_before([*known, version(4)], known[1])) == {HERE: [1]}


def test_a_confirmed_one_counts_since_it_was_confirmed_and_a_withdrawn_one_until_then() -> None:
    day = T0 + timedelta(days=9)
    confirmed, withdrawn, never = (
        version(1, confirmed_at=day),
        version(2, status="withdrawn", withdrawn_at=day),
        version(3, status="withdrawn", withdrawn_at=day, takes=None),
    )
    before, after = day - timedelta(hours=1), day + timedelta(hours=1)
    assert [one.counted(before) for one in (confirmed, withdrawn, never)] == [False, True, False]
    assert [one.counted(after) for one in (confirmed, withdrawn, never)] == [True, False, False]
    assert [one.counted(None) for one in (confirmed, withdrawn, never)] == [True, False, False]
    assert [one.was_held(before) for one in (confirmed, withdrawn, never)] == [True, False, True]
    assert [one.was_held(None) for one in (confirmed, withdrawn, never, version(4, status="held"))] == [
        False, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_every_moment_is_told_as_it_was_then(ledger: Ledger, seed: int) -> None:
    chance = random.Random(seed)
    units = [(f"99030{at}100000", month) for at in (1, 2) for month in ("2026-02", "2026-03")]
    moments: list[tuple[datetime, list[dict[str, Any]]]] = []
    held: list[str] = []
    counting: list[str] = []
    for step in range(40):
        what = chance.choice(["hand in", "hand in", "hold", "confirm", "withdraw", "withdraw held"])
        if what in ("hand in", "hold"):
            name = f"d/{step}.csv"
            (got,) = ledger.receive_many([Arrival("d", name, name, f"{step:064}", 1, T0)])
            covered = dict.fromkeys(chance.sample(units, chance.randint(1, 3)), 2)
            rows = sum(covered.values())
            outcome = Outcome(
                got.submission_id, "held" if what == "hold" else "accepted", "plots", "2026-03", [], rows, rows, 0,
                coverage=covered, takes=chance.choice(["replaces", "adds"]),
            )  # fmt: skip
            ledger.finish_many([outcome])
            (held if what == "hold" else counting).append(got.submission_id)
        elif what == "confirm" and held:
            counting.append(held.pop(chance.randrange(len(held))))
            ledger.confirm(counting[-1])
        elif (one := counting if what == "withdraw" else held) and what != "confirm":
            ledger.withdraw(one.pop(chance.randrange(len(one))), "wrong")
        moments.append((datetime.now(UTC), ledger.in_force("plots").to_pylist()))

    known = ledger.versions("plots", ["2026-02", "2026-03"])
    assert len(known) > 5
    for at, rows in ((None, moments[-1][1]), *moments):
        assert ledger.in_force("plots", as_of=at).to_pylist() == rows
        stands = {(u, one.submission_id) for u, each in standing_at(known, at).items() for one in each}
        assert stands == {((row["region_code"], row["period"]), row["submission_id"]) for row in rows}


def test_one_that_was_held_and_withdrawn_was_in_force_at_no_time(ledger: Ledger) -> None:
    (got,) = ledger.receive_many([Arrival("d", "d/a.csv", "a.csv", "a" * 64, 1, T0)])
    held = Outcome(
        got.submission_id, "held", "plots", "2026-02", [], 2, 2, 0, coverage={HERE: 2}, takes="replaces"
    )
    ledger.finish_many([held])
    between = datetime.now(UTC)
    ledger.withdraw(got.submission_id, "a draft")
    assert ledger.in_force("plots", as_of=between).num_rows == 0


def test_what_was_refused_is_there_without_anything_it_speaks_for(ledger: Ledger) -> None:
    got = ledger.receive_many(
        [Arrival("d", f"d/{at}.csv", f"{at}.csv", f"{at}" * 64, 1, T0) for at in range(3)]
    )
    ledger.finish_many(
        [
            Outcome(got[0].submission_id, "refused", reason="看不出是哪张表"),
            Outcome(got[1].submission_id, "refused", "plots", "2026-02"),
            Outcome(got[2].submission_id, "refused", "roads", "2026-02"),
        ]
    )
    known = ledger.versions("plots", ["2026-02"])
    assert [(one.sender_path, one.reason) for one in known] == [
        ("d/0.csv", "看不出是哪张表"),
        ("d/1.csv", None),
    ]
    assert not any(one.coverage or one.counted(None) for one in known)
