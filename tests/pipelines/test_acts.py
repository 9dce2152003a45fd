"""Random acts of clerks and the office: nothing in force goes or changes that the slip of the act does not name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.pipelines.acts import Acts, done_on, empty_home


def test_no_act_changes_what_its_slip_does_not_name(tmp_path: Path) -> None:
    done = done_on(empty_home(tmp_path), homes=8, acts=14)
    assert set(done) >= {"hand_in", "correct", "shorten", "report_nothing", "withdraw", "stage_anew", "merge"}


def test_staged_anew_a_file_says_what_it_said_when_it_came(tmp_path: Path) -> None:
    """It replaced nothing then; what comes back by a withdrawal later it did not change."""
    acts = type("Here", (Acts,), {"empty": empty_home(tmp_path), "done": Counter()})()
    acts.begin()
    acts.hand_in([("甲", "", "", "2025-07", {"沐": {"块1": 1, "块2": 1}})])
    acts.report_nothing(towns={"沐"}, month="2025-07", says="（整份替换）")
    acts.hand_in([("乙", "", "", "2025-07", {"沐": {"块1": 2}})])
    _, nothing, last = acts.sent
    assert (last.status, last.told) == ("accepted", "")
    acts.site.ledger.withdraw(nothing.id, "报错了")
    nothing.status = "withdrawn"
    acts._decide([last])
    acts.the_home_holds_what_the_model_holds()
    assert last.told == ""
    acts.teardown()
