"""Random acts of clerks and the office: nothing in force goes or changes that the slip of the act does not name."""

from __future__ import annotations

from pathlib import Path

from tests.pipelines.acts import done_on, empty_home


def test_no_act_changes_what_its_slip_does_not_name(tmp_path: Path) -> None:
    done = done_on(empty_home(tmp_path), homes=8, acts=14)
    assert set(done) >= {"hand_in", "correct", "shorten", "report_nothing", "withdraw", "stage_anew", "merge"}
