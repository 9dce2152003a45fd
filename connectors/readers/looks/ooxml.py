"""A look into the XML of an xlsx: a scan for a few marks, never a parse of all cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import unescape
from pathlib import Path
from typing import IO, Self
from xml.etree import ElementTree

from connectors.readers.limits import MAX_SHEETS, too_large, unreadable
from connectors.readers.looks.cellmarks import Marks, UnusualError, read_any, read_usual
from connectors.readers.looks.look import Look, Looks
from connectors.readers.looks.number_format import BUILT_IN, is_telling
from connectors.readers.packed import check_claims

_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b([^>]*)>")
_COL = re.compile(rb"<(?:[\w.-]+:)?col\b([^>]*)>")
_XF = re.compile(rb"<(?:[\w.-]+:)?xf\b([^>]*)>")
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?numFmt\b([^>]*)>")
_PICTURE = re.compile(rb"<(?:[\w.-]+:)?(?:pic|oleObj)\b")
_COMMENT = re.compile(rb"<(?:[\w.-]+:)?comment\s")
_ATTRIBUTE = re.compile(rb"""(?<![\w:.-])(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HIDDEN = re.compile(rb"hidden")  # found faster than by ``in``
_BLOCK = 1 << 19  # fits into a processor's own memory with the arrays made of it
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Package:
    """The parts of an xlsx by name, whatever its case; a part that is not there is empty."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        self._names = {name.lower().lstrip("/"): name for name in self._archive.namelist()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def count_others(self, parts: Collection[str]) -> None:
        """Unpack all but the given parts once where they could come to too much, whatever the directory claims.

        Raises:
            BadZipFile: A part is longer than the directory claims.
        """
        read = {self._names.get(part.lower()) for part in parts}
        check_claims(
            self._archive, (member for member in self._archive.infolist() if member.filename not in read)
        )

    def part(self, part: str) -> bytes:
        """The whole of a part."""
        actual = self._names.get(part.lower())
        return self._archive.read(actual) if actual else b""

    def blocks(self, part: str) -> Iterator[bytes]:
        """A worksheet in blocks that end where a row begins; the first one has everything above the rows."""
        actual = self._names.get(part.lower())
        if actual:
            with self._archive.open(actual) as file:
                yield from _blocks(file)

    def relations(self, part: str) -> dict[str, str]:
        """Targets of a part's relations by id, as paths in the archive."""
        folder, base = posixpath.split(part)
        content = self.part(f"{folder}/_rels/{base}.rels")
        if not content:
            return {}
        found = {}
        for relation in ElementTree.fromstring(content):  # noqa: S314 - size is bounded, no DTD
            target = relation.get("Target", "")
            joined = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            )
            found[relation.get("Id", "")] = joined
        return found


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    pieces: list[bytes] = []
    for piece in _pieces(file):
        cut = piece.rfind(b"<row")
        if cut < 0:
            pieces.append(piece)
            continue
        yield b"".join([*pieces, piece[:cut]])
        pieces = [piece[cut:]]
    yield b"".join(pieces)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """What a part unpacks to, in pieces; of a long one the next is unpacked while one is looked at."""
    piece = file.read(_BLOCK)
    yield piece
    if len(piece) < _BLOCK:
        return
    with ThreadPoolExecutor(1) as unpacking:
        waiting = unpacking.submit(file.read, _BLOCK)
        while piece := waiting.result():
            waiting = unpacking.submit(file.read, _BLOCK)
            yield piece


def look_into_xlsx(package: Package, name: str) -> Looks:
    """What the worksheets show beside their cells, by position in the workbook.

    Raises:
        Refused: ``too_large``.

    A look raises:
        Refused: ``unreadable`` where cells stand above the first one or below the last one: they would be lost.
    """
    formats = _telling_styles(package.part("xl/styles.xml"))
    targets = package.relations("xl/workbook.xml")
    root = ElementTree.fromstring(package.part("xl/workbook.xml"))  # noqa: S314 - size is bounded, no DTD
    from_1904 = any(e.get("date1904") in ("1", "true") for e in root.iter() if e.tag.endswith("}workbookPr"))
    parts = [targets.get(e.get(_RELATION, ""), "") for e in root.iter() if e.tag.endswith("}sheet")]
    if len(parts) > MAX_SHEETS:
        raise too_large(name, f"有 {len(parts)} 个工作表")
    package.count_others(parts)  # each of the parts is unpacked by its look, before anyone else does
    look = partial(_look, package, formats=formats, from_1904=from_1904, name=name)
    return {i: partial(look, part) for i, part in enumerate(parts) if part}


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return {key: double or single for key, double, single in _ATTRIBUTE.findall(tag)}


