from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from warehouse.regions import RegionsError, full_code, merge_regions, read_regions_csv
from warehouse.schemas import REGIONS

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "regions_conghua_zengcheng.csv"

TREE = """region_code,name,level,parent_code,valid_from,valid_to,successor
9901,幸福市,city,,,,
990181,甲县,county,9901,,2014-02,990101
990101,甲区,county,9901,2014-02,,
990101100,东镇,township,990101,,,
990101100201,一村,village,990101100,,,
990101100202,二村,village,990101100,,,
990101200,西乡,township,990101,,,
"""


def written(tmp_path: Path, text: str, name: str = "regions.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def by_code(table: pa.Table) -> dict[str, dict[str, Any]]:
    """Rows by code; a code's latest validity."""
    return {row["region_code"]: row for row in table.to_pylist()}


def test_codes_are_kept_with_twelve_digits() -> None:
    assert full_code("440117") == "440117000000"
    for wrong in ("44011", "４４０１１７", "44011X", ""):
        with pytest.raises(RegionsError, match="12 位"):
            full_code(wrong)


def test_a_list_of_our_own_keeps_parents_validities_and_successors(tmp_path: Path) -> None:
    rows = by_code(read_regions_csv(written(tmp_path, TREE)))
    assert rows["990101100201"]["parent_code"] == "990101100000"
    assert rows["990181000000"]["successor"] == "990101000000"
    assert rows["990181000000"]["valid_to"] == rows["990101000000"]["valid_from"] == date(2014, 2, 1)
    assert len(rows) == 7


def test_a_renamed_code_has_both_validities_the_later_one_last(tmp_path: Path) -> None:
    text = (
        "region_code,name,level,valid_from,valid_to\n"
        "990101100,东镇,township,2020-07,\n990101100,东乡,township,,2020-07\n"
    )
    assert read_regions_csv(written(tmp_path, text))["name"].to_pylist() == ["东乡", "东镇"]


def test_a_public_list_of_one_level_is_read_with_its_parents(tmp_path: Path) -> None:
    text = (
        'code,name,streetCode,provinceCode,cityCode,areaCode\n'
        '440117107201,"三村村委会",440117107,44,4401,440117\n110101001001,"多福巷社区居委会",110101001,11,1101,110101\n'
    )  # fmt: skip
    (row,) = read_regions_csv(written(tmp_path, text, encoding="utf-8-sig"), under="4401").to_pylist()
    assert row == {
        **dict.fromkeys(REGIONS.names), "region_code": "440117107201", "name": "三村村委会", "level": "village",
        "parent_code": "440117107000", "provisional": False,
    }  # fmt: skip


def test_a_folder_of_public_lists_becomes_one_tree(tmp_path: Path) -> None:
    written(tmp_path, "code,name,provinceCode\n4401,广州市,44\n4402,韶关市,44\n", "cities.csv")
    written(tmp_path, "code,name,cityCode,provinceCode\n440117,从化区,4401,44\n", "areas.csv", "gb18030")
    rows = by_code(read_regions_csv(tmp_path, under="440100"))
    assert [row["name"] for row in rows.values()] == ["广州市", "从化区"]
    assert rows["440117000000"]["parent_code"] == "440100000000"
    assert rows["440100000000"]["parent_code"] is None


def test_a_city_without_counties_has_its_towns_below_what_the_list_says(tmp_path: Path) -> None:
    text = "code,name,areaCode,provinceCode,cityCode\n441900003,东城街道,441900,44,4419\n"
    assert read_regions_csv(written(tmp_path, text))["parent_code"].to_pylist() == ["441900000000"]


def test_a_short_list_of_our_own_layout_is_a_tree_by_its_codes(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text(
        "region_code,name,level\n9901,示例市,city\n990101,长山县,county\n990101100,清河镇,township\n", "utf-8"
    )
    table = read_regions_csv(path)
    assert table["parent_code"].to_pylist() == [None, "990100000000", "990101000000"]


def test_rows_that_cannot_be_taken_are_named_with_their_line(tmp_path: Path) -> None:
    text = "region_code,name,level\n990101,甲区,county\n99010,乙区,county\n990103,,county\n990104,丁区,区\n"
    with pytest.raises(RegionsError, match=r"有 3 行.*第 3 行.*99010.*第 4 行.*没有名称.*第 5 行.*区"):
        read_regions_csv(written(tmp_path, text))


def test_a_code_given_twice_is_refused(tmp_path: Path) -> None:
    text = "region_code,name,level\n990101,甲区,county\n990101,乙区,county\n"
    with pytest.raises(RegionsError, match="1 个地区代码重复：990101000000"):
        read_regions_csv(written(tmp_path, text))


def test_another_table_is_not_taken_for_a_list_of_regions(tmp_path: Path) -> None:
    with pytest.raises(RegionsError, match="看不出是地区清单"):
        read_regions_csv(written(tmp_path, "姓名,电话\n"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(RegionsError, match="没有 CSV"):
        read_regions_csv(tmp_path / "empty")


def test_a_second_list_replaces_its_own_codes_only(tmp_path: Path) -> None:
    known = read_regions_csv(written(tmp_path, TREE))
    new = read_regions_csv(
        written(tmp_path, "region_code,name,level,parent_code\n990101200,西镇,township,990101\n")
    )
    merged = by_code(merge_regions(known, new))
    assert merged["990101200000"]["name"] == "西镇"
    assert len(merged) == 7


def test_the_example_is_one_tree_with_what_is_provisional_marked() -> None:
    table = read_regions_csv(EXAMPLE)
    rows = by_code(table)
    assert table.schema == REGIONS
    assert {row["parent_code"] for row in rows.values()} - set(rows) == {None}
    assert Counter(row["level"] for row in rows.values())["village"] == 206
    assert sum(row["provisional"] for row in rows.values() if row["level"] == "village") == 7
    assert rows["440184000000"]["successor"] == "440117000000"
    assert rows["440183000000"]["valid_to"] == date(2014, 2, 1)


@pytest.mark.parametrize(("county", "villages"), [("conghua", 125), ("zengcheng", 81)])
def test_every_village_of_the_real_forms_is_found_below_the_successor_of_its_county(
    shared: Path, county: str, villages: int
) -> None:
    from python_calamine import load_workbook

    book = load_workbook(shared / "real" / f"gz_poverty_report_{county}_206.xls")
    rows = [row[:3] for row in book.get_sheet_by_index(0).to_python()[2:] if row[2]]
    regions = by_code(read_regions_csv(EXAMPLE))
    found = {tuple(row): below(regions, today(regions, str(row[0])), *map(str, row[1:])) for row in rows}
    assert [row for row, codes in found.items() if len(codes) != 1] == []
    assert len({codes[0] for codes in found.values()}) == villages


def today(regions: dict[str, dict[str, Any]], name: str) -> str:
    """The code in force of a county that a name means, or once meant."""
    (code,) = [code for code, row in regions.items() if row["name"] == name]
    return str(regions[code]["successor"] or code)


def below(regions: dict[str, dict[str, Any]], top: str, *names: str) -> list[str]:
    codes = [top]
    for name in names:
        codes = [code for code, row in regions.items() if row["parent_code"] in codes and row["name"] == name]
    return codes


def test_without_rows_merging_gives_none() -> None:
    assert merge_regions(REGIONS.empty_table(), REGIONS.empty_table()).equals(REGIONS.empty_table())
