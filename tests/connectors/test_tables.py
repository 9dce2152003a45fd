"""Finding tables: the layouts that departments and statistics offices hand in, each in a few rows."""

from __future__ import annotations

from connectors.grid import Cell, Grid, Merge
from connectors.tables import Table, find_tables


def the_table(*rows: list[Cell], merged: tuple[Merge, ...] = ()) -> Table:
    tables = find_tables(Grid(rows, merged))
    assert len(tables) == 1
    return tables[0]


def paths(table: Table) -> list[str]:
    return ["/".join(column.path) for column in table.columns]


def units(table: Table) -> list[str | None]:
    return [column.unit for column in table.columns]


def codes(table: Table) -> list[str | None]:
    return [column.code for column in table.columns]


def test_a_ledger_with_title_caption_total_and_footer() -> None:
    table = the_table(
        ["2025年农村户厕改造台账", "", "", "", ""],
        ["填报单位：某县农业农村局", "", "", "", "2025年6月30日"],
        ["序号", "乡镇", "户主姓名", "身份证号", "补助金额（元）"],
        [1, "松柏镇", "张三", "46032219900101001X", 2000],
        [2, "木鱼镇", "李四", "460322199101010012", "2,000"],
        ["合计", "", "", "", 4000],
        ["填表人：王某", "", "审核人：", "", "联系电话：0000"],
    )
    assert (table.title_rows, table.header_rows) == ([0, 1], [2])
    assert list(table.body_rows) == [3, 4]
    assert (table.total_rows, table.note_rows) == ([5], [6])
    assert paths(table) == ["序号", "乡镇", "户主姓名", "身份证号", "补助金额"]
    assert units(table) == [None, None, None, None, "元"]


def test_a_merged_header_of_two_rows_gives_paths() -> None:
    table = the_table(
        ["村名称", "有劳动能力", "", "备注"],
        ["", "低保对象(户) ", "低保对象(人) ", ""],
        ["东坑村", 3, 9, ""],
        merged=((0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3)),
    )
    assert table.header_rows == [0, 1]
    assert paths(table) == ["村名称", "有劳动能力/低保对象", "有劳动能力/低保对象", "备注"]
    assert units(table) == [None, "户", "人", None]


def test_blanks_in_place_of_merges_give_the_same_paths() -> None:
    table = the_table(
        ["村名称", "有劳动能力", "", "无劳动能力", ""],
        ["", "户", "人", "户", "人"],
        ["东坑村", "3", "9", "1", "2"],
    )
    assert table.header_rows == [0, 1]
    assert paths(table)[1:] == ["有劳动能力", "有劳动能力", "无劳动能力", "无劳动能力"]
    assert units(table) == [None, "户", "人", "户", "人"]


def test_a_text_only_ledger_has_a_header_of_one_row() -> None:
    table = the_table(
        ["乡镇", "村", "户主姓名", "改厕类型", "备注"],
        ["", "三村村", "李四", "双瓮式", ""],
        ["松柏镇", "竹坑村", "张三", "三格式", "已整改"],
        ["松柏镇", "五和村", "王五", "三格式", ""],
    )
    assert table.header_rows == [0]
    assert list(table.body_rows) == [1, 2, 3]


def test_numbers_stored_as_text_full_width_or_with_separators_are_values() -> None:
    table = the_table(
        ["地块", "面积"],
        ["Ａ１", "１，２３４．５"],
        ["Ａ２", "1,234.5"],
        ["Ａ３", "—"],
        ["Ａ４", "12.5%"],
    )
    assert table.header_rows == [0]
    assert list(table.body_rows) == [1, 2, 3, 4]


def test_a_numbering_row_is_part_of_the_header() -> None:
    table = the_table(["村", "户数", "人口"], ["甲", "1", "2"], ["东坑村", "41", "106"])
    assert table.header_rows == [0, 1]
    assert codes(table) == ["甲", "1", "2"]


