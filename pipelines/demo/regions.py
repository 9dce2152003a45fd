"""The regions of the demo: fictional counties, townships and villages, and the regions CSV.

Codes use the prefix 99, which is unassigned (the city's own is 9901). What a village has (households, farmland, roads) is in ``world``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from warehouse.schemas import REGIONS

VALID_FROM = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class Character:
    """What kind of county one is; every rate is a mean that its villages scatter around.

    Attributes:
        suffix: Last two digits of the six-digit county code.
        name: Fictional name.
        group: The region group that schemes give weights to.
        towns: How many townships.
        villages: How many villages a township has on average.
        households: Households of a village.
        farmland: Farmland per household, 亩.
        income: Income per person and year, 元.
        toilets: Share of households with a sanitary toilet.
        monitored: Monitored households per village.
        roads: Road segments per village.
        satisfaction: Mean answer of 1 to 5.
    """

    suffix: str
    name: str
    group: str
    towns: int
    villages: int
    households: int
    farmland: float
    income: int
    toilets: float
    monitored: float
    roads: float
    satisfaction: float


CHARACTERS = (
    Character("02", "云岫区", "城区", 6, 9, 150, 1.2, 38_000, 0.95, 0.8, 1.4, 4.5),
    Character("03", "砚池区", "城区", 7, 10, 140, 1.8, 35_500, 0.94, 1.0, 1.5, 4.4),
    Character("04", "墨澜区", "城郊区", 9, 14, 130, 3.2, 31_000, 0.90, 1.6, 1.8, 4.4),
    Character("81", "锦湾市", "百强县", 13, 18, 150, 4.0, 36_000, 0.95, 1.2, 2.4, 4.5),
    Character("21", "榆塘县", "农业县", 14, 18, 110, 7.5, 22_500, 0.84, 3.4, 2.0, 4.2),
    Character("22", "禾渚县", "农业县", 15, 19, 115, 9.5, 23_500, 0.83, 3.0, 2.0, 4.3),
    Character("23", "苇荡县", "农业县", 12, 16, 105, 8.2, 21_500, 0.80, 3.6, 1.8, 4.2),
    Character("24", "松砦县", "山区县", 13, 16, 85, 3.6, 18_500, 0.72, 4.8, 2.2, 4.1),
    Character("25", "岚峤县", "山区县", 11, 15, 80, 3.0, 17_500, 0.70, 5.2, 2.2, 4.1),
)

_FIRST = "沐汀渌溆浔洑沅澧泖淙湍潋漪滟濯灞炅炘煜燏杳枳枰柘栌栎桉桕梓梣棠椴楸榛槭橘檀蒹葭苕荇荻菰蒲蔚薜藕"
_SECOND = "溪坪岗坳垭塬畈浦渡桥湾滩洲埠圩塘堰陂泉井峪岭崖坡寨屯堡庄铺集店场园田"


@dataclass(frozen=True)
class Size:
    """How much of the city a scale makes.

    Attributes:
        cities: How many cities.
        counties: Suffixes of the counties that are made.
        towns: Upper bound on townships per county.
        villages: Villages per township, None for each county's own mean.
    """

    cities: int
    counties: tuple[str, ...]
    towns: int
    villages: int | None


SIZES = {
    "village": Size(1, ("81", "24"), 2, 5),
    "city": Size(1, tuple(one.suffix for one in CHARACTERS), 99, None),
    "province": Size(10, tuple(one.suffix for one in CHARACTERS), 99, None),
}


def make_regions(size: Size, rng: np.random.Generator) -> pd.DataFrame:
    """All regions of a scale, in code order: code, name, level, parent, urban_rural, group."""
    rows: list[tuple[str, str, str, str | None, str, str]] = []
    for city in range(1, size.cities + 1):
        prefix = f"99{city:02d}"
        name = "示例市" if city == 1 else f"示例{'一二三四五六七八九十'[city - 1]}市"
        rows.append((prefix + "0" * 8, name, "city", None, "", ""))
        for county in CHARACTERS:
            if county.suffix in size.counties:
                rows += _county(county, prefix, size, rng)
    columns = ["region_code", "name", "level", "parent_code", "urban_rural", "region_group"]
    return pd.DataFrame(rows, columns=columns).sort_values("region_code", ignore_index=True)


def write_regions_csv(regions: pd.DataFrame, path: Path) -> None:
    """Write the regions in the column layout of ``warehouse.schemas.REGIONS``, UTF-8."""
    table = regions.assign(
        valid_from=VALID_FROM.isoformat(), valid_to="", successor="", provisional="false"
    ).reindex(columns=REGIONS.names)
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _county(
    county: Character, prefix: str, size: Size, rng: np.random.Generator
) -> list[tuple[str, str, str, str | None, str, str]]:
    code = f"{prefix}{county.suffix}000000"
    rows: list[tuple[str, str, str, str | None, str, str]] = [
        (code, county.name, "county", prefix + "0" * 8, "", county.group)
    ]
    towns = min(county.towns, size.towns)
    stems = _names(towns, rng)
    shared = _names(3, rng)
    for number, stem in enumerate(stems):
        middle, kind = _township_kind(county, number, towns)
        town_code = f"{prefix}{county.suffix}{middle}000"
        rows.append((town_code, stem + kind, "township", code, "", county.group))
        villages = size.villages or max(4, round(county.villages + rng.normal(0, 2)))
        rows += _villages(county, town_code, villages, shared, kind, rng)
    return rows


def _township_kind(county: Character, number: int, towns: int) -> tuple[str, str]:
    """Streets first in the urban districts, then towns (镇), then 乡 for the last third."""
    streets = 2 if county.group == "城区" and towns > 2 else 0
    if number < streets:
        return f"{number + 1:03d}", "街道"
    if number < max(1, towns * 2 // 3):
        return f"{100 + number - streets:03d}", "镇"
    return f"{200 + number:03d}", "乡"


def _villages(
    county: Character,
    town_code: str,
    count: int,
    shared: list[str],
    kind: str,
    rng: np.random.Generator,
) -> list[tuple[str, str, str, str | None, str, str]]:
    # A village name met in several townships of a county is the reason never to join on it alone.
    names = [name for name in _names(count + 3, rng) if name not in shared]
    if rng.random() < 0.5 or count <= 5:
        names[0] = shared[int(rng.integers(0, len(shared)))]
    urban = {"街道": "112", "镇": "220", "乡": "220"}[kind]
    return [
        (
            f"{town_code[:9]}{200 + number:03d}",
            names[number] + "村",
            "village",
            town_code,
            "122" if kind == "镇" and number == 1 else urban,
            county.group,
        )
        for number in range(count)
    ]


def _names(count: int, rng: np.random.Generator) -> list[str]:
    picks = rng.choice(len(_FIRST) * len(_SECOND), count, replace=False)
    return [_FIRST[pick // len(_SECOND)] + _SECOND[pick % len(_SECOND)] for pick in picks.tolist()]
