"""Hand-ins whose cells are not what their texts seem, from the inbox to records, findings and the slip."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.pipelines.town import PLACES, Toilet, Town, new_town

pytestmark = pytest.mark.xdist_group("values")

PLOTS = ["县区", "乡镇", "行政村", "地块编号", "作物", "播种面积（亩）", "产量（公斤）"]
HERE, THERE = PLACES["甲村"].split(","), PLACES["丙村"].split(",")
HOUSEHOLDS = [
    "县区",
    "乡镇",
    "行政村",
    "户编号",
    "户主姓名",
    "证件号码",
    "家庭人口",
    "监测对象类型",
    "识别时间",
    "风险是否消除",
]


def _book(
    rows: Sequence[Sequence[Any]], *, from_1904: bool = False, formats: dict[str, str] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell, form in (formats or {}).items():
        sheet[cell].number_format = form
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _areas() -> bytes:
    lines = [
        ";".join(PLOTS),
        ";".join([*THERE, "A1", "小麦", "3,5", "1.050,5"]),
        ";".join([*THERE, "A2", "小麦", "0,125", "37,5"]),
        ";".join([*THERE, "A3", "小麦", "12,75②", "3.825,25"]),
        "",
    ]
    return "\r\n".join(lines).encode("gb18030")


def _plots() -> bytes:
    rows = [
        PLOTS,
        [*HERE, "2-13", "小麦", 3, 900],
        [*HERE, "21-3", "小麦", 4, 1200],
        [*HERE, dt.datetime(2025, 2, 14), "小麦", 5, 1500],
        [*HERE, 7, "玉米", 6, 1800],
        [*HERE, "2-1\u200b5", "玉米", 1, 300],
    ]
    return _book(rows, formats={"D4": "m-d", "D5": "000"})


def _households() -> bytes:
    day = (dt.date(2025, 5, 20) - dt.date(1904, 1, 1)).days
    ids = [Toilet("甲村", number).resident_id for number in (1, 2, 3)]
    rows = [
        HOUSEHOLDS,
        [*HERE, "0101-01", "严测试", ids[0], 3, "突发严重困难户", day, "否"],
        [*HERE, "0101-02", "严试测", ids[1], 2, "突发严重困难户", dt.datetime(2025, 5, 21), "否"],
        [*HERE, "0101-03", "严三测", ids[2], "=1+3", "突发严重困难户", day, "否"],
    ]
    return _book(rows, from_1904=True, formats={"I2": "General", "I3": "yyyy-mm-dd", "I4": "General"})


def _roads() -> bytes:
    head = "县区,乡镇,路线编码,行政等级,起点桩号（公里）,止点桩号（公里）,里程（公里）,技术等级,面层类型"
    lines = [
        head,
        '榆塘县,沐溪镇,C001990121,村道,0,"1,5","1,5",四级,水泥混凝土',
        "榆塘县,沐溪镇,C002990121,村道,0.5,2.75,2.25,四级,水泥混凝土",
        '榆塘县,沐溪镇,C003990121,村道,0.000,"1,250","1,250",四级,水泥混凝土',
        "",
    ]
    return "\r\n".join(lines).encode()


FILES = {
    "agriculture/2025-06/沐溪镇种植台账.xlsx": _plots(),
    "agriculture/2025-06/汀坪乡种植台账.csv": _areas(),
    "agriculture/2025-06/公式种植台账.xlsx": _book(
        [PLOTS, *([f"=底册!{letter}{row}" for letter in "ABCDEFG"] for row in (2, 3, 4))]
    ),
    "poverty_monitoring/2025-06/榆塘县监测对象台账.xlsx": _households(),
    "road/2025-06/榆塘县农村公路.csv": _roads(),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The files above, loaded once; only for reading."""
    town = new_town(tmp_path_factory.mktemp("values") / "home")
    for path, data in FILES.items():
        town.drop(path, data)
    town.load()
    return town


def _found(town: Town, path: str) -> list[tuple[Any, ...]]:
    return town.ask(
        "select split_part(cell, '!', 2), rule, severity from findings join submissions using (submission_id) "
        "where sender_path = ? order by 1, 2",
        [path],
    )


def _slip(town: Town, start: str) -> str:
    """The one slip whose name begins so."""
    [slip] = [slip for slip in town.slips() if slip.startswith(start)]
    return slip


def test_plots_keep_their_dashes_and_zeros_and_a_day_among_them_is_sent_back(town: Town) -> None:
    kept = town.ask(
        "select plot_number, area_mu from grain_plots where region_code like '9901211%' order by area_mu"
    )
    assert kept == [("2-15", 1), ("2-13", 3), ("21-3", 4), ("007", 6)]
    assert _found(town, "agriculture/2025-06/沐溪镇种植台账.xlsx") == [("D4", "date_for_number", "error")]
    assert "部分接收" in _slip(town, "agriculture/2025-06/沐溪镇")


def test_areas_with_decimal_commas_and_notes_are_never_many_times_too_large(town: Town) -> None:
    kept = town.ask(
        "select plot_number, area_mu, output_kg from grain_plots where region_code like '9901212%' order by 1"
    )
    assert kept == [("A1", 3.5, 1050.5), ("A2", 0.125, 37.5), ("A3", 12.75, 3825.25)]
    assert _found(town, "agriculture/2025-06/汀坪乡种植台账.csv") == [("F4", "footnote_mark", "warning")]
    said = openpyxl.load_workbook(town.root / "outbox" / _slip(town, "agriculture/2025-06/汀坪乡"))["回执"]
    assert any("用逗号作小数点" in str(cell) for row in said.values for cell in row)


def test_days_of_a_1904_workbook_and_formulas_without_results(town: Town) -> None:
    kept = town.ask("select household_number, identified_on::date from monitored_households order by 1")
    assert kept == [("0101-01", dt.date(2025, 5, 20)), ("0101-02", dt.date(2025, 5, 21))]
    found = _found(town, "poverty_monitoring/2025-06/榆塘县监测对象台账.xlsx")
    assert ("G4", "formula_unsaved", "error") in found


def test_a_table_of_nothing_but_formulas_without_results_is_told_so(town: Town) -> None:
    slip = _slip(town, "agriculture/2025-06/公式")
    assert "公式" in (town.root / "outbox" / slip).read_text("utf-8-sig")


def test_a_road_keeps_its_thousands_where_the_column_says_so(town: Town) -> None:
    assert town.ask("select route_code, length_km from road_segments where route_code like 'C002%'") == [("C002990121", 2.25)]  # fmt: skip
    assert ("F2", "unparsed_number", "error") in _found(town, "road/2025-06/榆塘县农村公路.csv")
