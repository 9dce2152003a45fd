"""A list of regions that changes after files were taken changes nothing of the months before it."""

from __future__ import annotations

from pathlib import Path

from town import REGIONS, new_town, toilets

MERGED = (
    REGIONS.replace("level,parent_code\n", "level,parent_code,valid_to,successor\n")
    .replace("汀坪乡,township,990121000000", "汀坪乡,township,990121000000,2025-08-01,990121100000")
    .replace("丙村,village,990121200000", "丙村,village,990121200000,2025-08-01,990121100202")
) + "990121100202,丙村,village,990121100000\n"
COUNTED = "select region_code, count(*) from toilet_ledger where period = ? group by all order by all"


def test_the_months_before_a_merger_stay_with_the_township_that_handed_them_in(tmp_path: Path) -> None:
    town = new_town(tmp_path / "home")
    first = [*toilets("甲村", "乙村", "甲村"), *toilets("丙村", "丙村", first=20)]
    town.drop("toilet_reform/2025-06/榆塘县.csv", first)
    town.load()
    before = town.ask(COUNTED, ["2025-06"])
    assert sum(count for _, count in before) == 5
    town.import_regions(MERGED)
    town.drop("toilet_reform/2025-08/榆塘县.csv", toilets("丙村", first=40, completed="2025-08-05"))
    town.load()
    assert town.ask(COUNTED, ["2025-06"]) == before
    assert town.ask(COUNTED, ["2025-08"]) == [("990121100202", 1)]
    assert town.ask("select count(*) from submissions where status = 'superseded'") == [(0,)]