def test_units_and_codes_come_from_their_own_rows() -> None:
    table = the_table(
        ["指标名称", "编  号", "一、能源", "", "二、水利"],
        ["", "", "用电量", "柴油", "灌溉面积"],
        ["计算单位", "--", "万千瓦时", "吨  ", "亩"],
        ["汇总代码", "--", "18", "19", "20"],
        ["松柏镇", "04", 292, 16, 455],
        merged=((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)),
    )
    assert table.header_rows == [0, 1, 2, 3]
    assert paths(table)[2:] == ["一、能源/用电量", "一、能源/柴油", "二、水利/灌溉面积"]
    assert units(table)[2:] == ["万千瓦时", "吨", "亩"]
    assert codes(table)[2:] == ["18", "19", "20"]


def test_this_year_last_year_and_their_change_belong_to_the_total() -> None:
    table = the_table(
        ["指标名称", "", "播种面积"],
        ["合    计", "本  年", 300],
        ["", "上  年", 200],
        ["增减", "", 100],
        ["增减%", "", 50],
        ["松柏镇", "", 100],
        ["阳日镇", "", 200],
        ["横向合计", "", 300],
    )
    assert table.total_rows == [1, 2, 3, 4, 7]
    assert list(table.body_rows) == [5, 6]


def test_this_year_and_last_year_of_every_region_are_records() -> None:
    table = the_table(
        ["乡镇", "年度", "面积"],
        ["松柏镇", "本年", 100],
        ["", "上年", 90],
        ["阳日镇", "本年", 200],
        ["", "上年", 190],
    )
    assert list(table.body_rows) == [1, 2, 3, 4]


def test_totals_with_overwritten_labels_are_told_by_arithmetic() -> None:
    table = the_table(
        ["目录", "", "编号", "户数", "人口", "面积"],
        ["目录", "本    年", "00", 30, 90, 300],
        ["", "上    年", "01", 20, 80, 200],
        ["渔业生产情况", "", "02", 10, 10, 100],
        ["林业生产情况", "", "03", 50, 12.5, 50],
        ["畜牧业", "", "04", 11, 41, 140],
        ["茶叶", "", "05", 19, 49, 160],
        ["水果", "", "16", 30, 90, 300],
    )
    assert table.total_rows == [1, 2, 3, 4, 7]
    assert list(table.body_rows) == [5, 6]


def test_headings_are_sections_and_names_without_values_are_records() -> None:
    table = the_table(
        ["村名称", "户数", "人口"],
        ["一、松柏镇", "", ""],
        ["东坑村", 3, 9],
        ["三村村", "", ""],
        ["二、木鱼镇", "", ""],
        ["五和村", 4, 12],
    )
    assert table.section_rows == [1, 4]
    assert list(table.body_rows) == [2, 3, 5]


def test_notes_may_be_numbered_after_the_first() -> None:
    table = the_table(
        ["作物", "面积(亩)"],
        ["小麦", 80],
        ["", ""],
        ["注：", "(1) 第一季在5月前后。"],
        ["", "(2) 第二季在9月前后。"],
        ["", ""],
        ["第03页", ""],
    )
    assert list(table.body_rows) == [1]
    assert table.note_rows == [3, 4, 6]


def test_a_form_whose_rows_are_indicators_gives_labels() -> None:
    table = the_table(
        ["农 业 生 产 条 件（一）", "8,0,3", "", ""],
        ["表    号：鄂农年01表", "", "", ""],
        ["指 标 名 称", "计量单位", "代  码", "数量"],
        ["甲", "乙", "丙", "1"],
        ["一、农村基层组织情况", "—", "—", ""],
        ["(一)乡镇个数", "个", 1, ""],
        ["其中：镇个数", "个", 2, ""],
        ["二、乡村户数", "万户", 3, ""],
        ["单位负责人：      填表人：", "", "", ""],
        ["说明：1.平衡关系：01≥02", "", "", ""],
    )
    assert (table.title_rows, table.header_rows) == ([0, 1], [2, 3])
    assert (table.section_rows, list(table.body_rows)) == ([4], [5, 6, 7])
    assert table.note_rows == [8, 9]
    labels = [(label.text, label.indent, label.unit, label.code) for label in table.row_labels]
    assert labels == [
        ("一、农村基层组织情况", 0, None, None),
        ("(一)乡镇个数", 1, "个", "1"),
        ("其中:镇个数", 2, "个", "2"),
        ("二、乡村户数", 0, "万户", "3"),
    ]


