"""What a row under the header is: totals by their labels, headings of days, sentences, the next table."""

from __future__ import annotations

import pytest

from connectors.grid import Cell, Grid, Merge
from connectors.tables import Table, find_tables


def the_table(*rows: list[Cell], merged: tuple[Merge, ...] = ()) -> Table:
    [table] = find_tables(Grid(rows, merged))
    return table


@pytest.mark.parametrize(
    "label", ["全　国  National Total", "全国\nNational Total", "合计 Total", "全省\nTotal"]
)
def test_a_total_named_in_two_languages_is_a_total(label: str) -> None:
    table = the_table(
        ["地区", "人口（万人）", "面积（亩）"], [label, 9, 11], ["甲省 Jia", 2, 3], ["乙省 Yi", 7, 5]
    )
    assert (table.total_rows, list(table.body_rows)) == ([1], [2, 3])


@pytest.mark.parametrize("label", ["环比（%）", "环比增减", "环比±%"])
def test_the_change_of_a_total_is_a_total(label: str) -> None:
    table = the_table(
        ["科室", "人次", "收入（元）", "床位"],
        ["内科", 4, 10, 3],
        ["外科", 6, 12, 5],
        ["合计", 10, 22, 8],
        ["上月", 8, 20, 8],
        [label, 25, 10, 0],
    )
    assert (table.total_rows, list(table.body_rows)) == ([3, 4, 5], [1, 2])


@pytest.mark.parametrize("label", ["承前页", "过次页", "承上页", "转下页", "本月累计", "本年累计", "累计"])
def test_a_sum_carried_through_a_journal_is_a_total(label: str) -> None:
    table = the_table(
        ["月", "日", "凭证号", "摘要", "收入（元）", "支出（元）"],
        [5, 3, "记1", "提现", 50, ""],
        [5, 6, "记2", "付款", "", 20],
        ["", "", "", label, 50, 20],
        [6, 1, "记3", "付款", "", 30],
    )
    assert (table.total_rows, list(table.body_rows)) == ([3], [1, 2, 4])


@pytest.mark.parametrize("merged", [(), ((4, 0, 4, 3),)])
@pytest.mark.parametrize(
    "text",
    ["合计金额大写：人民币壹万肆仟叁佰元整", "合计人民币（大写）壹万元整", "共计：人民币壹万肆仟叁佰元整"],
)
def test_an_amount_spelt_out_alone_in_its_row_is_a_note(text: str, merged: tuple[Merge, ...]) -> None:
    table = the_table(
        ["序号", "姓名", "类别", "金额（元）"],
        [1, "某甲", "孤儿", 7000],
        [2, "某乙", "孤儿", 7300],
        ["合计", "", "", 14300],
        [text, "", "", ""],
        merged=merged,
    )
    assert (table.total_rows, table.note_rows) == ([3], [4])


def test_a_question_that_begins_with_a_total_is_a_record() -> None:
    table = the_table(
        ["序号", "问题", "答复"],
        [1, "怎样申报？", "向村委会申报。"],
        [2, "合计几个帮扶干部？", "每户至少1名。"],
        [3, "何时发放？", "每年6月。"],
    )
    assert (table.total_rows, list(table.body_rows)) == ([], [1, 2, 3])


DAYS = [
    "6月3日（星期一）",
    "6月3日",
    "2024年6月3日",
    "2024年6月3日 星期一",
    "星期一",
    "第一天（6月3日）",
    "一、6月3日",
]
LOG: list[list[Cell]] = [
    ["编号", "来电时间", "来电人", "诉求内容", "回访结果"],
    [1, "08:40", "龙女士", "垃圾箱满溢", "满意"],
    [2, "10:15", "田先生", "自来水浑浊", "满意"],
]


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("day", DAYS)
def test_a_day_alone_over_its_entries_is_a_section(day: str, merged: bool) -> None:
    head, one, two = LOG
    rows = [head, [day, "", "", "", ""], one, two, ["6月4日（星期二）", "", "", "", ""], one]
    table = the_table(*rows, merged=((1, 0, 1, 4), (4, 0, 4, 4)) if merged else ())
    assert (table.section_rows, list(table.body_rows)) == ([1, 4], [2, 3, 5])


