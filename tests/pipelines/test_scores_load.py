"""The city's schemes at every load: scored, released, explained, and worked out again by hand."""

from __future__ import annotations

import json
from fractions import Fraction

import yaml

from pipelines.loading.load import load
from pipelines.loading.scores import outdated_scores
from tests.pipelines.town import Town, toilets
from warehouse.indicators.model import BUILT_IN

SCHEME = {
    "id": "town_plan", "title": "镇村方案", "year": 2025, "source": "示例办〔2025〕3号",
    "groups": [{"id": "every", "title": "全部", "rest": True}],
    "objectives": [
        {"indicator": "new_toilets", "weight": 70, "rule": {"linear": {"floor": 0}}, "target": 4},
        {"indicator": "toilet_in_use_rate", "weight": 30, "rule": "pass_fail", "target": 100},
    ],
    "bonus": [{"id": "praise", "title": "表彰", "each": 2}],
}  # fmt: skip


def _scheme(town: Town, **changed: object) -> None:
    folder = town.root / "config" / "schemes"
    folder.mkdir(exist_ok=True)
    (folder / "town_plan.yaml").write_text(
        yaml.safe_dump(SCHEME | changed, allow_unicode=True), encoding="utf-8"
    )


def _asked(town: Town, *arguments: str) -> list[dict]:
    return json.loads(town.shiji("score", *arguments, "--json").out)


def _handed_in(town: Town, name: str, *villages: str) -> None:
    town.drop(f"toilet_reform/2025-06/{name}.csv", toilets(*villages, first=1 if "榆塘" in name else 9))


def test_a_scheme_is_scored_with_the_load_and_anew_when_it_changes(town: Town) -> None:
    _scheme(town)
    _handed_in(town, "榆塘县", "甲村", "乙村", "丙村")
    _handed_in(town, "青崖县", "丁村")
    summary = town.load()
    assert (summary.scored, summary.unscored, summary.problems) == (["town_plan"], {}, [])
    first = {row["region"]: row for row in _asked(town)}
    assert first["榆塘县"]["points"] > first["青崖县"]["points"]
    assert town.load().is_idle
    _scheme(town, title="镇村方案（修订）")
    again = town.load()
    assert (again.scored, again.records, again.is_released) == (["town_plan"], {}, True)
    _scheme(town, objectives=[{"indicator": "new_toilets", "weight": 100, "rule": "rank"}])
    town.load()
    assert {row["points"] for row in _asked(town)} == {100.0, 60.0}


def test_a_scheme_that_is_taken_away_leaves_no_scores(town: Town) -> None:
    _scheme(town)
    _handed_in(town, "榆塘县", "甲村")
    town.load()
    (town.root / "config/schemes/town_plan.yaml").unlink()
    town.load()
    assert town.table("scores").num_rows == 0
    said = town.shiji("score")
    assert said.code == 1
    assert "nothing is scored" in said.err


def test_a_scheme_that_cannot_be_carried_out_holds_up_nothing(town: Town) -> None:
    _scheme(town, objectives=[{"indicator": "unheard_of", "weight": 100, "rule": "rank"}])
    _handed_in(town, "榆塘县", "甲村")
    summary = load(town.site)
    assert "unheard_of" in summary.unscored["town_plan"]
    assert (summary.is_released, summary.finished) == (True, False)
    assert not outdated_scores(town.site)


def test_a_decision_counts_with_its_document(town: Town) -> None:
    _scheme(town)
    _handed_in(town, "榆塘县", "甲村")
    town.load()
    before = {row["region"]: row["points"] for row in _asked(town, "--period", "2025-06")}
    folder = town.root / "config" / "decisions"
    folder.mkdir()
    decision = {
        "id": "d1", "scheme": "town_plan", "item": "praise", "region": "990121000000", "period": "2025-06", "cases": 1,
        "document": "示例办〔2025〕8号", "author": "示例办", "date": "2025-06-30",
    }  # fmt: skip
    (folder / "d1.yaml").write_text(yaml.safe_dump(decision, allow_unicode=True), encoding="utf-8")
    town.load()
    after = {row["region"]: row["points"] for row in _asked(town, "--period", "2025-06")}
    assert after["榆塘县"] == before["榆塘县"] + 2
    told = town.shiji("score", "--period", "2025-06", "--region", "榆塘县", "--explain").out
    assert "示例办〔2025〕8号（示例办，2025-06-30）" in told
    assert "[D]" in told