def test_a_code_printed_one_row_too_high_leaves_the_heading_a_heading() -> None:
    table = the_table(
        ["指标名称", "计量单位", "代码", "数量"],
        ["一、耕作机械", "", "", ""],
        ["拖拉机", "台", 1, 5],
        ["二、机械化水平", "", 2, ""],
        ["机耕面积", "千公顷", "", 7],
        ["机播面积", "千公顷", 3, 8],
    )
    assert table.section_rows == [1, 3]
    assert list(table.body_rows) == [2, 4, 5]


def test_halves_of_a_form_are_two_tables() -> None:
    rows: list[list[Cell]] = [
        ["粮食作物生产情况", "", "", "", "", ""],
        ["计量单位：公顷", "", "", "", "", ""],
        ["指标名称", "代码", "面积", "指标名称", "代码", "面积"],
        ["甲", "乙", "1", "甲", "乙", "1"],
        ["一、谷物", "1", 5, "二、豆类", "3", 7],
        ["(一)稻谷", "2", 5, "(一)大豆", "4", 7],
        ["单位负责人：", "", "", "", "", ""],
    ]
    left, right = find_tables(Grid(rows))
    assert [column.index for column in right.columns] == [3, 4, 5]
    assert right.title_rows == left.title_rows == [0, 1]
    assert right.note_rows == left.note_rows == [6]
    assert units(right)[2] == "公顷"
    assert [(label.text, label.indent) for label in right.row_labels] == [("二、豆类", 0), ("(一)大豆", 1)]


def test_stacked_tables_with_titles_of_their_own() -> None:
    rows: list[list[Cell]] = [
        ["全体居民收入", ""],
        ["地 区", "2016年（元）"],
        ["武汉市", 35383.0],
        ["黄石市", 22984.0],
        ["", ""],
        ["农村居民收入情况", ""],
        ["地 区", "2016年（元）"],
        ["武汉市", 19152.0],
    ]
    first, second = find_tables(Grid(rows))
    assert list(first.body_rows) == [2, 3]
    assert (second.title_rows, second.header_rows, list(second.body_rows)) == ([5], [6], [7])


def test_a_continued_form_is_a_second_table() -> None:
    rows: list[list[Cell]] = [
        ["指标名称", "计量单位", "代码", "数量"],
        ["乡村户数", "户", "1", 5],
        ["乡村人口", "人", "2", 9],
        ["续表", "", "", ""],
        ["指标名称", "计量单位", "代码", "数量"],
        ["耕地面积", "亩", "3", 7],
    ]
    first, second = find_tables(Grid(rows))
    assert list(first.body_rows) == [1, 2]
    assert (second.title_rows, second.header_rows, list(second.body_rows)) == ([3], [4], [5])


def test_a_caption_broken_over_two_cells_is_one_word() -> None:
    table = the_table(
        ["", "代", "面积"],
        ["", "码", "(千公顷)"],
        ["甲", "乙", "1"],
        ["粮食作物", "1", 5],
        ["小麦", "2", 5],
    )
    assert table.header_rows == [0, 1, 2]
    assert paths(table) == ["", "代码", "面积"]
    assert units(table) == [None, None, "千公顷"]


def test_units_of_the_title_line_go_to_the_columns_they_fit() -> None:
    table = the_table(
        ["综合机关名称：某县      计量单位:千公顷、吨", "", "", ""],
        ["指标名称", "代码", "播种面积", "产量"],
        ["油料", "1", 5.5, 9],
    )
    assert units(table) == [None, None, "千公顷", "吨"]


def test_a_blank_template_is_a_table_without_body() -> None:
    table = the_table(["学期", "区县", "姓名", "身份证号码", "资助金额"])
    assert table.header_rows == [0]
    assert list(table.body_rows) == []
    assert len(table.columns) == 5


