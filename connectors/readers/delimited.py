"""Delimited text into rows: dialect, quoting, line ends. Decoding is done beside it."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.grid import Grid, Sheet
from connectors.readers.encoding import decode, encoding_of_file
from connectors.readers.limits import MAX_CELLS, MAX_TEXT, empty, too_large

if TYPE_CHECKING:
    from _csv import Reader

_SAMPLE = 1 << 15
_DELIMITERS = (",", "\t", ";", "|", "，")
_NAMED = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""The line by which a text tells Excel its delimiter; Excel does not show it."""
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"|\'(\d[\dXx.-]*)')
"""How exports keep Excel from taking a code for a number: ``="00123"``, ``'00123``."""
MAX_LINES = 60
"""Line breaks in one cell; more of them mean a quote that was never closed."""

_SHOWN = 5


@dataclass(frozen=True)
class Dialect:
    """How the fields of a text are told apart.

    Attributes:
        delimiter: One character.
        quote: The quote character; ``None`` where quotes are ordinary characters.
    """

    delimiter: str
    quote: str | None = '"'


def read_delimited(path: Path, name: str) -> list[Sheet]:
    """The one sheet of a text file, named by the stem of ``name``.

    Raises:
        Refused: ``empty`` or ``too_large``.
    """
    size = path.stat().st_size
    if size > MAX_TEXT:
        raise too_large(name, f"文本有 {size // 1_000_000} MB")
    text, odd = decode(path.read_bytes(), encoding_of_file(path))
    # Zero bytes and the end mark of DOS stand for nothing.
    text = text.lstrip("\ufeff").replace("\x00", "").rstrip("\x1a")
    if not text.strip():
        raise empty(name)
    if max(map(text.count, _DELIMITERS)) + text.count("\n") + text.count("\r") > MAX_CELLS:
        raise too_large(name, f"文本超过 {MAX_CELLS // 10_000} 万格")
    rows, notes = rows_of(text)
    if not any(cell.strip() for row in rows for cell in row):
        raise empty(name)
    if odd:
        shown = "、".join(map(str, odd[:_SHOWN]))
        notes.append(f"文件混用了几种编码：第 {shown} 行等共 {len(odd)} 行与其余不同，请核对这些行的文字。")
    return [Sheet(Path(name).stem, False, Grid(rows), tuple(notes))]


def rows_of(text: str) -> tuple[list[list[str]], list[str]]:
    """The records of a text, and notes for a person where its quotes do not pair.

    Returns:
        Rows of strings (a blank line is an empty row), notes in Chinese.
    """
    named = _NAMED.match(text)
    text = text[named.end() :] if named else text
    dialect = Dialect(named[1]) if named else dialect_of(text[:_SAMPLE])
    rows, notes = _records(text, dialect)
    if '="' in text or "'" in text:
        rows = [[_as_text(cell) for cell in row] for row in rows]
    return rows, notes


def _records(text: str, dialect: Dialect) -> tuple[list[list[str]], list[str]]:
    try:
        rows = list(reader_of(io.StringIO(text, newline=""), dialect))
        long = (cell for row in rows for cell in row if len(cell) > MAX_LINES)
        unpaired = any(cell.count("\n") + cell.count("\r") > MAX_LINES for cell in long)
    except csv.Error:
        unpaired = True
    if not unpaired:
        return rows, []
    plain = Dialect(dialect.delimiter, None)
    return list(reader_of(io.StringIO(text, newline=""), plain)), [
        "文件中的引号不成对，已按普通字符读取，请核对含引号的单元格。"
    ]


def _as_text(cell: str) -> str:
    """A cell without what keeps Excel from taking it for a number."""
    kept = _KEPT_AS_TEXT.fullmatch(cell.strip())
    return (kept[1] or kept[2] or "") if kept else cell


def reader_of(lines: Iterable[str], dialect: Dialect) -> Reader:
    """A reader of records; ``lines`` keep their line ends."""
    if dialect.quote is None:
        return csv.reader(lines, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)


def dialect_of(sample: str) -> Dialect:
    """The dialect of decoded text: DuckDB's sniffer, unless its delimiter hardly splits the lines."""
    scores = {delimiter: _splits(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: scores[delimiter])
    if "'" not in sample and all(scores[other] * 2 < scores[best] for other in scores if other != best):
        return Dialect(best)  # the sniffer could only agree, and takes a tenth of a second to do so
    delimiter, quote = _sniffed(sample) or (best, '"')
    if scores.get(delimiter, 0.0) * 2 < scores[best]:
        delimiter = best
    return Dialect(delimiter, quote)


def _splits(sample: str, delimiter: str) -> float:
    """How evenly a delimiter splits the records: fields of the commonest width, weighted by its share."""
    if delimiter not in sample:
        return 0.0
    rows = []
    try:
        for row in reader_of(io.StringIO(sample, newline=""), Dialect(delimiter)):
            rows.append(len(row))
    except csv.Error:
        return 0.0
    widths = Counter(width for width in rows if width)
    if not widths:
        return 0.0
    return max(math.sqrt(width - 1) * count / len(rows) for width, count in widths.items())


def _sniffed(sample: str) -> tuple[str, str] | None:
    """Delimiter and quote by DuckDB, which wants a file; ``None`` where it finds none."""
    import duckdb

    handle, path = tempfile.mkstemp(suffix=".csv")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sample.encode("utf-8", "replace"))
        with duckdb.connect() as connection:
            found = connection.execute(
                "select delimiter, quote from sniff_csv(?, all_varchar=true, ignore_errors=true)", [path]
            ).fetchone()
    except duckdb.Error:
        return None
    finally:
        os.unlink(path)
    if not found or len(found[0]) != 1 or found[0].isalnum():
        return None
    return found[0], found[1] if len(found[1]) == 1 else '"'
