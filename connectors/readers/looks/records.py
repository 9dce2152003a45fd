"""The records of an xls as arrays ([MS-XLS] 2.1.4): where each lies and of which kind. What they say is known elsewhere.

A record ends where the next one begins, so a chain has to be followed. Most of a sheet is made of a few kinds whose
length is known: places that look like one are told at once, and those that lead to one another are taken in one go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct

import numpy as np
import numpy.typing as npt

from connectors.readers.looks.compound import stream

BOF, EOF = 0x809, 0x0A
FORMULA, MANY_RK, TEXT, NUMBER, RK, ROW = 0x06, 0xBD, 0xFD, 0x203, 0x27E, 0x208
_MANY_BLANK, _BLANK = 0xBE, 0x201

Numbers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint16]
Piece = tuple[Words, Numbers, Words]  # kinds, places, lengths

_FIXED = {TEXT: 10, RK: 10, NUMBER: 14, _BLANK: 6, ROW: 16}
_STEPS = {MANY_RK: 6, _MANY_BLANK: 2}  # bytes of a cell in the records that hold many of a row, beside six
_LONGEST = 6 + 6 * 256
_FIRST_BLOCK, _LAST_BLOCK = 1 << 16, 1 << 18
_HEAD = Struct("<HH")


@dataclass(frozen=True)
class Records:
    """Consecutive records.

    Attributes:
        book: The stream they lie in.
        kinds: Of each its type.
        places: Of each the offset of its data.
        lengths: Of each the bytes of its data.
    """

    book: bytes
    kinds: Words
    places: Numbers
    lengths: Numbers

    def __len__(self) -> int:
        return len(self.kinds)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        """Kind, place and length of each."""
        return zip(self.kinds.tolist(), self.places.tolist(), self.lengths.tolist(), strict=True)

    def where(self, chosen: npt.NDArray[np.bool_] | slice) -> Records:
        """Those that are chosen."""
        return Records(self.book, self.kinds[chosen], self.places[chosen], self.lengths[chosen])

    def of(self, *kinds: int, least: int = 0) -> Records:
        """Those of some kinds that have so many bytes at least."""
        return self.where(np.isin(self.kinds, kinds) & (self.lengths >= least))

    def until_end(self) -> Records:
        """Those before the first that ends a substream."""
        ends = np.flatnonzero(self.kinds == EOF)
        return self.where(slice(ends[0])) if len(ends) else self

    def outermost(self) -> Records:
        """Those of the first substream but for nested ones (charts); none where no substream begins."""
        depth = np.cumsum((self.kinds == BOF).astype(np.int64) - (self.kinds == EOF))
        ended = np.flatnonzero(depth <= 0)
        return self.where((depth == 1) & (np.arange(len(self)) < (ended[0] if len(ended) else len(self))))

    def words(self, offset: int | Numbers) -> Numbers:
        """The 16-bit number that begins at an offset in the data of each."""
        content = np.frombuffer(self.book, np.uint8)
        at = self.places + offset
        found: Numbers = content[at] | content[at + 1].astype(np.int64) << 8
        return found


class Book:
    """The stream of an xls that holds its records.

    Args:
        content: The file.

    Raises:
        ValueError: The file is cut off or its chains are broken.
    """

    def __init__(self, content: bytes) -> None:
        self.stream = stream(content, "Workbook", "Book") or b""
        self._known: dict[int, Records] = {}
        self._room = len(self.stream) // _HEAD.size

    def records(self, start: int) -> Records:
        """The records from an offset on, until the substream that begins there ends; kept, unless sheets overlap."""
        found = self._known.get(start)
        if found is None:
            found = _followed(self.stream, start)
            self._room -= len(found)
            if self._room >= 0:
                self._known[start] = found
        return found


def _followed(book: bytes, at: int) -> Records:
    """The records of the chain that begins at an offset."""
    pieces: list[Piece] = []
    loose: list[tuple[int, int, int]] = []
    lanes = _Lanes(book)
    depth = 0
    while at + _HEAD.size <= len(book):
        kind, length = _HEAD.unpack_from(book, at)
        after = at + _HEAD.size + length
        if after > len(book):
            break
        if _is_usual(kind, length):
            pieces += [_piece(loose)] if loose else []
            loose.clear()
            piece, at = lanes.run(at)
            pieces.append(piece)
            continue
        loose.append((kind, at + _HEAD.size, length))
        depth += (kind == BOF) - (kind == EOF)
        if kind == EOF and depth <= 0:
            break
        at = after
    kinds, places, lengths = zip(*pieces, _piece(loose), strict=True)
    return Records(
        book, np.concatenate(kinds), np.concatenate(places), np.concatenate(lengths).astype(np.int64)
    )


def _piece(loose: Sequence[tuple[int, int, int]]) -> Piece:
    kinds, places, lengths = np.array(loose, np.int64).reshape(-1, 3).T
    return kinds.astype(np.uint16), places, lengths.astype(np.uint16)


def _is_usual(kind: int, length: int) -> bool:
    if kind in _STEPS:
        return length % _STEPS[kind] == 0 and 6 + _STEPS[kind] <= length <= _LONGEST
    return _FIXED.get(kind) == length


class _Lanes:
    """Where usual records may begin, in a piece of the stream at even and in one at odd offsets."""

    def __init__(self, book: bytes) -> None:
        self._book = book
        self._size = _FIRST_BLOCK
        self._lanes: dict[int, _Lane] = {}

    def run(self, at: int) -> tuple[Piece, int]:
        """The usual records that follow one another from the one at an offset on; and where the next one begins."""
        lane = self._lanes.get(at % 2)
        if lane is None or at + _HEAD.size > lane.end:
            lane = self._lanes[at % 2] = _Lane(self._book, at, self._size)
            self._size = min(self._size * 4, _LAST_BLOCK)
        return lane.run(at)


class _Lane:
    """A piece of the stream, seen as 16-bit numbers.

    Attributes:
        end: Where it ends.
    """

    def __init__(self, book: bytes, at: int, size: int) -> None:
        count = (min(size, len(book) - at)) // 2
        self._words = np.frombuffer(book, "<u2", count, at)
        self._from, self.end, self._all = at, at + 2 * count, len(book)
        self._heads = np.flatnonzero(_may_be_usual(self._words))
        self._lengths = self._words[self._heads + 1]
        self._after = self._heads + (2 + (self._lengths >> 1))
        self._breaks = np.flatnonzero(self._after[:-1] != self._heads[1:])

    def run(self, at: int) -> tuple[Piece, int]:
        """As ``_Lanes.run``."""
        first = int(np.searchsorted(self._heads, (at - self._from) // 2))
        broken = int(np.searchsorted(self._breaks, first))
        last = int(self._breaks[broken]) if broken < len(self._breaks) else len(self._heads) - 1
        if self._from + 2 * self._after[last] > self._all:
            last -= 1  # the stream ends within it
        heads = self._heads[first : last + 1]
        places = self._from + 2 * heads + _HEAD.size
        piece = self._words[heads], places, self._lengths[first : last + 1]
        return piece, self._from + 2 * int(self._after[last])


def _may_be_usual(words: Words) -> npt.NDArray[np.bool_]:
    """Which numbers are the kind of a usual record with its length behind it; data may look so too."""
    kinds, lengths = words[:-1], words[1:]
    usual = np.zeros(len(kinds), np.bool_)
    for kind, length in _FIXED.items():
        usual |= (kinds == kind) & (lengths == length)
    for kind, step in _STEPS.items():
        places = np.flatnonzero(kinds == kind)
        of = lengths[places]
        usual[places[(of % step == 0) & (of >= 6 + step) & (of <= _LONGEST)]] = True
    return usual