def test_placeholders_are_a_record_and_no_header() -> None:
    table = the_table(
        ["户主", "姓名", "家庭住址"],
        ["${data.hz}", "${khxx.xm}", "${khxx.dz}"],
        ["说明：属负面清单的不能授信。", "", ""],
    )
    assert table.header_rows == [0]
    assert list(table.body_rows) == [1]
    assert table.note_rows == [2]


def test_covers_contents_and_notes_hold_no_table() -> None:
    cover: list[list[Cell]] = [["", "某县农村统计年报"], ["", ""], ["", "某县统计局"], ["", "二〇一六年"]]
    contents: list[list[Cell]] = [["目录"], ["一、农业生产条件（一） …… 1"], ["二、农业生产条件（二） …… 2"]]
    assert find_tables(Grid(cover)) == []
    assert find_tables(Grid(contents)) == []


def test_a_header_without_merges_over_years() -> None:
    table = the_table(
        ["Table 18. Population", "", "", ""],
        ["", "", "", ""],
        ["State", "Under 18 years", "", "Percent of total"],
        ["", "", "", ""],
        ["", "2010", "2015", ""],
        ["Alabama", "1092.2", "1089", "23.4"],
        ["Alaska", "184", "187.5", "27.2"],
        ["", "", "", ""],
        ["Source: Census Bureau", "", "", ""],
    )
    assert (table.title_rows, table.header_rows) == ([0], [2, 3, 4])
    assert list(table.body_rows) == [5, 6]
    assert table.note_rows == [8]
    assert paths(table)[1:3] == ["Under 18 years/2010", "Under 18 years/2015"]


def test_a_header_printed_three_times_is_one_header() -> None:
    head: list[Cell] = ["DATE", "Qty", "Price"]
    table = the_table(head, head, head, ["28/01/2018", "2", "$74.69"], ["29/01/2018", "0", "$29.81"])
    assert table.header_rows == [0, 1, 2]
    assert paths(table) == ["DATE", "Qty", "Price"]
    assert units(table) == [None, None, "$"]


def test_a_long_body_is_a_range_and_its_middle_is_not_read_cell_by_cell() -> None:
    rows: list[list[Cell]] = [["序号", "村", "审计局", "面积"]]
    rows += [[str(i), "东坑村", "某县审计局", "1.5"] for i in range(20_000)]
    rows.insert(9_000, ["小计", "", "", "13500"])
    table = the_table(*rows, ["合计", "", "", "30000"])
    assert table.total_rows == [9_000, 20_002]
    assert len(table.body_rows) == 20_000
    del rows[9_000]
    assert the_table(*rows).body_rows == range(1, 20_001)


def test_records_with_order_numbers_are_no_numbering_row() -> None:
    table = the_table(["序号", "户数", "人数"], [1, 2, 3], [2, 5, 7], [3, 1, 4])
    assert table.header_rows == [0]
    assert list(table.body_rows) == [1, 2, 3]


def test_names_that_look_like_units_are_names_in_the_first_row() -> None:
    table = the_table(["姓名", "年", "月", "日"], ["张三", 2025, 6, 1])
    assert paths(table) == ["姓名", "年", "月", "日"]


def test_a_second_text_beside_the_title_is_title_too() -> None:
    table = the_table(
        ["某县农村户厕改造情况统计表", "", "", "（表一）"],
        ["乡镇", "村", "户主姓名", "补助金额:元"],
        ["松柏镇", "东坑村", "张三", 2000],
    )
    assert (table.title_rows, table.header_rows) == ([0], [1])
    assert paths(table) == ["乡镇", "村", "户主姓名", "补助金额"]
    assert units(table)[-1] == "元"


def test_months_head_columns_as_years_do() -> None:
    table = the_table(
        ["村", "补贴发放", "", "备注"],
        ["", "2025-06", "2025-07", ""],
        ["东坑村", 100, 200, ""],
        merged=((0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3)),
    )
    assert table.header_rows == [0, 1]
    assert paths(table) == ["村", "补贴发放/2025-06", "补贴发放/2025-07", "备注"]


