"""The tree of regions: statistical codes with their validity and successors, and the lists they are imported from.

A code is kept with 12 digits (2 province, 2 city, 2 county, 3 township, 3 village). Finding the code that a row of a
spreadsheet means does not belong here.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.periods import Month
from warehouse.schemas import REGIONS

LEVELS = ("province", "city", "county", "township", "village")
_LEVEL_OF_LENGTH = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
_PARENT_COLUMNS = ("streetCode", "areaCode", "cityCode", "provinceCode")
_CODE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", re.ASCII)
_SHOWN = 10

Row = dict[str, Any]


class RegionsError(ValueError):
    """A list of regions that cannot be taken; says in Chinese what is wrong where, and what to do."""


@dataclass(frozen=True)
class Region:
    """One code during one validity.

    Attributes:
        code: 12 digits.
        name: As the list gives it.
        level: One of ``LEVELS``.
        parent: Code of the region it lies in, None at the top.
        urban_rural: Urban-rural class (111 … 220) or None.
        group: Region group for the assessment or None.
        valid_from: First day of validity, None when unknown.
        valid_to: First day on which it is no longer valid, None while it is.
        successor: The code that took its place, None while it is valid.
        is_provisional: Given by us because no national list has it.
    """

    code: str
    name: str
    level: str
    parent: str | None
    urban_rural: str | None
    group: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    is_provisional: bool

    def is_valid(self, day: date) -> bool:
        """Whether the code is valid on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True)
class Regions:
    """A region tree.

    Attributes:
        history: All validities of all codes, a code's in order of time.
        by_code: By code, its latest validity.
    """

    history: tuple[Region, ...]
    by_code: Mapping[str, Region]
    _children: Mapping[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def from_table(cls, table: pa.Table) -> Regions:
        """The tree of a table in the ``REGIONS`` schema; rows may be in any order."""
        columns = [table[name].to_pylist() for name in REGIONS.names]
        history = sorted(
            (_region(values) for values in zip(*columns, strict=True)),
            key=lambda region: (region.code, region.valid_from or date.min),
        )
        by_code = {region.code: region for region in history}
        children: dict[str, list[str]] = defaultdict(list)
        for region in by_code.values():
            if region.parent is not None:
                children[region.parent].append(region.code)
        return cls(tuple(history), by_code, {code: tuple(below) for code, below in children.items()})

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Region:
        """The latest validity of a code.

        Raises:
            KeyError: The tree has no such code.
        """
        return self.by_code[code]

    def __len__(self) -> int:
        return len(self.by_code)

    def __iter__(self) -> Iterator[Region]:
        return iter(self.by_code.values())

    def parent(self, code: str) -> str | None:
        """The region it lies in, None at the top or where the tree does not have it."""
        above = self.by_code[code].parent
        return above if above in self.by_code else None

    def children(self, code: str) -> tuple[str, ...]:
        """The regions directly below, by code."""
        return self._children.get(code, ())

    def descendants(self, code: str) -> Iterator[str]:
        """All regions below, a parent before its children."""
        for child in self.children(code):
            yield child
            yield from self.descendants(child)

    def ancestors(self, code: str) -> Iterator[str]:
        """The regions above, the nearest first."""
        above = self.parent(code)
        while above is not None:
            yield above
            above = self.parent(above)

    def successor_of(self, code: str) -> str:
        """The code in force after it, over as many steps as it takes; itself while it is."""
        passed = set()
        while code in self.by_code and (after := self.by_code[code].successor) and code not in passed:
            passed.add(code)
            code = after
        return code

    def predecessors_of(self, code: str) -> tuple[str, ...]:
        """All codes that lead to this one, sorted."""
        return tuple(
            region.code for region in self if region.code != code and self.successor_of(region.code) == code
        )

    def current(self, month: Month) -> list[Region]:
        """What is valid on the last day of a month, by code."""
        return [region for region in self.history if region.is_valid(month.end)]

    def at_level(self, code: str, level: str) -> str | None:
        """The region itself or the one above it that is of a level."""
        return next((c for c in (code, *self.ancestors(code)) if self.by_code[c].level == level), None)

    def county_of(self, code: str) -> str | None:
        """The county it is or lies in."""
        return self.at_level(code, "county")

    def names(self, code: str) -> tuple[str, ...]:
        """Its name and those above it, from the top: 广州市, 从化区, 吕田镇, 三村村."""
        return tuple(reversed([self.by_code[c].name for c in (code, *self.ancestors(code))]))

    def orphans(self) -> list[str]:
        """Codes whose parent the tree does not have, sorted."""
        return sorted(region.code for region in self if region.parent and region.parent not in self.by_code)


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


def _region(values: tuple[Any, ...]) -> Region:
    code, name, level, parent, urban_rural, group, valid_from, valid_to, successor, provisional = values
    return Region(
        code, name, level, parent, urban_rural, group, valid_from, valid_to, successor, bool(provisional)
    )


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
