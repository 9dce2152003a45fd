"""A slip's workbook handed straight back in after correction."""

from __future__ import annotations

import datetime as dt
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from connectors.errors import Refused
from expectations.contracts.model import Column
from expectations.slips import Slip, write_slip
from expectations.slips.inside import HEADING, MARK
from expectations.slips.rebuilt import MAX_WHOLE_ROWS
from expectations.submissions.understand import Submission, Understood, understand
from tests.expectations.sheets import HERE, VILLAGE, city, contract

LEDGER = contract(*VILLAGE, Column("area_mu", "面积", type="number", unit="亩"))
HEADER = ("乡镇", "村", "面积（亩）")
PERIOD = "2025-06"


def as_csv(path: Path, rows: int) -> Path:
    lines = [",".join(HEADER), *(f"{HERE['township_name']},{HERE['village_name']},{n}" for n in range(rows))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def as_workbook(path: Path, rows: int) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    sheet.append(["2025年6月台账"])
    sheet.append(HEADER)
    for number in range(rows):
        sheet.append([HERE["township_name"], HERE["village_name"], number])
    book.save(path)
    return path


def slip_for(original: Path, tmp_path: Path, *, rows: int, status: str = "partial") -> Path:
    sheet = "台账" if original.suffix == ".xlsx" else original.stem
    finding = {
        "sheet": sheet, "row": 4, "cell": f"{sheet}!C4", "rule": "out_of_range", "severity": "error",
        "value": "1", "message": "面积超出范围。", "remedy": "请核对。",
    }  # fmt: skip
    return write_slip(
        tmp_path / "outbox",
        Slip(
            "office", f"office/东山县/{PERIOD}/{original.name}", original, "s-1", dt.datetime.now(dt.UTC), status,  # type: ignore[arg-type]
            title="台账", period=PERIOD, rows_in=rows, rows_recorded=rows - 1, rows_quarantined=1,
            findings=pd.DataFrame([finding]),
        ),
    )  # fmt: skip


def read_back(path: Path) -> Understood | Refused:
    submission = Submission(
        "s-2", "office", f"office/东山县/{PERIOD}/{path.name}", path.name, path, date(2026, 1, 5)
    )
    return understand(submission, {LEDGER.dataset: LEDGER}, city())


@pytest.mark.parametrize("write", [as_workbook, as_csv], ids=["marked", "rebuilt"])
def test_the_corrected_slip_is_read_like_the_sheet_it_was_made_of(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    original = write(tmp_path / ("原表.xlsx" if write is as_workbook else "原表.csv"), 12)
    path = slip_for(original, tmp_path, rows=12)
    book = load_workbook(path)
    book.worksheets[1]["C4"] = 50
    book.save(path)
    rows_above = 2 if write is as_workbook else 1

    found = read_back(path)

    assert isinstance(found, Understood)
    assert found.leftovers == ()
    (table,) = found.conformed
    corrected = 3 - rows_above
    assert table.frame["area_mu"].tolist() == [*range(corrected), 50, *range(corrected + 1, 12)]
    assert found.period == PERIOD
    assert set(table.frame["region_code"].notna()) == {True}


def test_a_sheet_of_the_senders_own_called_like_a_slip_is_still_read(tmp_path: Path) -> None:
    path = as_workbook(tmp_path / "原表.xlsx", 12)
    book = load_workbook(path)
    book["台账"].title = "回执"
    book.save(path)
    assert len(read_back(path).conformed[0].frame) == 12


def test_a_slip_of_the_bad_rows_alone_never_replaces_the_whole_ledger(tmp_path: Path) -> None:
    rows = MAX_WHOLE_ROWS + 1
    found = read_back(slip_for(as_csv(tmp_path / "原表.csv", rows), tmp_path, rows=rows))
    assert isinstance(found, Refused)
    assert found.code == "slip_excerpt"
    assert "原文件" in found.remedy


def test_a_file_refused_for_its_cells_comes_back_marked(tmp_path: Path) -> None:
    path = slip_for(as_workbook(tmp_path / "原表.xlsx", 12), tmp_path, rows=12, status="refused")
    assert path.name == "原表.回执-退回.xlsx"
    comment = load_workbook(path)["台账"]["C4"].comment
    assert comment is not None
    assert "面积超出范围" in comment.text


def renamed(book: Workbook) -> None:
    book.worksheets[0].title = "Sheet3"
    book.move_sheet(book.worksheets[0], len(book.worksheets) - 1)


def beheaded(book: Workbook) -> None:
    book.worksheets[0].delete_rows(1)


def below_other_words(book: Workbook) -> None:
    book.worksheets[0].insert_rows(1, 3)
    book.worksheets[0]["A1"] = "请各村对照修改"


def without_mark_and_heading(book: Workbook) -> None:
    cover = book.worksheets[0]
    cover.title = "问题"
    for row in cover.iter_rows():
        for cell in row:
            if cell.value in (HEADING, MARK):
                cell.value = None


@pytest.mark.parametrize("change", [renamed, beheaded, below_other_words, without_mark_and_heading])
@pytest.mark.parametrize("write", [as_workbook, as_csv], ids=["marked", "rebuilt"])
def test_a_cover_is_known_by_its_inside(write, change, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    original = write(tmp_path / ("原表.xlsx" if write is as_workbook else "原表.csv"), 9)
    path = slip_for(original, tmp_path, rows=9)
    book = load_workbook(path)
    change(book)
    book.create_sheet("回复").append(["已经改好"])
    book.save(path)

    found = read_back(path)

    assert isinstance(found, Understood)
    assert found.leftovers == ()
    assert [len(table.frame) for table in found.conformed] == [9]
    assert not any(HEADING in note for note in found.notes)


def test_the_old_cover_and_its_marks_go_though_the_cover_was_renamed(tmp_path: Path) -> None:
    path = slip_for(as_workbook(tmp_path / "原表.xlsx", 9), tmp_path, rows=9)
    book = load_workbook(path)
    renamed(book)
    book["台账"]["C4"].comment.text += "（已改）"  # type: ignore[union-attr]
    back = tmp_path / "改好.xlsx"
    book.save(back)

    again = load_workbook(slip_for(back, tmp_path, rows=9))

    assert again.sheetnames == ["回执", "台账"]
    assert str(again["台账"]["C4"].comment.text).count("面积超出范围") == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["原表.回执-部分接收.xlsx", "原表.回执-部分接收.s-9.xlsx", "原表.回执-退回 - 副本(1).xlsx", "原表.xlsx.回执-已接收.txt.xlsx"])  # fmt: skip
def test_an_answer_to_a_slip_bears_the_name_of_the_senders_own_file(name: str, tmp_path: Path) -> None:
    path = slip_for(as_workbook(tmp_path / name, 9), tmp_path, rows=9)
    assert path.name in ("原表.回执-部分接收.xlsx", "原表.xlsx.回执-部分接收.xlsx")


def test_a_slip_alone_is_sent_back_with_what_to_do(tmp_path: Path) -> None:
    slip = slip_for(as_workbook(tmp_path / "原表.xlsx", 9), tmp_path, rows=9)
    book = load_workbook(slip)
    del book["台账"]
    cover = tmp_path / "2025年6月.xlsx"
    book.save(cover)
    lines = [[str(cell or "") for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    text = tmp_path / "2025年6月.csv"
    text.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    for path in (cover, text):
        found = read_back(path)
        assert isinstance(found, Refused)
        assert found.code == "slip_alone"
        assert "原文件" in found.remedy


def test_the_rows_of_an_excerpt_are_known_without_their_cover(tmp_path: Path) -> None:
    rows = MAX_WHOLE_ROWS + 1
    path = slip_for(as_csv(tmp_path / "原表.csv", rows), tmp_path, rows=rows)
    book = load_workbook(path)
    del book["回执"]
    book.save(path)
    found = read_back(path)
    assert isinstance(found, Refused)
    assert found.code == "slip_excerpt"
