"""Change since the year before: told of what was observed in both years, in per cent or as the difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.warehouse.test_indicators import indicator
from warehouse.definitions import DefinitionError
from warehouse.indicators import Indicator, lint_indicators, load_indicators
from warehouse.indicators.change import base_periods, changes
from warehouse.schemas import OBSERVATIONS

COUNTY, OTHER = "990101000000", "990102000000"
CHANGE: dict[str, Any] = {"kind": "change", "numerator": "", "denominator": "", "scale": 1, "of": "rate"}
GROWTH = indicator(**CHANGE, id="growth", form="percent")
DIFFERENCE = indicator(**CHANGE, id="difference", form="absolute", unit="百分点")


def observed(*rows: tuple[str, str, float | None, str]) -> pa.Table:
    """Observations of ``rate``: region, period, value, evidence."""
    named = [
        {"indicator": "rate", "region_code": region, "period": period, "value": value, "evidence": evidence,
         "records": 7, "coverage": 1.0}
        for region, period, value, evidence in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(named, schema=OBSERVATIONS)


def told(now: pa.Table, before: pa.Table, *indicators: Indicator) -> list[tuple[Any, ...]]:
    found = changes(now, before, {one.id: one for one in indicators})
    return [
        tuple(row[name] for name in ("indicator", "region_code", "period", "value", "unit", "evidence"))
        for row in found.to_pylist()
    ]


def test_months_and_years_are_held_against_the_same_a_year_before() -> None:
    now = observed((COUNTY, "2025-06", 84.0, "B"), (COUNTY, "2025", 90.0, "B"))
    before = observed((COUNTY, "2024-06", 80.0, "C"), (COUNTY, "2024", 100.0, "B"))
    assert told(now, before, GROWTH, DIFFERENCE) == [
        ("difference", COUNTY, "2025", -10.0, "百分点", "B"),
        ("difference", COUNTY, "2025-06", 4.0, "百分点", "C"),
        ("growth", COUNTY, "2025", -10.0, "%", "B"),
        ("growth", COUNTY, "2025-06", 5.0, "%", "C"),
    ]


def test_without_a_year_before_there_is_no_row_and_of_nought_no_percentage() -> None:
    now = observed((COUNTY, "2025", 4.0, "B"), (OTHER, "2025", 4.0, "B"), ("990103000000", "2025", None, "B"))
    before = observed((COUNTY, "2024", 0.0, "B"), ("990103000000", "2024", 1.0, "B"))
    assert told(now, before, GROWTH, DIFFERENCE) == [
        ("difference", COUNTY, "2025", 4.0, "百分点", "B"),
        ("growth", COUNTY, "2025", None, "%", "B"),
    ]


def test_both_years_computed_at_once_are_held_against_each_other() -> None:
    both = observed((COUNTY, "2025", 3.0, "B"), (COUNTY, "2024", 2.0, "B"))
    assert base_periods(["2025", "2024", "2025-01"]) == ["2023", "2024-01"]
    assert told(both, OBSERVATIONS.empty_table(), GROWTH) == [("growth", COUNTY, "2025", 50.0, "%", "B")]


def test_nothing_is_told_before_the_first_month() -> None:
    now = observed((COUNTY, "2025-06", 3.0, "B"), (COUNTY, "2025", 3.0, "B"))
    before = observed((COUNTY, "2024-06", 2.0, "B"), (COUNTY, "2024", 2.0, "B"))
    late = GROWTH.model_copy(update={"since": "2025-07"})
    assert told(now, before, late) == [("growth", COUNTY, "2025", 50.0, "%", "B")]


def test_a_change_says_of_what_and_how_and_nothing_else_does() -> None:
    for wrong in ({"of": ""}, {"form": None}):
        with pytest.raises(ValueError, match="needs of and form"):
            indicator(**{**CHANGE, "form": "percent", **wrong})
    with pytest.raises(ValueError, match="no other kind takes them"):
        indicator(of="rate", form="percent")
    with pytest.raises(ValueError, match="has the unit %, not 户"):
        indicator(**CHANGE, form="percent", unit="户")


def test_a_change_of_what_is_not_known_or_of_a_change_is_refused_at_its_line(tmp_path: Path) -> None:
    text = (
        "id: {}\ntitle: 增长率\ndimension: 产业兴旺\nunit: '%'\nkind: change\nof: {}\nform: percent\n"
        "direction: higher\ndescription: 口径\nsource: 规则\n"
    )
    (tmp_path / "one.yaml").write_text(text.format("one", "grain_outptu"), encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text.format("two", "grain_output_growth"), encoding="utf-8")
    found = [
        f"{problem.path.name}:{problem.line}: {problem.message}" for problem in lint_indicators([tmp_path])
    ]
    assert found == [
        "one.yaml:6: no indicator is called grain_outptu; shiji indicators list shows them",
        "two.yaml:6: grain_output_growth is a change itself; name what it is the change of",
    ]
    with pytest.raises(DefinitionError, match="grain_outptu"):
        load_indicators([tmp_path])
