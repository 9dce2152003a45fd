"""Columns of bytes into columns of text: distinct values at once, foreign ones counted."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.celltext import trimmed
from connectors.readers.delimited import MAX_LINES
from connectors.readers.encoding import decode_piece

_SEPARATOR = 0x1F
_MARK = bytes((_SEPARATOR,))
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
        least, most = (int(raw.min()), int(raw.max())) if len(raw) else (0x7F, 0)
        if least <= 0x0D and pc.max(pc.count_substring_regex(column, r"[\r\n]")).as_py() > MAX_LINES:
            raise IrregularError
        if most < 0x80:
            texts = column.view(pa.string())
            return trimmed(texts) if least <= 0x20 else texts
        coded = column.dictionary_encode()
        return trimmed(self._texts(coded.dictionary)).take(coded.indices)

    def _texts(self, values: pa.BinaryArray) -> pa.StringArray:
        """Distinct values decoded at once, one by one where that fails."""
        joined = pc.binary_join(pa.ListArray.from_arrays([0, len(values)], values), _MARK)[0].as_buffer()
        marked = b"".join((_MARK, joined, _MARK))
        try:
            texts = None if self._is_foreign(marked) else _parted(marked.decode(self._encoding), len(values))
        except UnicodeDecodeError:
            texts = None
        if texts is None:
            pieces = [decode_piece(value, self._encoding) for value in values.to_pylist()]
            texts = pa.array([text for text, _ in pieces], pa.string())
            self._odd += sum(odd for _, odd in pieces)
        return texts

    def _is_foreign(self, joined: bytes) -> bool:
        """Whether a value looks like UTF-8 in a file that is not: another encoding would decode it to nonsense."""
        return self._encoding != "utf-8" and bool(_UTF8_VALUE.search(joined))


def _parted(marked: str, count: int) -> pa.StringArray | None:
    """The texts between the marks; ``None`` where there are not so many, because one of them holds a mark."""
    coded = marked.encode()
    marks = np.flatnonzero(np.frombuffer(coded, np.uint8) == _SEPARATOR)
    if len(marks) != count + 1:
        return None
    offsets = (marks + 1 - np.arange(1, count + 2)).astype(np.int32)  # in the text without marks
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(coded.replace(_MARK, b"")))


def _bytes_of(column: pa.BinaryArray) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The bytes of all values of a column, without copying."""
    _, offsets, data = column.buffers()
    if data is None or len(column) == 0:
        return np.empty(0, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