def test_points_of_the_demo_are_those_worked_out_from_yaml_and_observations_alone(village: Town) -> None:
    """Only fractions: nothing of ours but the observations and the scheme's text."""
    scheme = yaml.safe_load((village.root / "config/schemes/demo_2025.yaml").read_text(encoding="utf-8"))
    county = "region_code = '990181000000' and period = '2025'"
    values = dict(village.ask(f"select indicator, value from observations where {county}"))
    ((whole,),) = village.ask(
        f"select points from standings where scheme = 'demo_2025' and {county} and dimension = ''"
    )
    targets = {
        one["id"]: one.get("target")
        for path in BUILT_IN.glob("*.yaml")
        for one in [yaml.safe_load(path.read_text(encoding="utf-8"))]
    }
    points = Fraction(0)
    for one in scheme["objectives"]:
        weight, value = Fraction(one["weight"]["strong"]), Fraction(str(values[one["indicator"]]))
        said = one.get("target")
        if isinstance(said, dict):
            said = targets[one["indicator"]] if "of_indicator" in said else said["groups"]["strong"]
        rule = one["rule"] if isinstance(one["rule"], dict) else {one["rule"]: {}}
        ((name, settings),) = rule.items()
        if name == "linear":
            floor = Fraction(str(settings["floor"]))
            raw = min(max((value - floor) / (Fraction(str(said)) - floor), Fraction(0)), Fraction(1))
        elif name == "per_unit_deduction":
            raw = max(1 - Fraction(str(settings["each"])) * value / weight, Fraction(0))
        elif name == "steps":
            reached = [Fraction(s["raw"], 100) for s in settings["steps"] if value <= s["at"]]
            raw = max(reached, default=Fraction(0))
        else:  # min_max and rank: the only county of its group
            raw = Fraction(1)
        points += weight * raw
    assert whole == float(points)


def test_the_report_shows_the_order_with_intervals_and_every_point(village: Town) -> None:
    page = (village.root / "reports/assessment.html").read_text(encoding="utf-8")
    ((points, low, high),) = village.ask(
        "select points, place_low, place_high from standings where scheme = 'demo_2025' and period = '2025' "
        "and dimension = '' and region_code = '990181000000'"
    )
    for told in (
        f"{points:.2f}",
        f"{low}–{high}",
        "锦湾市",
        "城区、城郊区和百强县",
        "客观数据占比",
        "极差计分",
        "演示数据",
    ):
        assert told in page
    ((title, earned),) = village.ask(
        "select objective, points from scores where scheme = 'demo_2025' and period = '2025' and objective = 'satisfaction' "
        "and region_code = '990181000000'"
    )
    assert title == "satisfaction"
    assert f"{earned:.2f}" in page
    assert 'href="assessment.html"' in (village.root / "reports/index.html").read_text(encoding="utf-8")


def test_a_home_without_a_scheme_has_no_page_of_it(town: Town) -> None:
    _handed_in(town, "榆塘县", "甲村")
    town.load()
    assert not (town.root / "reports/assessment.html").exists()
    assert "assessment.html" not in (town.root / "reports/index.html").read_text(encoding="utf-8")


def test_the_examples_of_another_city_are_no_fault_of_a_home(town: Town) -> None:
    for command in (("check",), ("scheme", "lint")):
        said = town.shiji(*command)
        assert (said.code, "0 schemes, no problems" in said.out) == (0, True), said.out + said.err
    _scheme(town, groups=[{"id": "every", "title": "全部", "regions": ["990121000000"]}])
    (problem,) = json.loads(town.shiji("check", "--json").out)
    assert "990122000000 is in no group" in problem["problem"]
