"""Which sheets look like copies, and what becomes of sheets that hold the same objects."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from sheets import HERE, VILLAGE, conformed

from expectations.conform.model import Conformed
from expectations.contracts.model import Column, Contract, Rule
from expectations.privacy.shield import Shield
from expectations.submissions.copies import ToldApart, is_doubtful, told_apart
from expectations.submissions.shown import shown_rows, with_own_sheets

KEYED = (
    Column("plot", "地块", key=True, required=True),
    Column("area", "面积", type="number", unit="亩"),
    *VILLAGE,
)


@pytest.mark.parametrize("sheet", ["台账备份", "台账 - 副本", "旧", "台账(旧)", "旧版", "台账（作废）", "台账_bak", "Copy of 台账", "old", "台账 (2)", "台账（3）"])  # fmt: skip
def test_names_of_copies(sheet: str) -> None:
    assert is_doubtful(sheet, False, ["台账", sheet])


@pytest.mark.parametrize("sheet", ["台账", "旧村改造", "旧城区", "第2组", "清河镇", "2025年6月", "golden", "台账(1)组", "Sheet1"])  # fmt: skip
def test_names_of_no_copies(sheet: str) -> None:
    assert not is_doubtful(sheet, False, ["总表", sheet])


def test_a_number_makes_a_copy_only_behind_the_name_of_another_sheet() -> None:
    assert not is_doubtful("台账 (2)", False, ["台账 (1)", "台账 (2)"])
    assert is_doubtful("台账 (2)", False, ["台账", "台账 (2)"])


def sheet(
    name: str, *plots: tuple[str | None, str | None], hidden: bool = False
) -> tuple[Conformed, Contract]:
    cells = {"plot": [plot for plot, _ in plots], "area": [area for _, area in plots]}
    cells |= {name: [text] * len(plots) for name, text in HERE.items()}
    made, terms = conformed(cells, *KEYED, sheet=name)
    return replace(made, extract=replace(made.extract, hidden=hidden)), terms


def apart(*made: tuple[Conformed, Contract]) -> ToldApart:
    return told_apart([one for one, _ in made], made[0][1])


def taken(found: ToldApart) -> dict[str, list[str]]:
    return {one.extract.sheet: one.frame["plot"].tolist() for one in found.tables}


def test_sheets_without_a_common_object_are_all_taken_whatever_they_are_called() -> None:
    found = apart(sheet("东", ("A", "1")), sheet("东 (2)", ("B", "1")), sheet("备份", ("C", "1")))
    assert taken(found) == {"东": ["A"], "东 (2)": ["B"], "备份": ["C"]}
    assert (found.leftovers, found.notes) == ((), ())


def test_parts_of_a_whole_are_noted_and_not_taken_twice() -> None:
    found = apart(sheet("东", ("A", "1")), sheet("汇总", ("A", "1"), ("B", "2")), sheet("西", ("B", "2")))
    assert taken(found) == {"汇总": ["A", "B"]}
    assert [note.partition("”")[0] for note in found.notes] == ["工作表“东", "工作表“西"]


def test_a_hidden_sheet_that_differs_is_left_out_and_named() -> None:
    found = apart(sheet("六月", ("A", "1"), ("B", "5"), hidden=True), sheet("新", ("A", "2"), ("C", "1")))
    assert taken(found) == {"新": ["A", "C"]}
    ((extract, why),) = found.leftovers
    assert extract.sheet == "六月"
    assert why.code == "backup_sheet"
    assert "第2行（“新”第2行）" in why.message
    assert "第3行" in why.message


def test_a_cell_that_cannot_be_read_differs_from_one_that_can() -> None:
    found = apart(sheet("备份", ("A", "很多")), sheet("新", ("A", "2")))
    assert taken(found) == {"新": ["A"]}
    assert [extract.sheet for extract, _ in found.leftovers] == ["备份"]


def test_two_sheets_of_equal_standing_leave_their_disputes_open() -> None:
    found = apart(sheet("一", ("A", "1"), ("B", "5")), sheet("二", ("A", "2"), ("C", "1")))
    assert taken(found) == {"一": ["A", "B"], "二": ["A", "C"]}
    rules = [
        (one.extract.sheet, one.findings["position"].tolist(), one.findings["rule"].tolist())
        for one in found.tables
    ]
    assert rules == [("一", [0], ["sheets_disagree"]), ("二", [0], ["sheets_disagree"])]


def test_where_a_rule_makes_rows_unique_it_stands_for_the_key() -> None:
    area = Column("area", "面积", type="number", unit="亩")
    unique = Rule("one_row", "expect_compound_columns_to_be_unique", {"column_list": ["region_code", "period", "submission_id"]}, "error", "一村一行。", "请合并。")  # fmt: skip
    cells = {"area": ["3"], **{name: [text] for name, text in HERE.items()}}
    old, terms = conformed({**cells, "area": ["9"]}, area, *VILLAGE, rules=[unique], sheet="副本")
    new, _ = conformed(cells, area, *VILLAGE, rules=[unique], sheet="正式")
    found = told_apart([old, new], terms)
    assert [one.extract.sheet for one in found.tables] == ["正式"]
    assert [extract.sheet for extract, _ in found.leftovers] == ["副本"]


def test_a_copy_of_another_month_is_a_copy_and_a_sheet_of_another_month_is_not() -> None:
    june, terms = sheet("台账", ("A", "1"))
    may = replace(
        june,
        frame=june.frame.assign(period="2025-05", sheet="五月"),
        extract=replace(june.extract, sheet="五月"),
    )
    old = replace(may, extract=replace(may.extract, sheet="台账 (2)"))
    assert [one.extract.sheet for one in told_apart([june, may], terms).tables] == ["台账", "五月"]
    found = told_apart([june, old], terms)
    assert [one.extract.sheet for one in found.tables] == ["台账"]
    assert [extract.sheet for extract, _ in found.leftovers] == ["台账 (2)"]


def test_a_sheet_called_after_a_person_is_named_to_its_sender_alone() -> None:
    message = "工作表“王小明”像是“台账”的备份。"
    rows = pa.table({"sheet": ["王小明"], "cell": ["王小明!A3"], "message": [message]})
    shield = Shield(sheets=("台账", "王小明"))
    shown = shown_rows(rows, shield)
    assert not any("王小明" in str(cell) for column in shown.columns for cell in column.to_pylist())
    assert with_own_sheets(shown, shield.sheets)["message"].to_pylist() == [message]
