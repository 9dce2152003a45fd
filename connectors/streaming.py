"""Long delimited text: structure from its head and its tail, the body straight to Arrow, batch by batch.

Only text whose records are regular between head and tail is taken; everything else is left to the readers. Memory for
the batches does not grow with the file; a table collected from them takes what its text takes.
"""

from __future__ import annotations

import csv
import dataclasses
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.decoding import Decoder, IrregularError
from connectors.grid import Grid
from connectors.readers.content import is_text
from connectors.readers.delimited import Dialect, dialect_of, reader_of
from connectors.readers.encoding import decode_piece, encoding_of, encoding_of_file
from connectors.tables import Table, find_tables

LONG = 400_000
"""Bytes from which a text is worth streaming."""

_HEAD_ROWS = 200
_TAIL_ROWS = 50
_SAMPLE = 1 << 18
_BLOCK, _LARGE_BLOCK = 1 << 19, 1 << 22  # the parser reads 32 blocks ahead; large ones are faster by a third
_AHEAD = 2  # batches that are parsed while one is decoded


@dataclass(frozen=True)
class Streamed:
    """One long table.

    Attributes:
        sheet: The stem of the file's name.
        table: Its structure, in rows of the whole file.
        head: The first rows of the file.
        cells: One string column per column of the table; null is blank; body rows only.
        rows: Spreadsheet row (1-based) of each body row.
        totals: The cells of the total rows.
        notes: What a person should know, in Chinese.
    """

    sheet: str
    table: Table
    head: Sequence[Sequence[str]]
    cells: pa.Table
    rows: pa.Int64Array
    totals: Sequence[Sequence[str]]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Ends:
    """Records at both ends of a text, and the byte offset of each (and of what follows the last)."""

    encoding: str
    dialect: Dialect
    head: list[list[str]]
    head_offsets: list[int]
    tail: list[list[str]]
    tail_offsets: list[int]
    tail_has_quotes: bool


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of a body.

    Attributes:
        cells: One string column per column of the table, as in ``Streamed``; blank rows are left out.
        rows: Spreadsheet row (1-based) of each.
    """

    cells: pa.RecordBatch
    rows: pa.Int64Array


class TableStream:
    """The one table of a long text, its body in batches.

    Attributes:
        sheet: The stem of the file's name.
        head: The first rows of the file.
        totals: The cells of the total rows.
    """

    def __init__(self, path: Path, sheet: str, ends: _Ends, table: Table) -> None:
        self.sheet = sheet
        self.head: Sequence[Sequence[str]] = ends.head
        self.totals: Sequence[Sequence[str]] = [(ends.head + ends.tail)[row] for row in table.total_rows]
        self._path, self._ends, self._table = path, ends, table
        self._decoder = Decoder(ends.encoding)
        self._count = 0

    def batches(self, block: int = _BLOCK) -> Iterator[Batch]:
        """The body from its first row to its last; to be taken once.

        Args:
            block: Bytes of the file that make a batch; 32 times as many are held at most.

        Raises:
            IrregularError: Head and tail promised something else.
        """
        ends, table = self._ends, self._table
        first, last = min(table.body_rows), max(table.body_rows)
        start, stop = ends.head_offsets[first], ends.tail_offsets[last - len(ends.head) + 1]
        width = max(len(row) for row in ends.head[first:])
        _check_quotes(self._path, start, stop, ends)
        names = [str(column.index) for column in table.columns if column.index < width]
        waiting: deque[Future[Batch]] = deque()
        try:
            with ThreadPoolExecutor(1) as decoding:  # beside the parser: neither needs the interpreter much
                for coded in _batches(self._path, start, stop, block, width, names, ends):
                    waiting.append(decoding.submit(self._batch, coded, first + self._count))
                    self._count += coded.num_rows
                    if len(waiting) > _AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
        except pa.ArrowInvalid as error:
            raise IrregularError from error

    def table(self, rows: pa.Int64Array) -> Table:
        """The structure in rows of the whole file, after the last batch.

        Args:
            rows: Of all batches together.
        """
        first, last = min(self._table.body_rows), max(self._table.body_rows)
        return _moved(self._table, rows, len(self._ends.head), first + self._count - 1 - last)

    def notes(self) -> tuple[str, ...]:
        """What a person should know, in Chinese, after the last batch."""
        return self._decoder.notes()

    def _batch(self, coded: pa.RecordBatch, before: int) -> Batch:
        decoded = self._decoder.batch(coded)
        rows = pa.array(np.arange(before + 1, before + coded.num_rows + 1, dtype=np.int64))
        found = dict(zip(decoded.schema.names, decoded.columns, strict=True))
        names = [str(column.index) for column in self._table.columns]
        blank = pa.nulls(coded.num_rows, pa.string())
        cells = pa.RecordBatch.from_arrays([found.get(name, blank) for name in names], names)
        return _without_blank(cells, rows)


def stream_batches(path: Path, name: str) -> TableStream | None:
    """The one table of a long regular text in batches; ``None`` where the text is short or not that regular."""
    if path.stat().st_size < LONG or not is_text(path):
        return None
    try:
        ends = _ends(path)
    except csv.Error:  # a cell that is too long for one
        return None
    if ends is None:
        return None
    tables = find_tables(Grid([*ends.head, *ends.tail]))
    if len(tables) != 1 or not _spans(tables[0], ends):
        return None
    return TableStream(path, Path(name).stem, ends, tables[0])


def stream_table(path: Path, name: str) -> Streamed | None:
    """The same table with all of its body; ``None`` also where the body turns out not to be regular."""
    stream = stream_batches(path, name)
    if stream is None:
        return None
    try:
        batches = list(stream.batches(_LARGE_BLOCK))
    except IrregularError:
        return None
    cells = pa.Table.from_batches([batch.cells for batch in batches])
    rows = pa.concat_arrays([batch.rows for batch in batches])
    return Streamed(stream.sheet, stream.table(rows), stream.head, cells, rows, stream.totals, stream.notes())


def _ends(path: Path) -> _Ends | None:
    """Head and tail; ``None`` where bytes cannot be cut into records without reading all."""
    encoding = encoding_of_file(path)
    if encoding.startswith("utf-16"):
        return None
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        file.seek(size - min(_SAMPLE, size // 2))
        tail = file.read()
    bare = "utf-8" if encoding == "utf-8-sig" else encoding
    dialect = dialect_of(decode_piece(head[: head.rfind(b"\n") + 1] or head, encoding)[0].lstrip("\ufeff"))
    if dialect.delimiter > "?" or dialect.quote not in ('"', None):
        return None
    if encoding_of(tail[_line_end(tail) :]) not in (bare, "utf-8"):
        return None
    head_lines = head.splitlines(keepends=True)[:-1]
    tail_lines = tail.splitlines(keepends=True)[1:][-_TAIL_ROWS:]
    rows, starts = _records(head_lines, encoding, dialect, 0)
    ending, ending_starts = _records(tail_lines, bare, dialect, size - sum(map(len, tail_lines)))
    if len(rows) <= _HEAD_ROWS or not ending:
        return None
    return _Ends(
        bare, dialect, rows[:_HEAD_ROWS], starts[: _HEAD_ROWS + 1], ending, ending_starts, b'"' in tail
    )


def _line_end(tail: bytes) -> int:
    """Where the second line of ``tail`` begins."""
    return len(tail.splitlines(keepends=True)[0])


def _records(
    lines: Sequence[bytes], encoding: str, dialect: Dialect, offset: int
) -> tuple[list[list[str]], list[int]]:
    """The records of whole lines; byte offsets of each record, and of the end."""
    ends = offset + np.cumsum([0, *map(len, lines)])
    decoded = (decode_piece(line, encoding)[0] for line in lines)
    reader = reader_of(decoded, dialect)
    rows, offsets = [], [offset]
    for row in reader:
        rows.append(row)
        offsets.append(int(ends[reader.line_num]))
    if rows and offset == 0:
        rows[0] = [cell.lstrip("\ufeff") for cell in rows[0]]
    return rows, offsets


def _spans(table: Table, ends: _Ends) -> bool:
    """Whether the body runs from the head into the tail with nothing but blank rows in between."""
    body = set(table.body_rows)
    seam, size = len(ends.head), len(ends.head) + len(ends.tail)
    rows = [*ends.head, *ends.tail]
    if not body or min(body) >= seam - 1 or max(body) <= seam:
        return False
    between = set(range(min(body), max(body) + 1)) - body
    others = {*table.total_rows, *table.section_rows, *table.note_rows} - body
    after = {row for row in others if row > max(body)}
    return not any(any(cell.strip() for cell in rows[row]) for row in between) and all(
        row < size for row in after
    )


def _moved(table: Table, rows: pa.Int64Array, seam: int, shift: int) -> Table:
    """The table in rows of the whole file: what stands in the tail moves down by ``shift``."""

    def move(numbers: Sequence[int]) -> list[int]:
        return [number if number < seam else number + shift for number in numbers]

    first, last = rows[0].as_py() - 1, rows[-1].as_py()
    contiguous = last - first == len(rows)
    return dataclasses.replace(
        table,
        body_rows=range(first, last) if contiguous else (rows.to_numpy() - 1).tolist(),
        total_rows=move(table.total_rows),
        section_rows=move(table.section_rows),
        note_rows=move(table.note_rows),
        row_labels=(),
    )


def _check_quotes(path: Path, start: int, stop: int, ends: _Ends) -> None:
    """Quotes must pair within the body, or the cut before the tail went through a cell."""
    if ends.dialect.quote is None or not ends.tail_has_quotes:
        return
    count, left = 0, stop - start
    with path.open("rb") as file:
        file.seek(start)
        while left > 0 and (block := file.read(min(_LARGE_BLOCK, left))):
            count += block.count(b'"')
            left -= len(block)
    if count % 2:
        raise IrregularError


def _batches(
    path: Path, start: int, stop: int, block: int, width: int, names: list[str], ends: _Ends
) -> Iterator[pa.RecordBatch]:
    """The body in batches of binary columns; any record of another width raises ``ArrowInvalid``."""
    from pyarrow import csv as arrow

    quote = ends.dialect.quote or False
    columns = [str(i) for i in range(width)]
    with pa.OSFile(os.fspath(path)) as file:
        reader = arrow.open_csv(
            file.get_stream(start, stop - start),
            read_options=arrow.ReadOptions(column_names=columns, block_size=block),
            parse_options=arrow.ParseOptions(
                delimiter=ends.dialect.delimiter,
                quote_char=quote,
                newlines_in_values=bool(quote),
                ignore_empty_lines=False,
            ),
            convert_options=arrow.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(columns, pa.binary()),
                include_columns=names,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        yield from reader


def _without_blank(cells: pa.RecordBatch, rows: pa.Int64Array) -> Batch:
    """Without the rows in which every cell is blank."""
    if any(column.null_count == 0 for column in cells.columns):
        return Batch(cells, rows)
    blank = cells.column(0).is_null()
    for column in cells.columns[1:]:
        blank = pc.and_(blank, column.is_null())
    keep = pc.invert(blank)
    return Batch(cells.filter(keep), rows.filter(keep))
