"""Less of a submission counts than had: the office changed something, and nobody is told that he erred."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from expectations.contracts.model import Contract
from expectations.submissions.otherwise import is_less, judged_otherwise
from tests.expectations.versioned import FIRST, SECOND, contracts, form
from warehouse.ledger import Best, Outcome

JUNE, JULY = "2025-06", "2025-07"


@pytest.fixture
def first(tmp_path: Path) -> dict[str, Contract]:
    return contracts(tmp_path / "first", FIRST)


@pytest.fixture
def both(tmp_path: Path) -> dict[str, Contract]:
    return contracts(tmp_path / "both", FIRST, SECOND)


def best(known: Mapping[str, Contract], *months: str, rows: int = 5) -> Best:
    return Best("saplings", rows, {month: known["saplings"].at(month).digest for month in months})


def outcome(
    rows: int, quarantined: int = 0, reason: str | None = None, dataset: str | None = "saplings"
) -> Outcome:
    if not rows:
        return Outcome(
            "s", "refused", dataset, rows_in=quarantined, rows_quarantined=quarantined, reason=reason
        )
    status = "partial" if quarantined else "accepted"
    covered = {("990101101000", JULY): rows}
    return Outcome("s", status, dataset, JULY, [], rows + quarantined, rows, quarantined, coverage=covered)


def said(outcome: Outcome) -> str:
    return f"{outcome.reason or ''}{outcome.remedy or ''}"


CASES = {
    "a row less under a new version": (JULY, outcome(4, 1), ("表样已更新：第 2.0.0 版（自 2025-07 起）", "其中 1 行暂不计入", "--period 2025-07")),
    "nothing left under a new version": (JULY, outcome(0, 5), ("第 2.0.0 版", "整份暂不计入", "原已接收 5 行")),
    "not known for what it was": (JULY, outcome(0, reason="缺少必填列：抚育日期", dataset=None), ("第 2.0.0 版", "缺少必填列：抚育日期")),
    "a row less, and two that never counted": (JULY, outcome(4, 3), ("其中 1 行暂不计入", "另有 2 行原先就没有入库，仍请改正")),
    "a row less and the form as it was": (JUNE, outcome(4, 1), ("区划或程序已更新", "其中 1 行暂不计入", "由考核办核实")),
}  # fmt: skip


@pytest.mark.parametrize(("month", "now", "told"), CASES.values(), ids=CASES.keys())
def test_what_counts_no_longer_is_told_as_the_offices_change(
    first: dict[str, Contract], both: dict[str, Contract], month: str, now: Outcome, told: tuple[str, ...]
) -> None:
    stood = best(first, month)
    assert is_less(stood, now)
    words = said(judged_otherwise(stood, now, both))
    assert [one for one in (*told, "不是报送有误") if one not in words] == []


@pytest.mark.parametrize(
    ("rows", "now"), [(5, outcome(5)), (5, outcome(5, 2)), (3, outcome(4, 1)), (None, outcome(4, 1)), (None, outcome(0, 5))]
)  # fmt: skip
def test_what_counts_as_before_or_never_did_is_told_as_ever(
    first: dict[str, Contract], both: dict[str, Contract], rows: int | None, now: Outcome
) -> None:
    stood = None if rows is None else best(first, JULY, rows=rows)
    assert judged_otherwise(stood, now, both) == now


def test_a_nil_report_that_is_refused_by_now_had_been_taken(both: dict[str, Contract]) -> None:
    assert is_less(best(both, JULY, rows=0), outcome(0))


def test_a_version_changed_in_place_is_named_too(first: dict[str, Contract], tmp_path: Path) -> None:
    now = contracts(tmp_path / "edited", form("1.0.1"))
    assert "表样已更新：第 1.0.1 版。" in said(judged_otherwise(best(first, JUNE), outcome(4, 1), now))


def test_a_dataset_that_is_gone_is_named(first: dict[str, Contract]) -> None:
    assert "已停用" in said(judged_otherwise(best(first, JUNE), outcome(0, dataset=None), {}))


def test_what_counts_again_instead_is_named(both: dict[str, Contract]) -> None:
    again = said(judged_otherwise(best(both, JULY), outcome(4, 1), both, ["7月3日收到的“甲.xlsx”"]))
    assert "原先由它替换或更正的数据重新计入：7月3日收到的“甲.xlsx”。" in again
    assert "重新计入" not in said(judged_otherwise(best(both, JULY), outcome(4, 1), both))
