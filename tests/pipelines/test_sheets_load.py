"""Sheets as clerks keep them, loaded: places left out, totals of their own, copies from before, slips that come back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from expectations.slips.cover import FILLS
from tests.pipelines.town import Toilet, Town, new_town

Line = Sequence[Any]
ROADS = ("县区", "乡镇", "路线编码", "起点桩号", "止点桩号", "里程（公里）", "技术等级", "面层类型")
TOILETS = ("县区", "乡镇", "行政村", "户主", "身份证号", "改厕类型", "竣工日期", "补助金额（元）")
MUXI = ("榆塘县", "沐溪镇")


def road(code: str, start: float, end: float, place: Line = MUXI, surface: str = "水泥混凝土") -> Line:
    return (*place, code, start, end, end - start, "四级", surface)


def toilet(number: int, place: Line, yuan: Any = 1500) -> Line:
    return (*place, "严测试", Toilet("甲村", number).resident_id, "三格式", "2025-06-10", yuan)


def workbook(*sheets: tuple[str, Sequence[Line]], hidden: str = "") -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets:
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROAD_TITLE = ("2025年第二季度农村公路路段台账",)
FILES: dict[str, bytes] = {
    "toilet_reform/榆塘县2025年6月改厕台账.xlsx": workbook(
        ("改厕", [
            TOILETS,
            toilet(1, (*MUXI, "甲村")), toilet(2, (None, None, None)), toilet(3, (None, None, "乙村")),
            ("小计", None, None, None, None, None, None, 4500),
            toilet(4, (None, None, None)), toilet(5, ("榆塘县", "汀坪乡", "丙村")), toilet(6, ("〃", "〃", "〃"), 1600),
            ("合计", None, None, None, None, None, None, 9000),
        ]),
    ),
    "road/榆塘县/农村公路.xlsx": workbook(
        ("路段（旧）", [ROAD_TITLE, ROADS, road("C001990121", 0, 2), road("C002990121", 0, 3)]),
        ("路段", [ROAD_TITLE, ROADS, road("C001990121", 0, 2, surface="沥青混凝土"), road("C003990121", 0, 4)]),
        ("打印用", [ROAD_TITLE, ROADS, road("C003990121", 0, 4)]),
    ),
    "road/青崖县/农村公路.xlsx": workbook(
        ("甲", [ROAD_TITLE, ROADS, road("C001990122", 0, 2, ("青崖县", "石滩镇")), road("C002990122", 0, 3, ("青崖县", "石滩镇"))]),
        ("乙", [ROAD_TITLE, ROADS, road("C001990122", 0, 2, ("青崖县", "石滩镇"), "砂石路面"), road("C004990122", 0, 1, ("青崖县", "石滩镇"))]),
    ),
}  # fmt: skip


pytestmark = pytest.mark.xdist_group("sheets")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The files above, loaded once; only for reading."""
    town = new_town(tmp_path_factory.mktemp("sheets") / "home")
    for path, data in FILES.items():
        town.drop(path, data)
    town.load()
    return town


def cover(town: Town, name: str) -> list[Line]:
    (path,) = (town.root / "outbox").rglob(name)
    return list(load_workbook(path).worksheets[0].iter_rows(values_only=True))


def test_places_left_out_are_those_of_the_row_above_and_not_of_the_file(loaded: Town) -> None:
    places = dict(loaded.ask("select row, region_code from toilet_ledger"))
    assert places == {
        2: "990121100200", 3: "990121100200", 4: "990121100201", 7: "990121200200", 8: "990121200200",
    }  # fmt: skip
    assert loaded.ask("select row, cell from findings where rule = 'unclear_place'") == [(6, "改厕!A6")]


def test_a_total_that_does_not_hold_is_told_and_keeps_no_row_out(loaded: Town) -> None:
    (found,) = loaded.ask("select cell, severity, message from findings where rule = 'ledger_total'")
    assert found[:2] == ("改厕!H9", "warning")
    assert "9000" in found[2]
    assert "9100" in found[2]
    texts = [str(cell) for line in cover(loaded, "*改厕*") for cell in line]
    assert any("合计少100元" in text for text in texts)


