"""A dataset whose form was changed twice, for tests of versions: what a form asks, and files written on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from connectors.errors import Refused
from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.submissions.understand import Submission, Understood, understand
from tests.expectations.sheets import city

_FORM = """\
apiVersion: v3.2.0
kind: DataContract
id: saplings
version: {version}
status: active
domain: forestry
description: {{purpose: 逐地块登记造林}}
customProperties:
  - {{property: evidence, value: B}}
  - {{property: keeps, value: snapshot}}
  - {{property: coverage, value: township}}
{since}slaProperties:
  - {{property: frequency, value: monthly}}
  - {{property: dueDay, value: 10}}
schema:
  - name: saplings
    businessName: 造林台账
    logicalType: object
    properties:
      - name: township_name
        businessName: 乡镇
        logicalType: string
        customProperties: [{{property: role, value: township_name}}]
      - name: village_name
        businessName: 行政村
        logicalType: string
        customProperties: [{{property: role, value: village_name}}]
      - name: plot_number
        businessName: 地块编号
        logicalType: string
        primaryKey: true
        required: true
        customProperties: [{{property: kind, value: identifier}}]
"""
_SPECIES = """\
      - name: species
        businessName: 树种
        logicalType: string
        enum: [{species}]
"""
_AREA = """\
      - name: area_mu
        businessName: {title}
        logicalType: number
        required: true
        logicalTypeOptions: {{minimum: 0, maximum: {most}}}
        customProperties: [{{property: unit, value: 亩}}]
"""
SURVIVED = """\
      - name: survived_mu
        businessName: 成活面积
        logicalType: number
        customProperties: [{property: unit, value: 亩}]
"""
TENDED = """\
      - name: tended_on
        businessName: 抚育日期
        logicalType: date
        required: true
"""
PERIOD = """\
      - name: month
        businessName: 所属月份
        logicalType: string
        customProperties: [{property: role, value: period}]
"""


def form(
    version: str = "1.0.0",
    since: str = "",
    *more: str,
    species: Sequence[str] = ("杉木", "松木"),
    title: str = "造林面积",
    most: int = 1000,
) -> str:
    """A version's YAML; ``more`` are columns of its own."""
    valid = f"  - {{property: valid_from, value: '{since}'}}\n" if since else ""
    kinds = ", ".join(f"{{value: {one}}}" for one in species)
    parts = (_FORM.format(version=version, since=valid), _AREA.format(title=title, most=most))
    return "".join([*parts, _SPECIES.format(species=kinds), *more])


FIRST = form("1.0.0", "", SURVIVED)
SECOND = form("2.0.0", "2025-07", TENDED, species=("杉木", "柏木"), title="实际造林面积", most=100)


def contracts(folder: Path, *files: str, built_in: Sequence[str] = ()) -> dict[str, Contract]:
    """Contracts of a city's folder, and of one before it."""
    for name, texts in (("built_in", built_in), ("own", files)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for at, text in enumerate(texts):
            (folder / name / f"{at}.yaml").write_text(text, encoding="utf-8")
    return load_contracts([folder / "built_in", folder / "own"])


OLD_HEAD = ("乡镇", "行政村", "地块编号", "造林面积", "树种", "成活面积")
NEW_HEAD = ("乡镇", "行政村", "地块编号", "实际造林面积", "树种", "抚育日期")
Row = tuple[str, ...]


def old_row(number: str = "A-01", area: str = "12.5", species: str = "杉木") -> Row:
    return ("白石乡", "柳树村", number, area, species, "10")


def new_row(number: str = "A-01", area: str = "12.5", species: str = "杉木") -> Row:
    return ("白石乡", "柳树村", number, area, species, "2025-03-12")


def workbook(path: Path, sheets: Mapping[str, Sequence[Row]]) -> Path:
    """A file: by the sheet's name its rows, the first one the header."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def read(path: Path, known: Mapping[str, Contract], number: str = "s") -> Understood | Refused:
    """What a load would make of a file handed in by the foresters in 2026."""
    sender_path = f"forestry/{path.name}"
    handed_in = Submission(number, "forestry", sender_path, path.name, path, dt.date(2026, 3, 1))
    return understand(handed_in, known, city())
