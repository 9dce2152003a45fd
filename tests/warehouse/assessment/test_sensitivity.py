"""How much of the order is the yardstick's doing."""

from __future__ import annotations

import datetime as dt

from a_scheme import (
    EAST,
    INDICATORS,
    NAMES,
    NORTH,
    SOUTH,
    VALUES,
    WEST,
    assessed,
    observations,
    scheme,
    whole,
)

from warehouse.assessment import Decision
from warehouse.assessment.sensitivity import Variation, robustness

_AS_IT_IS = Variation(margin=0, swapped=0, left_out=0, other_policy=0)
_ONE_GROUP = {"groups": [{"id": "all", "title": "全部", "rest": True}]}


def _one_yardstick(*objectives: dict) -> dict:
    return {**_ONE_GROUP, "objectives": list(objectives)}


def test_the_scheme_as_it_is_gives_its_own_places_every_time() -> None:
    values = {
        **VALUES,
        "halls": {SOUTH: 2.0, EAST: 4.0, WEST: 1.0},
    }  # one is missing: weights must move as they did
    for policy in ("redistribute", "zero"):
        done = assessed(scheme(without_data=policy), observations(values))
        found = robustness(done, "2031", INDICATORS, 50, _AS_IT_IS)
        assert {one.region.code: (one.low, one.high) for one in found} == {
            code: (place, place) for code in NAMES if (place := whole(done, code).place)
        }
        assert [one.leads for one in found] == [1.0, 0.0, 0.0, 0.0]


def test_who_is_better_in_everything_is_first_under_any_yardstick() -> None:
    values = {
        name: {NORTH: 10.0 * n, SOUTH: 9.0 * n, EAST: 5.0 * n, WEST: 1.0 * n}
        for n, name in enumerate(("wells", "paths", "halls"), 1)
    }
    rules = [
        {"indicator": name, "weight": weight, "rule": "min_max"}
        for name, weight in zip(values, (50, 30, 20), strict=True)
    ]
    found = robustness(
        assessed(scheme(**_one_yardstick(*rules)), observations(values)), "2031", INDICATORS, 2000
    )
    assert [(one.region.code, one.low, one.high, one.tied_with) for one in found] == [
        (NORTH, 1, 1, ()), (SOUTH, 2, 2, ()), (EAST, 3, 3, ()), (WEST, 4, 4, ()),
    ]  # fmt: skip


def test_two_that_only_weights_tell_apart_are_tied() -> None:
    values = {"wells": {NORTH: 10.0, SOUTH: 1.0, EAST: 0.0}, "paths": {NORTH: 1.0, SOUTH: 10.0, EAST: 0.0}}
    rules = [
        {"indicator": "wells", "weight": 51, "rule": "min_max"},
        {"indicator": "paths", "weight": 49, "rule": "min_max"},
    ]
    done = assessed(scheme(**_one_yardstick(*rules)), observations(values), codes=(NORTH, SOUTH, EAST))
    north, south, east = robustness(done, "2031", INDICATORS, 4000)
    assert (whole(done, NORTH).place, whole(done, SOUTH).place) == (1, 2)
    assert (north.place, south.place, east.place) == (1, 1, 3)
    assert (north.tied_with, south.tied_with, east.tied_with) == ((SOUTH,), (NORTH,), ())
    assert 0.5 < north.leads < 0.7
    assert abs(north.leads + south.leads - 1) < 1e-9


def test_the_same_scheme_and_data_give_the_same_intervals() -> None:
    done = assessed(scheme())
    assert robustness(done, "2031", INDICATORS, 300) == robustness(done, "2031", INDICATORS, 300)


def test_a_region_without_points_has_no_place_to_vary() -> None:
    values = {**VALUES, "halls": {SOUTH: 2.0, EAST: 4.0, WEST: 1.0}}
    done = assessed(scheme(without_data="withhold"), observations(values))
    assert {one.region.code for one in robustness(done, "2031", INDICATORS, 50)} == {SOUTH, EAST, WEST}
    assert robustness(done, "2030", INDICATORS, 50) == []


def test_what_is_decided_besides_holds_in_every_draw() -> None:
    praise = {"bonus": [{"id": "praise", "title": "表彰", "each": 80}], "bonus_cap": 80}
    decided = Decision(
        id="d1", scheme="plan", item="praise", region=EAST, period="2031-05", cases=1, document="甲办〔2031〕9号",
        author="甲办", date=dt.date(2031, 5, 2),
    )  # fmt: skip
    found = robustness(assessed(scheme(**praise), decisions=[decided]), "2031", INDICATORS, 500)
    assert found[0].region.code == EAST
    assert found[0].leads > 0.9
    assert all(
        one.leads == 0
        for one in robustness(assessed(scheme()), "2031", INDICATORS, 500)
        if one.region.code == EAST
    )


def test_the_only_objective_of_a_scheme_is_never_left_out() -> None:
    only = _one_yardstick({"indicator": "wells", "weight": 100, "rule": "rank"})
    found = robustness(assessed(scheme(**only)), "2031", INDICATORS, 200, Variation(left_out=1))
    assert [(one.region.code, one.low, one.high) for one in found] == [
        (WEST, 1, 1),
        (SOUTH, 2, 2),
        (NORTH, 3, 3),
        (EAST, 4, 4),
    ]
