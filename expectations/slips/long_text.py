"""The few rows wanted of a very long text file, without reading it into memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import overload

from connectors.grid import Cell, Grid, Sheet

LONG_TEXT_BYTES = 16 * 2**20
_SAMPLE = 1 << 17


def is_long_text(original: Path) -> bool:
    """Whether the file is delimited text too long to be worth reading whole."""
    from connectors.readers.content import Kind, kind_of

    return original.stat().st_size > LONG_TEXT_BYTES and kind_of(original) is Kind.TEXT


def picked_rows(original: Path, file_name: str, wanted: Collection[int]) -> Sheet:
    """A sheet as long as the file, in which only the wanted rows (from 1) have cells."""
    from connectors.readers.delimited import dialect_of, reader_of
    from connectors.readers.encoding import encoding_of_file

    encoding = encoding_of_file(original)
    with original.open(encoding=encoding, errors="replace", newline="") as lines:
        dialect = dialect_of(lines.read(_SAMPLE))
        lines.seek(0)
        rows: dict[int, Sequence[Cell]] = {}
        count = 0
        for count, record in enumerate(reader_of(lines, dialect), start=1):
            if count in wanted:
                rows[count - 1] = record
    return Sheet(PurePosixPath(file_name).stem, False, Grid(_Picked(rows, count)))


class _Picked(Sequence[Sequence[Cell]]):
    """Rows of which most are left out."""

    def __init__(self, rows: Mapping[int, Sequence[Cell]], length: int) -> None:
        self._rows = rows
        self._length = length

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Sequence[Cell]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sequence[Cell]]: ...
    def __getitem__(self, index: int | slice) -> Sequence[Cell] | Sequence[Sequence[Cell]]:
        if isinstance(index, slice):
            return [self._rows.get(at, ()) for at in range(*index.indices(self._length))]
        return self._rows.get(index, ())
