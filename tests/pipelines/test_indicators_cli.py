"""``shiji indicators``: what is measured, told without a home, and with one by the city's own definitions."""

from __future__ import annotations

import json
from pathlib import Path

from tests.pipelines.town import Town, new_town

OWN = """\
id: toilets_built
title: 改厕户数
dimension: 生态宜居
unit: 户
kind: sum
direction: higher
target: 0
since: 2025-07
numerator: select as_of, region_code, 1 as value from toilet_ledger_in_month
description: 台账户数
source: 本市规定
"""


def test_the_citys_own_indicator_is_listed_shown_and_in_the_dictionary(tmp_path: Path) -> None:
    town: Town = new_town(tmp_path / "home", regions=False)
    folder = town.root / "config" / "indicators"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toilets_built.yaml").write_text(OWN, encoding="utf-8")

    listed = json.loads(town.shiji("indicators", "list", "--dimension", "生态宜居", "--json").out)
    assert {one["dimension"] for one in listed} == {"生态宜居"}
    (own,) = [one for one in listed if one["id"] == "toilets_built"]
    assert (own["target"], own["since"], own["department"], own["evidence"]) == (
        "0",
        "2025-07",
        "农村改厕",
        "B",
    )
    assert "toilet_ledger_in_month" in town.shiji("indicators", "show", "toilets_built").out

    page = tmp_path / "字典.md"
    assert town.shiji("indicators", "dictionary", "-o", str(page)).out.strip() == str(page)
    assert "### 改厕户数 `toilets_built`" in page.read_text(encoding="utf-8")


def test_what_cannot_be_told_says_what_to_do(tmp_path: Path) -> None:
    town = new_town(tmp_path / "home", regions=False)
    for said, *arguments in (
        ("shiji indicators list shows them", "show", "toilets"),
        ("let its name end in", "dictionary", "-o", "dictionary.pdf"),
        ("shows the dimensions", "list", "--dimension", "过"),
    ):
        answer = town.shiji("indicators", *arguments)
        assert (answer.code, said in answer.err) == (1, True), answer.err