def test_footers_without_colons_are_notes() -> None:
    table = the_table(
        ["村", "户主姓名", "面积(亩)"],
        ["东坑村", "张三", 5],
        ["五和村", "李四", 6],
        ["填表人 王某", "", ""],
        ["2025 年   月   日", "", ""],
    )
    assert list(table.body_rows) == [1, 2]
    assert table.note_rows == [3, 4]


def test_a_form_without_a_header_still_shows_its_units_and_codes() -> None:
    table = the_table(
        ["2016年住户收支与生活状况调查年报表", "", "", ""],
        ["第十一部分 可支配收入", "元", "3701", 24485.84],
        [" 一、工资性收入", "元", "3702", 12494.81],
        [" 二、经营净收入", "元", "3781", 7545.05],
        ["第十三部分 总支出", "元", "4201", 21057.2],
    )
    assert (table.title_rows, table.header_rows, list(table.body_rows)) == ([0], [], [1, 2, 3, 4])
    labels = [(label.indent, label.unit, label.code) for label in table.row_labels]
    assert labels == [(0, "元", "3701"), (1, "元", "3702"), (1, "元", "3781"), (0, "元", "4201")]


def test_a_second_part_of_a_form_goes_on_with_nesting_and_units_wherever_it_is_printed() -> None:
    rows: list[list[Cell]] = [
        ["农业总产值", "", "", ""],
        ["综合机关名称：某县　　计量单位：万元", "", "", ""],
        ["指标名称", "", "代码", "产值"],
        ["农业总产值", "", "1", 9],
        ["一、农业", "", "2", 5],
        ["（一）谷物", "", "3", 5],
        ["续表", "", "", ""],
        ["指标", "代码", "产值", ""],
        ["1.稻谷", "4", 5, ""],
        ["二、林业", "5", 4, ""],
    ]
    first, second = find_tables(Grid(rows))
    assert (second.title_rows, second.header_rows, list(second.body_rows)) == ([6], [7], [8, 9])
    assert units(second)[2] == "万元"
    assert [(label.text, label.indent) for label in (*first.row_labels, *second.row_labels)] == [
        ("农业总产值", 0),
        ("一、农业", 1),
        ("(一)谷物", 2),
        ("1.稻谷", 3),
        ("二、林业", 1),
    ]


def test_a_caption_over_two_columns_is_the_caption_of_the_first() -> None:
    table = the_table(
        ["指标", "计量单位", "", "代码", "数量"],
        ["乡村户数", "户", "", "1", 5],
        ["乡村人口", "人", "", "2", 9],
        merged=((0, 1, 0, 2), (1, 1, 1, 2), (2, 1, 2, 2)),
    )
    assert [(label.unit, label.code) for label in table.row_labels] == [("户", "1"), ("人", "2")]


def test_labels_stand_beside_order_numbers_and_heading_numerals() -> None:
    table = the_table(
        ["序号", "指标名称", "计量单位", "数量"],
        ["一、", "人口", "", ""],
        [1, "户数", "户", 5],
        [2, "人数", "人", 9],
        ["二、", "农业", "", ""],
        [3, "耕地", "亩", 7],
    )
    assert (table.section_rows, list(table.body_rows)) == ([1, 4], [2, 3, 5])
    assert [(label.text, label.indent, label.unit) for label in table.row_labels] == [
        ("一、人口", 0, None),
        ("户数", 1, "户"),
        ("人数", 1, "人"),
        ("二、农业", 0, None),
        ("耕地", 1, "亩"),
    ]


def test_a_heading_lacks_the_order_number_that_all_records_have() -> None:
    table = the_table(
        ["序号", "村", "户主", "面积"],
        ["", "松柏镇", "", ""],
        [1, "东坑村", "张三", 5],
        [2, "五和村", "李四", 6],
        ["", "木鱼镇", "", ""],
        [3, "三村村", "王五", 7],
    )
    assert (table.section_rows, list(table.body_rows)) == ([1, 4], [2, 3, 5])


