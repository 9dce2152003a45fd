"""Units as clerks print them, and the factor from one to another. Never a guess: unknown is None.

Sources: 亩 is 1/15 公顷 (GB 3100 notes), 斤 is 0.5 公斤.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

_BASE: dict[str, tuple[str, Fraction]] = {
    **{name: ("area", Fraction(1)) for name in ("亩", "市亩")},
    **{name: ("area", Fraction(15)) for name in ("公顷", "hm2", "ha")},
    **{name: ("area", Fraction(15, 10_000)) for name in ("平方米", "m2", "平米")},
    **{name: ("area", Fraction(1500)) for name in ("平方公里", "平方千米", "km2")},
    **{name: ("money", Fraction(1)) for name in ("元", "人民币元", "rmb")},
    **{name: ("mass", Fraction(1)) for name in ("公斤", "千克", "kg")},
    **{name: ("mass", Fraction(1, 2)) for name in ("斤", "市斤")},
    **{name: ("mass", Fraction(1000)) for name in ("吨", "t")},
    **{name: ("mass", Fraction(1, 1000)) for name in ("克", "g")},
    **{name: ("length", Fraction(1000)) for name in ("公里", "千米", "km")},
    **{name: ("length", Fraction(1)) for name in ("米", "m")},
    **{name: ("length", Fraction(1, 100)) for name in ("厘米", "cm")},
    **{name: ("length", Fraction(1, 1000)) for name in ("毫米", "mm")},
    **{name: ("share", Fraction(1, 100)) for name in ("%", "百分比", "百分之")},
    "‰": ("share", Fraction(1, 1000)),
    "小数": ("share", Fraction(1)),
    **{name: ("volume", Fraction(1)) for name in ("立方米", "m3", "立方")},
    **{name: ("power", Fraction(1)) for name in ("千瓦", "kw")},
    "瓦": ("power", Fraction(1, 1000)),
    **{name: ("energy", Fraction(1)) for name in ("千瓦时", "度", "kwh")},
    **{name: ("persons", Fraction(1)) for name in ("人", "名", "口")},
}
_THINGS = "个 处 座 家 所 项 条 件 台 辆 宗 套 份 栋 间"
_COUNTED = "户 人次 户次 头 只 眼 株 次 块 分 岁 年 月 天 村 期 亩次 场 队"
_BASE.update({name: ("things", Fraction(1)) for name in _THINGS.split()})
_BASE.update({name: (name, Fraction(1)) for name in _COUNTED.split()})

_PREFIX = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
}
_COUNT_DIMENSIONS = frozenset(_COUNTED.split()) | {"persons", "things"}
_TITLE_UNIT = re.compile(r"(?<![报制填统送表工管责])单位\s*[:：]\s*(.+)")


@dataclass(frozen=True)
class Unit:
    """A unit: what it measures, and how many base units it is.

    Attributes:
        dimension: Names of what is measured, numerator first (``("mass", "area")`` for 公斤/亩).
        factor: Base units per unit.
        scaled: Whether a multiple (万元) of a named unit is meant.
    """

    dimension: tuple[str, ...]
    factor: Fraction
    scaled: bool = False

    @property
    def counts(self) -> bool:
        """Whether it merely names the things counted (户, 个)."""
        return len(self.dimension) == 1 and self.dimension[0] in _COUNT_DIMENSIONS and not self.scaled


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | None:
    """Read a unit as printed (``万元``, ``(公斤／亩)``, ``元/人``); None when it is not one."""
    parts = [_simple(part) for part in re.split(r"/|每", _plain(text))]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    factor = known[0].factor
    for part in known[1:]:
        factor /= part.factor
    return Unit(tuple(part.dimension[0] for part in known), factor, any(part.scaled for part in known))


def conversion(printed: str, wanted: str) -> Fraction | None:
    """How many of ``wanted`` one of ``printed`` is; None when they do not measure the same thing."""
    if _plain(printed) == _plain(wanted):
        return Fraction(1)
    source, target = parse_unit(printed), parse_unit(wanted)
    if source is None or target is None or source.dimension != target.dimension:
        return None
    return source.factor / target.factor


def multiplier(text: str) -> int | None:
    """What a bare 万, 亿, 千 … multiplies by; None when it is not one."""
    return _PREFIX.get(text)


def title_units(titles: Iterable[str]) -> tuple[str, ...]:
    """Units that title rows state for the whole table (``单位：万元、亩``), in order, known ones only.

    ``填报单位：三村村`` names an office, not a unit.
    """
    found: dict[str, None] = {}
    for title in titles:
        for stated in _TITLE_UNIT.findall(unicodedata.normalize("NFKC", title)):
            for part in re.split(r"[、,，;；。\s]|和", stated):
                if part and parse_unit(part) is not None:
                    found[part.strip(" ()")] = None
    return tuple(found)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" ()[]:〔〕【】").replace(" ", "")


def _simple(text: str) -> Unit | None:
    name = text.lower()
    if name in _BASE:
        dimension, factor = _BASE[name]
        return Unit((dimension,), factor)
    for prefix in sorted(_PREFIX, key=len, reverse=True):
        rest = name.removeprefix(prefix)
        if rest != name and rest in _BASE:
            dimension, factor = _BASE[rest]
            return Unit((dimension,), factor * _PREFIX[prefix], scaled=True)
    return None
