"""Records of an xls are followed from one to the next, whatever their data look like."""

from __future__ import annotations

import struct
from random import Random

import pytest

from connectors.formats import Formats
from connectors.readers.looks.records import BOF, EOF, Book
from tests.connectors.fuzz.seeds import biff, xls

BEGIN, END = biff(BOF, bytes(16)), biff(EOF, b"")
USUAL = {0xFD: 10, 0x27E: 10, 0x203: 14, 0x201: 6, 0x208: 16}


def followed(stream: bytes, at: int = 0) -> list[tuple[int, int, int]]:
    """One record after the other, as [MS-XLS] 2.1.4 has it."""
    found, depth = [], 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            break
        found.append((kind, at + 4, length))
        depth += (kind == BOF) - (kind == EOF)
        if kind == EOF and depth <= 0:
            break
        at += 4 + length
    return found


def record(rng: Random) -> bytes:
    """A record of any kind; its data look like the heads of others."""
    data = b"".join(struct.pack("<HH", *rng.choice([*USUAL.items(), (0xBD, 18), (6, 30)])) for _ in range(9))
    kind = rng.choice([*USUAL] * 9 + [0xBD, 0xBE, 0x06, 0x204, 0x1C])
    cells = rng.randint(2, 5)
    length = {0xBD: 6 + 6 * cells, 0xBE: 6 + 2 * cells}.get(kind, USUAL.get(kind, rng.randint(0, 31)))
    return biff(kind, data[rng.randint(0, 3) :][:length])


@pytest.mark.parametrize("seed", range(20))
def test_every_record_is_followed_whatever_its_data_look_like(seed: int) -> None:
    rng = Random(seed)
    chart = BEGIN + b"".join(record(rng) for _ in range(5)) + END
    parts = [BEGIN, *(record(rng) for _ in range(6_000)), chart, *(record(rng) for _ in range(40)), END]
    stream = b"".join(parts) + b"\x01" * 4_096
    book = Book(xls(stream[: rng.choice([len(stream), 30_000 + seed])]))

    records = book.records(0)

    assert list(records) == followed(book.stream)
    assert list(records.until_end()) == list(records)[: [k for k, _, _ in [*records, (EOF, 0, 0)]].index(EOF)]
    if len(records) == 6_000 + 9 + 40:
        nested = range(6_001, 6_001 + 6)  # what ends a chart stands where it began
        assert list(records.outermost()) == [
            one for n, one in enumerate(records) if n not in nested and n != len(records) - 1
        ]


def test_no_record_is_of_a_substream_that_does_not_begin() -> None:
    book = Book(xls(record(Random(0)) + END + bytes(4_096)))
    assert len(book.records(0).until_end()) == 1
    assert not len(book.records(0).outermost())
    assert not len(book.records(len(book.stream) + 7))


def test_the_later_format_of_a_place_counts() -> None:
    formats = Formats()
    formats.add(5, 1, "0%")
    formats.add(2, 3, "0%")
    formats.add(5, 1, "0000")
    assert formats == {(2, 3): "0%", (5, 1): "0000"}
    assert Formats.of({(2, 3): "0%", (5, 1): "0000"}) == formats
    assert not Formats()
