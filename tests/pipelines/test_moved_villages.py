"""A village that went to another township, both of which live on: what both hand in of it is told, whoever comes second."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.town import REGIONS, ledger, new_town, toilets

MOVED = (
    REGIONS.replace("level,parent_code\n", "level,parent_code,valid_from,valid_to,successor\n").replace(
        "丙村,village,990121200000", "丙村,village,990121200000,,2025-06-01,990121100202"
    )
    + "990121100202,丙村,village,990121100000,2025-06-01,,\n"
)
OLD = ledger(toilets("丙村", "丙村", "丁村"))
NEW = ledger([*toilets("丙村", "丙村"), *toilets("甲村", first=8)]).replace(
    "汀坪乡".encode("gb18030"), "沐溪镇".encode("gb18030")
)


@pytest.mark.parametrize(
    ("first", "second"), [(("汀坪乡", OLD), ("沐溪镇", NEW)), (("沐溪镇", NEW), ("汀坪乡", OLD))]
)
def test_the_second_file_is_told_of_the_rows_that_the_first_has_too(
    tmp_path: Path, first: tuple[str, bytes], second: tuple[str, bytes]
) -> None:
    town = new_town(tmp_path / "home", regions=False)
    town.import_regions(MOVED)
    for name, data in (first, second):
        town.drop(f"toilet_reform/2025年6月{name}.csv", data)
        town.load()

    slip = town.slip(f"{second[0]}.")
    assert "请核对：榆塘县丙村的 2 行" in slip
    assert f"“2025年6月{first[0]}.csv”里也有" in slip
    assert "已不属于榆塘县汀坪乡，请榆塘县汀坪乡去掉这些行，把整份再报一次。" in slip
    assert "里也有" not in town.slip(f"{first[0]}.")


def test_nothing_is_told_once_the_old_township_has_left_them_out(tmp_path: Path) -> None:
    town = new_town(tmp_path / "home", regions=False)
    town.import_regions(MOVED)
    town.drop("toilet_reform/2025年6月汀坪乡.csv", ledger(toilets("丁村")))
    town.drop("toilet_reform/2025年6月沐溪镇.csv", NEW)
    town.load()

    assert not [name for name in town.slips() if "里也有" in town.slip(name)]
