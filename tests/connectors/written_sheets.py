"""Sheets as clerks write them, made at random together with what each row is; for the property tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from connectors.grid import Cell, Grid, Merge

TOWNS = ("松柏镇", "阳日镇", "木鱼镇", "红坪乡", "新华街道")
VILLAGES = ("东坑村", "三村村", "五和村", "狮象村", "竹坑村", "联丰社区")
PEOPLE = ("张三", "李四", "王五", "欧阳小明", "钱七")
GROUPS = (
    ("补助情况", ("补助金额（元）", "是否验收")),
    ("基本情况", ("家庭人口", "年度")),
    ("种植情况", ("面积(亩)", "里程/公里")),
)
UNITS = {"补助金额（元）": "元", "面积(亩)": "亩", "里程/公里": "公里"}
NUMERIC = (*UNITS, "家庭人口")
INDICATORS = (("播种面积", "亩"), ("单产", "公斤"), ("总产量", "吨"), ("乡村户数", "户"), ("总收入", "万元"))


@dataclass
class Written:
    """A sheet and the truth about it.

    Attributes:
        rows: Its cells.
        merged: Its merged ranges.
        kinds: Row numbers by kind: title, header, body, total, section, note.
        names: The leaf of every column, without its unit.
        units: The unit of every column.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[Merge] = field(default_factory=list)
    kinds: dict[str, list[int]] = field(
        default_factory=lambda: {k: [] for k in ("title", "header", "body", "total", "section", "note")}
    )
    names: list[str] = field(default_factory=list)
    units: list[str | None] = field(default_factory=list)

    @property
    def grid(self) -> Grid:
        width = max(len(row) for row in self.rows)
        return Grid([row + [""] * (width - len(row)) for row in self.rows], self.merged)

    def add(self, kind: str | None, *cells: Cell) -> int:
        if kind:
            self.kinds[kind].append(len(self.rows))
        self.rows.append(list(cells))
        return len(self.rows) - 1

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right):
            self.merged.append((top, left, bottom, right))


def number(rng: Random, as_text: bool) -> Cell:
    value = rng.choice([rng.randint(1, 5000), round(rng.random() * 900 + 1, 2)])
    return rng.choice([str(value), f"{value:,}"]) if as_text else value


def _values(rng: Random, as_text: bool) -> dict[str, Callable[[int], Cell]]:
    return {
        "序号": lambda i: str(i + 1) if as_text else i + 1,
        "乡镇": lambda i: rng.choice(TOWNS),
        "村名称": lambda i: rng.choice(VILLAGES),
        "户主姓名": lambda i: rng.choice(PEOPLE),
        "身份证号": lambda i: f"460322{rng.randint(1950, 2000)}0101001X",
        "竣工日期": lambda i: "2025年6月" if as_text else dt.date(2025, 6, rng.randint(1, 28)),
        "改厕类型": lambda i: rng.choice(["三格式", "双瓮式", "完整下水道水冲式"]),
        "是否验收": lambda i: rng.choice("是否"),
        "年度": lambda i: "2025" if as_text else 2025,
        "家庭人口": lambda i: str(rng.randint(1, 8)) if as_text else rng.randint(1, 8),
        **{name: lambda i: number(rng, as_text) for name in UNITS},
    }


def ledger(rng: Random) -> Written:
    """A departmental ledger: one row per household or project."""
    sheet, as_text = Written(), rng.random() < 0.4
    merges = not as_text or rng.random() < 0.3
    layout = _layout(rng)
    width = len(layout)
    _heading(sheet, rng, width, merges)
    _ledger_header(sheet, layout, merges)
    values = _values(rng, as_text)
    totals = rng.choice(["", "top", "bottom"]) if any(name in NUMERIC for _, name in layout) else ""

    def total(label: str) -> None:
        numbers = [number(rng, as_text) if name in NUMERIC else "" for _, name in layout]
        sheet.add("total", label, *numbers[1:])

    if totals == "top":
        total(rng.choice(["合计", "合 计", "全县合计"]))
    for i in range(rng.randint(2, 12)):
        cells = [values[name](i) for _, name in layout]
        sheet.add(
            "body", *[_maybe_blank(rng, name, cell) for (_, name), cell in zip(layout, cells, strict=True)]
        )
    if totals == "bottom":
        total(rng.choice(["合计", "总  计", "小计"]))
    _footer(sheet, rng)
    return sheet


def _maybe_blank(rng: Random, name: str, cell: Cell) -> Cell:
    if name in NUMERIC and rng.random() < 0.1:
        return rng.choice(["", "—", "--"])
    return "" if name in ("身份证号", "竣工日期", "改厕类型") and rng.random() < 0.1 else cell


def _layout(rng: Random) -> list[tuple[str, str]]:
    """Pairs of group head (``""`` for none) and name."""
    names = ["序号"] * (rng.random() < 0.7) + ["乡镇"] * (rng.random() < 0.7) + ["户主姓名"]
    names += rng.sample(["村名称", "身份证号", "竣工日期", "改厕类型"], rng.randint(0, 3))
    groups = rng.sample(GROUPS, rng.randint(1, 2))
    flat = rng.random() < 0.5
    return [("", name) for name in names] + [
        ("" if flat else group, name) for group, members in groups for name in members
    ]


