"""A slip's workbook handed straight back in after correction."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from expectations.contract import Column
from expectations.slips import Slip, write_slip
from expectations.slips.rebuilt import MAX_WHOLE_ROWS
from pipelines.prepare import Handed, Prepared, prepare
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


def read_back(path: Path) -> Prepared:
    handed = Handed("s-2", "office", f"office/东山县/{PERIOD}/{path.name}", path.name, path)
    return prepare(handed, {LEDGER.dataset: LEDGER}, city())


@pytest.mark.parametrize("write", [as_workbook, as_csv], ids=["marked", "rebuilt"])
def test_the_corrected_slip_is_read_like_the_sheet_it_was_made_of(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    original = write(tmp_path / ("原表.xlsx" if write is as_workbook else "原表.csv"), 12)
    path = slip_for(original, tmp_path, rows=12)
    book = load_workbook(path)
    book.worksheets[1]["C4"] = 50
    book.save(path)
    rows_above = 2 if write is as_workbook else 1

    prepared = read_back(path)

    assert prepared.refusal is None
    assert prepared.leftovers == ()
    (table,) = prepared.conformed
    corrected = 3 - rows_above
    assert table.frame["area_mu"].tolist() == [*range(corrected), 50, *range(corrected + 1, 12)]
    assert prepared.dated.period == PERIOD
    assert set(table.frame["region_code"].notna()) == {True}


def test_a_sheet_of_the_senders_own_called_like_a_slip_is_still_read(tmp_path: Path) -> None:
    path = as_workbook(tmp_path / "原表.xlsx", 12)
    book = load_workbook(path)
    book["台账"].title = "回执"
    book.save(path)
    assert len(read_back(path).conformed[0].frame) == 12


def test_a_slip_of_the_bad_rows_alone_never_replaces_the_whole_ledger(tmp_path: Path) -> None:
    rows = MAX_WHOLE_ROWS + 1
    prepared = read_back(slip_for(as_csv(tmp_path / "原表.csv", rows), tmp_path, rows=rows))
    assert prepared.refusal is not None
    assert prepared.refusal.code == "slip_excerpt"
    assert "原文件" in prepared.refusal.remedy


def test_a_file_refused_for_its_cells_comes_back_marked(tmp_path: Path) -> None:
    path = slip_for(as_workbook(tmp_path / "原表.xlsx", 12), tmp_path, rows=12, status="refused")
    assert path.name == "原表.回执-退回.xlsx"
    comment = load_workbook(path)["台账"]["C4"].comment
    assert comment is not None
    assert "面积超出范围" in comment.text
