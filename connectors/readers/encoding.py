"""The encoding of a text file. UTF-8 and GB18030 are what offices write; the others are met."""

from __future__ import annotations

import codecs
import mmap
import re
from pathlib import Path

_SAMPLE = 1 << 18
_JUDGED = 1 << 14
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NON_ASCII = re.compile(rb"[\x80-\xff]")
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs"}
_NOT_BELIEVED = ("utf-16", "utf16", "unicode", "iso-8859", "latin", "windows-125", "us-ascii", "ascii")
_UTF8_HAN = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_HAN = re.compile(r"[一-龥]")


def encoding_of_file(path: Path) -> str:
    """The encoding of a text file, judged where its first character beyond ASCII stands."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        head = view[:_SAMPLE]
        if head.startswith((*_BOMS, codecs.BOM_UTF8)) or _looks_utf16(head):
            return encoding_of(head)
        first = _NON_ASCII.search(view)
        if first is None:
            return "utf-8"
        start = view.rfind(b"\n", 0, first.start()) + 1
        return encoding_of(view[start : start + _SAMPLE])


def encoding_of(sample: bytes) -> str:
    """The Python codec name of a sample that begins where a character begins.

    Args:
        sample: Bytes; may end in the middle of a character.
    """
    if sample.startswith(codecs.BOM_UTF8):
        bare = encoding_of(sample.removeprefix(codecs.BOM_UTF8))
        return "utf-8-sig" if bare == "utf-8" else bare  # a mark that a program put before other text
    if sample.startswith(_BOMS):
        return "utf-16"
    if _looks_utf16(sample):
        return _utf16(sample)
    if _decodes(sample, "utf-8"):
        return "utf-8"
    lines = sample.splitlines()
    if sum(map(_is_utf8_han, lines)) * 2 > sum(not line.isascii() for line in lines):
        return "utf-8"
    known = [name for name in ("gb18030", "big5hkscs") if _decodes(sample, name)]
    if len(known) == 2:
        return max(known, key=lambda name: _plausible(sample, name))
    return known[0] if known else _guessed(sample)


def _looks_utf16(sample: bytes) -> bool:
    """Whether most zero bytes stand at odd (or even) places, as ASCII marks in UTF-16 do.

    A stray zero byte in another encoding does so too; read as UTF-16, the rest is then no text of an office.
    """
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) <= len(sample) // 100 or min(zeros) * 9 > max(zeros):
        return False
    text = sample[:_JUDGED].decode(_utf16(sample), "ignore")
    return len(text.encode("gbk", "ignore").decode("gbk")) * 10 > len(text) * 7


def _utf16(sample: bytes) -> str:
    return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"


def _decodes(sample: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _plausible(sample: bytes, name: str) -> float:
    """Share of common Chinese characters: those of GB 2312 and those of Big5's first plane."""
    text = codecs.getincrementaldecoder(name)("strict").decode(sample[:_JUDGED], final=False)
    common = "gb2312" if name == "gb18030" else "big5"
    beyond = [c for c in text if c > "\x7f"]
    raw = [c.encode(common, "ignore") for c in beyond]
    first, last = (0xA1, 0xD7) if name == "gb18030" else (0xA1, 0xC6)
    return sum(1 for b in raw if b and first <= b[0] <= last) / max(len(beyond), 1)


def _guessed(sample: bytes) -> str:
    """The best guess for a sample that no expected encoding decodes strictly; GB18030 where it is mostly that."""
    text = sample.decode("gb18030", "replace")
    if len(_HAN.findall(text)) > 4 * text.count("�"):
        return "gb18030"
    if len(_HAN.findall(sample.decode("utf-8", "replace"))) > 4 * sample.decode("utf-8", "replace").count(
        "�"
    ):
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:20_000]).best()
    return best.encoding if best else "gb18030"


def _is_utf8_han(piece: bytes) -> bool:
    """Whether the bytes are Chinese text in UTF-8; by chance, text in GB 18030 hardly ever is."""
    return bool(_UTF8_HAN.search(piece)) and _decodes(piece + b" ", "utf-8")


def decode(content: bytes, name: str) -> tuple[str, list[int]]:
    """Decode a whole text, line by line where it mixes encodings.

    Returns:
        The text, and the numbers (1-based) of lines that were not in the file's own encoding.
    """
    if name.startswith("utf-16"):
        text = content[: len(content) // 2 * 2].decode(name, "replace")
        return text, [1] if "\ufffd" in text else []
    content = content.removeprefix(codecs.BOM_UTF8)
    lines = content.splitlines(keepends=True)
    if _decodes(content + b" ", name) and (name.startswith("utf-8") or not any(map(_is_utf8_han, lines))):
        return content.decode(name), []
    pieces = [decode_piece(line, name) for line in lines]
    return "".join(text for text, _ in pieces), [n for n, (_, odd) in enumerate(pieces, start=1) if odd]


def decode_declared(content: bytes) -> str:
    """Decode markup by the encoding it declares, unless its bytes show that this is not so.

    Pages of Chinese offices declare Latin alphabets without using them, and GB 2312 where they are in UTF-8.
    """
    if content.startswith(_BOMS) or _looks_utf16(content[:4096]):
        return decode(content, encoding_of(content[:_SAMPLE]))[0]
    declared = _DECLARED.search(content[:4096])
    label = declared[1].decode().lower() if declared else ""
    name = _NAMES.get(label, label)
    if not name.startswith(_NOT_BELIEVED) and not (name == "gb18030" and _is_utf8_han(content)):
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    first = _NON_ASCII.search(content)
    start = content.rfind(b"\n", 0, first.start()) + 1 if first else 0
    return decode(content, encoding_of(content[start : start + _SAMPLE]))[0]


def decode_piece(piece: bytes, name: str) -> tuple[str, bool]:
    """Decode one line or cell; ``True`` where another encoding than ``name`` (or a replacement) was needed."""
    if _is_utf8_han(piece):
        return piece.decode("utf-8"), not name.startswith("utf-8")
    for candidate in (name, "gb18030"):
        if _decodes(piece + b" ", candidate):
            return piece.decode(candidate), candidate != name
    return piece.decode(name, "replace"), True
