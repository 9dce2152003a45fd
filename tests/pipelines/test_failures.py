"""An error of ours stops one submission, is noted without a private word, and is made good later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from tests.pipelines.test_intake import documented_contract, saplings
from tests.pipelines.town import Town, toilets

JUNE = "toilet_reform/2025-06"
GUILTY, INNOCENT = "forestry/2025-06/青崖县.csv", "forestry/2025-06/榆塘县.csv"

pytestmark = pytest.mark.xdist_group("failures")

RULE = """
      - type: custom
        engine: greatExpectations
        name: numbered
        description: 地块编号应为正数
        severity: error
        implementation:
          type: expect_column_values_to_be_between
          kwargs: {column: area_mu, min_value: 0, row_condition: "plot_number.astype('int64') > 0", condition_parser: pandas}
"""
"""A rule of the city's own that raises where a plot's number is no number."""


def with_rule(town: Town, rule: str = RULE) -> Path:
    path = town.root / "config/contracts/forestry/saplings.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = documented_contract()
    assert "    quality:\n" in text
    path.write_text(text.replace("quality:\n", "quality:" + rule.rstrip() + "\n", 1), encoding="utf-8")
    return path


def logged(town: Town) -> list[dict[str, Any]]:
    lines = (town.root / "logs/failures.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@contextmanager
def without_bytes(town: Town, path: Path) -> Iterator[None]:
    """The archive has lost a file after it was received."""
    content = path.read_bytes()
    receive(town.site, Progress())
    kept = town.site.archive.path(sha256(content).hexdigest())
    kept.rename(kept.with_suffix(".aside"))
    yield
    kept.with_suffix(".aside").rename(kept)


def test_a_submission_whose_bytes_are_gone_fails_alone_and_is_staged_when_they_are_back(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    lost = town.drop(f"{JUNE}/青崖县.csv", toilets("丁村", first=7))

    with without_bytes(town, lost):
        said = town.shiji("load")
        assert said.code == 0, said.err
        assert "1 failed and will be tried again (1 understand: DamagedError)" in said.out
        assert town.statuses() == {f"{JUNE}/榆塘县.csv": "accepted", f"{JUNE}/青崖县.csv": "failed"}
        assert town.slips() == [f"{JUNE}/榆塘县.csv.回执-已接收.txt", f"{JUNE}/青崖县.csv.回执-待处理.txt"]
        assert town.load().is_idle  # not yet: it waits a minute

    town.load(retry_failed=True)
    assert set(town.statuses().values()) == {"accepted"}
    assert town.slips() == [f"{JUNE}/榆塘县.csv.回执-已接收.txt", f"{JUNE}/青崖县.csv.回执-已接收.txt"]
    assert town.site.ledger.failed() == []


def test_a_failure_is_logged_with_where_it_was_raised_and_status_lists_when_it_is_tried_again(
    town: Town,
) -> None:
    lost = town.drop(f"{JUNE}/青崖县.csv", toilets("丁村"))

    with without_bytes(town, lost):
        run = town.load().run
        lines = logged(town)  # without its bytes no slip can be prepared either
        (failed,) = town.site.ledger.failed()
        town.load(retry_failed=True)

    (line,) = [one for one in lines if one["step"] == "understand"]
    assert {one["run"] for one in lines} == {run}
    assert line["submission_id"] == failed["submission_id"]
    assert (line["step"], line["error"]) == ("understand", "DamagedError")
    assert any(frame.startswith("connectors/") for frame in line["frames"])
    assert all(frame.count(":") == 2 for frame in line["frames"] if not frame.startswith("->"))
    assert sha256(toilets("丁村")[0].line.encode()).hexdigest() not in json.dumps(lines)
    assert str(town.root) not in json.dumps(lines, ensure_ascii=False)

    (row,) = json.loads(town.shiji("status", "--failed", "--json").out)
    assert (row["attempts"], row["status"]) == (2, "failed")
    assert row["failure"] == "understand: DamagedError"
    counts = json.loads(town.shiji("status", "--json").out)
    assert sum(row["failed"] for row in counts) == 1
    assert "1 failed and will be tried again" in town.shiji("status").out


def test_of_submissions_judged_together_only_the_one_on_which_a_rule_raises_fails(town: Town) -> None:
    with_rule(town)
    town.drop(INNOCENT, saplings("沐溪镇,1,12.5,10"))
    town.drop(GUILTY, saplings("石滩镇,甲一,12.5,10"))

    summary = town.load()

    assert [(failure.step, failure.error) for failure in summary.failures] == [("judge", "RuleError")]
    assert town.statuses() == {INNOCENT: "accepted", GUILTY: "failed"}
    assert town.ask("select plot_number from saplings") == [("1",)]
    assert "甲一" not in (town.root / "logs/failures.jsonl").read_text(encoding="utf-8")


def test_a_submission_that_fails_when_it_is_read_anew_stays_in_force(town: Town) -> None:
    with_rule(town, "\n")
    town.drop(GUILTY, saplings("石滩镇,甲一,12.5,10"))
    town.load()

    with_rule(town)
    summary = town.load()

    assert len(summary.failures) == 1
    assert town.statuses() == {GUILTY: "accepted"}
    assert town.ask("select plot_number from saplings") == [("甲一",)]
    assert [slip.split("回执-")[1] for slip in town.slips()] == ["已接收.txt"]
    assert town.load().is_idle


def test_a_defect_that_hits_all_files_is_said_aloud_and_the_other_departments_go_on(town: Town) -> None:
    with_rule(town, RULE.replace("expect_column_values_to_be_between", "expect_what_nobody_knows"))
    for number in range(6):
        town.drop(f"forestry/2025-06/{number}.csv", saplings(f"沐溪镇,{number},12.5,10"))
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))

    said = town.shiji("load")

    assert said.code == 0
    assert "6 of 7 submissions failed: this is a defect" in said.err
    assert town.ask("select count(*) from toilet_ledger") == [(1,)]


def test_among_files_staged_by_workers_only_the_one_that_fails_is_left(town: Town) -> None:
    for number in range(40):
        town.drop(f"{JUNE}/{number:02}.csv", toilets("甲村", first=number))
    lost = town.drop("road/2025-06/丢.csv", toilets("丁村"))

    with without_bytes(town, lost):
        summary = town.load()

    assert len(summary.outcomes) == 40
    assert [failure.error for failure in summary.failures] == ["DamagedError"]
    assert any(frame.startswith("connectors/") for frame in summary.failures[0].frames)
