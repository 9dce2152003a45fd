"""Targets in a table beside the scheme: by region, blank where they do not apply, 0 where they are 0."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from a_scheme import EAST, INDICATORS, NORTH, SOUTH, WEST, regions

from warehouse.assessment import Scheme, load_schemes
from warehouse.assessment.lint import lint_schemes

PLAN = """\
id: plan
title: 方案
year: 2031
source: 甲办〔2031〕7号
groups:
  - {id: all, title: 全部, rest: true}
objectives:
  - indicator: wells
    weight: 100
    rule: {linear: {floor: -1}}
    target: {file: 目标任务.csv, regions: {'990204000000': 7}}
"""
TABLE = f"县区,区划代码,目标值\n北山县,{NORTH},30\n南川县,{SOUTH},0\n东屏区,{EAST},不适用\n西浦县,{WEST},9\n"


def written(folder: Path, table: str | None, encoding: str = "utf-8") -> Path:
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    if table is not None:
        (folder / "目标任务.csv").write_bytes(table.encode(encoding))
    return folder


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_gives_each_region_its_target_and_the_scheme_may_overrule_it(
    tmp_path: Path, encoding: str
) -> None:
    scheme = load_schemes([written(tmp_path, TABLE, encoding)])["plan"]
    target = scheme.objectives[0].target
    assert target is not None
    assert target.regions == {NORTH: Fraction(30), SOUTH: Fraction(0), EAST: None, WEST: Fraction(7)}
    assert lint_schemes([tmp_path], INDICATORS, regions()) == []


def test_a_scheme_that_is_kept_holds_its_numbers_and_does_without_the_table(tmp_path: Path) -> None:
    scheme = load_schemes([written(tmp_path, TABLE)])["plan"]
    kept = scheme.model_dump_json()
    (tmp_path / "目标任务.csv").unlink()
    assert Scheme.model_validate_json(kept) == scheme


def test_another_number_in_the_table_is_another_scheme(tmp_path: Path) -> None:
    before = load_schemes([written(tmp_path, TABLE)])["plan"].digest
    assert load_schemes([written(tmp_path, TABLE.replace("30", "31"))])["plan"].digest != before


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (None, "there is no 目标任务.csv beside the scheme"),
        ("县区,代码,目标值\n北山县,1,3\n", "one column is to be called region_code"),
        (TABLE.replace(NORTH, "9902"), "line 2: '9902' is no code of 12 digits"),
        (TABLE.replace(SOUTH, NORTH), f"line 3: {NORTH} is there twice"),
        ("区划代码,目标值\n", "目标任务.csv holds no targets"),
        (TABLE.replace(",30", ",三十"), "三十"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_with_its_line_at_the_target(
    tmp_path: Path, table: str | None, said: str
) -> None:
    found = lint_schemes([written(tmp_path, table)], INDICATORS, regions())
    assert [said in problem.message for problem in found if problem.line == 11] == [True]
