"""The words that statistical forms are made of; nothing else in this package holds vocabulary."""

from __future__ import annotations

import re
from unicodedata import normalize

from connectors.celltext import cell_text
from connectors.grid import Cell

THIS_YEAR, LAST_YEAR, CHANGE, CHANGE_RATE = "本年", "上年", "增减", "增减%"

_BASES = (
    (CHANGE_RATE, re.compile(r"(?:比?上年|同比)?(?:增减|增长|增幅)(?:[(]?%[)]?|率|幅度?)|同比%?")),
    (CHANGE, re.compile(r"(?:比?上年|同比)?增减(?:额|量|数)?")),
    (LAST_YEAR, re.compile(r"(?:上年|去年|上期)(?:同期|同月|同季)?(?:数|实绩|完成)?")),
    (THIS_YEAR, re.compile(r"(?:本年|今年|本期|本季|本月|当年)(?:数|实绩|完成)?")),
)
TOTAL = re.compile(
    r"[(]?(?:横向|纵向)?[)]?(?:总合计|合计|总计|共计|全[省市州县区镇乡村])[(]?(?:横向|纵向)?[)]?"
)
PLACE = re.compile(
    r".*(?:[省市州盟县区旗镇乡村]|街道|办事处|社区|居委会|农场|林场|林管局|管委会|经开区|开发区)"
)
SUBTOTAL = re.compile(r"小计|其中|^[(]?[一二三四五六七八九十]+[)、.]|^\d+[.、]")
"""Labels of rows that are parts of other rows, or numbered like them."""
CODES_ROW = re.compile(r"(?:汇总|指标)?代码(?:总汇|汇总)?|指标编码")
ROW_CODES = re.compile(r"(?:指标)?(?:代码|编码)|行次|行号")
UNIT_TITLES = ("计量单位", "计算单位", "单位")
NO_VALUE = re.compile(r"(?:指标)?代码|编码|(?:计量|计算)?单位|备注|说明")
PLAIN_VALUE = re.compile(r"数量|数值|合计|指标值")
REPORTER = re.compile(r"(?:填报单位|综合机关名称|填表单位|报送单位)(?:[(]盖?章[)])?[::]\s*([^\s:(]+)")
_RATIO = re.compile(
    r"单产|率|[%‰]|百分|千分|人均|户均|亩均|平均|每[亩户人公]|价格|单价|均价|比重|比例|占比|密度|强度|指数|系数|程度"
)


def plain(value: Cell) -> str:
    """The text of a cell, NFKC, without any blank in it."""
    return re.sub(r"\s+", "", normalize("NFKC", cell_text(value) or ""))


def basis_of(text: str) -> tuple[str | None, str]:
    """The basis that a label ends in (``合计本年``), and the rest of it; ``None`` and all of it where it names none.

    A rest without a word (``1—本季``) is another period, no basis.
    """
    for basis, pattern in _BASES:
        found = re.fullmatch(rf"(.*?)[(]?(?:{pattern.pattern})[)]?", text)
        if found and (not found[1] or re.search(r"[\u4e00-\u9fff]", found[1])):
            return basis, found[1]
    return None, text


def is_additive(path: str, unit: str | None) -> bool:
    """Whether values of an indicator may be added over regions: yields, rates, prices and per-unit values may not."""
    return not _RATIO.search(path) and not (unit and re.search(r"[/%‰]|每", unit))


def code_key(code: str) -> str:
    """A code as it is compared: ``01`` in a rule is ``1`` in the form."""
    return normalize("NFKC", code).strip().lstrip("0").upper() or "0"
