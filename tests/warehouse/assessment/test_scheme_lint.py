"""What the lint of schemes says, with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from a_scheme import INDICATORS, NAMES, indicator, regions
from jsonschema import Draft202012Validator

from warehouse.assessment import BUILT_IN, Scheme, load_schemes
from warehouse.assessment.lint import lint_schemes
from warehouse.indicators import load_indicators

GOOD = """\
id: plan
title: 方案
year: 2031
source: 甲办〔2031〕7号
groups:
  - id: hills
    title: 山区
    regions: ['990201000000']
  - id: plains
    title: 平原
    rest: true
objectives:
  - indicator: wells
    weight: 60
    rule: {linear: {floor: 10}}
    target: 50
  - indicator: fires
    weight: {hills: 40, plains: 40}
    rule: rank
"""


def _problems(
    tmp_path: Path, text: str, known: dict | None = None, places: pa.Table | None = None
) -> list[str]:
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    found = lint_schemes([tmp_path], known or INDICATORS, regions() if places is None else places)
    return [f"{problem.line}: {problem.message}" for problem in found]


def test_a_good_scheme_has_no_problems(tmp_path: Path) -> None:
    assert _problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("indicator: fires", "indicator: floods", 17, "no indicator is called floods"),
        ("target: 50", "target: 10", 16, "the target 10 must lie above the floor 10"),
        ("    target: 50\n", "", 15, "linear needs a target"),
        ("target: 50", "target: {of_indicator: true}", 16, "the indicator wells says no target"),
        ("rule: rank", "rule: rank\n    target: {of_group: median}", 20, "goes in a circle"),
        ("weight: 60", "weight: 50", 1, "the weights of group hills add up to 90, not to 100"),
        ("'990201000000'", "'990299000000'", 6, "group hills has no region"),
        ("    rest: true", "    regions: ['990202000000']", 5, "990203000000 is in no group"),
        ("year: 2031", "yaer: 2031", 3, "yaer"),
        ("title: 方案", "title: 方案\nlevel: village", 3, "the list of regions has no village"),
        ("rule: rank", "rule: {rank: {lowest: 3}}", 19, "lowest"),
        ("title: 方案", "title: 方案\nvetoes: [{id: v, title: t, indicator: nope}]", 3, "no indicator is called nope"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    found = _problems(tmp_path, GOOD.replace(old, new))
    assert any(one.startswith(f"{line}: ") and said in one for one in found), found


def test_where_lower_is_better_the_target_lies_below_the_floor(tmp_path: Path) -> None:
    lower = GOOD.replace("indicator: wells", "indicator: fires", 1).replace(
        "indicator: fires\n    weight: {", "indicator: wells\n    weight: {"
    )
    assert "must lie below the floor 10" in _problems(tmp_path, lower)[0]
    assert _problems(tmp_path, lower.replace("target: 50", "target: 2")) == []


def test_a_share_of_more_than_everything_is_reached_by_nobody(tmp_path: Path) -> None:
    known = {
        **INDICATORS,
        "wells": indicator("wells", unit="%", kind="ratio", denominator="select 1 from things_as_of"),
    }
    assert (
        "105 % can be reached by nobody"
        in _problems(tmp_path, GOOD.replace("target: 50", "target: 105"), known)[0]
    )


def test_points_off_for_what_is_better_when_higher_is_no_rule(tmp_path: Path) -> None:
    text = GOOD.replace(
        "rule: {linear: {floor: 10}}\n    target: 50", "rule: {per_unit_deduction: {each: 1}}"
    )
    assert "something that is better when higher" in _problems(tmp_path, text)[0]


def test_the_schemes_that_come_with_the_program_are_good() -> None:
    assert set(load_schemes()) == {"demo_2025", "demo_townships_2025", "uniform_2025"}
    assert lint_schemes([BUILT_IN], load_indicators()) == []


def test_the_json_schema_beside_the_schemes_is_the_models_and_takes_both_ways_of_writing_a_rule() -> None:
    path = BUILT_IN.parent / "scheme.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema == Scheme.model_json_schema()
    judge = Draft202012Validator(schema)
    for text in (GOOD, *(one.read_text(encoding="utf-8") for one in BUILT_IN.glob("*.yaml"))):
        judge.validate(yaml.safe_load(text))
    assert not judge.is_valid(yaml.safe_load(GOOD.replace("rule: rank", "rule: luck")))


def test_a_region_of_another_level_is_not_assessed(tmp_path: Path) -> None:
    towns = pa.Table.from_pylist(
        [{**row, "level": "township"} for row in regions().to_pylist()], schema=regions().schema
    )
    assert len(NAMES) == towns.num_rows
    assert "has no county" in _problems(tmp_path, GOOD, places=towns)[0]
