"""How far the year's targets are, against how much of the year has passed."""

from __future__ import annotations

import pytest
from a_scheme import EAST, INDICATORS, NAMES, NORTH, SOUTH, assessed, indicator, observations, scheme
from pydantic import ValidationError
from scipy.stats import t

from warehouse.assessment.pace import Pace, paces

_FLOW = {**INDICATORS, "wells": indicator("wells", over_time="sum")}
_PLAN = {
    "groups": [{"id": "all", "title": "全部", "rest": True}],
    "objectives": [{"indicator": "wells", "weight": 50, "rule": "linear", "target": 120}, {"indicator": "fires", "weight": 50, "rule": {"linear": {"floor": 30}}, "target": 0}],
}  # fmt: skip


def _months(name: str, by_region: dict[str, list[float]]) -> list:
    return [
        observations({name: {code: own[at] for code, own in by_region.items()}}, f"2031-{at + 1:02}")
        for at in range(len(next(iter(by_region.values()))))
    ]


def _last(found: list[Pace], code: str, objective: str) -> Pace:
    return [one for one in found if (one.region.code, one.objective) == (code, objective)][-1]


def test_what_months_add_up_to_is_held_against_the_year_that_has_passed() -> None:
    steps = {NORTH: [10, 10, 10, 10], SOUTH: [4, 12, 4, 12], EAST: [5, 5, 5, 5]}
    found = paces(assessed(scheme(**_PLAN), *_months("wells", steps)), _FLOW)
    north, south, east = (_last(found, code, "wells") for code in (NORTH, SOUTH, EAST))
    assert (north.value, north.achieved, north.expected, north.projected) == (
        40,
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
        120,
    )
    assert (north.low, north.high) == (120, 120)
    assert south.projected == 32 + 8 * 8
    margin = t.ppf(0.975, 3) * (64 / 3) ** 0.5 * (8 + 64 / 4) ** 0.5
    assert (south.low, south.high) == (pytest.approx(96 - margin), pytest.approx(96 + margin))
    assert [north.light, south.light, east.light] == ["green", "amber", "red"]


def test_a_stock_is_held_against_the_way_from_its_first_month_to_the_target() -> None:
    plan = [{"indicator": "paths", "weight": 100, "rule": "linear", "target": 100}]
    states = {NORTH: [80, 84, 85], SOUTH: [98, 98, 98], EAST: [10, 10, 11]}
    found = paces(assessed(scheme(**{**_PLAN, "objectives": plan}), *_months("paths", states)), INDICATORS)
    north, south, east = (_last(found, code, "paths") for code in (NORTH, SOUTH, EAST))
    assert (north.achieved, north.expected) == (0.85, pytest.approx(0.85))
    assert north.projected == pytest.approx(85 + 9 * 2.5)
    assert [north.light, south.light, east.light] == ["green", "amber", "red"]  # 98 of 98.5; 11 of 32.5


def test_where_lower_is_better_what_was_reached_has_to_be_kept() -> None:
    plan = [{"indicator": "fires", "weight": 100, "rule": {"linear": {"floor": 30}}, "target": 10}]
    states = {NORTH: [40, 32, 32], SOUTH: [8, 9, 12], EAST: [0, 0, 10]}
    found = paces(assessed(scheme(**{**_PLAN, "objectives": plan}), *_months("fires", states)), INDICATORS)
    north, south, east = (_last(found, code, "fires") for code in (NORTH, SOUTH, EAST))
    assert (north.achieved, north.expected, north.light) == (10 / 32, 10 / 32.5, "green")
    assert (south.achieved, south.expected, south.light) == (10 / 12, 1, "amber")
    assert (east.achieved, east.light) == (1, "green")


def test_a_target_of_nought_is_told_by_the_way_to_it() -> None:
    found = paces(
        assessed(scheme(**_PLAN), *_months("fires", {NORTH: [2, 1], SOUTH: [2, 2], EAST: [0, 1]})), INDICATORS
    )
    assert [_last(found, code, "fires").light for code in (NORTH, SOUTH, EAST)] == ["green", "red", "red"]


def test_two_months_say_nothing_of_how_sure_the_end_is() -> None:
    found = paces(assessed(scheme(**_PLAN), *_months("wells", {code: [1, 2] for code in NAMES})), _FLOW)
    assert {(one.low, one.high) for one in found} == {(None, None)}


def test_the_schemes_calendar_says_what_is_due() -> None:
    late = {"months": [0, 0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 100], "green": 90, "amber": 50}
    found = paces(
        assessed(scheme(**_PLAN, calendar=late), *_months("wells", {code: [2, 2, 2] for code in NAMES})),
        _FLOW,
    )
    assert [one.expected for one in found if one.region.code == NORTH] == [
        1,
        1,
        0.05,
    ]  # nothing is due at first
    assert [one.light for one in found if one.region.code == NORTH] == ["green", "green", "green"]
    with pytest.raises(ValidationError, match="twelve numbers"):
        scheme(calendar={"months": [50, 100]})
    with pytest.raises(ValidationError, match="the last one is 100"):
        scheme(calendar={"months": [1] * 12})


def test_what_has_no_target_has_no_pace() -> None:
    one = [{"indicator": "wells", "weight": 100, "rule": "min_max"}]
    assert (
        paces(assessed(scheme(objectives=one), *_months("wells", {code: [1.0] for code in NAMES})), _FLOW)
        == []
    )
