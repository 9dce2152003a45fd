"""Caption lines above a header: few texts far apart that say what the sheet is about, none of them a known caption."""

from __future__ import annotations

import pytest

from connectors.grid import Cell, Grid, Merge
from connectors.tables import find_tables

LINES = (
    ("榆塘县统计局", "2024年5月"),
    ("检测单位：榆塘县疾病预防控制中心", "2024年第二季度"),
    ("共26人", "公布日期：2024年3月1日"),
    ("青石镇", "2024年6月"),
    ("榆塘县民政局", "2024年第二季度"),
    ("2024年6月", "第1页"),
    ("制表：某某", "2024年6月"),
    ("收款单位：甲公司", "2024年6月"),
    ("（青石镇）", "（2024年上半年）"),
    ("榆乡振发〔2024〕3号", "2024年6月6日"),
    ("第2批", "2024-06-01"),
    ("", "公布日期：2024年3月1日"),
    ("", "第 1 页 共 3 页"),
    ("高寨村村民委员会", "二〇二四年六月"),
    ("白石坳乡卫生院", "2024年1-6月"),
    ("榆塘县教育局", "2023-2024学年"),
    ("板桥中心小学", "2024年春季学期"),
    ("盘点人：某某", "盘点日期：2024年6月30日"),
    ("榆塘县交通运输局", "2024年度"),
    ("双塘乡", "单位：人、元"),
)
ONE: list[list[Cell]] = [["序号", "户主", "人口", "面积（亩）", "金额（元）", "备注"]]
TWO: list[list[Cell]] = [
    ["序号", "户主", "家庭情况", "", "补助", ""],
    ["", "", "人口", "面积（亩）", "标准", "金额（元）"],
]
MERGES = ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 0, 5))
RECORDS: list[list[Cell]] = [
    [1, "某甲", 3, 2.5, 100, 250],
    [2, "某乙", 4, 3.5, 100, 350],
    [3, "某丙", 5, 1, 100, 100],
]
TITLE: list[Cell] = ["某某补助情况", "", "", "", "", ""]


def caption_line(line: tuple[str, str], at: int) -> list[Cell]:
    """The two texts, the first in the first cell and the second in cell ``at`` of six."""
    row: list[Cell] = [""] * 6
    row[0], row[at] = line
    return row


def lowered(merges: tuple[Merge, ...], by: int) -> list[Merge]:
    return [(top + by, left, bottom + by, right) for top, left, bottom, right in merges]


@pytest.mark.parametrize("line", LINES, ids="|".join)
@pytest.mark.parametrize("at", [3, 4, 5])
@pytest.mark.parametrize("titles", [[], [TITLE]], ids=["bare", "titled"])
@pytest.mark.parametrize(
    ("header", "merges"), [(ONE, ()), (TWO, MERGES), (TWO, ())], ids=["one", "merged", "unmerged"]
)
def test_a_caption_line_of_particulars_is_a_title_row(
    line: tuple[str, str],
    at: int,
    titles: list[list[Cell]],
    header: list[list[Cell]],
    merges: tuple[Merge, ...],
) -> None:
    top = len(titles) + 1
    merged = lowered(merges, top)
    if merges:
        merged += [(top - 1, 0, top - 1, at - 1)] if line[0] else []
        merged += [(0, 0, 0, 5)] if titles else []
    [table] = find_tables(Grid([*titles, caption_line(line, at), *header, *RECORDS], merged))
    assert table.title_rows == list(range(top))
    assert table.header_rows == list(range(top, top + len(header)))
    assert list(table.body_rows) == list(range(top + len(header), top + len(header) + 3))
    assert table.columns[1].path == ("户主",)
    assert table.columns[3].unit == "亩"


