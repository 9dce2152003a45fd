"""Lists of regions: statistical codes with their validity and successors, as they are imported.

A code is kept with 12 digits (2 province, 2 city, 2 county, 3 township, 3 village). Finding the code that a row of a
spreadsheet means does not belong here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.schemas import REGIONS

LEVELS = ("province", "city", "county", "township", "village")
_LEVEL_OF_LENGTH = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
_PARENT_COLUMNS = ("streetCode", "areaCode", "cityCode", "provinceCode")
_CODE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", re.ASCII)
_SHOWN = 10

Row = dict[str, Any]


class RegionsError(ValueError):
    """A list of regions that cannot be taken; says in Chinese what is wrong where, and what to do."""


def full_code(code: str) -> str:
    """A code of 2, 4, 6, 9 or 12 digits with 12 digits.

    Raises:
        RegionsError: None of these.
    """
    if not _CODE.fullmatch(code):
        raise RegionsError(f"地区代码“{code}”不是 2、4、6、9 或 12 位数字，请核对。")
    return code.ljust(12, "0")


def read_regions_csv(path: Path, under: str | None = None) -> pa.Table:
    """Regions from a CSV, or from all the CSVs of a folder.

    Two layouts are known by their header: our own (the columns of ``REGIONS``; only region_code, name and level must
    be there; without the column parent_code the code says what lies in what) and that of public lists (``code``, ``name`` and ``streetCode`` … ``provinceCode``; one level a file).

    Args:
        path: A file in UTF-8 or GB18030, or a folder of such files.
        under: Only codes that begin with this one; the region of this code becomes the top of the tree.

    Returns:
        A table in the ``REGIONS`` schema, sorted by code and validity.

    Raises:
        RegionsError: Another layout, or rows that cannot be taken; names them.
    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise RegionsError(f"{path} 里没有 CSV 文件，请给出地区清单的文件或文件夹。")
    rows = [row for file in files for row in _read(file)]
    if under is not None:
        prefix = _prefix(under)
        rows = [row for row in rows if row["region_code"].startswith(prefix)]
        for row in rows:
            if row["region_code"] == full_code(prefix):
                row["parent_code"] = None
    _check_unique(path, rows)
    return pa.Table.from_pylist(sorted(rows, key=_order), schema=REGIONS)


def merge_regions(known: pa.Table, new: pa.Table) -> pa.Table:
    """The known regions with the new ones put in: all validities of a code that is new replace those known."""
    replaced = set(new["region_code"].to_pylist())
    rows = [row for row in known.to_pylist() if row["region_code"] not in replaced] + new.to_pylist()
    return pa.Table.from_pylist(sorted(rows, key=_order), schema=REGIONS)


def _order(row: Row) -> tuple[str, date]:
    return row["region_code"], row["valid_from"] or date.min


def _prefix(under: str) -> str:
    """A code without the zeros that only fill it up."""
    code = full_code(under)
    return next(code[:size] for size in (2, 4, 6, 9, 12) if not code[size:].strip("0"))


def _read(path: Path) -> list[Row]:
    lines = csv.DictReader(io.StringIO(_text(path)))
    columns = set(lines.fieldnames or ())
    if {"region_code", "name", "level"} <= columns:
        return _rows(path, lines, _own_row)
    if {"code", "name"} <= columns:
        return _rows(path, lines, _public_row)
    raise RegionsError(
        f"{path.name} 的表头是 {'、'.join(sorted(columns)) or '空的'}，看不出是地区清单；"
        "请使用 region_code,name,level,parent_code… 或 code,name,streetCode… 两种表头之一。"
    )


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _rows(
    path: Path, lines: Iterable[Mapping[str, str]], convert: Callable[[Mapping[str, str]], Row]
) -> list[Row]:
    rows, wrong = [], []
    for number, line in enumerate(lines, start=2):
        try:
            rows.append(convert({name: (value or "").strip() for name, value in line.items() if name}))
        except ValueError as error:
            wrong.append(f"第 {number} 行：{error}")
    if wrong:
        raise RegionsError(f"{path.name} 有 {len(wrong)} 行不能使用：{'；'.join(wrong[:_SHOWN])}")
    return rows


_DIGITS_ABOVE = {"county": 4, "township": 6, "village": 9}
"""How many digits of a code are those of the region above, where a list does not name it."""


def _own_row(line: Mapping[str, str]) -> Row:
    if line["level"] not in LEVELS:
        raise RegionsError(f"层级“{line['level']}”不是 {'、'.join(LEVELS)} 之一。")
    row = _bare_row(full_code(line["region_code"]), line["name"], line["level"])
    for name in ("parent_code", "successor"):
        row[name] = full_code(line[name]) if line.get(name) else None
    if "parent_code" not in line and (digits := _DIGITS_ABOVE.get(line["level"])):
        row["parent_code"] = full_code(row["region_code"][:digits])
    for name in ("urban_rural", "region_group"):
        row[name] = line.get(name) or None
    for name in ("valid_from", "valid_to"):
        row[name] = _day(line[name]) if line.get(name) else None
    row["provisional"] = line.get("provisional", "").lower() in ("true", "1", "是")
    return row


def _public_row(line: Mapping[str, str]) -> Row:
    code = line["code"]
    row = _bare_row(full_code(code), line["name"], _LEVEL_OF_LENGTH[len(code)])
    shorter = [size for size in _LEVEL_OF_LENGTH if size < len(code)]
    given = next((line[name] for name in _PARENT_COLUMNS if line.get(name)), None)
    parent = given or (code[: shorter[-1]] if shorter else None)
    row["parent_code"] = full_code(parent) if parent else None
    row["urban_rural"] = line.get("urban_rural") or None
    return row


def _bare_row(code: str, name: str, level: str) -> Row:
    if not name:
        raise RegionsError(f"{code} 没有名称，请补上。")
    return {
        **dict.fromkeys(REGIONS.names),
        "region_code": code,
        "name": name,
        "level": level,
        "provisional": False,
    }


def _day(text: str) -> date:
    """A day, or the first day of a month ``2014-02`` or of a year ``1994``."""
    try:
        return date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        raise RegionsError(f"日期“{text}”请写成 2014-02-01、2014-02 或 2014。") from None


def _check_unique(path: Path, rows: list[Row]) -> None:
    seen: set[tuple[str, date]] = set()
    twice = []
    for row in rows:
        if _order(row) in seen:
            twice.append(row["region_code"])
        seen.add(_order(row))
    if twice:
        raise RegionsError(
            f"{path.name} 中有 {len(twice)} 个地区代码重复：{'、'.join(twice[:_SHOWN])}；"
            "同一代码的多行须有不同的 valid_from。"
        )
