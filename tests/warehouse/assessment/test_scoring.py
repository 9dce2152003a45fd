"""A scheme carried out: every point worked out by hand, exactly."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from a_scheme import (
    EAST,
    NORTH,
    SOUTH,
    VALUES,
    WEST,
    assessed,
    observations,
    of,
    scheme,
    whole,
)
from pydantic import ValidationError

from warehouse.assessment import Decision
from warehouse.assessment.groups import GroupError


def test_every_point_of_a_county_by_hand() -> None:
    done = assessed(scheme())
    assert of(done, NORTH, "wells").points == 40 * Fraction(30 - 10, 50 - 10)
    assert of(done, NORTH, "fires").points == 10 * Fraction(20 - 5, 20)
    assert of(done, NORTH, "paths").points == 30 * Fraction(60, 100)  # the worst of its two
    assert of(done, NORTH, "halls").points == 20
    assert whole(done, NORTH).points == 20 + Fraction(15, 2) + 18 + 20
    assert whole(done, NORTH, dimension="产业兴旺").points == Fraction(55, 2)
    assert whole(done, WEST).points == 40 + 5 + 30 + 10


def test_who_beats_the_target_gets_no_more_than_everything() -> None:
    assert of(assessed(scheme()), WEST, "wells").raw == 100


def test_a_printed_tenth_is_a_tenth() -> None:
    values = {**VALUES, "wells": {**VALUES["wells"], NORTH: 10.1}}
    done = assessed(scheme(), observations(values))
    assert of(done, NORTH, "wells").points == 40 * Fraction(1, 10) / 40


def test_places_count_equals_once_and_groups_apart() -> None:
    done = assessed(scheme())
    places = {code: whole(done, code) for code in (NORTH, SOUTH, EAST, WEST)}
    assert {code: one.points for code, one in places.items()} == {
        NORTH: Fraction(131, 2), SOUTH: 90, EAST: 38, WEST: 85,
    }  # fmt: skip
    assert [places[code].place for code in (SOUTH, WEST, NORTH, EAST)] == [1, 2, 3, 4]
    assert [places[code].place_in_group for code in (SOUTH, WEST, NORTH, EAST)] == [1, 1, 2, 2]


def test_equal_points_share_a_place() -> None:
    same = {name: dict.fromkeys(own, 5.0) for name, own in VALUES.items()}
    done = assessed(
        scheme(groups=[{"id": "all", "title": "全部", "rest": True}], objectives=[{"indicator": "wells", "weight": 100, "rule": "rank"}]),
        observations(same),
    )  # fmt: skip
    assert {whole(done, code).place for code in VALUES["wells"]} == {1}
    assert {one.raw for one in done.scored} == {100}


def test_missing_data_gives_its_weight_to_its_dimension_and_says_so() -> None:
    values = {**VALUES, "halls": {**VALUES["halls"], NORTH: None}}
    done = assessed(scheme(), observations(values))
    halls, paths = of(done, NORTH, "halls"), of(done, NORTH, "paths")
    assert (halls.status, halls.points, halls.weight, halls.planned) == ("no_data", None, 0, 20)
    assert any("同一维度" in why for why in halls.reasons)
    assert (paths.weight, paths.points) == (50, 50 * Fraction(60, 100))
    assert of(done, NORTH, "wells").weight == 40


def test_a_dimension_without_any_data_gives_its_weight_to_all() -> None:
    values = {**VALUES, "halls": {SOUTH: 2.0}, "paths": {SOUTH: 9.0}}
    done = assessed(scheme(), observations(values))
    assert (of(done, NORTH, "wells").weight, of(done, NORTH, "fires").weight) == (80, 20)
    assert whole(done, NORTH, dimension="生态宜居").status == "withheld"
    assert whole(done, NORTH).weight == 100


def test_missing_data_may_be_nothing_or_withhold_the_county() -> None:
    values = {**VALUES, "halls": {SOUTH: 2.0, EAST: 4.0, WEST: 1.0}}
    zero = assessed(scheme(without_data="zero"), observations(values))
    assert whole(zero, NORTH).points == 20 + Fraction(15, 2) + 18
    withheld = whole(assessed(scheme(without_data="withhold"), observations(values)), NORTH)
    assert (withheld.points, withheld.place, withheld.status) == (None, None, "withheld")
    assert "halls" in withheld.reasons[0]


def test_not_applicable_target_nought_and_no_data_are_three_things() -> None:
    objectives = scheme().model_dump(mode="json")["objectives"]
    objectives[0]["target"] = {"value": 50, "regions": {NORTH: None, WEST: 0}}
    objectives[0]["rule"] = {"name": "pass_fail"}
    values = {**VALUES, "wells": {NORTH: 3.0, SOUTH: None, WEST: 0.0}}
    done = assessed(scheme(objectives=objectives), observations(values))
    assert of(done, NORTH, "wells").status == "not_applicable"
    assert (of(done, WEST, "wells").status, of(done, WEST, "wells").target, of(done, WEST, "wells").raw) == (
        "scored",
        0,
        100,
    )
    assert (of(done, SOUTH, "wells").status, of(done, SOUTH, "wells").reasons[0]) == (
        "no_data",
        "分母为 0，算不出数",
    )
    assert of(done, EAST, "wells").reasons[0] == "没有数据"


def test_what_does_not_apply_never_costs_points_whatever_missing_data_do() -> None:
    objectives = scheme().model_dump(mode="json")["objectives"]
    objectives[0]["target"] = {"value": 50, "regions": {NORTH: None}}
    done = assessed(scheme(objectives=objectives, without_data="zero"))
    assert of(done, NORTH, "fires").weight == 50


@pytest.mark.parametrize(
    ("facts", "asked", "said"),
    [
        ({"evidence": "D"}, {"evidence": "C"}, "证据等级 D"),
        ({"coverage": 0.29}, {"coverage": 0.3}, "覆盖面 29%"),
        ({"records": 29}, {"records": 30}, "样本 29 份"),
    ],
)
def test_what_rests_on_too_little_is_stated_and_not_scored(facts: dict, asked: dict, said: str) -> None:
    weak = observations({"wells": VALUES["wells"]}, **facts)
    strong = observations({name: own for name, own in VALUES.items() if name != "wells"})
    one = of(assessed(scheme(minimum=asked), weak, strong), NORTH, "wells")
    assert (one.status, one.value, one.raw) == ("withheld", 30, None)
    assert said in one.reasons[0]


def test_objective_share_is_the_weight_on_records() -> None:
    stated = observations({"wells": VALUES["wells"]}, evidence="D")
    rest = observations({name: own for name, own in VALUES.items() if name != "wells"})
    assert whole(assessed(scheme(), stated, rest), NORTH).objective_share == Fraction(60, 100)


def test_growth_earns_its_share_beside_the_level() -> None:
    objectives = scheme().model_dump(mode="json")["objectives"]
    objectives[2]["growth"] = {"share": 30, "rule": {"name": "min_max"}}
    before = observations({"paths": {NORTH: 5.0, WEST: 5.0, SOUTH: 9.0}}, period="2030")
    done = assessed(scheme(objectives=objectives), observations(), before)
    # Level: 60 and 100; growth 40 % and 50 %: 60 and 100.
    assert of(done, NORTH, "paths").raw == Fraction(7, 10) * 60 + Fraction(3, 10) * 60
    assert of(done, WEST, "paths").raw == 100
    east = of(done, EAST, "paths")
    assert (east.status, east.reasons[0]) == ("no_data", "没有上年同期的数，增长部分算不出来")


def _decision(**changed: object) -> Decision:
    said = {
        "id": "d1", "scheme": "plan", "item": "praise", "region": NORTH, "period": "2031-03", "cases": 2,
        "document": "甲办发〔2031〕12号", "author": "甲办", "date": dt.date(2031, 3, 9),
    }  # fmt: skip
    return Decision.model_validate(said | changed)


_ITEMS = {
    "bonus": [{"id": "praise", "title": "表彰", "each": 3, "cap": 5}, {"id": "pilot", "title": "试点", "each": 4}],
    "bonus_cap": 6,
    "deductions": [{"id": "blamed", "title": "通报", "each": 0.5}, {"id": "burnt", "title": "火灾", "indicator": "fires", "each": 0.1, "cap": 1}],
    "vetoes": [{"id": "faked", "title": "造假", "at_most": 59}],
}  # fmt: skip


def test_bonus_is_capped_twice_and_deductions_once() -> None:
    decisions = [
        _decision(),
        _decision(id="d2", item="pilot", cases=1),
        _decision(id="d3", item="blamed", cases=3),
    ]
    done = assessed(scheme(**_ITEMS), decisions=decisions)
    assert [of(done, NORTH, name).points for name in ("praise", "pilot", "blamed", "burnt")] == [
        5, 4, Fraction(-3, 2), Fraction(-1, 2),
    ]  # fmt: skip
    assert whole(done, NORTH).points == Fraction(131, 2) + 6 - 2
    assert of(done, NORTH, "praise").evidence == "D"
    assert "甲办发〔2031〕12号（甲办，2031-03-09）" in of(done, NORTH, "praise").reasons
    assert of(done, EAST, "burnt").points == -1


def test_a_decision_counts_from_its_month_on() -> None:
    months = [observations(period=period) for period in ("2031-02", "2031-03")]
    done = assessed(scheme(**_ITEMS), *months, decisions=[_decision()])
    assert not [one for one in done.scored if one.objective == "praise" and one.period == "2031-02"]
    assert [one.period for one in done.scored if one.objective == "praise"] == ["2031-03", "2031Q1"]


def test_a_veto_leaves_no_more_than_it_says_and_gives_nothing() -> None:
    decisions = [
        _decision(item="faked", cases=1, region=SOUTH),
        _decision(id="d2", item="faked", cases=1, region=EAST),
    ]
    done = assessed(scheme(**_ITEMS), decisions=decisions)
    assert whole(done, SOUTH).points == 59
    assert "一票否决：总分不超过 59 分" in whole(done, SOUTH).reasons
    assert whole(done, EAST).points == 38 - 1


def test_quarters_count_for_the_year_as_the_scheme_says() -> None:
    shares = {"Q1": 15, "Q2": 10, "Q3": 10, "Q4": 15, "year": 50}
    better = {name: {**own, EAST: own[SOUTH]} for name, own in VALUES.items()}
    ends = {"2031-03": VALUES, "2031-06": VALUES, "2031-09": better, "2031-12": better, "2031": VALUES}
    done = assessed(scheme(shares=shares), *(observations(v, period=p) for p, v in ends.items()))
    assert whole(done, EAST, "2031Q1").points == 38
    assert whole(done, EAST, "2031Q3").points == 90  # all but half of the halls
    assert (
        whole(done, EAST).points
        == Fraction(75, 100) * 38 + Fraction(25, 100) * whole(done, EAST, "2031Q3").points
    )


def test_the_year_waits_for_a_quarter_that_counts() -> None:
    done = assessed(scheme(shares={"Q1": 50, "year": 50}))
    assert whole(done, EAST).status == "withheld"
    assert "Q1" in whole(done, EAST).reasons[-1]


def test_a_region_in_two_groups_or_none_is_named() -> None:
    twice = [
        {"id": "a", "title": "甲", "regions": [NORTH]},
        {"id": "b", "title": "乙", "regions": [NORTH, SOUTH, EAST, WEST]},
    ]
    one = [{"indicator": "wells", "weight": 100, "rule": "rank"}]
    with pytest.raises(GroupError, match=f"{NORTH} is in the groups a, b"):
        assessed(scheme(groups=twice, objectives=one))
    with pytest.raises(GroupError, match=f"{SOUTH} is in no group"):
        assessed(scheme(groups=[twice[0]], objectives=one))


def test_a_group_by_an_observation_stays_as_it_was_then() -> None:
    groups = [
        {"id": "rich", "title": "强", "where": {"indicator": "wells", "period": "2030-12", "at_least": 40}},
        {"id": "other", "title": "其他", "rest": True},
    ]
    one = [{"indicator": "wells", "weight": 100, "rule": "min_max"}]
    then = observations({"wells": {NORTH: 41, SOUTH: 39.9, EAST: 40, WEST: 1}}, period="2030-12")
    done = assessed(scheme(groups=groups, objectives=one), then, observations())
    assert {region.code: region.group for region in done.regions} == {
        NORTH: "rich", SOUTH: "other", EAST: "rich", WEST: "other",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"base": 99}, "add up to 100, not to 99"),
        ({"shares": {"Q1": 15, "year": 50}}, "65 per cent"),
        ({"objectives": [{"indicator": "wells", "weight": {"hils": 100}, "rule": "rank"}]}, "hils, which is no group"),
        ({"objectives": [{"indicator": "wells", "weight": 50, "rule": "rank"}] * 2}, "wells is there twice"),
        ({"groups": [{"id": "a", "title": "甲"}]}, "name its regions by one of"),
        ({"objectives": [{"indicator": "wells", "weight": 100, "rule": {"linear": {"flor": 1}}}]}, "flor"),
        ({"objectives": [{"indicator": "wells", "weight": 100, "rule": "luck"}]}, "luck"),
        ({"objectives": [{"indicator": "wells", "weight": float("nan"), "rule": "rank"}]}, "weight"),
    ],
)  # fmt: skip
def test_a_scheme_that_does_not_add_up_is_refused(changed: dict, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        scheme(**changed)


def test_a_thousand_points_are_as_easy() -> None:
    objectives = scheme().model_dump(mode="json")["objectives"]
    for one in objectives:
        own = one["weight"]
        one["weight"] = (
            {name: f"{int(w) * 10}" for name, w in own.items()}
            if isinstance(own, dict)
            else f"{int(own) * 10}"
        )
    done = assessed(scheme(base=1000, objectives=objectives))
    assert whole(done, NORTH).points == 655


def test_who_is_measured_by_nobody_else_is_told_so() -> None:
    done = assessed(scheme(), observations({**VALUES, "paths": {NORTH: 3.0, SOUTH: 2.0, EAST: 1.0}}))
    assert of(done, NORTH, "paths").raw == 100
    assert of(done, NORTH, "paths").reasons == ("本分类只有这一个地区有数，这条规则区分不出高低",)
    assert of(done, SOUTH, "paths").reasons == ()


def test_a_target_may_be_each_groups_own() -> None:
    objectives = scheme().model_dump(mode="json")["objectives"]
    objectives[0]["target"] = {"groups": {"hills": 30, "plains": 50}}
    done = assessed(scheme(objectives=objectives))
    assert [of(done, code, "wells").target for code in (NORTH, SOUTH)] == [30, 50]
    assert of(done, NORTH, "wells").raw == 100
    objectives[0]["target"] = {"groups": {"hils": 30}}
    with pytest.raises(ValidationError, match="hils, which is no group"):
        scheme(objectives=objectives)
