"""Columns of bytes into columns of text: distinct values at once, foreign ones counted."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.celltext import trimmed
from connectors.readers.delimited import MAX_LINES
from connectors.readers.encoding import decode_piece

_SEPARATOR = "\x1f"
_UTF8_VALUE = re.compile(
    rb"\x1f[\x20-\x7e]*[\xe3-\xe9][\x80-\xbf]{2}(?:[\x20-\x7e]|[\xe2-\xef][\x80-\xbf]{2})*\x1f"
)


class IrregularError(Exception):
    """The body is not what head and tail promise: what was taken of it is void, the readers have to read the text."""


class Decoder:
    """Binary columns into text; counts the cells that were not in the file's encoding."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._odd = 0

    def batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One batch, every column as text."""
        return pa.RecordBatch.from_arrays([self._column(c) for c in batch.columns], batch.schema.names)

    def notes(self) -> tuple[str, ...]:
        """What to tell a person after the last batch."""
        if not self._odd:
            return ()
        return (f"文件混用了几种编码：约 {self._odd} 个不同的单元格与其余编码不同，请核对这些单元格的文字。",)

    def _column(self, column: pa.BinaryArray) -> pa.StringArray:
        raw = _bytes_of(column)
        if (
            len(raw)
            and raw.min() <= 0x0D
            and pc.max(pc.count_substring_regex(column, r"[\r\n]")).as_py() > MAX_LINES
        ):
            raise IrregularError
        if not len(raw) or raw.max() < 0x80:
            texts = column.cast(pa.string())
            return trimmed(texts) if len(raw) and raw.min() <= 0x20 else texts
        coded = column.dictionary_encode()
        return trimmed(self._texts(coded.dictionary.to_pylist())).take(coded.indices)

    def _texts(self, values: list[bytes]) -> pa.StringArray:
        """Distinct values decoded at once, one by one where that fails."""
        joined = _SEPARATOR.encode().join([b"", *values, b""])
        try:
            texts = [] if self._is_foreign(joined) else joined.decode(self._encoding).split(_SEPARATOR)[1:-1]
        except UnicodeDecodeError:
            texts = []
        if len(texts) != len(values):
            pieces = [decode_piece(value, self._encoding) for value in values]
            texts = [text for text, _ in pieces]
            self._odd += sum(odd for _, odd in pieces)
        return pa.array(texts, pa.string())

    def _is_foreign(self, joined: bytes) -> bool:
        """Whether a value looks like UTF-8 in a file that is not: another encoding would decode it to nonsense."""
        return self._encoding != "utf-8" and bool(_UTF8_VALUE.search(joined))


def _bytes_of(column: pa.BinaryArray) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The bytes of all values of a column, without copying."""
    _, offsets, data = column.buffers()
    if data is None or len(column) == 0:
        return np.empty(0, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
