"""Scoring rules, each by its formula."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from warehouse.assessment.rules import AnyRule, Case, Number, Rule

_RULES: TypeAdapter[Rule] = TypeAdapter(AnyRule)


def _raw(
    rule: Any, values: Sequence[float], target: float | None = None, bases: Sequence[float | None] = (),
    *, lower: bool = False, weight: float = 10,
) -> list[Number]:  # fmt: skip
    own = [Fraction(str(value)) for value in values]
    targets = [None if target is None else Fraction(str(target)) for _ in own]
    before = [None if base is None else Fraction(str(base)) for base in bases] or [None for _ in own]
    weights = [Fraction(str(weight)) for _ in own]
    return _RULES.validate_python(rule).raw(
        Case(own, targets, before, weights, "lower" if lower else "higher")
    )


@pytest.mark.parametrize(
    ("rule", "values", "target", "lower", "expected"),
    [
        ({"linear": {"floor": 20}}, [10, 20, 50, 80, 90], 80, False, [0, 0, 50, 100, 100]),
        ({"linear": {"floor": 8}}, [9, 8, 5, 2, 0], 2, True, [0, 0, 50, 100, 100]),
        ("linear", [3], 0, False, [None]),  # floor and target are one: nothing between them
        ("linear", [3], None, False, [None]),
        ("min_max", [2, 4, 10], None, False, [60, 70, 100]),
        ("min_max", [2, 4, 10], None, True, [100, 90, 60]),
        ({"min_max": {"low": 0, "high": 90}}, [5, 5], None, False, [90, 90]),
        ({"threshold": {"below": 55, "floor": 70}}, [69.9, 70, 84.9, 85], 85, False, [0, 55, 55, 100]),
        ({"threshold": {"floor": 9}}, [10, 9, 3], 3, True, [0, 60, 100]),
        ({"steps": {"steps": [{"at": 80, "raw": 70}, {"at": 90, "raw": 100}]}}, [79, 80, 95], None, False, [0, 70, 100]),
        ({"steps": {"steps": [{"at": 5, "raw": 70}, {"at": 2, "raw": 100}]}}, [6, 5, 1], None, True, [0, 70, 100]),
        ("rank", [7, 9, 7, 1], None, False, [Fraction(260, 3), 100, Fraction(260, 3), 60]),
        ({"rank": {"low": 0}}, [7, 9, 1], None, True, [50, 0, 100]),
        ("rank", [7], None, False, [100]),
        ({"per_unit_deduction": {"each": 0.5}}, [0, 3, 20, 21], None, False, [100, 85, 0, 0]),
        ("pass_fail", [0, 1], 0, True, [100, 0]),
        ("pass_fail", [0, 1], 1, False, [0, 100]),
    ],
)  # fmt: skip
def test_a_rule_gives_what_its_formula_says(
    rule: Any, values: list[float], target: float | None, lower: bool, expected: list[Any]
) -> None:
    assert _raw(rule, values, target, lower=lower) == expected


@pytest.mark.parametrize(
    ("rule", "values", "bases", "target", "lower", "expected"),
    [
        ({"improvement": {"full": 10}}, [105, 110, 130, 90, 5, 5], [100, 100, 100, 100, 0, None], None, False, [50, 100, 100, 0, None, None]),
        ({"improvement": {"full": 10}}, [95, 110], [100, 100], None, True, [50, 0]),
        ({"improvement": {"full": 50}}, [-5], [-10], None, False, [100]),
        ("gap_closed", [70, 50, 40, 92, 88, 60], [50, 50, 50, 50, 91, None], 90, False, [50, 0, 0, 100, 0, None]),
        ("gap_closed", [3], [5], 1, True, [50]),
    ],
)  # fmt: skip
def test_a_rule_that_looks_back(
    rule: Any, values: list[float], bases: list[Any], target: float | None, lower: bool, expected: list[Any]
) -> None:
    assert _raw(rule, values, target, bases, lower=lower) == expected


_NUMBERS = st.fractions(-1000, 1000, max_denominator=1000)
_MONOTONE = [
    {"linear": {"floor": -3}}, "min_max", "threshold", "rank", {"improvement": {"full": 5}}, "gap_closed", "pass_fail",
    {"steps": {"steps": [{"at": -5, "raw": 40}, {"at": 7, "raw": 90}]}},
]  # fmt: skip


@given(
    st.sampled_from(_MONOTONE),
    st.lists(_NUMBERS, min_size=1, max_size=6),
    _NUMBERS,
    _NUMBERS.filter(bool),
    st.fractions(0, 1000),
    st.sampled_from(["higher", "lower"]),
)
def test_a_better_value_never_earns_less(
    rule: Any, values: list[Fraction], target: Fraction, base: Fraction, gain: Fraction, direction: Any
) -> None:
    # Where lower is better, floors and steps that rise would say the contrary of the direction.
    rule = {"linear": {"floor": 2000}} if rule == _MONOTONE[0] and direction == "lower" else rule
    if isinstance(rule, dict) and "steps" in rule and direction == "lower":
        rule = {"steps": {"steps": [{"at": 7, "raw": 40}, {"at": -5, "raw": 90}]}}
    if isinstance(rule, dict) and "linear" in rule and direction == "higher":
        target = abs(target)
    one, size = _RULES.validate_python(rule), len(values)
    better = [values[0] + gain if direction == "higher" else values[0] - gain, *values[1:]]
    before, after = (
        one.raw(Case(own, [target] * size, [base] * size, [Fraction(5)] * size, direction))[0]
        for own in (values, better)
    )
    assert before is not None
    assert after is not None
    assert 0 <= before <= after <= 100


def test_a_number_is_what_is_printed() -> None:
    assert _raw({"linear": {"floor": 0.1}}, [0.2], 0.3) == [50]


@pytest.mark.parametrize(
    "given", [{"steps": {"steps": []}}, {"rank": {"lowest": 3}}, "fair", {"improvement": {}}]
)
def test_a_rule_that_cannot_be_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"steps|lowest|fair|full"):
        _RULES.validate_python(given)
