"""A query's answer in the formats people ask for. What is asked does not belong here."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.beside import written_beside
from warehouse.clock import SHANGHAI

_EXCEL_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_WIDEST = 60
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
"""How texts begin that Excel runs when it opens a CSV; full-width signs count in Chinese and Japanese editions."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


class ExportError(ValueError):
    """An answer that a format cannot hold; says which does."""


def to_csv(rows: pa.Table, *, raw: bool = False) -> bytes:
    """CSV in UTF-8 with a byte order mark, without which Excel takes Chinese for Latin.

    Args:
        rows: The answer.
        raw: Write texts as they are. Otherwise one that Excel would run as a formula gets an apostrophe in front.
    """
    return b"\xef\xbb\xbf" + _csv(rows, _text if raw else _harmless).encode("utf-8")


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
            f"the answer has {rows.num_rows:,} rows and a sheet at most {_EXCEL_ROWS:,}: use --format csv or parquet"
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


def write(rows: pa.Table, path: Path, form: str, *, raw: bool = False) -> None:
    """Write an answer to a file, beside it first and then in its place.

    Args:
        rows: The answer.
        path: The file; replaced when it is there.
        form: A key of ``FORMATS``.
        raw: For CSV, see :func:`to_csv`.

    Raises:
        ExportError: No such format, or one that cannot hold the answer.
    """
    if form not in FORMATS:
        raise ExportError(f"no format {form}; there are: {', '.join(FORMATS)}")
    with written_beside(path) as beside:
        beside.write_bytes(to_csv(rows, raw=raw) if form == "csv" else FORMATS[form](rows))


def _csv(rows: pa.Table, written: Callable[[Any], str]) -> str:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(map(written, rows.column_names))
    for batch in rows.to_batches(max_chunksize=10_000):
        columns = [[written(value) for value in column.to_pylist()] for column in batch.columns]
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


def _harmless(value: Any) -> str:
    """As text that a spreadsheet shows and does not run; numbers stay numbers, negative ones too."""
    text = _text(value)
    is_run = isinstance(value, str) and _FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_run else text


def _plain(value: Any) -> float | str:
    """What JSON has no word for."""
    return float(value) if isinstance(value, Decimal) else _text(value)


def _local(value: datetime) -> datetime:
    return value if value.tzinfo is None else value.astimezone(SHANGHAI)


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
        min(_WIDEST, 2 + max(map(places, [name, *map(_text, head[name].to_pylist())])))
        for name in rows.column_names
    ]


def places(text: str) -> int:
    """How many places of a column a text takes: a Chinese character two."""
    return sum(2 if character > "\u2e80" else 1 for character in text)


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number)
