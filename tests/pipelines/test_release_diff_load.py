"""``shiji release diff`` over real loads: a file that came, one that was withdrawn, and a definition that changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.answers.release_diff import release_diff
from pipelines.loading.release import freeze_present
from tests.pipelines.town import Town, new_town, toilets
from warehouse.release import ReleaseError, freeze
from warehouse.schemas import OBSERVATIONS

pytestmark = pytest.mark.xdist_group("load")

CITY, EAST, WEST = "990100000000", "990121000000", "990122000000"


def diff(town: Town, *arguments: str) -> dict[str, Any]:
    said = town.shiji("release", "diff", *arguments, "--limit", "0", "--json")
    assert said.code == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def why(told: dict[str, Any], region: str) -> list[tuple[str, str | None, int, int]]:
    (one,) = [
        row for row in told["observations"] if row["region_code"] == region and row["period"] == "2025-06"
    ]
    return [
        (cause["what"], (cause["sender_path"] or "").rpartition("/")[2], cause["came"], cause["went"])
        for cause in one["causes"]
    ]


def test_what_moved_is_told_with_the_files_behind_it(tmp_path: Path) -> None:
    town = new_town(tmp_path / "实绩 home")
    town.drop("toilet_reform/2025-06/榆塘县.csv", toilets("甲村", "丙村", "丙村"))
    town.load()
    with pytest.raises(ReleaseError, match="two are needed"):
        release_diff(town.site)
    freeze_present(town.site, "六月初稿")
    assert release_diff(town.site).total == 0

    town.drop("toilet_reform/2025-06/青崖县.csv", toilets("丁村", "丁村", first=30))
    [first] = [row["submission_id"] for row in town.site.ledger.submissions().to_pylist()]
    town.site.ledger.withdraw(first, "报错了")
    town.load()

    told = diff(town, "六月初稿", "--indicator", "new_toilets")
    came, went = ("received", "青崖县.csv", 2, 0), ("withdrawn", "榆塘县.csv", 0, 3)
    assert (why(told, WEST), why(told, EAST), why(told, CITY)) == ([came], [went], [went, came])
    one = release_diff(town.site, indicator="new_toilets", region_code=CITY, limit=1)
    assert (one.total, one.rows[0]["value_before"], one.rows[0]["value_now"]) == (2, 3.0, 2.0)
    printed = town.shiji("release", "diff", "六月初稿", "--limit", "2").out
    assert f"2 of {release_diff(town.site, '六月初稿', limit=1).total}" in printed

    site = town.site
    defined_otherwise = site.store.read("observations").to_pylist()
    for row in defined_otherwise:
        row["value"] = 2 * (row["value"] or 0)
    table = pa.Table.from_pylist(defined_otherwise, schema=OBSERVATIONS)
    site.store.write(
        "observations", table, OBSERVATIONS, {"period": sorted(set(table["period"].to_pylist()))}
    )
    freeze(site.store, "口径改了")
    (row,) = release_diff(town.site, indicator="new_toilets", region_code=CITY, limit=1).rows
    assert [cause.what for cause in row["causes"]] == ["definition"]
