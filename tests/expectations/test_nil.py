"""Nil reports: what says that there is nothing, of where and when; and what only looks like it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from nil_files import (
    GRANT,
    POVERTY,
    REGISTER,
    ROAD,
    TOILET,
    Line,
    contracts,
    handed_in,
    kind,
    merged,
    spoken_for,
)

from connectors.errors import Refused
from expectations.nil.words import how, matter_of, said, wording
from expectations.privacy.masks import Privacy
from expectations.resubmission import Comparison, Ruling, told
from expectations.submissions.judge import judge
from expectations.submissions.outcome import outcome_of
from expectations.submissions.understand import Understood

HOME = "toilet_reform/清河县/石桥乡2025年6月改厕台账.xlsx"
"""A name that says all: region, month and dataset."""
LINES = [["石桥乡2025年6月农村改厕台账"], TOILET]


@pytest.mark.parametrize(
    "rows",
    [
        [["本月无新增"]],
        [["无", *[None] * 7, 0]],
        [["—"] * 9],
        [[None, None, None, "无"]],
        [["清河县", "石桥乡", "本月未新改厕所"]],
        [["清河县", "石桥乡", None, "/", "/", 2025, "/", "/", 0]],
        [["六月份没有改厕任务"], ["合计", *[None] * 7, 0]],
        [[], ["填报人：严测试", None, "本期无"]],
        [["暂无", *[None] * 8], ["说明：每月 5 日前报送"]],
        [[None, "本月改厕数为0户"]],
        [["经摸排，我乡6月份没有新改户厕。"]],
    ],
)
def test_a_row_below_the_header_says_it(rows: Sequence[Line], tmp_path: Path) -> None:
    found = handed_in(tmp_path, HOME, ("6月", [*LINES, *rows]))
    assert spoken_for(found) == ("toilet_ledger", "2025-06", {"石桥乡"})


@pytest.mark.parametrize(
    "title",
    [
        "石桥乡2025年6月厕改零报告",
        "石桥乡2025年6月农村改厕台账（无）",
        "2025年6月石桥乡改厕0报告",
        "石桥乡6月份无新增改厕",
    ],
)
def test_a_title_says_it_with_or_without_a_header(title: str, tmp_path: Path) -> None:
    for lines in ([[title], TOILET], [[title]]):
        path = "toilet_reform/2025年/x.xlsx"
        assert spoken_for(handed_in(tmp_path, path, ("Sheet1", lines))) == (
            "toilet_ledger",
            "2025-06",
            {"石桥乡"},
        )


@pytest.mark.parametrize("into", ["东关街道", "大坪乡"])
def test_it_speaks_for_the_township_that_it_names_though_that_is_part_of_another_since(
    into: str, tmp_path: Path
) -> None:
    index = merged("石桥乡", into)
    for name in ("石桥乡", into):
        path = f"toilet_reform/{name}2025年6月厕改零报告.xlsx"
        found = handed_in(tmp_path, path, ("Sheet1", [TOILET, ["本月无新增"]]), index=index)
        assert spoken_for(found) == ("toilet_ledger", "2025-06", {name})
        assert isinstance(found, Understood)
        assert found.nil is not None
        assert {index.titles[code] for code in found.nil.regions} == {into}


def test_the_months_of_the_other_datasets_are_theirs(tmp_path: Path) -> None:
    cases: list[tuple[str, Sequence[Line], tuple[str, str, set[str]]]] = [
        (
            "road/清河县2025年三季度农村公路路段台账.csv",
            [["清河县2025年三季度农村公路路段台账"], ROAD, ["本季度无新建路段", *[""] * 8]],
            ("road_segments", "2025-09", {"清河县"}),
        ),
        (
            "poverty_monitoring/a.xlsx",
            [["大坪乡2025年7月防止返贫监测对象台账"], POVERTY, ["全乡无监测对象"]],
            ("monitored_households", "2025-07", {"大坪乡"}),
        ),
        (
            "education/白云县/x.xlsx",
            [["大坪乡2025年春季学期学生资助名单"], GRANT, ["白云县", "大坪乡", "无"]],
            ("student_grants", "2025-03", {"大坪乡"}),
        ),
        (
            "poverty_monitoring/石桥乡2025年二季度村级扶贫情况报表零报告.csv",
            [["特此报告"]],
            ("village_poverty_report", "2025-06", {"石桥乡"}),
        ),
        (
            "civil_affairs/x.xlsx",
            [["2025年6月农户底册"], REGISTER, ["白云县", "大坪乡", "无", "无", "无"]],
            ("household_register", "2025-06", {"大坪乡"}),
        ),
    ]
    for path, lines, expected in cases:
        if path.startswith("road"):
            assert kind(handed_in(tmp_path, path, ("S", lines))) == "nil_unchanged"
            lines = [*lines[:2], ["本季度无", *[""] * 8]]
        assert spoken_for(handed_in(tmp_path, path, ("S", lines))) == expected


def test_sheets_speak_each_for_its_own_township(tmp_path: Path) -> None:
    sheets = [(name, [TOILET, ["本月无新增"]]) for name in ("柳河镇", "石桥乡")]
    found = handed_in(tmp_path, "toilet_reform/清河县/2025年6月改厕.xlsx", *sheets, ("东关街道", [TOILET]))
    assert spoken_for(found) == ("toilet_ledger", "2025-06", {"柳河镇", "石桥乡"})


def test_a_column_of_periods_dates_it(tmp_path: Path) -> None:
    lines = [
        ["学生资助名单"],
        ("学期", *GRANT),
        ["2024-2025学年第二学期", "白云县", "大坪乡", "无", "无", "无", "无", 0],
    ]
    found = handed_in(tmp_path, "education/x.xlsx", ("S", lines))
    assert spoken_for(found) == ("student_grants", "2025-03", {"大坪乡"})


def test_several_months_are_asked_about_and_an_empty_file_is_told_how(tmp_path: Path) -> None:
    months = [(f"2025年{month}月", [TOILET, ["无"]]) for month in (5, 6)]
    assert kind(handed_in(tmp_path, "toilet_reform/石桥乡改厕.xlsx", *months)) == "period_conflict"
    empty = handed_in(tmp_path, HOME, ("S", []))
    assert isinstance(empty, Refused)
    assert (empty.code, "零报告" in empty.remedy) == ("empty", True)


def test_a_township_of_which_every_village_says_it_says_it(tmp_path: Path) -> None:
    villages = [["清河县", "柳河镇", name, "无"] for name in ("桃村", "李村")]
    titled = [["2025年6月农村改厕台账"], TOILET]
    assert kind(handed_in(tmp_path, "toilet_reform/x.xlsx", ("S", [*titled, villages[0]]))) == "nil_no_unit"
    assert spoken_for(handed_in(tmp_path, "toilet_reform/x.xlsx", ("S", [*titled, *villages])))[2] == {
        "柳河镇"
    }


def test_a_whole_county_is_all_its_townships_and_no_other(tmp_path: Path) -> None:
    found = handed_in(tmp_path, "toilet_reform/白云县/2025年11月.xlsx", ("S", [["全县本月无新增改厕户"]]))
    assert spoken_for(found) == ("toilet_ledger", "2025-11", {"白云县柳河镇", "大坪乡"})


@pytest.mark.parametrize(
    ("path", "lines", "code"),
    [
        (HOME, LINES, "no_rows"),
        (HOME, [*LINES, ["与上月相同"]], "nil_unchanged"),
        (HOME, [*LINES, ["本月没有变动"]], "nil_unchanged"),
        (HOME, [*LINES, ["本月未上报"]], "nil_unclear"),
        (HOME, [*LINES, ["不是零报告"]], "nil_unclear"),
        ("toilet_reform/x.xlsx", [["2025年6月改厕零报告统计"], ["石桥乡", "否"]], "nil_unclear"),
        (HOME, [*LINES, [], ["注：没有新增的应报零报告"]], "no_rows"),
        ("toilet_reform/x.xlsx", [["2025年6月农村改厕台账"], TOILET, ["我镇本月无新增"]], "nil_no_unit"),
        ("toilet_reform/x.xlsx", [["2025年6月全市改厕零报告"]], "nil_no_unit"),
        ("toilet_reform/石桥乡.xlsx", [["改厕零报告"]], "no_period"),
        ("toilet_reform/石桥乡2025年6月.xlsx", [["垃圾治理零报告"]], "nil_no_dataset"),
        ("toilet_reform/石桥乡2025年6月.xlsx", [*LINES, ["清河县", "柳河镇", "无"]], "nil_units_disagree"),
        ("toilet_reform/白云县/a.xlsx", [*LINES, ["无"]], "nil_units_disagree"),
        (HOME, [["石桥乡2025年6月农村改厕台账"], TOILET, ["全县本月无新增"]], "nil_units_disagree"),
    ],
)
def test_what_is_not_clear_is_asked_about(
    path: str, lines: Sequence[Line], code: str, tmp_path: Path
) -> None:
    found = handed_in(tmp_path, path, ("S", lines))
    assert kind(found) == code
    assert isinstance(found, Refused)
    assert "零报告" in found.remedy or code in ("no_period", "nil_no_unit")


@pytest.mark.parametrize(
    "rows", [[["", 1], ["", 2], ["", 3]], [["清河县", "石桥乡", *[None] * 6, 0]], [["清河县", "石桥乡"]]]
)
def test_a_form_that_is_filled_in_beforehand_says_nothing(rows: Sequence[Line], tmp_path: Path) -> None:
    assert kind(handed_in(tmp_path, HOME, ("S", [*LINES, *rows]))) == "rows"


def test_words_lack_something_else_or_speak_of_a_rule() -> None:
    matter = matter_of(contracts()["toilet_ledger"])
    for text in (
        "经核对无误",
        "无害化卫生厕所",
        "户主无身份证号",
        "实行零报告制度",
        "是否有无害化厕所",
        "数据无遗漏",
        "无棣县",
        "无公章无效",
    ):
        assert said(text, matter).saying == "", text
    for text in (
        "本月无资金下达",
        "除东关外全县无新增",
        "本月无法报送",
        "其余乡镇本月无",
        "上月无新增，本月新增改厕3户",
    ):
        assert said(text, matter).saying == "unclear", text


def test_only_the_words_that_say_it_are_quoted() -> None:
    matter = matter_of(contracts()["toilet_ledger"])
    for text, quoted in [
        ("填报人：严测试 本期无", "本期无"),
        ("我乡7月份未发生改厕，特此报告。", "7月份未发生改厕"),
        ("石桥乡2025年6月厕改零报告", "零报告"),
        ("与上月相同，严测试", "与上月"),
    ]:
        assert said(text, matter).text == quoted


def test_what_senders_are_told_to_write_is_taken_for_every_dataset(tmp_path: Path) -> None:
    for contract in contracts().values():
        place = "清河县" if contract.coverage == "county" else "石桥乡"
        title = wording(contract, place)
        found = handed_in(tmp_path, f"{contract.department}/x.xlsx", ("Sheet1", [[title]]))
        assert isinstance(found, Understood), (title, found)
        assert spoken_for(found)[0] == contract.dataset
        assert spoken_for(found)[2] == {place} if contract.coverage == "county" else True
        assert "零报告" in how(contract)


def test_it_is_accepted_with_no_rows_and_covers_its_unit(tmp_path: Path) -> None:
    nil = handed_in(tmp_path, HOME, ("S", [*LINES, ["本月无新增"]]))
    assert isinstance(nil, Understood)
    (judged,) = judge(nil.contract, [nil], Privacy(b"k" * 32))
    outcome = outcome_of(judged, "digest")
    assert (outcome.status, outcome.rows_in, outcome.period) == ("accepted", 0, "2025-06")
    assert outcome.coverage == {("990221200000", "2025-06"): 0}
    assert "石桥乡2025年6月《农村改厕台账》没有数据（0）" in judged.notes[0]


def test_the_title_that_a_file_with_a_unit_left_out_is_told_to_write_is_taken(tmp_path: Path) -> None:
    contract = contracts()["toilet_ledger"]
    kept = ("清河县石桥乡", "白云县柳河镇")
    (*_, left_out) = told(Comparison(same=3), Ruling("replaces"), contract, {"a": "a"}, {}, kept, "2025-06")
    (title,) = re.findall("标题写“(.+?)”", left_out)
    found = handed_in(tmp_path, "toilet_reform/x.xlsx", ("Sheet1", [[title]]))
    assert spoken_for(found) == ("toilet_ledger", "2025-06", {"石桥乡", "白云县柳河镇"})


def toilet_rows(town: str, village: str) -> list[Line]:
    return [
        TOILET,
        ("清河县", town, village, "严测试", "460322197001010017", 2026, "三格式", "2026-02-10", 1500),
    ]


BESIDE: dict[str, tuple[tuple[str, list[Line]], str]] = {
    "a row below the header": (("石桥乡", [TOILET, ("本月无新增",)]), "本月无新增"),
    "a title alone": (("石桥乡", [("石桥乡2026年2月没有新增改厕户",)]), "2月没有新增改厕户"),
    "a title over a header": (("Sheet2", [("石桥乡2026年2月改厕零报告",), TOILET]), "零报告"),
    "of the township that has rows": (("补充", [("柳河镇2026年2月改厕零报告",), TOILET]), "零报告"),
    "a row that names the place": (("二", [TOILET, ("清河县", "石桥乡", "无", "无", "无")]), "无"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_sheet_that_says_nothing_beside_one_with_rows_is_named_and_keeps_no_row_out(
    tmp_path: Path, name: str
) -> None:
    sheet, words = BESIDE[name]
    found = handed_in(
        tmp_path,
        "toilet_reform/2026-02/清河县.xlsx",
        ("柳河镇", [("清河县2026年2月改厕台账",), *toilet_rows("柳河镇", "桃村")]),
        sheet,
    )
    assert isinstance(found, Understood), found
    assert found.nil is None
    assert [table.extract.sheet for table in found.conformed] == ["柳河镇"]
    told = [str(one.message) for one in found.said if one.rule == "nil_beside_rows"]
    told += [why.message for _, why in found.leftovers if why.code == "nil_beside_rows"]
    (message,) = told
    assert f"工作表“{sheet[0]}”写的是“{words}”" in message


@pytest.mark.parametrize(
    "sheet",
    [
        ("填表说明", [("本月无新增的，填零报告",)]),
        ("备注", [("如无新增，请填“无”",)]),
        ("石桥乡", [*toilet_rows("石桥乡", "南沟村")]),
        ("空表", [TOILET]),
    ],
    ids=lambda sheet: sheet[0],
)
def test_a_sheet_of_instructions_or_rows_or_without_a_word_is_no_nil_report(
    tmp_path: Path, sheet: tuple[str, list[Line]]
) -> None:
    found = handed_in(
        tmp_path, "toilet_reform/2026-02/清河县.xlsx", ("柳河镇", toilet_rows("柳河镇", "桃村")), sheet
    )
    assert isinstance(found, Understood), found
    assert not [one for one in found.said if one.rule == "nil_beside_rows"]
    assert not [why for _, why in found.leftovers if why.code == "nil_beside_rows"]