def _heading(sheet: Written, rng: Random, width: int, merges: bool) -> None:
    if rng.random() < 0.7:
        row = sheet.add("title", rng.choice(["2025年改厕台账", "某县农村公路明细表", "附件1：", "资助名单"]))
        if merges:
            sheet.merge(row, 0, row, width - 1)
    if rng.random() < 0.5:
        blanks = [""] * (width - 2)
        sheet.add(
            "title",
            rng.choice(["填报单位：某县", "单位名称：某县农业农村局"]),
            *blanks,
            rng.choice(["", "2025年6月30日"]),
        )
    if rng.random() < 0.2 and sheet.rows:
        sheet.add(None, "")


def _ledger_header(sheet: Written, layout: list[tuple[str, str]], merges: bool) -> None:
    groups, names = [group for group, _ in layout], [name for _, name in layout]
    sheet.units = [UNITS.get(name) for name in names]
    sheet.names = [name.replace("（元）", "").replace("(亩)", "").replace("/公里", "") for name in names]
    if not any(groups):
        sheet.add("header", *names)
        return
    heads = [g if g != before else "" for g, before in zip(groups, ["", *groups], strict=False)]
    top = sheet.add(
        "header",
        *[head or ("" if group else name) for head, (group, name) in zip(heads, layout, strict=True)],
    )
    sheet.add("header", *[name if group else "" for group, name in layout])
    for col, group in enumerate(groups if merges else ()):
        if not group:
            sheet.merge(top, col, top + 1, col)
        elif heads[col]:
            sheet.merge(top, col, top, col + groups.count(group) - 1)


def _footer(sheet: Written, rng: Random) -> None:
    kind = rng.randint(0, 3)
    if kind and rng.random() < 0.3:
        sheet.add(None, "")
    if kind == 1:
        sheet.add("note", "填表人：王某", "", "审核人：")
    elif kind == 2:
        sheet.add("note", "注：1.本表由乡镇填报。")
        sheet.add("note", "2.面积以亩为单位。")
    elif kind == 3:
        sheet.add("note", "单位负责人：        填表人：        报出日期：2025年6月")


def regions_by_indicators(rng: Random) -> Written:
    """A statistical form: towns down, indicators across, with units and codes in rows of their own."""
    sheet, as_text = Written(), rng.random() < 0.3
    chosen = [rng.choice(INDICATORS) for _ in range(rng.randint(2, 6))]
    coded = rng.random() < 0.6
    sheet.add("title", "农业生产条件（二）")
    sheet.add("title", *[""] * len(chosen), "表    号：A302表")
    sheet.add("title", "填报单位：某县")
    stub: list[Cell] = ["编号"] if coded else []
    sheet.add("header", "指标名称", *stub, *[name for name, _ in chosen])
    sheet.add("header", rng.choice(["计算单位", "计量单位"]), *["--"] * coded, *[unit for _, unit in chosen])
    if rng.random() < 0.6:
        sheet.add("header", "汇总代码", *["－"] * coded, *[f"{i + 1:02d}" for i in range(len(chosen))])
    sheet.names = ["指标名称", *["编号"] * coded, *[name for name, _ in chosen]]
    sheet.units = [None, *[None] * coded, *[unit for _, unit in chosen]]

    def row(kind: str, label: str) -> None:
        code: list[Cell] = [f"{len(sheet.kinds['body']) + len(sheet.kinds['total']):02d}"] * coded
        sheet.add(kind, label, *code, *[number(rng, as_text) for _ in chosen])

    for label in rng.choice([["本  年", "上  年", "增减", "增减%"], ["合  计"], []]):
        row("total", label)
    for town in rng.sample(TOWNS, rng.randint(2, len(TOWNS))):
        row("body", town)
    if rng.random() < 0.5:
        row("total", rng.choice(["横向合计", "合计（横向）"]))
    _footer(sheet, rng)
    return sheet


def indicators_by_columns(rng: Random) -> Written:
    """A statistical form: coded indicators down, headings between them, filled in or blank."""
    sheet, blank = Written(), rng.random() < 0.4
    sheet.add("title", "农 业 生 产 条 件（一）", "8,0,3")
    sheet.add("title", "表    号：鄂农年01表")
    sheet.add("title", "综合机关名称：某县统计局          2016年")
    sheet.names, sheet.units = ["指标名称", "计量单位", "代码", "数量"], [None] * 4
    sheet.add("header", "指 标 名 称", "计量单位", "代  码", "数量")
    if rng.random() < 0.8:
        sheet.add("header", "甲", "乙", "丙", "1")
    code = 0
    for numeral in "一二三"[: rng.randint(1, 3)]:
        if rng.random() < 0.8:
            sheet.add("section", f"{numeral}、农村基层组织情况", *rng.choice([(), ("—", "—")]))
        for _ in range(rng.randint(1, 5)):
            code += 1
            label = rng.choice(["（一）乡镇个数", "其中：镇个数", "     1．男", "自来水受益村数"])
            sheet.add(
                "body", label, rng.choice(["个", "万人", "千公顷"]), code, "" if blank else number(rng, False)
            )
    _footer(sheet, rng)
    return sheet
