"""Growth through whole loads: this year's figure against last year's, whichever came first, and traced to both."""

from __future__ import annotations

import json

import pytest

from tests.pipelines.town import Town

pytestmark = pytest.mark.xdist_group("load")

YU = "990121000000"
HEADER = "县区,年份,指标名称,指标值,计量单位"


def figures(*rows: tuple[int, float]) -> bytes:
    """The income of a county by year, as the bureau hands it in."""
    lines = [f"榆塘县,{year},农村居民人均可支配收入,{value},元" for year, value in rows]
    return "\r\n".join([HEADER, *lines, ""]).encode("gb18030")


def growth(town: Town) -> list[tuple[str, float, str]]:
    sql = (
        "select period, value, evidence from observations where indicator = 'rural_income_growth' order by 1"
    )
    return [(str(period), round(value, 2), str(grade)) for period, value, grade in town.ask(sql)]


def test_a_year_is_held_against_the_one_before_it_when_that_is_known(town: Town) -> None:
    town.drop("statistics/2025-12/统计部门主要指标.csv", figures((2025, 21200)))
    town.load()
    assert growth(town) == []

    town.drop("statistics/2024-12/统计部门主要指标.csv", figures((2024, 20000)))
    town.load()
    assert growth(town) == [("2025", 6.0, "C"), ("2025-12", 6.0, "C")]
    traced = json.loads(town.shiji("trace", "rural_income_growth", YU, "2025", "--json").out)
    assert [one["period"] for one in traced["rows"]] == ["2025-12", "2024-12"]

    town.drop("statistics/2024-12/统计部门主要指标（更正）.csv", figures((2024, 20192)))
    town.load()
    assert growth(town) == [("2025", 4.99, "C"), ("2025-12", 4.99, "C")]
    assert town.load().is_idle


def test_a_file_of_both_years_is_of_both(town: Town) -> None:
    town.drop("statistics/2025-12/统计部门主要指标.csv", figures((2025, 21200), (2024, 20000)))
    town.load()
    assert growth(town) == [("2025", 6.0, "C"), ("2025-12", 6.0, "C")]
