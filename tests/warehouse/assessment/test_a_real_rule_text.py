"""A county's rule text as a scheme: everything that it says, and the points of its towns worked out by hand.

The text (after one real county's rule): towns are scored in classes I to III; the first and the fourth quarter count for
15 per cent each, the second and the third for 10, the year for 50. Every indicator: (x − min) ÷ (max − min) × 40 + 60 among
the towns of the class, the stock for 70 per cent and its growth for 30, then points by place. Figures of the statistics
bureau are taken over as they are. One veto; three deductions.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pyarrow as pa
import pytest
from a_scheme import indicator, of, whole

from warehouse.assessment import Assessment, Decision, Scheme, assess
from warehouse.schemas import OBSERVATIONS, REGIONS

_TOWNS = [f"9903011{n:02}000" for n in range(1, 8)]  # three of class I, two of II, two of III
_CLASSES = {"i": _TOWNS[:3], "ii": _TOWNS[3:5], "iii": _TOWNS[5:]}
_KNOWN = {
    "output_value": indicator(
        "output_value", kind="adopted", numerator="", stated="select as_of, region_code, 1 as value from things_as_of", unit="万元"
    ),
    "waste": indicator("waste", "lower", dimension="生态宜居"),
    "petitions": indicator("petitions", "lower", dimension="治理有效"),
}  # fmt: skip

_RULE = {
    "rule": {"min_max": {"low": 60, "high": 100}},
    "growth": {"share": 30, "rule": {"min_max": {"low": 60, "high": 100}}},
    "then": {"rank": {"low": 70}},
}
RULES = Scheme.model_validate(
    {
        "id": "county_rule", "title": "乡镇（街道）综合考核实施细则", "year": 2033, "level": "township", "source": "示例办〔2033〕1号",
        "groups": [{"id": name, "title": f"{name.upper()} 类", "regions": codes} for name, codes in _CLASSES.items()],
        "shares": {"Q1": 15, "Q2": 10, "Q3": 10, "Q4": 15, "year": 50},
        "objectives": [
            {"indicator": "output_value", "weight": {"i": 60, "ii": 50, "iii": 40}, "minimum": {"evidence": "C"}, **_RULE},
            {"indicator": "waste", "weight": {"i": 40, "ii": 50, "iii": 60}, **_RULE},
        ],
        "vetoes": [{"id": "accident", "title": "重大安全生产责任事故", "at_most": 60}],
        "deductions": [
            {"id": "petition", "title": "越级上访", "indicator": "petitions", "each": 0.5, "cap": 5},
            {"id": "late_report", "title": "迟报", "each": 0.2, "cap": 2},
            {"id": "named", "title": "被通报", "each": 1},
        ],
    }
)  # fmt: skip


def _figures(period: str, output: list[float], waste: list[float], petitions: float = 0) -> pa.Table:
    rows = [
        {"indicator": name, "region_code": code, "period": period, "value": value, "unit": "x", "evidence": grade, "records": 1, "coverage": 1.0}
        for name, values, grade in (("output_value", output, "C"), ("waste", waste, "B"), ("petitions", [petitions] * 7, "B"))
        for code, value in zip(_TOWNS, values, strict=True)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=OBSERVATIONS)


def _decision(item: str, region: str, cases: int) -> Decision:
    return Decision(
        id=f"{item}-{region}", scheme="county_rule", item=item, region=region, period="2033-11", cases=cases,
        document="示例办〔2033〕40号", author="示例办", date=dt.date(2033, 11, 20),
    )  # fmt: skip


@pytest.fixture(scope="module")
def done() -> Assessment:
    before = ([100.0] * 7, [10.0] * 7)
    now = ([130.0, 110.0, 120.0, 90.0, 95.0, 50.0, 70.0], [5.0, 9.0, 8.0, 4.0, 6.0, 3.0, 3.0])
    turned = ([110.0, 130.0, 120.0, 95.0, 90.0, 70.0, 50.0], [9.0, 5.0, 8.0, 6.0, 4.0, 3.0, 3.0])
    tables = [_figures(f"2032-{m:02}", *before) for m in (3, 6, 9, 12)] + [_figures("2032", *before)]
    tables += [_figures(f"2033-{m:02}", *now) for m in (3, 6)] + [
        _figures(f"2033-{m:02}", *turned) for m in (9, 12)
    ]
    tables.append(_figures("2033", *now, petitions=3))
    towns = pa.Table.from_pylist(
        [{"region_code": code, "name": f"镇{n}", "level": "township"} for n, code in enumerate(_TOWNS, 1)], schema=REGIONS
    )  # fmt: skip
    decisions = [
        _decision("late_report", _TOWNS[0], 20),
        _decision("named", _TOWNS[1], 2),
        _decision("accident", _TOWNS[3], 1),
    ]
    return assess(RULES, pa.concat_tables(tables), towns, _KNOWN, decisions)


def test_a_town_is_scored_among_its_class_by_stock_and_growth_and_then_by_place(done: Assessment) -> None:
    raws = [of(done, code, "output_value", "2033").raw for code in _TOWNS]
    # Class I: first, last, between; II and III: the better one has everything.
    assert raws == [100, 70, 85, 70, 100, 70, 100]
    # Less waste is better, and its fall is the growth: 5, 9 and 8; equals share the first place.
    assert [of(done, code, "waste", "2033").raw for code in _TOWNS] == [100, 70, 85, 100, 70, 100, 100]


def test_figures_of_the_statistics_bureau_keep_their_grade(done: Assessment) -> None:
    assert {of(done, code, "output_value", "2033").evidence for code in _TOWNS} == {"C"}
    assert whole(done, _TOWNS[0], "2033").objective_share == Fraction(40, 100)


def test_quarters_and_the_year_make_the_end_with_deductions_and_veto(done: Assessment) -> None:
    first, second = 100, 70
    quarters = Fraction(15 + 10, 100) * first + 10 * Fraction(
        second, 100
    )  # nothing was decided before November
    in_november = Fraction(15, 100) * (second - 2)  # twenty late reports cost two points at most
    year = Fraction(50, 100) * (first - Fraction(3, 2) - 2)  # and three petitions
    assert whole(done, _TOWNS[0], "2033").points == quarters + in_november + year


def test_a_veto_leaves_sixty_in_every_period_that_it_hits(done: Assessment) -> None:
    assert whole(done, _TOWNS[3], "2033Q4").points == 60
    assert whole(done, _TOWNS[3], "2033Q3").points > 60
