"""The streams of an OLE compound file ([MS-CFB]), every chain checked. What a stream means is known elsewhere."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_DIFAT_SECTOR, _END_OF_CHAIN = 0xFFFFFFFC, 0xFFFFFFFE
_MARKS = 0xFFFFFFFA  # sector numbers from here on are marks
_CUTOFF, _MINI = 4096, 64  # shorter streams lie in mini sectors
_HEADER_ENTRIES = 109

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Entry:
    name: str
    start: int
    size: int


@dataclass(frozen=True)
class _Header:
    """Sector size and first sectors; the counts are of sectors."""

    size: int
    directory_count: int
    fat_count: int
    directory: int
    mini_fat: int
    mini_fat_count: int
    difat: int

    @classmethod
    def of(cls, content: bytes) -> _Header:
        (shift,) = struct.unpack_from("<H", content, 30)
        if shift not in (9, 12):
            raise ValueError("sector size")
        header = cls(1 << shift, *struct.unpack_from("<III8xIII", content, 40))
        claimed = header.directory_count, header.fat_count, header.mini_fat_count
        if max(claimed) > len(content) // header.size:
            raise ValueError("more sectors than the file holds")
        return header


def stream(content: bytes, *names: str) -> bytes | None:
    """The first stream with one of the names (in any storage), names by preference; ``None`` where there is none.

    A reader may follow every chain this follows without running in circles or beyond the file.

    Raises:
        ValueError: The file is cut off or its chains are broken.
    """
    try:
        return _stream(content, names)
    except (struct.error, IndexError) as error:
        raise ValueError("broken compound file") from error


def _stream(content: bytes, names: Sequence[str]) -> bytes | None:
    header = _Header.of(content)
    size = header.size
    sectors = memoryview(content)[size:]
    fat = _numbers(
        b"".join(_sector(sectors, number, size) for number in _fat_sectors(sectors, content, header))
    )
    entries = _entries(_chain(sectors, fat, header.directory, size), size)
    minis = _numbers(b"")
    inner = b""
    if header.mini_fat_count:
        minis = _numbers(_chain(sectors, fat, header.mini_fat, size))
        inner = _chain(sectors, fat, entries[0].start, size)
    entry = _named(entries, names)
    if entry is None:
        return None
    if entry.size > len(content):
        raise ValueError("a stream longer than the file")
    if entry.size >= _CUTOFF:
        return _chain(sectors, fat, entry.start, size)[: entry.size]
    return _chain(memoryview(inner), minis, entry.start, _MINI)[: entry.size]


def _named(entries: Sequence[_Entry], names: Sequence[str]) -> _Entry | None:
    return next((entry for name in names for entry in entries if entry.name == name), None)


def _fat_sectors(sectors: memoryview, content: bytes, header: _Header) -> list[int]:
    """The sectors that hold the allocation table: listed in the header, then in a chain of sectors of their own."""
    numbers = list(struct.unpack_from(f"<{_HEADER_ENTRIES}I", content, 76))
    following = header.difat
    while following < _MARKS:
        *more, following = _numbers(_sector(sectors, following, header.size)).tolist()
        numbers += more
        if len(numbers) > len(content):
            raise ValueError("circular chain")
    return [number for number in numbers if number < _DIFAT_SECTOR]


def _chain(sectors: memoryview, fat: Numbers, start: int, size: int) -> bytes:
    """The sectors of a chain up to its end mark; one that runs in a circle or out of the file is broken."""
    pieces: list[memoryview] = []
    turns = np.flatnonzero(
        fat != np.arange(1, len(fat) + 1)
    )  # sectors that the next one in the file does not follow
    count = 0
    while start != _END_OF_CHAIN:
        last = int(turns[np.searchsorted(turns, start)])
        count += last - start + 1
        if count > len(fat):
            raise ValueError("circular chain")
        _sector(sectors, last, size)
        pieces.append(sectors[start * size : (last + 1) * size])
        start = int(fat[last])
    return b"".join(pieces)


def _sector(sectors: memoryview, number: int, size: int) -> memoryview:
    found = sectors[number * size : (number + 1) * size]
    if not found:
        raise ValueError("a sector outside the file")
    return found


def _numbers(table: bytes | memoryview) -> Numbers:
    return np.frombuffer(table, "<u4", len(table) // 4).astype(np.int64)


def _entries(directory: bytes, size: int) -> list[_Entry]:
    entries = []
    length = "<Q" if size > 512 else "<I"
    for at in range(0, len(directory) - 127, 128):
        name = directory[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0]
        (start,) = struct.unpack_from("<I", directory, at + 116)
        entries.append(_Entry(name, start, *struct.unpack_from(length, directory, at + 120)))
    return entries
