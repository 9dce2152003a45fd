"""An indicator is one YAML file and an objective three lines of a scheme: both reach everything that the office reads."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.pipelines.town import Town

pytestmark = pytest.mark.xdist_group("one_yaml")

ID, TITLE = "toilets_with_subsidy", "领取补助改厕户占比"
INDICATOR = f"""\
id: {ID}
title: {TITLE}
dimension: 生态宜居
unit: '%'
kind: ratio
direction: higher
scale: 100
numerator: |
  select as_of, region_code, 1 as value from toilet_ledger_as_of where subsidy_yuan > 0
denominator: |
  select as_of, region_code, 1 as value from toilet_ledger_as_of
description: 台账中补助金额大于 0 的户数除以台账户数
source: 示例办〔2025〕9号
"""
OBJECTIVE = """\
  - indicator: toilets_with_subsidy
    weight: 100
    rule: {linear: {floor: 0}}
    target: 100
"""
SCHEME = """\
id: a_subsidies
title: 补助发放专项考核
year: 2025
groups:
  - {id: every, title: 全部, rest: true}
source: 示例办〔2025〕9号
objectives:
"""


@pytest.fixture(scope="module")
def added(village: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = village.copy(tmp_path_factory.mktemp("one") / "home")
    folder = town.root / "config/indicators"
    folder.mkdir(exist_ok=True)
    (folder / f"{ID}.yaml").write_text(INDICATOR, encoding="utf-8")
    (town.root / "config/schemes/a_subsidies.yaml").write_text(SCHEME + OBJECTIVE, encoding="utf-8")
    town.load()
    return town


def test_both_are_in_order(added: Town) -> None:
    for command in (
        ("scheme", "lint", str(added.root / "config/schemes/a_subsidies.yaml")),
        ("indicators", "show", ID),
    ):
        said = added.shiji(*command)
        assert said.code == 0, said.out + said.err
    assert yaml.safe_load(OBJECTIVE)[0]["indicator"] == ID


def test_it_is_observed_listed_and_in_the_dictionary(added: Town, tmp_path: Path) -> None:
    assert added.ask(
        f"select count(*) > 4 from observations where indicator = '{ID}' and value is not null"
    ) == [(True,)]
    assert ID in {row["id"] for row in json.loads(added.shiji("indicators", "list", "--json").out)}
    page = tmp_path / "dictionary.md"
    assert added.shiji("indicators", "dictionary", "-o", str(page)).code == 0
    assert TITLE in page.read_text(encoding="utf-8")


def test_it_earns_points(added: Town) -> None:
    rows = added.ask(
        f"select s.points, o.value from scores s join observations o using (region_code, period) "
        f"where s.scheme = 'a_subsidies' and s.period = '2025' and s.objective = '{ID}' and o.indicator = '{ID}'"
    )
    assert rows
    assert all(points == pytest.approx(value) for points, value in rows)


def test_it_stands_in_the_report_and_in_the_bulletin(added: Town, tmp_path: Path) -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in (added.root / "reports").rglob("*.html")}
    assert TITLE in pages["indicators.html"] + "".join(
        text for name, text in pages.items() if "assessment" in name
    )
    told = tmp_path / "通报.docx"
    said = added.shiji("bulletin", "2025Q4", "--scheme", "a_subsidies", "--out", str(told))
    assert said.code == 0, said.err
    with zipfile.ZipFile(told) as package:
        text = package.read("word/document.xml").decode()
    assert TITLE in text
