"""A query's answer in the formats people ask for. What is asked does not belong here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

_EXCEL_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_WIDEST = 60
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class ExportError(ValueError):
    """An answer that a format cannot hold; says in Chinese which does."""


def to_csv(rows: pa.Table) -> bytes:
    """CSV in UTF-8 with a byte order mark, without which Excel takes Chinese for Latin."""
    return b"\xef\xbb\xbf" + _csv(rows).encode("utf-8")


def to_json(rows: pa.Table) -> bytes:
    """A JSON list of objects; times in ISO 8601 with Shanghai's offset."""
    return json.dumps(rows.to_pylist(), ensure_ascii=False, default=_plain, indent=1).encode("utf-8")


def to_parquet(rows: pa.Table) -> bytes:
    """One Parquet file."""
    from pyarrow import parquet

    target = io.BytesIO()
    parquet.write_table(rows, target, compression="zstd")
    return target.getvalue()


def to_xlsx(rows: pa.Table) -> bytes:
    """A workbook with one sheet; text stays text, so that codes keep their zeros and long numbers their digits.

    Raises:
        ExportError: More rows than a sheet has.
    """
    from openpyxl import Workbook

    if rows.num_rows > _EXCEL_ROWS:
        raise ExportError(
            f"结果有 {rows.num_rows} 行，Excel 工作表最多 {_EXCEL_ROWS} 行；请改用 csv 或 parquet。"
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("结果")
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_widths(rows), start=1):
        sheet.column_dimensions[_letter(number)].width = width
    sheet.append([_cell(sheet, name) for name in rows.column_names])
    for batch in rows.to_batches(max_chunksize=10_000):
        for row in zip(*[column.to_pylist() for column in batch.columns], strict=True):
            sheet.append([_cell(sheet, value) for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


FORMATS: Mapping[str, Callable[[pa.Table], bytes]] = {
    "csv": to_csv,
    "json": to_json,
    "parquet": to_parquet,
    "xlsx": to_xlsx,
}


def write(rows: pa.Table, path: Path, form: str) -> None:
    """Write an answer to a file, beside it first and then in its place.

    Args:
        rows: The answer.
        path: The file; replaced when it is there.
        form: A key of ``FORMATS``.

    Raises:
        ExportError: No such format, or one that cannot hold the answer.
    """
    if form not in FORMATS:
        raise ExportError(f"没有“{form}”格式；可用：{'、'.join(FORMATS)}。")
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(FORMATS[form](rows))
    beside.replace(path)


def to_lines(rows: pa.Table) -> list[list[str]]:
    """Every cell as a person reads it, header first; for the terminal."""
    columns = [[_text(value) for value in column.to_pylist()] for column in rows.columns]
    return [list(rows.column_names), *map(list, zip(*columns, strict=True))]


def _csv(rows: pa.Table) -> str:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(rows.column_names)
    for batch in rows.to_batches(max_chunksize=10_000):
        columns = [[_text(value) for value in column.to_pylist()] for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))
    return target.getvalue()


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return _local(value).isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=_plain)
        case _:
            return str(value)


def _plain(value: Any) -> float | str:
    """What JSON has no word for."""
    return float(value) if isinstance(value, Decimal) else _text(value)


def _local(value: datetime) -> datetime:
    return value if value.tzinfo is None else value.astimezone(_SHANGHAI)


def _cell(sheet: Any, value: Any) -> Any:
    """What openpyxl is given: text as text even when it looks like a formula, times without the zone Excel lacks."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, datetime):
        return _local(value).replace(tzinfo=None)
    if value is None or isinstance(value, (bool, int, float, Decimal, date)):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", _text(value))[:_LONGEST_CELL]
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _widths(rows: pa.Table) -> list[int]:
    """Widths that show most values; a Chinese character takes two places."""
    head = rows.slice(0, 200)
    return [
        min(_WIDEST, 2 + max(map(_places, [name, *map(_text, head[name].to_pylist())])))
        for name in rows.column_names
    ]


def _places(text: str) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in text)


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)
