from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.export import ExportError, to_csv, to_xlsx, write

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
    assert lines[2] == ",'=1+1,,0,,,,,[]"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "-",
        "+86 138",
    ],
)
def test_csv_holds_no_formula_unless_asked_for_the_raw_text(tmp_path: Path, text: str) -> None:
    rows = pa.table({text: [text]})
    write(rows, tmp_path / "a.csv", "csv")
    write(rows, tmp_path / "raw.csv", "csv", raw=True)
    for name, expected in (("a.csv", f"'{text}"), ("raw.csv", text)):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file)) == [[expected], [expected]]


@pytest.mark.parametrize("value", [-5, -1.5, Decimal("-3.20"), "-5", "+1.5e-3", "三村", "a=b", "'quoted"])
def test_numbers_and_plain_words_are_written_as_they_are(value: object) -> None:
    assert to_csv(pa.table({"a": [value]})).decode("utf-8-sig") == f"a\r\n{value}\r\n"


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
    with pytest.raises(ExportError, match="1,048,576 rows"):
        to_xlsx(pa.table({"n": pa.nulls(1_048_576, pa.int8())}))
    with pytest.raises(ExportError, match="no format pdf"):
        write(ROWS, Path("x.pdf"), "pdf")
