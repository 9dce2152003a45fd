"""Statistical forms become long tables, whichever way round they are printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.grid import Cell, Grid, Sheet, column_letter
from connectors.readers import read_sheets
from connectors.tables import Table, find_tables
from expectations.forms import long_forms, long_table
from expectations.forms.long import value_columns

TOWNS = ["松柏镇", "阳日镇", "木鱼镇", "红坪镇", "新华镇", "宋洛乡", "九湖镇", "下谷乡"]


def sheet(rows: list[list[Cell]], name: str = "农业生产条件") -> Sheet:
    return Sheet(name, False, Grid(rows))


def columns_form(name: str = "农业生产条件", labels: tuple[str, ...] = ("甲镇", "乙镇", "丙乡")) -> Sheet:
    return sheet(
        [
            [name],
            ["填报单位：某县"],
            ["指标名称", "", "编号", "年初耕地", "年内增加", "粮食单产"],
            ["计算单位", "", "--", "亩", "亩", "公斤"],
            ["汇总代码", "", "--", "01", "02", "03"],
            ["合", "本 年", "00", 60.5, 6, 410],
            ["计", "上 年", "01", 58, 4, 400],
            ["增减", "", "02", 2.5, 2, "--"],
            ["增减%", "", "03", 4.3, 50, "--"],
            [labels[0], "", "04", 10.5, 1, 400],
            [labels[1], "", "05", 20, 2, "="],
            [labels[2], "", "06", 30, "", "４２０"],
            ["横向合计", "", "07", 60.5, 3, "--"],
            ["平衡关系：01≥02"],
        ],
        name,
    )


def cells_of(found: Any, **wanted: object) -> list[dict[str, Any]]:
    return [row for row in found.to_pylist() if all(row[name] == value for name, value in wanted.items())]


def test_every_filled_cell_has_its_code_unit_region_and_place() -> None:
    (cell,) = cells_of(long_table(columns_form()), region="甲镇", code="01")
    assert (cell["value"], cell["unit"], cell["path"], cell["cell"]) == (
        10.5,
        "亩",
        "年初耕地",
        "农业生产条件!D10",
    )
    assert (cell["form"], cell["number"], cell["basis"]) == ("农业生产条件", "04", "本年")


def test_blank_cells_make_no_row_and_marks_have_no_value() -> None:
    long = long_table(columns_form())
    assert not cells_of(long, region="丙乡", code="02")
    assert cells_of(long, region="乙镇", code="03")[0]["value"] is None
    assert cells_of(long, region="乙镇", code="03")[0]["text"] == "="


def test_numbers_typed_in_full_width_are_numbers() -> None:
    assert cells_of(long_table(columns_form()), region="丙乡", code="03")[0]["value"] == 420


def test_the_rows_of_the_total_say_which_year_or_change_they_are() -> None:
    total = cells_of(long_table(columns_form()), region="合计", code="01")
    assert {row["basis"]: row["value"] for row in total} == {
        "本年": 60.5,
        "上年": 58,
        "增减": 2.5,
        "增减%": 4.3,
    }
    assert all(row["is_total"] for row in total)


def test_rows_may_carry_the_indicators_and_columns_the_years() -> None:
    form = sheet(
        [
            ["农村基本情况"],
            ["填报单位：甲镇"],
            ["指标名称", "计量单位", "代码", "本年", "上年"],
            ["甲", "乙", "丙", "1", "2"],
            ["一、人口", "—", "—"],
            ["（一）乡村人口数", "人", "01", 900, 890],
            ["    1．男", "人", "02", 470, 460],
            ["    2．女", "人", "03", 430, 430],
            ["审核关系：01=02+03"],
        ],
        "农村基本情况",
    )
    long = long_table(form)
    (men,) = cells_of(long, code="02", basis="上年")
    assert (men["value"], men["unit"], men["region"], men["cell"]) == (460, "人", "甲镇", "农村基本情况!E7")
    assert (men["path"], men["item"]) == ("一、人口/(一)乡村人口数/1.男", "")


def test_rows_may_carry_the_indicators_and_columns_the_regions() -> None:
    long = long_table(
        sheet(
            [
                ["指标", "代码", "单位", "甲镇", "乙镇", "合计"],
                ["人口", "01", "人", 10, 9, 19],
                ["单产", "02", "公斤", 5, 4, 4.5],
            ]
        )
    )
    cells = [(row["code"], row["region"], row["value"], row["is_total"]) for row in long.to_pylist()]
    assert cells[:3] == [("01", "甲镇", 10, False), ("01", "乙镇", 9, False), ("01", "合计", 19, True)]
    assert {row["path"] for row in long.to_pylist()} == {"人口", "单产"}


def test_columns_grouped_by_year_say_so_and_rates_of_change_are_per_cents() -> None:
    rows: list[list[Cell]] = [
        ["序号", "乡镇", "粮食产量", "", "", "粮食面积", "", ""],
        ["", "", "本年", "上年", "增减%", "本年", "上年", "增减%"],
        ["计算单位", "", "吨", "吨", "%", "亩", "亩", "%"],
        ["汇总代码", "", "01", "", "", "02", "", ""],
        [1, "甲镇", 10, 9, 11, 4, 4, 0],
        [2, "乙镇", 20, 19, 5, 5, 4, 25],
    ]
    merged = ((0, 2, 0, 4), (0, 5, 0, 7), (0, 0, 1, 0), (0, 1, 1, 1), (3, 2, 3, 4), (3, 5, 3, 7))
    long = long_table(Sheet("表", False, Grid(rows, merged)))
    found = [(row["code"], row["basis"], row["unit"], row["value"]) for row in cells_of(long, region="乙镇")]
    assert found[:3] == [("01", "本年", "吨", 20), ("01", "上年", "吨", 19), ("01", "增减%", "%", 5)]
    assert found[3:] == [("02", "本年", "亩", 5), ("02", "上年", "亩", 4), ("02", "增减%", "%", 25)]


def test_a_ledger_is_no_form() -> None:
    ledger = sheet([["户主", "改厕类型", "补助金额"], ["王某", "三格式", 2000], ["李某", "双瓮式", 2000]])
    assert long_table(ledger).num_rows == 0


def test_overwritten_row_labels_are_told_by_the_row_numbers_of_the_other_sheets() -> None:
    whole = [columns_form(name) for name in ("表一", "表二", "表三")]
    spoilt = columns_form("表四", ("目录一", "目录二", "目录三"))
    long, notes = long_forms([*whole, spoilt])
    assert [row["region"] for row in cells_of(long, sheet="表四", code="01", is_total=False)] == [
        "甲镇",
        "乙镇",
        "丙乡",
    ]
    (note,) = notes
    assert "表四" in note


@pytest.fixture
def yearbook(shared: Path) -> list[Sheet]:
    return read_sheets(shared / "real" / "snj_2016_rural_yearbook_28sheets.xls")


def test_all_cells_of_the_yearbooks_eight_towns_are_there(yearbook: list[Sheet]) -> None:
    long, notes = long_forms(yearbook)
    towns = [row for row in long.to_pylist() if row["region"] in TOWNS]
    assert len(towns) == 3592
    assert len({row["cell"] for row in towns}) == 3592
    assert len({row["sheet"] for row in towns}) == 26
    assert len({(row["sheet"], row["column"]) for row in long.to_pylist()}) == 567
    # One column of a forestry sheet has neither code nor unit printed: its heading, 十六、主要林产品产量.
    assert {row["path"] for row in towns if row["code"] is None} == {"十六、主要林产品产量"}
    assert sum(row["code"] is not None for row in towns) == 3587
    (note,) = notes
    assert "覆盖" in note


def test_every_value_of_the_yearbook_is_what_stands_in_its_cell(yearbook: list[Sheet]) -> None:
    grids = {sheet.name: sheet.grid for sheet in yearbook}
    for row in long_forms(yearbook)[0].to_pylist():
        letters, place = row["column"], 0
        for letter in letters:
            place = place * 26 + ord(letter) - 64
        raw = grids[row["sheet"]].rows[row["row"] - 1][place - 1]
        assert row["text"].strip("0.") in str(raw)
        if row["value"] is not None:
            assert row["value"] == float(raw)


def test_the_yearbooks_cells_are_counted_against_the_raw_grid(yearbook: list[Sheet]) -> None:
    """Without the table finder: the eight rows below 增减%, right of the row numbers, under a header."""
    counted = 0
    for one in yearbook[2:28]:
        rows = [[str(cell if cell is not None else "").strip() for cell in row] for row in one.grid.rows]
        changes = next(
            at for at, row in enumerate(rows) if row[0] == "增减%" or ("03" in row[2:3] and at > 5)
        )
        first = 1 + max((at for at in range(3) if rows[changes + 1][at] in ("04", "4")), default=0)
        width = max(at for row in rows[3:changes] for at, text in enumerate(row) if text) + 1
        counted += sum(text != "" for row in rows[changes + 1 : changes + 9] for text in row[first:width])
    towns = [row for row in long_forms(yearbook)[0].to_pylist() if row["region"] in TOWNS]
    assert counted == len(towns) == 3592


def test_every_cell_of_the_official_forms_that_is_filled_in_is_told_apart(shared: Path) -> None:
    """Fills the blank forms: each number comes back with its code, and no two with the same name."""
    filled = 0
    for form in read_sheets(shared / "real" / "hubei_2016_agri_report_forms.xls"):
        rows = [list(row) for row in form.grid.rows]
        numbers: list[str] = []
        for table in find_tables(form.grid):
            for row in _coded_rows(form.grid, table):
                for column in value_columns(form.grid, table):
                    rows[row] += [None] * (column.index + 1 - len(rows[row]))
                    if rows[row][column.index] in (None, ""):
                        rows[row][column.index] = 1000 + len(numbers)
                        numbers.append(f"{column_letter(column.index)}{row + 1}")
        long = long_table(Sheet(form.name, False, Grid(rows, form.grid.merged, form.grid.formats)))
        found = [row for row in long.to_pylist() if (row["value"] or 0) >= 1000]
        assert sorted(row["cell"].rpartition("!")[2] for row in found) == sorted(numbers), form.name
        assert all(row["code"] for row in found), form.name
        assert len({(row["code"], row["item"], row["basis"]) for row in found}) == len(found), form.name
        filled += len(found)
    assert filled > 1500


def _coded_rows(grid: Grid, table: Table) -> list[int]:
    """Rows with a printed code, told by the raw cells."""
    rows = sorted([*table.body_rows, *table.total_rows])
    codes = next((c.index for c in table.columns if "".join(c.path) in ("代码", "指标代码")), None)
    return [row for row in rows if codes is not None and str(grid.rows[row][codes]).strip().isdigit()]


def test_the_yearbook_reads_the_same_without_its_merged_ranges(yearbook: list[Sheet]) -> None:
    told = ("cell", "code", "region", "basis", "value", "is_total")
    with_merges, _ = long_forms(yearbook)
    without, _ = long_forms([Sheet(one.name, one.hidden, Grid(one.grid.rows)) for one in yearbook])
    assert without.select(told).equals(with_merges.select(told))


_VALUES = st.one_of(
    st.none(), st.integers(100, 99_999), st.floats(100, 9_999).map(lambda value: round(value, 2))
)
"""From 100: a first row of 0, 1, 2 is taken for the numbers of the columns."""


@settings(deadline=None)
@given(st.data())
def test_a_form_written_with_any_mix_of_decorations_reads_back(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(_INDICATORS), min_size=2, max_size=6, unique=True))
    towns = data.draw(
        st.lists(st.sampled_from(["甲镇", "乙镇", "丙乡", "丁乡", "戊镇"]), min_size=2, unique=True)
    )
    values = [data.draw(st.lists(_VALUES, min_size=len(names), max_size=len(names))) for _ in towns]
    numbered, years, note = (data.draw(st.booleans()) for _ in range(3))
    first = data.draw(st.integers(1, 90))
    beside: list[Cell] = ["编号"] if numbered else []
    dash: list[Cell] = ["--"] if numbered else []
    rows: list[list[Cell]] = [
        ["农村基本情况"],
        ["填报单位：某县"],
        ["指标名称", *beside, *(name for name, _ in names)],
    ]
    rows.append(["计算单位", *dash, *(unit for _, unit in names)])
    rows.append(["汇总代码", *dash, *(f"{first + place:02d}" for place in range(len(names)))])
    sums = [sum(value for value in column if value is not None) for column in zip(*values, strict=True)]
    for place, label in enumerate(["合计", "上年"] if years else ["合计"]):
        rows.append([label, *([f"{place:02d}"] if numbered else []), *(total + place for total in sums)])
    top = len(rows)
    for place, (town, line) in enumerate(zip(towns, values, strict=True)):
        rows.append([town, *([f"{place + 4:02d}"] if numbered else []), *line])
    rows += [["平衡关系：01≥02"]] if note else []
    long = long_table(sheet(rows, "农村基本情况"))
    left = 1 + numbered
    wanted = {
        f"{column_letter(left + at)}{top + line + 1}": (towns[line], f"{first + at:02d}", names[at], value)
        for line, cells in enumerate(values)
        for at, value in enumerate(cells)
        if value is not None
    }
    found = {
        row["cell"].rpartition("!")[2]: (row["region"], row["code"], (row["path"], row["unit"]), row["value"])
        for row in long.to_pylist()
        if not row["is_total"]
    }
    assert found == wanted


_INDICATORS = [
    ("乡村户数", "户"), ("乡村人口", "人"), ("耕地面积", "亩"), ("粮食产量", "吨"), ("村委会", "个"), ("集体收入", "万元"),
    ("生猪出栏", "头"), ("家禽存笼", "只"),
]  # fmt: skip
