"""Ways to damage a file that keep most of its structure, so that the damage gets deep into a reader.

Every mutation is a function of the file and a ``Random``: the same seed damages the same way.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from random import Random

from connectors.readers.looks.compound import stream
from tests.connectors.fuzz.seeds import MARKUP, PACKAGES, biff, packed, packed_record, seeds, unpacked, xls

_TAG = re.compile(rb"<[^<>]+>")
_ATTRIBUTE = re.compile(rb"([\w:]+)=([\"'])(.*?)\2")
_TEXT = re.compile(rb">([^<>]+)<")
_ODD_TEXTS = (
    b"",
    b"0",
    b"-1",
    b"1e300",
    b"-1e300",
    b"nan",
    b"inf",
    b"99999999999999999999",
    b"4294967295",
    b"2147483648",
    b"1048577",
    b"999999",
    b"0x10",
    b"\xe6\x9d\x91",
    b"&#49;000000",
    b"A1",
    b"XFD1048576",
    b"ZZZZ99999999",
    b"A1:XFD1048576",
    b"B2:A1",
    b"#REF!",
    b"2025-13-45",
    b"1900-02-29T25:61:61",
    b"PT99999999999999999999H",
    b"true",
    b"e",
    b"str",
    b"inlineStr",
    b"shared",
    b"d",
    b"../workbook.xml",
    b"/xl/workbook.xml",
    b"worksheets/sheet1.xml",
    b"rId1",
)
_ODD_NUMBERS = (
    0,
    1,
    2,
    0x7F,
    0xFF,
    0x100,
    0x7FFF,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
_ODD_FLOATS = (1e300, -1e300, float("nan"), float("inf"), -1.0, 2_958_466.0, 1e-320)

Mutation = Callable[[bytes, Random], bytes]


def damaged(kind: str, rng: Random) -> bytes:
    """The seed of a kind, damaged once to four times in ways that fit it."""
    content = seeds()[kind]
    ways = _WAYS["package" if kind in PACKAGES else "markup" if kind in MARKUP else kind]
    for _ in range(rng.randint(1, 4)):
        content = rng.choice(ways)(content, rng)
    return content


# Markup: tags, attributes and texts ----------------------------------------------------------------------------------


def _some_tag(xml: bytes, rng: Random) -> re.Match[bytes] | None:
    tags = list(_TAG.finditer(xml))
    return rng.choice(tags) if tags else None


def _without_tag(xml: bytes, rng: Random) -> bytes:
    tag = _some_tag(xml, rng)
    return xml[: tag.start()] + xml[tag.end() :] if tag else xml


def _without_end_tag(xml: bytes, rng: Random) -> bytes:
    ends = [tag for tag in _TAG.finditer(xml) if tag[0].startswith(b"</")]
    tag = rng.choice(ends) if ends else None
    return xml[: tag.start()] + xml[tag.end() :] if tag else xml


def _repeated_tag(xml: bytes, rng: Random) -> bytes:
    tag = _some_tag(xml, rng)
    return xml[: tag.end()] + tag[0] * rng.choice((1, 2, 500)) + xml[tag.end() :] if tag else xml


def _swapped_tags(xml: bytes, rng: Random) -> bytes:
    first, second = _some_tag(xml, rng), _some_tag(xml, rng)
    if not first or not second or first.start() >= second.start():
        return xml
    middle = xml[first.end() : second.start()]
    return xml[: first.start()] + second[0] + middle + first[0] + xml[second.end() :]


def _repeated_element(xml: bytes, rng: Random) -> bytes:
    """A stretch from one tag to another, again and again, anywhere."""
    first, second = _some_tag(xml, rng), _some_tag(xml, rng)
    if not first or not second or first.start() > second.start():
        return xml
    piece = xml[first.start() : second.end()]
    at = rng.choice(list(_TAG.finditer(xml))).start()
    return xml[:at] + piece * rng.choice((1, 2, 50)) + xml[at:]


def _odd_attribute(xml: bytes, rng: Random) -> bytes:
    found = list(_ATTRIBUTE.finditer(xml))
    if not found:
        return xml
    attribute = rng.choice(found)
    return xml[: attribute.start(3)] + rng.choice(_ODD_TEXTS) + xml[attribute.end(3) :]


def _odd_attributes(xml: bytes, rng: Random) -> bytes:
    """One attribute odd wherever it occurs."""
    names = sorted({attribute[1] for attribute in _ATTRIBUTE.finditer(xml)})
    if not names:
        return xml
    name, odd = rng.choice(names), rng.choice(_ODD_TEXTS)
    return re.sub(rb"\b" + re.escape(name) + rb"=([\"']).*?\1", lambda _: name + b'="' + odd + b'"', xml)


def _without_attributes(xml: bytes, rng: Random) -> bytes:
    names = sorted({attribute[1] for attribute in _ATTRIBUTE.finditer(xml)})
    return re.sub(rb"\b" + re.escape(rng.choice(names)) + rb"=([\"']).*?\1", b"", xml) if names else xml


def _odd_text(xml: bytes, rng: Random) -> bytes:
    texts = list(_TEXT.finditer(xml))
    if not texts:
        return xml
    text = rng.choice(texts)
    return xml[: text.start(1)] + rng.choice(_ODD_TEXTS) + xml[text.end(1) :]


def _repeats(xml: bytes, rng: Random) -> bytes:
    """Counts that ods, html and XML Spreadsheet repeat or span by."""
    key = rng.choice(
        (
            b"table:number-rows-repeated",
            b"table:number-columns-repeated",
            b"text:c",
            b"rowspan",
            b"colspan",
            b"ss:Index",
            b"ss:MergeDown",
            b"ss:MergeAcross",
            b"r",
            b"spans",
            b"count",
        )
    )
    tag = _some_tag(xml, rng)
    if not tag or tag[0].startswith((b"</", b"<?", b"<!")):
        return xml
    end = tag.end() - (2 if tag[0].endswith(b"/>") else 1)
    count = rng.choice((b"2", b"1000", b"16384", b"1048576", b"4294967296", b"18446744073709551615", b"x"))
    return xml[:end] + b" " + key + b'="' + count + b'"' + xml[end:]


def _hidden_markup(xml: bytes, rng: Random) -> bytes:
    tag, what = (
        _some_tag(xml, rng),
        rng.choice((b"<!--", b"<![CDATA[", b"<?x ", b"-->", b"]]>", b"<!DOCTYPE x>", b"'", b'"')),
    )
    return xml[: tag.start()] + what + xml[tag.start() :] if tag else xml


def _flipped(content: bytes, rng: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8) if changed else 0):
        changed[rng.randrange(len(changed))] ^= rng.randint(1, 255)
    return bytes(changed)


def _cut(content: bytes, rng: Random) -> bytes:
    return content[: rng.randint(0, len(content))]


_MARKUP: tuple[Mutation, ...] = (
    _without_tag,
    _without_end_tag,
    _repeated_tag,
    _swapped_tags,
    _repeated_element,
    _odd_attribute,
    _odd_attribute,
    _odd_attributes,
    _without_attributes,
    _odd_text,
    _repeats,
    _hidden_markup,
    _flipped,
    _cut,
)


# Packages: their parts -----------------------------------------------------------------------------------------------


def _part_changed(content: bytes, rng: Random) -> bytes:
    parts = unpacked(content)
    names = sorted(parts)
    sheets = [name for name in names if "sheet" in name or "content" in name] or names
    name = rng.choice(rng.choice((names, sheets)))
    ways = (
        _RECORDS
        if name.endswith(".bin")
        else _MARKUP
        if parts[name].lstrip()[:1] == b"<"
        else (_flipped, _cut)
    )
    return packed(parts | {name: rng.choice(ways)(parts[name], rng)})


def _part_missing(content: bytes, rng: Random) -> bytes:
    parts = unpacked(content)
    parts.pop(rng.choice(sorted(parts)), None)
    return packed(parts)


def _parts_swapped(content: bytes, rng: Random) -> bytes:
    parts = unpacked(content)
    first, second = rng.choice(sorted(parts)), rng.choice(sorted(parts))
    return packed(parts | {first: parts[second], second: parts[first]})


def _part_of_another(content: bytes, rng: Random) -> bytes:
    parts = unpacked(content)
    other = unpacked(seeds()[rng.choice(PACKAGES)])
    return packed(parts | {rng.choice(sorted(parts)): other[rng.choice(sorted(other))]})


def _only_with_parts(change: Mutation) -> Mutation:
    """A change of parts, or of bytes where the package has none left."""

    def mutate(content: bytes, rng: Random) -> bytes:
        return change(content, rng) if unpacked(content) else _flipped(content, rng)

    return mutate


# Records of xlsb and xls ---------------------------------------------------------------------------------------------


def _packed_records(content: bytes) -> list[tuple[int, bytes]]:
    records, at = [], 0
    while at + 1 < len(content):
        kind, at = content[at], at + 1
        if kind & 0x80:
            kind, at = kind & 0x7F | content[at] << 7, at + 1
        length = shift = 0
        while at < len(content):
            byte, at = content[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        records.append((kind, content[at : at + length]))
        at += length
    return records


def _biff_records(content: bytes) -> list[tuple[int, bytes]]:
    records, at = [], 0
    while at + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, at)
        records.append((kind, content[at + 4 : at + 4 + length]))
        at += 4 + length
    return records


def _records_changed(records: list[tuple[int, bytes]], rng: Random) -> None:
    at = rng.randrange(len(records))
    kind, data = records[at]
    way = rng.randrange(7)
    if way == 0:
        del records[at]
    elif way == 1:
        records[at:at] = [records[at]] * rng.choice((1, 2, 500))
    elif way == 2:
        records[at] = kind, data[: rng.randint(0, len(data))]
    elif way == 3:
        other = rng.randrange(len(records))
        records[at], records[other] = records[other], records[at]
    elif way == 4:
        records[at] = rng.choice(records)[0], data
    else:
        records[at] = kind, _odd_bytes(data, rng)


def _odd_bytes(data: bytes, rng: Random) -> bytes:
    form, values = rng.choice((("<H", _ODD_NUMBERS), ("<I", _ODD_NUMBERS), ("<d", _ODD_FLOATS)))
    size = struct.calcsize(form)
    if len(data) < size:
        return data + rng.randbytes(size)
    at = rng.randrange(0, len(data) - size + 1)
    value = rng.choice(values)
    odd = struct.pack(form, value if isinstance(value, float) else value & (1 << 8 * size) - 1)
    return data[:at] + odd + data[at + size :]


def _packed_records_changed(content: bytes, rng: Random) -> bytes:
    records = _packed_records(content)
    if records:
        _records_changed(records, rng)
    return b"".join(packed_record(kind, data) for kind, data in records)


_RECORDS: tuple[Mutation, ...] = (*[_packed_records_changed] * 6, _odd_bytes, _flipped, _cut)


def _biff_changed(content: bytes, rng: Random) -> bytes:
    try:
        book = stream(content, "Workbook", "Book") or b""
    except ValueError:
        return _flipped(content, rng)
    records = _biff_records(book)
    if not records:
        return _flipped(content, rng)
    _records_changed(records, rng)
    return xls(b"".join(biff(kind, data[:0xFFFF]) for kind, data in records))


def _sectors_changed(content: bytes, rng: Random) -> bytes:
    """A number in the header, in the allocation table or in the directory of a compound file."""
    if len(content) < 1024:
        return content
    changed = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        tables = rng.choice(
            [(24, 128), (512, len(changed)), (len(changed) // 512 * 512 - 1024, len(changed))]
        )
        at = rng.randrange(max(tables[0], 0) // 4 * 4, tables[1] - 4, 4)
        number = rng.choice((*_ODD_NUMBERS, 3, 5, 8, rng.randrange(len(changed) // 512 + 1)))
        struct.pack_into("<I", changed, at, number)
    return bytes(changed)


# Delimited text ------------------------------------------------------------------------------------------------------


def _text_changed(content: bytes, rng: Random) -> bytes:
    at = rng.randint(0, len(content))
    odd = (
        b'"',
        b"'",
        b",",
        b"\t",
        b";",
        b"\r",
        b"\n",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x81",
        "村".encode(),
        b"\x1a",
        b"\x1f",
    )
    return content[:at] + rng.choice(odd) * rng.choice((1, 1, 2, 100_000)) + content[at:]


def _text_repeated(content: bytes, rng: Random) -> bytes:
    return (content * rng.choice((2, 500)))[:2_000_000]


def _text_recoded(content: bytes, rng: Random) -> bytes:
    encodings = ("utf-8", "utf-16", "utf-16-be", "big5", "latin-1", "utf-32")
    half = rng.randint(0, len(content)) if rng.random() < 0.5 else 0
    return content[:half] + content[half:].decode("gb18030", "replace").encode(
        rng.choice(encodings), "replace"
    )


_WAYS: dict[str, tuple[Mutation, ...]] = {
    "package": tuple(
        map(_only_with_parts, (*[_part_changed] * 8, _part_missing, _parts_swapped, _part_of_another))
    ),
    "markup": _MARKUP,
    "xls": (*[_biff_changed] * 4, _sectors_changed, _flipped, _cut),
    "csv": (_text_changed, _text_changed, _text_repeated, _text_recoded, _flipped, _cut),
}