@pytest.mark.parametrize("number", ["一", "二、", 1])
def test_a_day_may_be_numbered_in_the_cell_before_it(number: Cell) -> None:
    head, one, two = LOG
    table = the_table(head, [number, "6月3日（星期一）", "", "", ""], one, two)
    assert (table.section_rows, list(table.body_rows)) == ([1], [2, 3])


def test_a_sentence_in_the_last_row_of_a_log_is_a_note() -> None:
    table = the_table(*LOG, ["本周共受理6件，办结5件，办结率83.3%。", "", "", "", ""])
    assert (list(table.body_rows), table.note_rows) == ([1, 2], [3])


def test_days_are_records_where_records_say_no_more() -> None:
    table = the_table(["日期", "值班人"], ["6月3日", "某甲"], ["6月4日", ""], ["6月5日", "某乙"])
    assert list(table.body_rows) == [1, 2, 3]


@pytest.mark.parametrize("merged", [(), ((0, 0, 0, 1), (0, 2, 1, 2), (0, 3, 1, 3), (0, 4, 1, 4))])
@pytest.mark.parametrize("head", ["2024年", "日期"])
def test_month_and_day_under_their_year_are_names_and_no_units(head: str, merged: tuple[Merge, ...]) -> None:
    table = the_table(
        [head, "", "摘要", "收入（元）", "结余（元）"],
        ["月", "日", "", "", ""],
        [5, 3, "提现", 50, 70],
        [5, 6, "付款", 20, 50],
        merged=merged,
    )
    assert [column.path for column in table.columns[:3]] == [(head, "月"), (head, "日"), ("摘要",)]
    assert [column.unit for column in table.columns] == [None, None, None, "元", "元"]


VILLAGES: list[list[Cell]] = [["村名", "户数", "人口"], ["甲村", 312, 1288], ["乙村", 280, 1102]]
OFFICERS: list[list[Cell]] = [
    ["姓名", "职务", "分工", "电话"],
    ["某甲", "书记", "主持全面工作", "199****0011"],
    ["某乙", "乡长", "政府全面工作", "199****0012"],
]


@pytest.mark.parametrize("between", [[[], []], [["合计", 592, 2390], []], [["合计", 592, 2390], [], []]])
def test_a_table_of_texts_without_a_title_is_no_part_of_the_one_above(between: list[list[Cell]]) -> None:
    first, second = find_tables(Grid([*VILLAGES, *between, *OFFICERS]))
    top = len(VILLAGES) + len(between)
    assert list(first.body_rows) == [1, 2]
    assert (second.header_rows, list(second.body_rows)) == ([top], [top + 1, top + 2])
    assert [column.path for column in second.columns] == [("姓名",), ("职务",), ("分工",), ("电话",)]


@pytest.mark.parametrize(
    "texts", [["丙村", "未报", "未报"], ["审核人", "填表人", "填表日期"], ["丁村", "见说明", "见说明"]]
)
def test_a_row_of_texts_under_blank_rows_begins_no_table_by_itself(texts: list[Cell]) -> None:
    [table] = find_tables(Grid([*VILLAGES, [], [], texts]))
    assert table.header_rows == [0]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_row_of_codes_may_have_its_caption_in_any_label_column(at: int) -> None:
    codes: list[Cell] = ["", "", "", "01", "02", "03", "TIU"]
    codes[at] = "代码"
    table = the_table(
        ["投入", "", "", "第一产业", "第二产业", "第三产业", "合计"],
        codes,
        ["中间投入", "第一产业", "01", 2, 3, 4, 9],
        ["", "第二产业", "02", 5, 6, 7, 18],
    )
    assert table.header_rows == [0, 1]
    assert [column.code for column in table.columns[-4:]] == ["01", "02", "03", "TIU"]


