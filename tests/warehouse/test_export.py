from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.export import ExportError, to_csv, to_lines, to_xlsx, write

ROWS = pa.table(
    {
        "region_code": ["040117000000", None],
        "name": ["三村村", "=1+1"],
        "area_mu": [1.5, None],
        "households": pa.array([25, 0], pa.int64()),
        "total": pa.array([Decimal("3.20"), None]),
        "built_on": [date(2025, 6, 1), None],
        "received_at": pa.array(
            [datetime(2025, 6, 1, 16, 30, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")
        ),
        "agrees": [True, None],
        "rules": [["甲", "乙"], []],
    }
)


def test_csv_opens_in_excel_with_its_chinese_and_shanghai_times() -> None:
    text = to_csv(ROWS)
    assert text.startswith(b"\xef\xbb\xbf")
    lines = text.decode("utf-8-sig").splitlines()
    assert (
        lines[1]
        == '040117000000,三村村,1.5,25,3.20,2025-06-01,2025-06-02 00:30:00+08:00,TRUE,"[""甲"", ""乙""]"'
    )
    assert lines[2] == ",=1+1,,0,,,,,[]"


def test_a_workbook_keeps_codes_as_text_and_runs_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(ROWS))).active
    assert sheet is not None
    first = [cell.value for cell in sheet[2]]
    assert first[:6] == ["040117000000", "三村村", 1.5, 25, 3.2, datetime(2025, 6, 1)]
    assert first[6] == datetime(2025, 6, 2, 0, 30)
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s")
    assert sheet["A2"].number_format == "@"


def test_json_and_parquet_keep_the_types(tmp_path: Path) -> None:
    write(ROWS, tmp_path / "结果.json", "json")
    row = json.loads((tmp_path / "结果.json").read_text(encoding="utf-8"))[0]
    assert (row["area_mu"], row["total"], row["rules"], row["name"]) == (1.5, 3.2, ["甲", "乙"], "三村村")
    write(ROWS, tmp_path / "结果.parquet", "parquet")
    assert pq.read_table(tmp_path / "结果.parquet").equals(ROWS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["结果.json", "结果.parquet"]


def test_text_that_excel_forbids_is_left_out(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(pa.table({"a": ["x\x00\x0by", "长" * 40_000]})))).active
    assert sheet is not None
    assert sheet["A2"].value == "xy"
    assert len(str(sheet["A3"].value)) == 32_767


def test_what_a_format_cannot_hold_is_said() -> None:
    with pytest.raises(ExportError, match="1048576 行"):
        to_xlsx(pa.table({"n": pa.nulls(1_048_576, pa.int8())}))
    with pytest.raises(ExportError, match="没有“pdf”格式"):
        write(ROWS, Path("x.pdf"), "pdf")


def test_the_terminal_shows_every_cell_as_text() -> None:
    assert to_lines(pa.table({"a": [None, 1], "b": [date(2025, 1, 2), None]})) == [
        ["a", "b"],
        ["", "2025-01-02"],
        ["1", ""],
    ]
