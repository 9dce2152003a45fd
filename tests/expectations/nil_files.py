"""Hand-ins for tests of nil reports: a made-up tree of regions, workbooks of a few lines, and what is made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from openpyxl import Workbook

from connectors.errors import Refused
from expectations.conform import RegionIndex
from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.submissions.understand import Submission, Understood, understand
from warehouse.schemas import REGIONS

TREE = """
990200000000 新河市 city
990221000000 清河县 county 990200000000
990221100000 柳河镇 township 990221000000
990221100200 桃村 village 990221100000
990221100201 李村 village 990221100000
990221200000 石桥乡 township 990221000000
990221200200 南沟村 village 990221200000
990221001000 东关街道 township 990221000000
990222000000 白云县 county 990200000000
990222100000 柳河镇 township 990222000000
990222200000 大坪乡 township 990222000000
990222200200 王庄村 village 990222200000
"""
TOILET = ("县区", "乡镇", "行政村", "户主", "身份证号", "改厕年度", "改厕类型", "竣工日期", "补助金额（元）")
ROAD = (
    "县区",
    "乡镇",
    "路线编码",
    "路线名称",
    "起点桩号",
    "止点桩号",
    "里程（公里）",
    "技术等级",
    "面层类型",
)
POVERTY = (
    "县区",
    "乡镇",
    "行政村",
    "户编号",
    "户主姓名",
    "证件号码",
    "家庭人口",
    "监测对象类型",
    "识别时间",
    "风险是否消除",
)
GRANT = ("县区", "乡镇", "行政村", "学生姓名", "身份证号码", "资助项目", "资助金额")
REGISTER = ("县区", "乡镇", "行政村", "总户数", "总人口")
STATUS = ("县区", "乡镇", "行政村", "姓名", "身份证号码", "学校", "不在校原因")

Line = Sequence[Any]


@cache
def contracts() -> Mapping[str, Contract]:
    """The built-in ones."""
    return load_contracts()


@cache
def regions() -> RegionIndex:
    """Two counties, of which each has a township 柳河镇."""
    rows = [line.split() for line in TREE.strip().splitlines()]
    return RegionIndex(
        pa.Table.from_pylist(
            [
                {
                    "region_code": code,
                    "name": name,
                    "level": level,
                    "parent_code": above[0] if above else None,
                }
                for code, name, level, *above in rows
            ],
            schema=REGIONS,
        )
    )


def merged(name: str, into: str) -> RegionIndex:
    """The same, one township of them merged into another of its county since."""
    index = regions()
    codes = {called: code for code, called in index.titles.items()}
    rows = [
        {"region_code": code, "name": called, "level": index.levels[code], "parent_code": index.parents[code]}
        | ({"successor": codes[into]} if called == name else {})
        for code, called in index.titles.items()
    ]
    return RegionIndex(pa.Table.from_pylist(rows, schema=REGIONS))


def handed_in(
    folder: Path, path: str, *sheets: tuple[str, Sequence[Line]], index: RegionIndex | None = None
) -> Understood | Refused:
    """What is made of a file; a CSV holds the lines of its one sheet."""
    at = folder / f"file{Path(path).suffix}"
    if path.endswith(".csv"):
        ((_, lines),) = sheets
        text = [",".join("" if cell is None else str(cell) for cell in line) for line in lines]
        at.write_text("\r\n".join(text) + "\r\n", encoding="utf-8")
    else:
        book = Workbook()
        book.remove(book.worksheets[0])
        for name, lines in sheets:
            sheet = book.create_sheet(name)
            for line in lines:
                sheet.append(list(line))
        book.save(at)
    submission = Submission("s", path.partition("/")[0], path, Path(path).name, at, dt.date(2026, 3, 5))
    return understand(submission, contracts(), index or regions())


def kind(found: Understood | Refused) -> str:
    """``rows`` or ``nil`` where it is taken, else the code of the refusal."""
    if isinstance(found, Refused):
        return found.code
    return "nil" if found.nil else "rows"


def spoken_for(found: Understood | Refused) -> tuple[str, str, set[str]]:
    """Dataset, month and names of the regions of a nil report; of two 柳河镇 that of 白云县 with its county."""
    assert isinstance(found, Understood), found
    assert found.nil is not None
    named = {code: regions().titles[code] for code, _ in found.nil.units}
    names = {"白云县柳河镇" if code == "990222100000" else name for code, name in named.items()}
    (period,) = {period for _, period in found.nil.units}
    return found.contract.dataset, period, names
