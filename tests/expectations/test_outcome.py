"""What becomes of a submission: accepted, partial or refused, by its rows alone."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest

from connectors.errors import Refused
from expectations.contracts.reading import load_contracts
from expectations.forms.check import CHECKS
from expectations.submissions.judge import Judged
from expectations.submissions.outcome import outcome_of, outcome_of_refusal
from warehouse.schemas import FINDINGS

TOWN, OTHER = "990101100000", "990102100000"


def judged(good: int, bad: int, coverage: Mapping[tuple[str, str], int] | None = None) -> Judged:
    rows = {(TOWN, "2025-06"): good} if good else {}
    return Judged(
        submission_id="s",
        contract=load_contracts()["toilet_ledger"],
        period="2025-05",
        records=pa.table({"n": list(range(good))}),
        quarantine=pa.table({"n": list(range(bad))}),
        findings=FINDINGS.empty_table(),
        checks=CHECKS.empty_table(),
        coverage=rows if coverage is None else coverage,
        regions=[OTHER],
        layout={},
        sheets={},
        notes=(),
        shown_path="",
    )


@pytest.mark.parametrize(
    ("good", "bad", "status"), [(2, 0, "accepted"), (2, 1, "partial"), (0, 3, "refused"), (1, 99, "partial")]
)
def test_a_submission_is_what_its_rows_are(good: int, bad: int, status: str) -> None:
    outcome = outcome_of(judged(good, bad), "digest")
    assert outcome.status == status
    assert (outcome.rows_in, outcome.rows_recorded, outcome.rows_quarantined) == (good + bad, good, bad)
    assert (outcome.dataset, outcome.contract_digest) == ("toilet_ledger", "digest")


def test_only_one_of_which_nothing_is_good_says_why_and_covers_nothing() -> None:
    none_good, some_good = outcome_of(judged(0, 3), "d"), outcome_of(judged(1, 2), "d")
    assert none_good.reason
    assert none_good.remedy
    assert not none_good.coverage
    assert (some_good.reason, some_good.remedy) == (None, None)


def test_it_stands_for_the_last_month_and_every_region_of_its_records() -> None:
    outcome = outcome_of(
        judged(3, 0, {(TOWN, "2025-06"): 1, (OTHER, "2025-07"): 1, (TOWN, "2025-07"): 1}), "d"
    )
    assert outcome.period == "2025-07"
    assert outcome.regions == [OTHER], "as they are on the map, whatever it was handed in for"
    assert outcome_of(judged(0, 1), "d").period == "2025-05"


def test_a_refused_file_keeps_the_words_of_its_refusal() -> None:
    outcome = outcome_of_refusal("s", Refused("empty", "空文件。", "请重报。"), "d")
    assert (outcome.status, outcome.reason, outcome.remedy) == ("refused", "空文件。", "请重报。")
    assert (outcome.dataset, outcome.rows_in, outcome.contract_digest) == (None, 0, "d")
