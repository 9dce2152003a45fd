"""Units in the names of columns: what is a unit, and what is an ordinary word in brackets."""

from __future__ import annotations

import pytest

from connectors.grid import Grid
from connectors.tables import Column, find_tables

UNITS = [
    "班",
    "盏",
    "盒",
    "笔",
    "单",
    "床位",
    "剂",
    "批次",
    "学时",
    "课时",
    "筐",
    "丛",
    "杯",
    "艘次",
    "台班",
    "剂次",
    "延米",
    "万人公里",
    "万吨公里",
    "人公里",
    "吨·公里",
    "座公里",
    "百亩",
    "亿立方米",
    "m",
    "W",
    "L",
    "t",
    "g/L",
    "ha",
    "km",
    "MW",
    "kWh",
    "万kWh",
    "mg/L",
    "mg/kg",
    "NTU",
    "CFU/100mL",
    "MPa",
    "L/s",
    "m3/d",
    "km/h",
    "dB",
    "元/人·月",
    "元/课时",
    "个/万人",
    "人/平方公里",
    "元/吨公里",
    "吨标准煤",
    "千克标准煤/吨",
    "次/min",
    "万标准箱",
]
WORDS = [
    "年级（班）",
    "村（组）",
    "村（社区）",
    "登记表（单）",
    "方案（A）",
    "季（节）",
    "姓名（男）",
    "乡（镇）",
    "负责人（签字）",
    "州（TX）",
    "型号（K）",
]


def last_column(name: str) -> Column:
    [table] = find_tables(Grid([["序号", "名称", name], [1, "某甲", 3], [2, "某乙", 4]]))
    return table.columns[-1]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_in_brackets_is_the_unit_of_the_column(unit: str) -> None:
    assert last_column(f"完成量（{unit}）") == Column(2, ("完成量",), unit)


@pytest.mark.parametrize(("written", "unit"), [("hm²", "hm2"), ("km²", "km2"), ("m³/s", "m3/s"), ("℃", "°C")])
def test_a_unit_with_signs_of_its_own_is_spelt_plainly(written: str, unit: str) -> None:
    assert last_column(f"完成量（{written}）").unit == unit


@pytest.mark.parametrize("name", WORDS)
def test_an_ordinary_word_in_brackets_is_no_unit(name: str) -> None:
    assert last_column(name).unit is None
