"""Routing: which dataset a table is, told by its headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Refused
from connectors.tables.model import Column, Table
from expectations.contracts.reading import load_contracts
from expectations.routing import Route, header_key, is_guidance, printed, route, same_kind

CONTRACTS = load_contracts()
TOILETS = ("乡镇", "行政村", "户主", "身份证号", "改厕类型", "竣工日期", "验收日期", "补助金额")


@dataclass(frozen=True)
class Found:
    """A table, as an extract carries it."""

    table: Table


Head = str | tuple[str, ...]


def found(*heads: Head, units: Sequence[str | None] = ()) -> Found:
    """A table with these headers; a tuple is a path from group head to leaf."""
    paths = [(head,) if isinstance(head, str) else head for head in heads]
    printed_units = [*units, *[None] * (len(paths) - len(units))]
    columns = [Column(n, path, unit) for n, (path, unit) in enumerate(zip(paths, printed_units, strict=True))]
    return Found(Table([], [0], range(1, 3), [], [], [], columns))


def routed(*heads: Head, department: str = "toilet_reform", units: Sequence[str | None] = ()) -> Route:
    return route(found(*heads, units=units), CONTRACTS, department)


def refused(*heads: Head, department: str = "toilet_reform") -> Refused:
    with pytest.raises(Refused) as caught:
        routed(*heads, department=department)
    return caught.value


def test_a_table_under_its_own_titles_is_its_dataset() -> None:
    found = routed(*TOILETS)
    assert found.contract.dataset == "toilet_ledger"
    assert [
        found.mapping[name] for name in ("township_name", "resident_id", "completed_on", "subsidy_yuan")
    ] == [0, 3, 5, 7]
    assert (found.score, found.unknown, found.guesses) == (1.0, (), ())
    assert "bank_card" in found.missing


def test_columns_may_stand_in_any_order_under_other_names() -> None:
    found = routed("完工时间", "厕所类型", "户主身份证号码", "户主姓名", "所在村", "镇街")
    assert found.mapping == {
        "township_name": 5,
        "village_name": 4,
        "householder": 3,
        "resident_id": 2,
        "toilet_type": 1,
        "completed_on": 0,
    }


def test_width_spaces_and_punctuation_of_a_header_do_not_count() -> None:
    found = routed("乡  镇", "行 政 村", "户　主", "身份证\n号", "改厕类型：", "竣工日期*", "补助金额（元）")
    assert len(found.mapping) == 7


def test_a_unit_in_the_header_is_not_part_of_its_name() -> None:
    assert routed(*TOILETS, units=[*[None] * 7, "万元"]).mapping["subsidy_yuan"] == 7


def test_a_column_in_a_unit_of_another_kind_is_not_taken() -> None:
    found = routed(*TOILETS, units=[*[None] * 7, "亩"])
    assert "subsidy_yuan" not in found.mapping
    assert found.unknown == ("补助金额(亩)",)


def test_a_group_head_over_known_leaves_is_seen_through() -> None:
    found = routed(
        ("基本情况", "乡镇"),
        ("基本情况", "行政村"),
        ("基本情况", "身份证号"),
        ("改厕情况", "改厕类型"),
        ("改厕情况", "竣工日期"),
    )
    assert len(found.mapping) == 5


def test_the_whole_path_is_more_telling_than_the_leaf() -> None:
    heads = [("学生", "姓名"), ("户主", "姓名"), "身份证号码", "学校", "学段"]
    for order in (heads, heads[::-1]):
        found = routed(*order, department="education")
        assert found.mapping["student_name"] == order.index(("学生", "姓名"))
        assert found.mapping["householder"] == order.index(("户主", "姓名"))


def test_the_same_words_for_households_and_people_are_told_apart_by_unit() -> None:
    heads = [
        "镇名称",
        "村名称",
        "贫困户数",
        "贫困人口数",
        ("有劳动能力", "低保对象"),
        ("有劳动能力", "低保对象"),
    ]
    found = routed(*heads, department="poverty_monitoring", units=[None] * 4 + ["人", "户"])
    assert (found.mapping["able_allowance_people"], found.mapping["able_allowance_households"]) == (4, 5)


def test_without_a_unit_they_are_not_guessed() -> None:
    heads = [
        "镇名称",
        "村名称",
        "贫困户数",
        "贫困人口数",
        ("有劳动能力", "低保对象"),
        ("有劳动能力", "低保对象"),
    ]
    found = routed(*heads, department="poverty_monitoring")
    assert found.unknown == ("有劳动能力/低保对象", "有劳动能力/低保对象")


def test_a_near_miss_is_taken_as_a_guess() -> None:
    found = routed(*TOILETS[:-1], "户主身份证号码码", "补助金")
    assert [(guess.column, guess.header, guess.title) for guess in found.guesses] == [
        ("subsidy_yuan", "补助金", "补助金额")
    ]
    assert found.mapping["subsidy_yuan"] == 8
    assert found.unknown == ("户主身份证号码码",)


@pytest.mark.parametrize(
    "head", ["上年补助金额", "计划补助金额", "累计补助金额", "未补助金额", "补助对象", "验收人"]
)
def test_a_header_that_says_something_else_is_not_guessed(head: str) -> None:
    assert routed(*TOILETS[:-2], head).guesses == ()


PLACE = ("县区", "乡镇", "行政村")
ROADS = (*PLACE[:2], "路线编码", "起点桩号", "止点桩号", "里程", "技术等级", "面层类型")
SURVEYED = (*PLACE, "受访者编号", "访问员", "访问日期", "知晓度", "支持度", "满意度")
WATCHED = (*PLACE, "户编号", "户主姓名", "证件号码", "家庭人口", "监测对象类型", "识别时间", "风险是否消除")
PUPILS = ("学期", *PLACE, "姓名", "身份证号码", "学校全称", "学段", "年级")
MEMBERS = (*PLACE, "统一社会信用代码", "合作社名称", "法定代表人", "成立日期", "经营状态")
GROWN = (*PLACE, "地块编号", "作物", "产量")
COUNTED = (*PLACE, "总户数", "总人口")
OPPOSITES = [
    ("road", ROADS, "maintained_km", "养护里程", "未养护里程"),
    ("road", ROADS, "accepted_on", "验收日期", "拟验收日期"),
    ("road", ROADS, "has_bus", "是否通客车", "未通客车"),
    ("survey", SURVEYED, "satisfaction", "满意度", "不满意度"),
    ("survey", SURVEYED, "support", "支持度", "不支持度"),
    ("poverty_monitoring", WATCHED, "is_risk_cleared", "风险是否消除", "风险未消除"),
    ("poverty_monitoring", WATCHED, "net_income_yuan", "家庭纯收入", "上年家庭纯收入"),
    ("education", PUPILS, "has_grant", "本学期是否享受资助", "本学期未享受资助"),
    ("agriculture", MEMBERS, "members", "成员数", "非成员数"),
    ("agriculture", GROWN, "area_mu", "播种面积", "未播种面积"),
    ("agriculture", GROWN, "area_mu", "播种面积", "计划播种面积"),
    ("civil_affairs", COUNTED, "resident_households", "常住户数", "非常住户数"),
    ("civil_affairs", COUNTED, "resident_population", "常住人口", "无常住人口"),
]


@pytest.mark.parametrize(
    ("department", "others", "column", "title", "opposite"),
    OPPOSITES,
    ids=[opposite for *_, opposite in OPPOSITES],
)
def test_a_column_of_the_opposite_is_never_taken_for_the_column(
    department: str, others: tuple[str, ...], column: str, title: str, opposite: str
) -> None:
    rest = tuple(head for head in others if head != title)
    for heads in ((*rest, opposite, title), (*rest, title, opposite)):
        both = routed(*heads, department=department)
        assert (both.mapping[column], opposite in both.unknown) == (heads.index(title), True)
    if CONTRACTS[both.contract.dataset].by_name[column].required:
        assert title in refused(*rest, opposite, department=department).message
    else:
        alone = routed(*rest, opposite, department=department)
        assert (column in alone.mapping, alone.guesses) == (False, ())


def test_two_columns_of_one_title_are_told() -> None:
    found = routed(*TOILETS, "竣工日期")
    assert found.mapping["completed_on"] == 5
    assert [(guess.column, guess.index, guess.score) for guess in found.guesses] == [
        ("completed_on", 5, 100.0)
    ]
    assert found.unknown == ("竣工日期",)


def test_a_serial_number_column_is_no_unknown_column() -> None:
    found = routed("序号", *TOILETS)
    assert (found.score, found.unknown) == (1.0, ())


def test_a_missing_required_column_is_named_with_the_closest_contract_and_its_form() -> None:
    error = refused("乡镇", "行政村", "户主", "身份证号", "竣工日期", "厕屋颜色")
    assert error.code == "unrouted"
    assert "农村改厕台账" in error.message
    assert "改厕类型" in error.message
    assert "厕屋颜色" in error.message
    assert "shiji template toilet_ledger" in error.remedy


def test_a_table_of_another_department_is_refused_and_sent_there() -> None:
    error = refused("路线编码", "起点桩号", "止点桩号", "里程", "技术等级", "面层类型")
    assert "农村公路路段台账" in error.message
    assert "road 文件夹" in error.remedy


def test_a_department_without_a_contract_gets_the_closest_one_named() -> None:
    assert "toilet_reform 文件夹" in refused(*TOILETS, department="forestry").remedy


@pytest.mark.parametrize(
    "heads",
    [
        ("填表说明",),
        ("列名", "必填", "类型", "单位", "可填内容", "说明", "示例"),
        ("序号", "会议名称", "时间", "地点", "参加人员", "议题"),
        ("商品", "单价", "数量", "金额", "供货商"),
        ("姓名", "身份证号", "性别", "是否享受校服", "型号", "是否享受作业本", "是否享受学具"),
        (),
    ],
)
@pytest.mark.parametrize("department", ["toilet_reform", "education", "agriculture", "self_report"])
def test_an_unrelated_table_is_not_routed(heads: tuple[str, ...], department: str) -> None:
    assert refused(*heads, department=department).code == "unrouted"


def test_two_contracts_that_fit_equally_well_are_refused_as_ambiguous() -> None:
    toilets = CONTRACTS["toilet_ledger"]
    twin = replace(toilets, dataset="toilet_repairs", title="厕所维修台账")
    with pytest.raises(Refused) as caught:
        route(found(*TOILETS), {"toilet_ledger": toilets, "toilet_repairs": twin}, "toilet_reform")
    assert caught.value.code == "ambiguous_dataset"
    assert "农村改厕台账" in caught.value.message
    assert "厕所维修台账" in caught.value.message


def test_grants_and_attendance_of_the_same_children_are_told_apart() -> None:
    common = ("学期", "乡镇", "村", "姓名", "身份证号码", "学校", "学段", "年级", "学籍号")
    assert routed(*common, "不在校原因", department="education").contract.dataset == "student_status"
    assert (
        routed(*common, "资助项目", "资助金额", department="education").contract.dataset == "student_grants"
    )


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
@pytest.mark.parametrize("name", [0, 1])
def test_every_contract_gets_its_own_titles_and_first_aliases(dataset: str, name: int) -> None:
    contract = CONTRACTS[dataset]
    heads = [
        ((column.title, *column.aliases) * 2)[name] if column.aliases else column.title
        for column in contract.columns
    ]
    found = routed(
        *heads, department=contract.department, units=[header_key(head)[1] or None for head in heads]
    )
    assert found.contract.dataset == dataset
    assert list(found.mapping.values()) == list(range(len(heads)))
    assert found.guesses == ()


@pytest.mark.parametrize("county", ["conghua", "zengcheng"])
def test_the_real_village_report_is_understood_in_full(shared: Path, county: str) -> None:
    from connectors.readers import read_sheets
    from connectors.tables import find_tables

    (sheet,) = read_sheets(shared / "real" / f"gz_poverty_report_{county}_206.xls")
    (table,) = find_tables(sheet.grid)
    understood = route(Found(table), CONTRACTS, "poverty_monitoring")
    assert understood.contract.dataset == "village_poverty_report"
    assert list(understood.mapping.values()) == list(range(65))
    assert (understood.guesses, understood.unknown) == ((), ())


@pytest.mark.parametrize(("form", "dataset"), [("poor", "student_status"), ("subsidize", "student_grants")])
def test_real_education_ledgers_are_understood(shared: Path, form: str, dataset: str) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(shared / "real" / f"edu_ledger_template_{form}.xlsx").worksheets[0]
    heads = [str(cell.value) for cell in sheet[1]]
    understood = routed(*heads, department="education")
    assert understood.contract.dataset == dataset
    assert len(understood.mapping) == len(heads)
    assert [guess.column for guess in understood.guesses] == ["has_grant"]  # its title names a place


@pytest.mark.parametrize(("text", "key"), [("补助 金额（元）", ("补助金额", "元")), ("村（社区）", ("村社区", "")), ("产量/公斤", ("产量", "公斤")), ("镇内/镇外", ("镇内镇外", ""))])  # fmt: skip
def test_headers_are_compared_without_unit_and_punctuation(text: str, key: tuple[str, str]) -> None:
    assert header_key(text) == key


@pytest.mark.parametrize(("left", "right", "same"), [("亩", "公顷", True), ("万元", "元", True), ("户", "人", False), ("人", "人次", False), ("斤/亩", "公斤/亩", True), ("公斤", "公斤/亩", False), ("", "元", True)])  # fmt: skip
def test_units_of_one_kind_are_known(left: str, right: str, same: bool) -> None:
    assert same_kind(left, right) is same


@pytest.mark.parametrize(("sheet", "guidance"), [("填表说明", True), ("填报须知", True), ("示例", True), ("a.xlsx/填表说明", True), ("农村改厕台账", False), ("说明书台账", False), ("Sheet1", False)])  # fmt: skip
def test_a_sheet_that_explains_the_form_is_known_by_its_name(sheet: str, guidance: bool) -> None:
    assert is_guidance(sheet) is guidance


WORDS = sorted(
    {text for contract in CONTRACTS.values() for c in contract.columns for text in (c.title, *c.aliases)}
)
HEADS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=30)


@settings(deadline=None)
@given(HEADS, st.sampled_from(sorted({contract.department for contract in CONTRACTS.values()})))
def test_any_headers_are_routed_whole_or_refused_with_a_remedy(heads: list[str], department: str) -> None:
    table = found(*heads)
    try:
        result = route(table, CONTRACTS, department)
    except Refused as refusal:
        outcome = refusal
        result = None
    if result is None:
        assert outcome.code in ("unrouted", "ambiguous_dataset")
        assert outcome.message
        assert outcome.remedy
        return
    indexes = list(result.mapping.values())
    assert len(indexes) == len(set(indexes))
    assert {column.name for column in result.contract.columns if column.required} <= set(result.mapping)
    taken = {printed(table.table.columns[index]) for index in indexes}
    assert taken | set(result.unknown) <= set(heads)
