"""The dictionary of indicators: everything that is to be known of each, in the words of the office.

What is said here follows from the definitions and from plain facts of the datasets; files are written in ``dictionary_files``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import get_args

from warehouse.indicators.model import Dimension, Indicator, measured
from warehouse.relations import Source, relations_in


@dataclass(frozen=True)
class Kept:
    """Who keeps a dataset, in Chinese.

    Attributes:
        title: What it is called.
        department: Who hands it in.
        frequency: How often, and by when.
    """

    title: str
    department: str
    frequency: str


@dataclass(frozen=True)
class Entry:
    """One indicator as the dictionary has it; ``TITLES`` has the words for its fields.

    Attributes:
        statements: SQL by what it gives: 分子, 分母, 采用数.
    """

    dimension: str
    id: str
    title: str
    unit: str
    direction: str
    target: str
    description: str
    formula: str
    denominator_source: str
    inputs: str
    department: str
    frequency: str
    evidence: str
    additivity: str
    over_time: str
    valid_range: str
    source: str
    since: str
    statements: Mapping[str, str]

    @property
    def said(self) -> dict[str, str]:
        """What is said in words, by the field's title."""
        values = asdict(self)
        return {title: values[name] for name, title in TITLES.items()}


TITLES: Mapping[str, str] = {
    "dimension": "维度",
    "id": "代码",
    "title": "名称",
    "unit": "单位",
    "direction": "方向",
    "target": "目标",
    "description": "定义与口径",
    "formula": "计算公式",
    "denominator_source": "分母来源",
    "inputs": "数据来源",
    "department": "报送部门",
    "frequency": "报送频率",
    "evidence": "证据等级",
    "additivity": "能否加总",
    "over_time": "年度怎么取",
    "valid_range": "有效范围",
    "source": "依据",
    "since": "起始月份",
}

_DIRECTIONS = {"higher": "越高越好", "lower": "越低越好"}
_ADDITIVITY = {
    "ratio": "不能相加：分子、分母分别加总，最后相除",
    "survey": "不能相加：有权数的按村加权，没有的答卷数加总，最后相除",
    "sum": "可以相加",
    "adopted": "不能相加：只在公布的地区有值",
    "change": "不能相加：各地区用自己的两年数",
}
_OVER_TIME = {"last": "取最近一期的状态", "sum": "各期相加", "average": "各期平均"}
_SIDES = {"numerator": "分子", "denominator": "分母", "stated": "采用数", "weight": "各村权数"}
_NONE = "—"


def dictionary(
    indicators: Mapping[str, Indicator], sources: Mapping[str, Source], kept: Mapping[str, Kept]
) -> list[Entry]:
    """Every indicator, by dimension and id.

    Args:
        indicators: By id.
        sources: Facts by dataset, for the evidence.
        kept: By dataset, who keeps it.

    Raises:
        KeyError: An indicator reads a dataset of which nothing is known.
    """
    order = get_args(Dimension)
    every = sorted(indicators.values(), key=lambda one: (order.index(one.dimension), one.id))
    return [_entry(one, indicators, sources, kept) for one in every]


def _entry(
    one: Indicator,
    indicators: Mapping[str, Indicator],
    sources: Mapping[str, Source],
    kept: Mapping[str, Kept],
) -> Entry:
    behind = measured(one, indicators)
    inputs = [kept[dataset] for dataset in behind.inputs]
    divided = relations_in(behind.denominator) if not one.of else set()
    return Entry(
        dimension=one.dimension,
        id=one.id,
        title=one.title,
        unit=one.unit,
        direction=_DIRECTIONS[one.direction],
        target=_target(one),
        description=one.description,
        formula=_formula(one, behind),
        denominator_source=_each(
            f"{kept[name].title}（{kept[name].department}）" for name, _ in sorted(divided)
        ),
        inputs=_each(dataset.title for dataset in inputs),
        department=_each(dataset.department for dataset in inputs),
        frequency=_each(dataset.frequency for dataset in inputs),
        evidence=max((sources[dataset].evidence for dataset in behind.inputs), default=_NONE),
        additivity=_ADDITIVITY[one.kind],
        over_time="与上年全年相比" if one.of else _OVER_TIME[one.over_time],
        valid_range=_range(one),
        source=one.source,
        since=one.since or "有数据起",
        statements={_SIDES[side]: sql for side, sql in one.statements.items()},
    )


def _each(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(texts)) or _NONE


def _target(one: Indicator) -> str:
    """What is to be reached: none, nought and not applicable are three things."""
    whole = _NONE if one.target is None else f"{one.target:g}"
    own = [
        f"{region} {'不适用' if target is None else f'{target:g}'}" for region, target in one.targets.items()
    ]
    return "；".join([whole, *own])


def _formula(one: Indicator, behind: Indicator) -> str:
    factor = "" if one.scale == 1 else f" × {one.scale:g}"
    if one.kind == "change":
        whole = "（本期 − 上年同期）÷ 上年同期 × 100" if one.form == "percent" else "本期 − 上年同期"
        return f"{whole}，取“{behind.title}”"
    if one.kind == "adopted":
        return f"直接采用所填数值{factor}"
    if one.kind == "sum":
        return f"逐条记录的数值加总{factor}"
    interval = "，附 95% 置信区间" if one.kind == "survey" else ""
    return f"分子合计 ÷ 分母合计{factor}{interval}"


def _range(one: Indicator) -> str:
    least, most = one.valid_range
    if least is None and most is None:
        return "可正可负"
    return f"{least:g} 以上" if most is None else f"{least:g}—{most:g}"