def test_of_several_units_a_name_takes_the_one_it_measures() -> None:
    table = the_table(
        ["单位：人、元", "", "", "", "", ""],
        ["乡镇", "外出人员", "文化程度", "", "收入", ""],
        ["", "", "小学及以下", "初中", "总收入", "501-1000元"],
        ["松柏镇", 10, 4, 6, 90000, 3],
        merged=((1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5)),
    )
    assert units(table) == [None, "人", "人", "人", "元", "人"]


def test_a_single_unit_is_not_given_to_what_measures_something_else() -> None:
    table = the_table(
        ["填报单位：某县　　单位：元", "", "", "", ""],
        ["姓名", "身份证号", "家庭人口", "附件张数", "补助标准"],
        ["张三", 460322199001010011, 3, 2, 500],
        ["李四", 460322199001010012, 4, 1, 625],
    )
    assert units(table) == [None, None, None, None, "元"]


def test_a_part_is_measured_in_the_unit_of_what_it_is_a_part_of() -> None:
    table = the_table(
        ["单位：亩、户", "", "", ""],
        ["乡镇", "户数", "耕地面积", "其中：水田"],
        ["松柏镇", 5, 40, 30],
    )
    assert units(table) == [None, "户", "亩", "亩"]


def test_units_of_rows_follow_their_name_their_heading_or_what_is_left() -> None:
    table = the_table(
        ["茶叶水果　　计量单位：吨、公顷", "", ""],
        ["指标名称", "代码", "数量"],
        ["一、茶叶产量", "1", 5],
        ["二、园林水果", "2", 5],
        ["1.苹果", "3", 5],
        ["三、年末茶园面积", "4", 5],
        ["其中：本年新植", "5", 5],
    )
    assert [label.unit for label in table.row_labels] == ["吨", "吨", "吨", "公顷", "公顷"]


def test_a_leaf_beside_its_head_is_a_part_of_it() -> None:
    merged = ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2))
    rows: list[list[Cell]] = [
        ["乡镇", "牛肉", "羊肉", "", ""],
        ["", "", "", "1.山羊肉", "2.绵羊肉"],
        ["松柏镇", 1, 5, 3, 2],
    ]
    for table in (the_table(*rows, merged=merged), the_table(*rows)):
        assert paths(table) == ["乡镇", "牛肉", "羊肉", "羊肉/1.山羊肉", "羊肉/2.绵羊肉"]


def test_what_follows_of_which_is_told_by_alignment_by_brackets_or_by_its_last_words() -> None:
    table = the_table(
        ["指标名称", "计量单位", "代码", "数量"],
        ["村民委员会个数", "个", "1", 9],
        ["其中：通公共交通的村个数", "个", "2", 8],
        ["通宽带的村个数", "个", "3", 7],
        ["户籍人口", "人", "4", 6],
        ["其中：月收入500元以下", "人", "5", 5],
        ["501-1000元", "人", "6", 4],
        ["从业人员", "人", "7", 3],
    )
    assert [label.indent for label in table.row_labels] == [0, 1, 1, 0, 1, 1, 0]


def test_accounts_of_two_sides_are_two_tables_and_two_persons_of_a_record_are_not() -> None:
    sides: list[list[Cell]] = [
        ["收入项目", "金额", "备注", "支出项目", "金额", "备注"],
        ["上级拨款", 300, "", "办公费", 120, ""],
        ["承包费", 80, "", "路灯电费", 70, ""],
    ]
    persons: list[list[Cell]] = [
        ["镇长", "电话", "单位", "村长", "电话", "单位"],
        ["张三", "1", "镇政府", "李四", "2", "村委会"],
        ["王五", "3", "镇政府", "钱七", "4", "村委会"],
    ]
    assert [[column.index for column in table.columns] for table in find_tables(Grid(sides))] == [
        [0, 1, 2],
        [3, 4, 5],
    ]
    assert len(find_tables(Grid(persons))) == 1


