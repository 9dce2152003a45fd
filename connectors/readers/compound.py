"""The streams of an OLE compound file ([MS-CFB]). What a stream means is known elsewhere."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_END = 0xFFFFFFFA  # sector numbers from here on are marks
_STREAM = 2
_ROOT = 5


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


def stream(content: bytes, *names: str) -> bytes | None:
    """The first stream with one of the names (in any storage); ``None`` where there is none.

    Raises:
        ValueError: The file is cut off or its chains are broken.
    """
    try:
        return _stream(content, names)
    except (struct.error, IndexError) as error:
        raise ValueError("broken compound file") from error


def _stream(content: bytes, names: Sequence[str]) -> bytes | None:
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if not 64 <= size <= 4096:
        raise ValueError("sector size")
    fat = _fat(content, size)
    directory, mini_cutoff, mini_fat = struct.unpack_from("<I4xII", content, 48)
    entries = _entries(_chain(content, fat, directory, size))
    by_name = {entry.name: entry for entry in entries if entry.kind == _STREAM}
    entry = next((by_name[name] for name in names if name in by_name), None)
    if entry is None:
        return None
    if entry.size >= mini_cutoff:
        return _chain(content, fat, entry.start, size)[: entry.size]
    root = next(e for e in entries if e.kind == _ROOT)
    table = _chain(content, fat, mini_fat, size)
    minis = struct.unpack(f"<{len(table) // 4}I", table)
    inner = b"\0" * 64 + _chain(content, fat, root.start, size)
    return _chain(inner, minis, entry.start, 64)[: entry.size]


def _fat(content: bytes, size: int) -> tuple[int, ...]:
    sectors = [s for s in struct.unpack_from("<109I", content, 76) if s < _END]
    extra, count = struct.unpack_from("<II", content, 68)
    per = size // 4
    while extra < _END and count > 0:
        *more, extra = struct.unpack_from(f"<{per}I", content, (extra + 1) * size)
        sectors += [s for s in more if s < _END]
        count -= 1
    table = b"".join(content[(s + 1) * size : (s + 2) * size] for s in sectors[: len(content) // size + 1])
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])


def _chain(content: bytes, fat: Sequence[int], start: int, size: int) -> bytes:
    """The sectors of a chain; a chain that runs in a circle is broken."""
    pieces: list[bytes] = []
    while start < _END:
        if len(pieces) > len(fat):
            raise ValueError("circular chain")
        pieces.append(content[(start + 1) * size : (start + 2) * size])
        start = fat[start]
    return b"".join(pieces)


def _entries(directory: bytes) -> list[_Entry]:
    entries = []
    for at in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        start, size = struct.unpack_from("<II", directory, at + 116)
        name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        entries.append(_Entry(name, kind, start, size))
    return entries
