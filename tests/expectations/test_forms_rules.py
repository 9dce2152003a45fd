"""Rules that forms print about themselves are read in every spelling that forms use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.grid import Cell, Grid, Sheet
from connectors.readers import read_sheets
from expectations.forms import parse_relations, printed_rules


def said(text: str) -> list[str]:
    relations, unparsed = parse_relations(text)
    assert not unparsed
    return [str(relation) for relation in relations]


@pytest.mark.parametrize(
    ("printed", "relations"),
    [
        ("07>28;09≥10;20+21+22≥23", ["07>28", "09≥10", "20+21+22≥23"]),
        ("11=01+02-05", ["11=01+02-05"]),
        ("07、09、10 ≤05，12=13+14", ["07≤05", "09≤05", "10≤05", "12=13+14"]),
        ("07,09,10≤05", ["07≤05", "09≤05", "10≤05"]),
        ("05≥07、09，08=01", ["05≥07", "05≥09", "08=01"]),
        ("01=02+03、04=05+06", ["01=02+03", "04=05+06"]),
        ("11=01+02-05=12+16", ["11=01+02-05", "11=12+16"]),
        ("10≥11≥12", ["10≥11", "11≥12"]),
        ("5=＞10+11，１＞2，3≧4，5≦6", ["5≥10+11", "1>2", "3≥4", "5≤6"]),
        ("02﹤01，21﹥22", ["02<01", "21>22"]),
        ("1=2+10；2=3+4;10=11+15 11=12+13 19≥20+21", ["1=2+10", "2=3+4", "10=11+15", "11=12+13", "19≥20+21"]),
        ("（1）=（2）+（3）。", ["1=2+3"]),
        ("丙=甲＋乙", ["丙=甲+乙"]),
        ("第3栏=1栏+2栏", ["3=1+2"]),
        ("01（面积、产量）=02+03", ["01(面积、产量)=02+03"]),
        ("03大于等于04，05不大于06", ["03≥04", "05≤06"]),
        ("04=0.5×03-(01-02)", ["04=0.5×03-01+02"]),
        ("10=11×100", ["10=100×11"]),
        ("07≥0", ["07≥0"]),
        ("24=25+26          第01页", ["24=25+26"]),
        ("①01=02+03；②04≥05", ["01=02+03", "04≥05"]),
        ("①=②+③", ["1=2+3"]),
        ("(1) 01=02+03;(2) 04≥05", ["01=02+03", "04≥05"]),
        ("1.01=02+03；2.04≥05", ["01=02+03", "04≥05"]),
        ("1、01=02+03；2、04≥05", ["01=02+03", "04≥05"]),
        ("01行=02行+03行", ["01=02+03"]),
    ],
)
def test_a_rule_is_read_as_it_is_meant(printed: str, relations: list[str]) -> None:
    assert said(printed) == relations


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("种植业收入＝一＋二＋三", "没有写指标代码"),
        ("01=上年年末耕地总资源", "上年"),
        ("05=04/03", "乘除"),
        ("05=01+…+04", "省略号"),
        ("05=(01+04", "括号"),
        ("05=01+", "不完整"),
        ("分项之和05", "不是指标代码"),
    ],
)
def test_what_no_sum_over_codes_says_is_returned_with_the_reason(printed: str, reason: str) -> None:
    relations, (unparsed,) = parse_relations(printed)
    assert relations == []
    assert reason in unparsed.reason


def test_one_unreadable_rule_does_not_spoil_its_neighbours() -> None:
    relations, unparsed = parse_relations("01=上年年末数，11=01+02-05；02≥03+04")
    assert [str(relation) for relation in relations] == ["11=01+02-05", "02≥03+04"]
    assert [rule.text for rule in unparsed] == ["01=上年年末数"]


def test_rules_are_found_in_notes_and_in_the_line_that_continues_them() -> None:
    sheet = Sheet(
        "表一",
        False,
        Grid(
            [
                ["指标名称", "计量单位", "代码", "数量"],
                ["甲", "乙", "丙", "1"],
                ["一、油料", "吨", "01", 9],
                ["其中：花生", "吨", "02", 4],
                ["芝麻", "吨", "03", 5],
                ["填表人：          填表日期：2016年12月"],
                ["说明：1.本表由乡镇填报，误差≤5%。"],
                ["2.平衡关系：01=02+03；"],
                ["01≥02。"],
                ["3.报送时间为12月25日。"],
            ]
        ),
    )
    relations, unparsed = printed_rules(sheet)
    assert [(str(relation), relation.sheet, relation.row) for relation in relations] == [
        ("01=02+03", "表一", 8),
        ("01≥02", "表一", 9),
    ]
    assert unparsed == []


_CODE = st.integers(1, 999).map(lambda number: f"{number:02d}")
_SUM = st.lists(_CODE, min_size=1, max_size=5)


@settings(deadline=None)
@given(
    st.lists(st.tuples(_SUM, st.sampled_from("=≥≤><"), _SUM), min_size=1, max_size=6),
    st.sampled_from([";", "；", "，", "。", "\n", "； "]),
    st.sampled_from(["", " ", "　"]),
    st.booleans(),
)
def test_rules_written_in_any_mix_of_signs_read_back(
    rules: list[tuple[list[str], str, list[str]]], separator: str, blank: str, is_wide: bool
) -> None:
    plain = ["+".join(left) + sign + "+".join(right) for left, sign, right in rules]
    text = separator.join(rule.replace("+", f"{blank}+{blank}") for rule in plain)
    if is_wide:
        text = text.translate(str.maketrans("0123456789+=><", "０１２３４５６７８９＋＝＞＜"))
    assert said(text) == plain


@settings(deadline=None)
@given(st.text(alphabet="0123456789+-=<>≥≤×/()（）、；;,，. 甲乙上年面积…%一二第页", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    relations, unparsed = parse_relations(text)
    assert all(rule.reason for rule in unparsed)
    assert all(
        relation.left.terms or relation.right.terms or relation.left.constant is not None
        for relation in relations
    )


def test_the_rules_of_the_real_forms_are_read(shared: Path) -> None:
    relations, unparsed = [], []
    for name in ("hubei_2016_agri_report_forms.xls", "snj_2016_rural_yearbook_28sheets.xls"):
        for sheet in read_sheets(shared / "real" / name):
            good, bad = printed_rules(sheet)
            relations += good
            unparsed += bad
    assert len(relations) == 99  # 87 of the forms, 12 of the yearbook
    assert {rule.text: rule.reason[:8] for rule in unparsed} == {
        "01=上年年未耕地总资源": "与上年（期）的其",
        "种植业收入=一+二+三+四+五+六+七+八+九": "用文字和序号（一",
    }


def test_prose_and_ledgers_make_no_rules() -> None:
    rows: list[list[Cell]] = [
        ["户主", "与户主关系", "年龄"],
        ["王某", "关系：本人", 50],
        ["李某", "配偶", 48],
        ["注：1.平衡关系：01=02+03，单位为亩。"],
        ["2.误差≤5%；1=是，2=否。"],
    ]
    relations, unparsed = printed_rules(Sheet("台账", False, Grid(rows)))
    assert [str(relation) for relation in relations] == ["01=02+03"]
    assert unparsed == []
