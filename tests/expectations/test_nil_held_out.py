"""Nil reports in words and layouts that nothing was tuned on; beside them files that look like one and are none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from nil_files import GRANT, POVERTY, REGISTER, ROAD, STATUS, TOILET, Line, handed_in, kind, spoken_for

Case = tuple[str, Sequence[Line], tuple[str, str, set[str]]]
REAL = ("清河县", "石桥乡", "南沟村", "严测试", "46032219900101123X", 2025, "三格式", "2025-06-10", 1500)

NIL: dict[str, Case] = {
    "a sentence under the header": (
        "toilet_reform/清河县/柳河镇.xlsx",
        [["柳河镇2025年6月农村改厕台账"], TOILET, ["本月没有新增改厕户"]],
        ("toilet_ledger", "2025-06", {"柳河镇"}),
    ),
    "a letter and no table": (
        "toilet_reform/材料.xlsx",
        [["石桥乡2025年7月厕改零报告"], [], ["我乡7月份未发生改厕，特此报告。"], ["石桥乡人民政府"]],
        ("toilet_ledger", "2025-07", {"石桥乡"}),
    ),
    "strokes in every cell but the county": (
        "road/上报.xlsx",
        [["白云县农村公路路段台账（2025年二季度）"], ROAD, ["白云县", *["/"] * 8]],
        ("road_segments", "2025-06", {"白云县"}),
    ),
    "the file's name over a header alone": (
        "poverty_monitoring/大坪乡2025年8月防止返贫监测对象台账（零报告）.xlsx",
        [POVERTY],
        ("monitored_households", "2025-08", {"大坪乡"}),
    ),
    "无 in every cell, the county in the folder": (
        "education/清河县/表.xlsx",
        [["柳河镇学生资助名单"], ["2024-2025学年第二学期"], GRANT, ["无"] * 7],
        ("student_grants", "2025-03", {"柳河镇"}),
    ),
    "a whole county": (
        "toilet_reform/汇总.xlsx",
        [["清河县2025年6月农村改厕台账"], TOILET, [None, None, "全县本月无新增"]],
        ("toilet_ledger", "2025-06", {"柳河镇", "石桥乡", "东关街道"}),
    ),
    "noughts behind the township": (
        "toilet_reform/6月.csv",
        [["2025年6月农村改厕台账"], TOILET, ["清河县", "石桥乡", *[0] * 7]],
        ("toilet_ledger", "2025-06", {"石桥乡"}),
    ),
    "one row for each of two townships": (
        "toilet_reform/9月.xlsx",
        [
            ["2025年9月农村改厕台账"],
            ["序号", *TOILET],
            [1, "清河县", "柳河镇", "无"],
            [2, "清河县", "石桥乡", "无"],
        ],
        ("toilet_ledger", "2025-09", {"柳河镇", "石桥乡"}),
    ),
    "a remark below blank lines": (
        "survey/大坪乡.xlsx",
        [
            ["大坪乡2025年三季度满意度调查问卷"],
            ["县区", "乡镇", "行政村", "受访者编号", "访问员", "调查日期", "知晓度", "支持度", "满意度"],
            [],
            [],
            ["备注：本季度未开展调查，无数据。"],
        ],
        ("satisfaction_survey", "2025-09", {"大坪乡"}),
    ),
    "one of a department's three datasets, named by the file": (
        "agriculture/石桥乡2025年二季度农民合作社名录零报告.xlsx",
        [["本乡无农民合作社。"]],
        ("cooperatives", "2025-06", {"石桥乡"}),
    ),
    "a title that ends in 无": (
        "toilet_reform/清河县/报表.csv",
        [["柳河镇2025年6月农村改厕台账：无"], TOILET],
        ("toilet_ledger", "2025-06", {"柳河镇"}),
    ),
    "the last column alone": (
        "toilet_reform/大坪乡/2025-10/改厕台账.xlsx",
        [(*TOILET, "备注"), [*[None] * 9, "本月零申报"]],
        ("toilet_ledger", "2025-10", {"大坪乡"}),
    ),
    "pupils": (
        "education/大坪乡2024-2025学年第一学期控辍保学台账.xlsx",
        [["大坪乡控辍保学台账"], STATUS, ["本学期没有辍学学生"]],
        ("student_status", "2024-09", {"大坪乡"}),
    ),
    "a form with nothing in it": (
        "agriculture/白云县.xlsx",
        [
            ["白云县2025年农村统计年报（零报告）"],
            ["指标", "代码", "计量单位", "数值"],
            ["甲", "乙", "丙", 1],
            ["播种面积", "01", "亩", None],
            ["总产量", "02", "吨", None],
        ],
        ("rural_statistics", "2025-12", {"白云县"}),
    ),
}

NOT: dict[str, tuple[str, Sequence[Line]]] = {
    "a blank form": (
        "toilet_reform/石桥乡2025年6月农村改厕台账.xlsx",
        [["石桥乡2025年6月农村改厕台账"], TOILET],
    ),
    "as before": ("toilet_reform/石桥乡.xlsx", [["石桥乡2025年6月农村改厕台账"], TOILET, ["本月无变化"]]),
    "nothing new of a list that is whole every month": (
        "poverty_monitoring/大坪乡.xlsx",
        [["大坪乡2025年8月防止返贫监测对象台账"], POVERTY, ["本月无新增监测对象"]],
    ),
    "an instruction": (
        "toilet_reform/石桥乡.xlsx",
        [["石桥乡2025年6月农村改厕台账"], TOILET, [], ["说明：如本月无新增，请填写“无”。"]],
    ),
    "no mistakes": (
        "toilet_reform/石桥乡.xlsx",
        [["石桥乡2025年6月农村改厕台账"], TOILET, [], ["经核对无误。"]],
    ),
    "no month": ("toilet_reform/a.xlsx", [["石桥乡改厕零报告"]]),
    "no unit": ("toilet_reform/a.xlsx", [["2025年6月农村改厕台账"], TOILET, ["无"]]),
    "one village": ("toilet_reform/石桥乡/a.xlsx", [["南沟村2025年6月改厕零报告"]]),
    "two townships that contradict each other": (
        "toilet_reform/大坪乡2025年6月.xlsx",
        [["石桥乡2025年6月农村改厕台账"], TOILET, ["无"]],
    ),
    "a name of two townships": ("toilet_reform/a.xlsx", [["柳河镇2025年6月农村改厕台账"], TOILET, ["无"]]),
    "all but one": (
        "toilet_reform/清河县.xlsx",
        [["清河县2025年6月农村改厕台账"], TOILET, ["除石桥乡外，全县无新增"]],
    ),
    "a township that is not there": ("toilet_reform/清河县/a.xlsx", [["李家镇2025年6月改厕零报告"]]),
    "a department of many datasets": ("agriculture/a.xlsx", [["石桥乡2025年零报告"]]),
    "two months": ("toilet_reform/石桥乡2025年7月.xlsx", [["石桥乡2025年6月农村改厕台账零报告"], TOILET]),
    "no money": ("toilet_reform/石桥乡.xlsx", [["石桥乡2025年6月农村改厕台账"], TOILET, ["本月无资金下达"]]),
    "a month to come": ("toilet_reform/石桥乡.xlsx", [["石桥乡2026年11月农村改厕台账"], TOILET, ["无"]]),
    "a total of nothing": (
        "toilet_reform/石桥乡.xlsx",
        [["石桥乡2025年6月农村改厕台账"], TOILET, ["合计", *[None] * 7, 0]],
    ),
    "no toilets without harm": (
        "toilet_reform/石桥乡.xlsx",
        [["石桥乡2025年6月无害化卫生厕所农村改厕台账"], TOILET],
    ),
}

ROWS: dict[str, tuple[str, Sequence[Line]]] = {
    "real rows and one of 无": (
        "toilet_reform/清河县.xlsx",
        [["清河县2025年6月农村改厕台账"], TOILET, REAL, ["清河县", "柳河镇", "无"]],
    ),
    "无 in a remark": (
        "toilet_reform/石桥乡.xlsx",
        [["石桥乡2025年6月农村改厕台账"], (*TOILET, "存在问题"), (*REAL, "无")],
    ),
    "a village without households": (
        "civil_affairs/石桥乡.xlsx",
        [["石桥乡2025年6月农户底册"], REGISTER, ["清河县", "石桥乡", "南沟村", 0, 0]],
    ),
}


@pytest.mark.parametrize("name", NIL)
def test_what_says_that_there_is_nothing_is_a_nil_report(name: str, tmp_path: Path) -> None:
    path, lines, expected = NIL[name]
    assert spoken_for(handed_in(tmp_path, path, ("Sheet1", lines))) == expected


@pytest.mark.parametrize("name", NOT)
def test_what_does_not_say_it_is_none(name: str, tmp_path: Path) -> None:
    path, lines = NOT[name]
    assert kind(handed_in(tmp_path, path, ("Sheet1", lines))) != "nil"


@pytest.mark.parametrize("name", ROWS)
def test_what_has_rows_is_a_ledger(name: str, tmp_path: Path) -> None:
    path, lines = ROWS[name]
    assert kind(handed_in(tmp_path, path, ("Sheet1", lines))) == "rows"
