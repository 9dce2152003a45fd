"""Evidence moves where visits or another source agree or contradict, by the indicator's own rule, and says why."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from warehouse.indicators import Indicator, move_evidence
from warehouse.sampling import Result, Share
from warehouse.schemas import OBSERVATIONS

COUNTY, OTHER = "990121000000", "990122000000"
SQL = "select as_of, region_code, 1 as value from toilet_ledger_as_of"


def indicator(name: str = "in_use", *rules: dict) -> Indicator:
    return Indicator.model_validate(
        {
            "id": name, "title": "在用率", "dimension": "生态宜居", "unit": "%", "kind": "ratio", "direction": "higher",
            "numerator": SQL, "denominator": SQL, "description": "口径", "source": "依据", "corroborated_by": rules,
        }
    )  # fmt: skip


VISITS = {"field_check": "toilet_ledger", "least": 30, "tolerance": 10}


def observed(*rows: tuple[str, str, str, float | None, str]) -> pa.Table:
    names = ("indicator", "region_code", "period", "value", "evidence")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=OBSERVATIONS)


def check(
    share: tuple[float, float, float],
    told: int = 40,
    period: str = "2025-06",
    day: int = 1,
    region: str = COUNTY,
) -> Result:
    value, low, high = share
    return Result(
        f"户厕{period}-{day}", "toilet_ledger", period, dt.datetime(2026, 1, day, tzinfo=dt.UTC), region, told,
        {"属实": told}, Share(value, low, high, told, told, 1.0),
    )  # fmt: skip


HOLD, FAIL, UNCLEAR = (0.99, 0.92, 1.0), (0.7, 0.6, 0.8), (0.93, 0.85, 0.97)


def grades(table: pa.Table) -> list[str]:
    return table["evidence"].to_pylist()


@pytest.mark.parametrize(
    ("checks", "grade", "word"),
    [
        ([check(HOLD)], "A", "实地核查相符：2025-06 抽查 40 条，推算属实 99.0%"),
        ([check(FAIL)], "C", "实地核查不符"),
        ([check(UNCLEAR)], "B", "还说明不了是否相符"),
        ([check(HOLD, told=29)], "B", "不到 30 条，不作升降"),
        ([check(HOLD, region=OTHER)], "B", None),
        ([], "B", None),
    ],
)  # fmt: skip
def test_visits_raise_lower_or_leave_a_grade_and_say_so(
    checks: list[Result], grade: str, word: str | None
) -> None:
    found = move_evidence(
        observed(("in_use", COUNTY, "2025-06", 90, "B")), {"in_use": indicator("in_use", VISITS)}, checks
    )
    assert grades(found) == [grade]
    (reasons,) = found["evidence_reasons"].to_pylist()
    assert reasons is None if word is None else word in reasons[0]


def test_a_check_speaks_for_twelve_months_from_its_own_and_for_the_year_that_ends_in_them() -> None:
    periods = ["2025-05", "2025-06", "2025-12", "2026-05", "2026-06", "2024", "2025", "2026"]
    rows = observed(*(("in_use", COUNTY, period, 90, "B") for period in periods))
    found = move_evidence(rows, {"in_use": indicator("in_use", VISITS)}, [check(HOLD)])
    assert grades(found) == ["B", "A", "A", "A", "B", "B", "A", "B"]


def test_a_second_visit_outdoes_the_first_unless_it_is_too_small() -> None:
    row = observed(("in_use", COUNTY, "2025-06", 90, "B"))
    known = {"in_use": indicator("in_use", VISITS)}
    assert grades(move_evidence(row, known, [check(HOLD, told=60), check(FAIL, told=31, day=9)])) == ["C"]
    assert grades(move_evidence(row, known, [check(HOLD, told=60), check(FAIL, told=12, day=9)])) == ["A"]


@pytest.mark.parametrize(("other", "grade"), [(95.0, "A"), (90.0, "A"), (84.0, "C"), (0.0, "B"), (None, "B")])
def test_another_source_counts_as_far_as_the_rule_tolerates(other: float | None, grade: str) -> None:
    rows = observed(("in_use", COUNTY, "2025-06", 90, "B"), ("official", COUNTY, "2025-06", other, "C"))
    known = {
        "in_use": indicator("in_use", {"indicator": "official", "tolerance": 6}), "official": indicator("official"),
    }  # fmt: skip
    assert grades(move_evidence(rows, known, []))[0] == grade


def test_one_contradiction_outweighs_what_agrees_and_both_are_said() -> None:
    rows = observed(("in_use", COUNTY, "2025-06", 90, "B"), ("official", COUNTY, "2025-06", 50, "C"))
    known = {
        "in_use": indicator("in_use", VISITS, {"indicator": "official", "tolerance": 6}), "official": indicator("official"),
    }  # fmt: skip
    found = move_evidence(rows, known, [check(HOLD)])
    assert grades(found) == ["C", "C"]
    (said, none) = found["evidence_reasons"].to_pylist()
    assert [text[:6] for text in said] == ["实地核查相符", "独立来源不符"]
    assert none is None


def test_what_has_no_value_is_not_moved_and_rows_stay_in_their_order() -> None:
    rows = observed(("in_use", OTHER, "2025-06", None, "B"), ("in_use", COUNTY, "2025-06", 90, "D"))
    known = {"in_use": indicator("in_use", VISITS)}
    found = move_evidence(rows, known, [check(FAIL), check(FAIL, region=OTHER)])
    assert grades(found) == ["B", "D"]
    assert found.drop_columns(["evidence", "evidence_reasons"]).equals(
        rows.drop_columns(["evidence", "evidence_reasons"])
    )


def test_a_share_of_more_than_all_is_not_raised() -> None:
    rows = observed(("in_use", COUNTY, "2025-06", 122.7, "B"))
    found = move_evidence(rows, {"in_use": indicator("in_use", VISITS)}, [check(HOLD)])
    assert grades(found) == ["B"]
    assert "超过 100%" in found["evidence_reasons"].to_pylist()[0][0]
