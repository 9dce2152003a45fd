"""``shiji score --compare``: whose points moved between two releases, by which objective, because of which file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from pipelines.loading.release import freeze_present
from tests.pipelines.town import Town, new_town, toilets

EAST, WEST = "990121000000", "990122000000"


def _scheme(town: Town, weight: int) -> None:
    said = {
        "id": "plan", "title": "方案", "year": 2025, "level": "county", "source": "示例办〔2025〕3号",
        "groups": [{"id": "every", "title": "全部", "rest": True}],
        "objectives": [
            {"indicator": "toilet_acceptance_rate", "weight": 100 - weight, "rule": {"threshold": {"below": 40}}, "target": 0},
            {"id": "built", "indicator": "new_toilets", "weight": weight, "rule": "min_max"},
        ],
    }  # fmt: skip
    folder = town.root / "config" / "schemes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")


def _compared(town: Town, first: str, second: str, *more: str) -> dict[str, Any]:
    said = town.shiji("score", "plan", "--period", "2025-06", "--compare", first, second, *more, "--json")
    assert said.code == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def _moves(told: dict[str, Any]) -> list[tuple[str, str, float, str, list[str]]]:
    return [
        (
            row["region_code"], row["objective"], round(row["moved"], 6), row["why"],
            [cause["sender_path"].rpartition("/")[2] for cause in row["causes"]],
        )
        for row in told["parts"]
    ]  # fmt: skip


def test_points_are_followed_to_the_file_that_moved_them_and_to_those_it_moved_besides(
    tmp_path: Path,
) -> None:
    town = new_town(tmp_path / "home")
    _scheme(town, 50)
    town.drop("toilet_reform/榆塘县2025年6月农村改厕台账.csv", toilets("甲村", "丙村", "丙村"))
    town.drop("toilet_reform/青崖县2025年6月农村改厕台账.csv", toilets("丁村", first=30))
    town.load()
    freeze_present(town.site, "初稿")

    town.drop("toilet_reform/青崖县2025年6月农村改厕台账（补报）.csv", toilets(*["丁村"] * 4, first=31))
    town.load()
    freeze_present(town.site, "定稿")
    told = _compared(town, "初稿", "定稿")
    # West had 1 of 1 to 3 (60 of 100 points), and has 5 of 3 to 5; East the other way round.
    assert _moves(told) == [
        (EAST, "built", -20.0, "others", []),
        (WEST, "built", 20.0, "observation", ["青崖县2025年6月农村改厕台账（补报）.csv"]),
    ]
    assert [(row["region_code"], row["place_before"], row["place_now"]) for row in told["wholes"]] == [
        (EAST, 1, 2), (WEST, 2, 1),
    ]  # fmt: skip
    assert not told["is_other_scheme"]
    assert [row[0] for row in _moves(_compared(town, "初稿", "定稿", "--region", "榆塘县"))] == [EAST]

    _scheme(town, 20)
    town.load()
    freeze_present(town.site, "改方案")
    told = _compared(town, "定稿", "改方案")
    assert told["is_other_scheme"]
    assert {(row[1], row[3]) for row in _moves(told)} >= {("built", "scheme")}
    printed = town.shiji("score", "plan", "--period", "2025-06", "--compare", "初稿", "定稿").out
    assert "青崖县2025年6月农村改厕台账（补报）.csv" in printed.replace("\n", "").replace("│", "").replace(
        " ", ""
    )


def test_releases_between_which_nothing_moved_say_so(tmp_path: Path) -> None:
    town = new_town(tmp_path / "home")
    _scheme(town, 50)
    town.drop("toilet_reform/榆塘县2025年6月农村改厕台账.csv", toilets("甲村", "丙村"))
    town.load()
    for name in ("一", "二"):
        freeze_present(town.site, name)
    told = _compared(town, "一", "二")
    assert (told["wholes"], told["parts"]) == ([], [])
    assert town.shiji("score", "plan", "--compare", "一", "没有").code == 1
