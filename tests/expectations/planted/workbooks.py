"""Workbooks of a ledger with private values in every place a spreadsheet can hold text, and honest columns beside them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook

from tests.expectations.planted.people import Person, people
from tests.expectations.planted.texts import texts

Fill = Callable[[Person, Person, random.Random], str]

COLUMNS: Mapping[str, Mapping[str, Fill]] = {
    "dev": {
        "家庭成员": lambda own, other, rng: f"{other.name}、{own.name}",
        "配偶": lambda own, other, rng: other.name,
        "残疾证号": lambda own, other, rng: own.disability,
        "座机": lambda own, other, rng: own.landline,
        "护照号": lambda own, other, rng: own.passport,
        "对象": lambda own, other, rng: other.name,
        "情况2": lambda own, other, rng: f"与{other.name}同住",
        "包户干部": lambda own, other, rng: other.name,
    },
    "held_out": {
        "子女": lambda own, other, rng: other.name,
        "共同居住人": lambda own, other, rng: f"{own.name},{other.name}",
        "残疾人证": lambda own, other, rng: own.disability,
        "固话": lambda own, other, rng: own.landline,
        "通行证号码": lambda own, other, rng: own.permit,
        "摸排": lambda own, other, rng: other.name,
        "补充": lambda own, other, rng: f"{own.phone}转{other.name}",
        "网格员": lambda own, other, rng: other.name,
        "微信号": lambda own, other, rng: own.phone,
    },
}
"""Columns that no contract describes, with private values in them."""

HONEST_COLUMNS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "dev": {
        "种植作物": ("白菜", "黄瓜", "马铃薯", "高粱", "花生", "甘蔗", "水稻", "麦子"),
        "自然村": ("王家湾", "李家坪", "张庄", "陈家沟", "杨柳冲", "周家屯"),
        "道路编码": ("X001460322", "C001460322", "Y123460322"),
        "家庭成员数": ("3", "4", "5"),
        "户主年龄": ("56", "43", "71"),
        "水源": ("山泉水", "自来水", "井水", "江水"),
        "合同号": ("HT2025-0601-001", "13800138000号", "2025061012345678"),
    },
    "held_out": {
        "品种": ("金桔", "黄牛", "白鹅", "花椒", "红薯", "桑树"),
        "小组": ("宋庄组", "梁家组", "许家湾", "田心", "石塘", "马路"),
        "路线": ("S215", "CE01460322", "G98国道"),
        "子女数": ("1", "2", "3"),
        "与户主关系": ("本人", "配偶", "长子", "女儿"),
        "建材": ("水泥", "石材", "沙石", "方砖", "红砖", "毛石"),
        "图斑": ("4603220010020001", "4603220010020002", "4603220010020003"),
    },
}
"""Columns that no contract describes and that hold nobody."""

SLICES = 3
"""Workbooks that share these columns among them: a sheet of mostly unknown columns is refused."""

TITLE = {"dev": "2025年6月农村改厕台账", "held_out": "农村改厕台账（2025年6月）"}
HEADS = {
    "dev": ("县区", "乡镇", "行政村", "户主", "身份证号", "联系电话", "改厕年度", "改厕类型", "竣工日期", "补助金额（元）", "备注"),
    "held_out": ("行政村", "乡镇", "县区", "身份证号", "户主姓名", "备注说明", "竣工日期", "改厕年度", "补助金额（元）", "改厕类型", "联系电话"),
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A workbook and what is in it.

    Attributes:
        sender_path: As it is handed in.
        secrets: Kind and value of everything private outside the columns that a contract holds for private.
        honest: Texts that must be shown as they are.
    """

    path: Path
    sender_path: str
    secrets: Sequence[tuple[str, str]]
    honest: Sequence[str] = field(default_factory=tuple)


def workbook(half: str, folder: Path, number: int) -> Planted:
    """One workbook of a half."""
    rng = random.Random(f"workbook {half} {number}")
    rows = people(half, 40, seed=100 + number)
    chief, guest = people(half, 2, seed=900 + number)
    remarks = [one.text for one in texts(half, rows, seed=number, rounds=1)]
    secrets: list[tuple[str, str]] = [
        ("title", chief.phone), ("header", guest.resident_id), ("sheet", rows[0].name), ("sheet", chief.resident_id),
        ("file", rows[1].name), ("file", guest.phone), ("folder", chief.card),
    ]  # fmt: skip
    honest: list[str] = []
    book = Workbook()
    sheet = book.active
    sheet.title = f"{rows[0].name}{chief.resident_id}"
    sheet.append([f"{TITLE[half]} 联系电话{chief.phone}"])
    private = dict(list(COLUMNS[half].items())[number % SLICES :: SLICES])
    plain = dict(list(HONEST_COLUMNS[half].items())[number % SLICES :: SLICES])
    sheet.append([*HEADS[half], *private, *plain, f"校验{guest.resident_id}"])
    for person in rows:
        other = rng.choice([one for one in rows if one is not person])
        found = next(one for one in texts(half, [person, other], seed=rng.randrange(10**6), rounds=1)[-1:])
        remark = rng.choice(remarks) if rng.random() < 0.5 else found.text
        cells = _known(person, rng) | {"备注": remark, "备注说明": remark}
        own = [fill(person, other, rng) for fill in private.values()]
        others = [rng.choice(values) for values in plain.values()]
        honest += others
        sheet.append([*(cells[head] for head in HEADS[half]), *own, *others, "√"])
        secrets += _secrets(person, other, "".join(own))
    sender_path = f"toilet_reform/{chief.card}/{rows[1].name}2025年6月改厕台账{guest.phone}.xlsx"
    path = folder / f"{half}-{number}.xlsx"
    book.save(path)
    return Planted(path, sender_path, secrets, honest)


def _known(person: Person, rng: random.Random) -> dict[str, str]:
    place = {"县区": "东山县", "乡镇": "清河镇", "行政村": "三村村"}
    return place | {
        "户主": person.name, "户主姓名": person.name, "身份证号": person.resident_id, "联系电话": person.phone, "改厕年度": "2025",
        "改厕类型": "三格式", "竣工日期": "2025-06-10", "补助金额（元）": str(rng.choice((1200, 1500, 2000))),
    }  # fmt: skip


def _secrets(person: Person, other: Person, written: str) -> list[tuple[str, str]]:
    """What of two persons is written in columns that no contract describes, or in the remarks."""
    values = (person.disability, person.landline, person.passport, person.permit, person.phone)
    numbers = [("undescribed number", value) for value in values if value in written]
    return [("name", person.name), ("name", other.name), *numbers]
