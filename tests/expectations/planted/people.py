"""Made-up people: valid numbers of an area nobody lives in, and names of each half's own."""

from __future__ import annotations

import random
from dataclasses import dataclass

from stdnum.cn import ric

from pipelines.demo.people import AREA

NAMES = {
    "dev": (
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
        "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂建国志华文玉海燕红梅春生",
        ("欧阳", "司马"),
        ("阿依古丽·买买提", "扎西次仁"),
    ),
    "held_out": (
        "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜",
        "振翔淑珍凤莲宝荣祥福贵喜才根土水金银旺盛友仁义忠孝贤惠慧颖婷雯佳怡欣宇轩浩然子涵梓",
        ("上官", "诸葛", "皇甫"),
        ("古力娜扎·热合曼", "卓玛央金"),
    ),
}


@dataclass(frozen=True)
class Person:
    """One person's private values, as they are in truth; how they are written is another matter."""

    name: str
    resident_id: str
    phone: str
    landline: str
    card: str
    passport: str
    permit: str
    disability: str
    student: str


def people(half: str, count: int, seed: int = 1) -> list[Person]:
    """Persons of a half; the same seed makes the same."""
    rng = random.Random(f"{half} {seed}")
    return [_person(half, rng) for _ in range(count)]


def _person(half: str, rng: random.Random) -> Person:
    born = f"{rng.randint(1935, 2019)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    stem = f"{AREA}{born}{rng.randint(1, 999):03}"
    number = stem + ric.calc_check_digit(stem + "0")
    area, digits = rng.choice((("010", 8), ("0898", 8), ("027", 8), ("0531", 8), ("0931", 7), ("0772", 7)))
    return Person(
        name=_name(half, rng),
        resident_id=number,
        phone=f"1{rng.choice(('38', '59', '77', '86', '99', '33', '50'))}{rng.randrange(10**8):08}",
        landline=f"{area}-{rng.randint(2, 8)}{rng.randrange(10 ** (digits - 1)):0{digits - 1}}",
        card=_card(rng),
        passport=rng.choice((f"E{rng.randrange(10**8):08}", f"EJ{rng.randrange(10**7):07}")),
        permit=rng.choice(("H", "M", "C")) + f"{rng.randrange(10**8):08}",
        disability=f"{number}{rng.randint(1, 7)}{rng.randint(1, 4)}",
        student=rng.choice("GGGL") + number,
    )


def _name(half: str, rng: random.Random) -> str:
    surnames, given, double, others = NAMES[half]
    draw = rng.random()
    if draw < 0.02:
        return rng.choice(others)
    surname = rng.choice(double) if draw < 0.06 else rng.choice(surnames)
    return surname + "".join(rng.sample(given, 1 if 0.06 < draw < 0.25 else 2))


def _card(rng: random.Random) -> str:
    stem = rng.choice(("621700", "622848", "623668", "621226")) + f"{rng.randrange(10**12):012}"
    doubled = [sum(divmod(int(d) * (2 - place % 2), 10)) for place, d in enumerate(reversed(stem))]
    return stem + str(-sum(doubled) % 10)