def test_different_tables_beside_each_other_have_a_title_each() -> None:
    rows: list[list[Cell]] = [
        ["某村产业情况", "", "", "", "农产品参考价", ""],
        ["组别", "面积（亩）", "产值（元）", "", "品名", "单价（元/斤）"],
        ["1组", 52, 208000, "", "鲜叶", 35],
        ["2组", 48, 182000, "", "木瓜", 12.5],
        ["合计", 100, 390000, "", "天麻", 18],
    ]
    left, right = find_tables(Grid(rows))
    assert (left.total_rows, list(right.body_rows)) == ([4], [2, 3, 4])
    assert units(right) == [None, "元/斤"]


def test_a_list_without_a_header_keeps_its_first_record() -> None:
    table = the_table(
        ["张三", "松柏镇", "三格式", "是"],
        ["李四", "松柏镇", "双瓮式", "是"],
        ["王五", "阳日镇", "三格式", "否"],
        ["钱七", "阳日镇", "三格式", "否"],
    )
    assert (table.header_rows, list(table.body_rows)) == ([], [0, 1, 2, 3])


def test_lines_of_keys_and_values_above_a_table_are_titles() -> None:
    table = the_table(
        ["监测对象查询结果", "", ""],
        ["导出时间：2023-11-06 09:31", "", "导出人：某某"],
        ["村", "户主", "人均纯收入（元）"],
        ["东坑村", "张三", "8213.50"],
        ["五和村", "李四", "9213.50"],
        ["共 2 条记录，第 1/1 页", "", ""],
    )
    assert (table.title_rows, table.header_rows, table.note_rows) == ([0, 1], [2], [5])


def test_names_in_latin_letters_below_chinese_ones_are_header_and_codes_of_roads_are_not() -> None:
    bilingual = the_table(["指标", "单位", "数值"], ["Item", "Unit", "Value"], ["乡镇", "个", 4])
    roads = the_table(["路线编码", "起点", "止点"], ["C101", "K0+000", "K2+350"], ["C102", "K0+000", "终点"])
    assert bilingual.header_rows == [0, 1]
    assert roads.header_rows == [0]


def test_days_that_head_columns_are_header_though_they_are_numbers() -> None:
    table = the_table(
        ["序号", "姓名", 1, 2, 3, 4, 5, "出勤天数"],
        ["", "", "日", "一", "二", "三", "四", ""],
        [1, "张三", "√", "√", "√", "×", "√", 4],
        [2, "李四", "√", "√", "√", "√", "√", 5],
    )
    assert (table.header_rows, list(table.body_rows)) == ([0, 1], [2, 3])
    assert paths(table)[2] == "1/日"


def test_columns_numbered_with_formulas_have_their_number_as_code() -> None:
    table = the_table(
        ["项目", "代码", "年初数", "新增", "年末数"],
        ["甲", "乙", "1", "2", "3=1+2"],
        ["沼气池", "01", 5, 1, 6],
    )
    assert table.header_rows == [0, 1]
    assert codes(table) == ["甲", "乙", "1", "2", "3"]


def test_the_whole_the_mean_and_what_sums_all_others_are_totals() -> None:
    table = the_table(
        ["乡镇", "户数", "人口"],
        ["松柏镇", 10, 30],
        ["阳日镇", 12, 40],
        ["全县平均", 11, 35],
        ["全  县", 22, 70],
    )
    county = the_table(
        ["地区", "户数", "人口"],
        ["某县", 33, 100],
        ["松柏镇", 10, 30],
        ["阳日镇", 12, 40],
        ["木鱼镇", 11, 30],
    )
    assert table.total_rows == [3, 4]
    assert county.total_rows == [1]


def test_sentences_and_signatures_after_the_records_are_notes() -> None:
    table = the_table(
        ["村", "户主", "面积"],
        ["东坑村", "张三", 5],
        ["五和村", "李四", 6],
        ["监督电话：0000-0000", "", ""],
        ["", "", "某村村民委员会"],
        ["村主任签字", "", "乡镇审核"],
    )
    assert (list(table.body_rows), table.note_rows) == ([1, 2], [3, 4, 5])