@pytest.mark.parametrize("line", LINES, ids="|".join)
def test_a_caption_line_may_stand_above_the_title(line: tuple[str, str]) -> None:
    [table] = find_tables(Grid([caption_line(line, 5), TITLE, *ONE, *RECORDS]))
    assert (table.title_rows, table.header_rows) == ([0, 1], [2])


@pytest.mark.parametrize("line", LINES, ids="|".join)
def test_a_caption_line_opens_the_second_of_two_stacked_tables(line: tuple[str, str]) -> None:
    other: list[list[Cell]] = [["村名", "作物名称", "面积（亩）"], ["某村", "水稻", 3]]
    first, second = find_tables(Grid([*other, [], TITLE, caption_line(line, 5), *ONE, *RECORDS]))
    assert list(first.body_rows) == [1]
    assert (second.title_rows, second.header_rows, list(second.body_rows)) == ([3, 4], [5], [6, 7, 8])


@pytest.mark.parametrize(
    ("top", "below"),
    [
        (["", "2023年", "", "2024年", ""], ["地区", "户数", "人数", "户数", "人数"]),
        (["地区", "2023年", "", "2024年", ""], ["", "户数", "人数", "户数", "人数"]),
        (["行政村", "2024年6月", "", "", ""], ["", "户数", "人数", "面积", "金额"]),
        (["乡镇", "上年同期", "", "2024年第二季度", ""], ["", "户数", "人数", "户数", "人数"]),
        (["", "甲镇", "", "乙镇", ""], ["年份", "户数", "人数", "户数", "人数"]),
    ],
)
def test_periods_or_places_over_groups_of_names_are_header(top: list[Cell], below: list[Cell]) -> None:
    [table] = find_tables(Grid([top, below, ["某地", 1, 2, 3, 4], ["某处", 5, 6, 7, 8]]))
    assert (table.title_rows, table.header_rows) == ([], [0, 1])


def test_records_of_places_and_dates_without_a_header_stay_records() -> None:
    rows: list[list[Cell]] = [
        ["青石镇", "2024-06-01", ""],
        ["龙溪镇", "2024-06-02", "雨"],
        ["板桥镇", "2024-06-03", "晴"],
    ]
    [table] = find_tables(Grid([["地点", "日期", "天气"], *rows]))
    assert list(table.body_rows) == [1, 2, 3]


def test_heads_far_apart_over_names_of_all_columns_are_header() -> None:
    heads: list[Cell] = ["家庭", "", "", "补助", "", ""]
    [table] = find_tables(Grid([heads, *ONE, *RECORDS]))
    assert (table.title_rows, table.header_rows) == ([], [0, 1])
    assert "户主" in table.columns[1].path


@pytest.mark.parametrize(
    "line", [("某某某", "2024年6月"), ("三年级二班", "班主任：某某"), ("高寨村", "50户")]
)
def test_a_period_or_key_beside_any_other_text_makes_a_caption_line(line: tuple[str, str]) -> None:
    [table] = find_tables(Grid([caption_line(line, 3), *ONE, *RECORDS]))
    assert (table.title_rows, table.header_rows) == ([0], [1])


@pytest.mark.parametrize(
    ("line", "header", "record"),
    [
        (["青石镇", "2024年6月"], ["姓名", "金额（元）"], ["某甲", 3]),
        (["青石镇", "", "", "第1页"], ["指标", "2024年4月", "2024年5月", "2024年6月"], ["产量", 3, 4, 5]),
        (
            ["青石镇", "", "", "2024年6月"],
            ["姓名", "职务", "分工", "电话"],
            ["某甲", "书记", "全面工作", "甲"],
        ),
    ],
    ids=["narrow", "months", "texts"],
)
def test_a_caption_line_may_stand_over_few_names_over_months_and_over_texts(
    line: list[Cell], header: list[Cell], record: list[Cell]
) -> None:
    [table] = find_tables(Grid([line, header, record, record]))
    assert (table.title_rows, table.header_rows, list(table.body_rows)) == ([0], [1], [2, 3])
