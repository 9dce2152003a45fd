from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.periods import Month, months_of, year_months

months = st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(Month.of)


def test_a_month_knows_its_year_quarter_and_days() -> None:
    month = Month("2024-02")
    assert (month.year, month.month, month.quarter) == (2024, 2, "2024Q1")
    assert (month.start, month.end) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    "text", ["2025-13", "2025-00", "2025-6", "202506", "２０２５-06", "2025-06 ", "", "0000-01"]
)
def test_what_is_not_a_month_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month(text)


@given(months, st.integers(-500, 500))
def test_going_forward_and_back_returns_to_the_same_month(month: Month, steps: int) -> None:
    assert month + steps - steps == month
    assert (month + steps > month) == (steps > 0)


def test_a_range_runs_over_the_turn_of_the_year() -> None:
    assert [str(month) for month in Month("2024-11").until(Month("2025-02"))] == [
        "2024-11", "2024-12", "2025-01", "2025-02",
    ]  # fmt: skip
    assert list(Month("2025-02").until(Month("2025-01"))) == []


def test_years_and_quarters_are_views_on_months() -> None:
    assert len(year_months("2025")) == 12
    assert [str(month) for month in months_of("2025Q2")] == ["2025-04", "2025-05", "2025-06"]
    assert months_of("2025-06") == (Month("2025-06"),)
    with pytest.raises(ValueError, match="not a year"):
        year_months("25")