def test_a_copy_does_not_win_over_the_sheet_it_was_made_of(loaded: Town) -> None:
    rows = loaded.ask(
        "select sheet, route_code, surface_type from road_segments where region_code like '990121%'"
    )
    assert sorted(rows) == [("路段", "C001990121", "沥青混凝土"), ("路段", "C003990121", "水泥混凝土")]
    (told,) = loaded.ask("select message from findings where rule = 'backup_sheet'")
    assert "“路段（旧）”" in told[0]
    assert "第3行（“路段”第3行）" in told[0]
    assert "第4行" in told[0]
    facts = [
        str(line[1]) for line in cover(loaded, "榆塘县/农村公路.回执-部分接收.xlsx") if line[0] == "说明"
    ]
    assert any("“打印用”" in fact and "完全相同" in fact for fact in facts)


def test_what_two_sheets_say_differently_is_sent_back_from_both(loaded: Town) -> None:
    rows = loaded.ask("select sheet, route_code from road_segments where region_code like '990122%'")
    assert sorted(rows) == [("乙", "C004990122"), ("甲", "C002990122")]
    told = loaded.ask("select cell, message from findings where rule = 'sheets_disagree' order by cell")
    assert [cell for cell, _ in told] == ["乙!C3", "甲!C3"]
    assert "“甲”第 3 行" in told[0][1]
    assert loaded.ask("select count(*) from findings where rule = 'duplicate_key'") == [(0,)]


def test_a_slip_whose_cover_was_renamed_is_taken_whole_and_every_cell_of_a_rule_is_marked(
    tmp_path: Path,
) -> None:
    town = new_town(tmp_path / "home")
    town.drop("toilet_reform/2025年6月改厕台账.xlsx", workbook(("台账", [TOILETS, toilet(1, (*MUXI, "甲村"), "多"), toilet(2, (*MUXI, "乙村"))])))  # fmt: skip
    town.drop(
        "road/2025年第二季度路段.xlsx",
        workbook(
            ("路段", [ROADS, road("C001990121", 0, 2), (*MUXI, "C002990121", 0, 3, 1, "四级", "水泥混凝土")])
        ),
    )
    town.load()
    (slip,) = (town.root / "outbox" / "toilet_reform").glob("*.xlsx")
    book = load_workbook(slip)
    book.worksheets[0].title = "问题清单"
    book.move_sheet(book.worksheets[0], 1)
    book["台账"]["H2"] = 1500
    out = io.BytesIO()
    book.save(out)
    town.drop(f"toilet_reform/{slip.name}", out.getvalue())
    town.load()
    assert town.statuses()[f"toilet_reform/{slip.name}"] == "accepted"
    assert town.ask("select count(*), sum(subsidy_yuan) from toilet_ledger") == [(2, 3000.0)]
    assert not [name for name in town.slips() if name.count("回执") > 1]
    (marked,) = (town.root / "outbox" / "road").glob("*.xlsx")
    sheet = load_workbook(marked)["路段"]
    red = [
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == FILLS["error"]
    ]
    assert red == ["D3", "E3", "F3"], "every cell that the rule compares"
    assert all("里程" in str(sheet[at].comment.text) for at in red)  # type: ignore[union-attr]


def test_a_cover_names_the_sheet_of_every_cell_where_the_workbook_has_several(loaded: Town) -> None:
    lines = cover(loaded, "青崖县/农村公路.回执-部分接收.xlsx")
    header = next(at for at, line in enumerate(lines) if line[0] == "序号")
    assert [line[1] for line in lines[header + 1 :]] == ["乙!C3", "甲!C3"]
    (told,) = [line for line in cover(loaded, "榆塘县/农村公路.回执-部分接收.xlsx") if line[0] == 1]
    assert told[1] == "路段（旧）"


def test_the_cover_of_a_workbook_with_one_sheet_leaves_its_name_out(loaded: Town) -> None:
    lines = cover(loaded, "*改厕*")
    assert {line[1] for line in lines if isinstance(line[0], int)} == {"A6", "H9"}
