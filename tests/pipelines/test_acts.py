"""Random acts of clerks and the office: nothing in force goes or changes that the slip of the act does not name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.acts.machine import Acts, done_on
from tests.pipelines.acts.model import Sent
from tests.pipelines.acts.office import empty_home


def test_no_act_changes_what_its_slip_does_not_name(tmp_path: Path) -> None:
    done = done_on(empty_home(tmp_path), homes=8, acts=14)
    own = {"hand_in", "correct", "shorten", "report_nothing"}
    assert set(done) >= own | {"withdraw", "stage_anew", "change_contract", "merge", "split", "freeze"}


@pytest.fixture
def acts(tmp_path: Path) -> Iterator[Acts]:
    """A home to act on by hand."""
    one: Acts = type("Here", (Acts,), {"empty": empty_home(tmp_path), "done": Counter()})()
    one.begin()
    yield one
    one.the_home_holds_what_the_model_holds()
    one.the_history_knows_what_the_model_knows()
    one.teardown()


def take_back(acts: Acts, one: Sent) -> None:
    acts.office.site.ledger.withdraw(one.id, "报错了")
    one.status = "withdrawn"


def test_staged_anew_a_file_says_what_it_said_when_it_came(acts: Acts) -> None:
    """It replaced nothing then; what comes back by a withdrawal later it did not change."""
    acts.hand_in([("甲", "", "", "2025-07", {"沐": {"块1": 1, "块2": 1}})])
    acts.report_nothing(towns={"沐"}, month="2025-07", says="（整份替换）")
    acts.hand_in([("乙", "", "", "2025-07", {"沐": {"块1": 2}})])
    _, nothing, last = acts.sent
    assert (last.status, last.told) == ("accepted", "")
    take_back(acts, nothing)
    acts._decide([last])
    assert last.told == ""


def test_staged_anew_a_file_takes_back_no_township_that_it_did_not(acts: Acts) -> None:
    """Another file spoke for it when the new version came; its withdrawal brings the first version's rows back."""
    acts.hand_in([("甲", "", "", "2025-07", {"沐": {"块1": 1}, "汀": {"块2": 1}})])
    acts.hand_in([("乙", "", "（补报）", "2025-07", {"汀": {"块3": 1}})])
    acts.hand_in([("甲", "(1)", "（整份替换）", "2025-07", {"沐": {"块1": 2}})])
    _, other, last = acts.sent
    assert last.units == {("2025-07", "沐")}
    take_back(acts, other)
    acts._decide([last])
    assert last.units == {("2025-07", "沐")}


def test_staged_anew_a_file_keeps_back_the_township_that_it_took_back(acts: Acts) -> None:
    acts.hand_in([("甲", "", "", "2025-07", {"沐": {"块1": 1}, "汀": {"块2": 1}})])
    acts.hand_in([("甲", "(1)", "（整份替换）", "2025-07", {"沐": {"块1": 2}})])
    first, last = acts.sent
    both = {("2025-07", "沐"), ("2025-07", "汀")}
    assert last.units == both
    take_back(acts, first)
    acts._decide([last])
    assert last.units == both