def _telling_styles(styles: bytes) -> dict[int, str]:
    """Style numbers of percentages and of zeros in front, and their formats."""
    formats = dict(BUILT_IN)
    for mark in map(_attributes, _FORMAT.findall(styles)):
        code, number = (
            unescape(mark.get(b"formatCode", b"").decode("utf-8", "replace")),
            mark.get(b"numFmtId"),
        )
        if number and number.isdigit() and is_telling(code):
            formats[int(number)] = code
    start, end = styles.find(b"cellXfs"), styles.rfind(b"cellXfs")
    numbers = [_attributes(mark).get(b"numFmtId", b"") for mark in _XF.findall(styles[start:end])]
    return {i: formats[int(n)] for i, n in enumerate(numbers) if n.isdigit() and int(n) in formats}


def _look(package: Package, part: str, formats: Mapping[int, str], from_1904: bool, name: str) -> Look:
    look = Look(
        pictures=_count(package, part, "drawings/drawing", _PICTURE),
        comments=_count(package, part, "/comments", _COMMENT),
        from_1904=from_1904,
    )
    try:
        marks = _usual_marks(package, part, formats, look)
    except UnusualError:
        content = package.part(part)
        marks = read_any(content, formats)
        look.hidden_columns, look.hidden_rows = _hidden_columns(content), _hidden_rows(content)
    if marks.top < marks.first or marks.bottom > marks.last:
        raise unreadable(name)
    look.area = (marks.bottom + 1) * (marks.right + 1)
    look.errors, look.formats, look.unsaved = marks.errors, marks.formats, marks.unsaved
    return look


def _usual_marks(package: Package, part: str, formats: Mapping[int, str], look: Look) -> Marks:
    """The marks of a worksheet spelled as usual; counts its hidden rows and columns on the way."""
    marks = Marks()
    look.hidden_rows = 0
    for number, block in enumerate(package.blocks(part)):
        if number == 0:
            if b"<sheetData" not in block:
                raise UnusualError
            look.hidden_columns = _hidden_columns(block)
        look.hidden_rows += _hidden_rows(block)
        read_usual(marks, block, formats)
    return marks


def _hidden_rows(content: bytes) -> int:
    """How many rows say that they are hidden; the tag is looked for from the word, which few rows have."""
    count = before = 0
    for word in _HIDDEN.finditer(content):
        start = content.rfind(b"<", before, word.start())  # none: the tag of the word before
        before = word.end()
        if start >= 0 and (tag := _ROW.match(content, start)) and tag.end() > before:
            count += _is_hidden(_attributes(tag[1]))
    return count


def _hidden_columns(content: bytes) -> int:
    """How many columns are hidden; a hidden rest of the sheet counts as none."""
    marks = map(_attributes, _COL.findall(content[: max(content.find(b"sheetData"), 0)]))
    ends = [(m.get(b"min", b""), m.get(b"max", b"")) for m in marks if _is_hidden(m)]
    pairs = [(int(first), int(last)) for first, last in ends if first.isdigit() and last.isdigit()]
    return sum(last - first + 1 for first, last in pairs if last < 16_384)


def _is_hidden(attributes: Mapping[bytes, bytes]) -> bool:
    return attributes.get(b"hidden") in (b"1", b"true")


def _count(package: Package, part: str, kind: str, mark: re.Pattern[bytes]) -> int:
    """How often a mark stands in the parts of a kind that a worksheet refers to."""
    parts = [target for target in package.relations(part).values() if kind in target]
    return sum(len(mark.findall(package.part(part))) for part in parts)