@pytest.mark.parametrize(
    "foot", [["水域", "养殖面积", "水产品产量", "渔业产值"], ["水域", "养殖面积", "产量", "产值"]]
)
def test_the_names_of_the_columns_repeated_under_a_total_are_no_record(foot: list[Cell]) -> None:
    table = the_table(
        ["水域", "养殖面积", "水产品产量", "渔业产值"],
        ["池塘", 210, 1320, 2110],
        ["水库", 402, 610, 980],
        ["总计", 612, 1930, 3090],
        foot,
        ["补充资料：渔业从业人员 312 人。"],
    )
    assert (list(table.body_rows), table.total_rows, table.note_rows) == ([1, 2], [3], [4, 5])


@pytest.mark.parametrize("label", ["本年累计", "承前页", "全县", "小 计"])
def test_a_sum_in_the_middle_of_a_long_ledger_is_a_total(label: str) -> None:
    rows: list[list[Cell]] = [
        ["日期", "摘要", "金额"],
        *([f"2025-01-{i % 28 + 1:02d}", f"第{i}笔", i] for i in range(600)),
    ]
    rows[300] = [label, "", 300] if label == "全县" else ["", label, 300]
    [table] = find_tables(Grid(rows))
    assert list(table.total_rows) == [300]
    assert len(table.body_rows) == 599


def test_a_record_of_a_name_and_a_year_above_the_next_title_stays_a_record() -> None:
    upper: list[list[Cell]] = [["户主姓名", "家庭人口", "年度"], ["张三", 1, 2025], ["张三", "", 2025]]
    lower: list[list[Cell]] = [
        ["2025年改厕台账"],
        ["序号", "乡镇", "家庭人口"],
        [1, "松柏镇", 3],
        [2, "松柏镇", 4],
    ]
    first, second = find_tables(Grid([*upper, *lower]))
    assert list(first.body_rows) == [1, 2]
    assert (list(second.title_rows), list(second.body_rows)) == ([3], [5, 6])


def test_a_text_sheet_of_equal_rows_is_no_endless_header() -> None:
    tables = find_tables(Grid([["甲村", "乙村", "丙村"]] * 500))
    assert max(len(table.header_rows) for table in tables) <= 61


ROADS = ["县区", "乡镇", "村", "路线编号", "路线名称", "起点（公里）", "止点（公里）", "等级"]


def a_road(number: int, *, county: str = "甲县", town: str = "乙镇", village: str = "丙村") -> list[Cell]:
    return [county, town, village, f"C{number}", f"丙村{number}线", 0, number / 2, "四级"]


@pytest.mark.parametrize("odd", [{"county": "合计"}, {"town": "小计"}, {"village": "合计"}])
def test_a_record_in_one_of_whose_cells_a_word_of_sums_is_typed_is_no_total(odd: dict[str, str]) -> None:
    rows = [a_road(1), a_road(2), a_road(3, **odd), a_road(4), ["", "", "合计", "", "", "", 5, ""]]
    table = the_table(ROADS, *rows)
    assert (list(table.body_rows), table.total_rows) == ([1, 2, 3, 4], [5])


def test_subtotals_with_the_places_they_are_of_are_totals() -> None:
    rows = [
        a_road(1),
        a_road(2),
        ["甲县", "乙镇", "小计", "", "", "", 1.5, ""],
        a_road(3, town="丁镇"),
        ["甲县", "丁镇", "小计", "", "", "", 1.5, ""],
        ["甲县", "合计", "", "", "", "", 3, ""],
    ]
    table = the_table(ROADS, *rows)
    assert (list(table.body_rows), table.total_rows) == ([1, 2, 4], [3, 5, 6])
