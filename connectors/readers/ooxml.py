"""A look into the XML of an xlsx: a scan for a few marks, never a parse of all cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from connectors.readers.limits import MAX_UNPACKED, too_large
from connectors.readers.look import Look, Place

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COL = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_ANY_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<',
    re.DOTALL,
)
_XF = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b[^>]*>")
_BLOCK = 1 << 20
_BUILT_IN = {9: "0%", 10: "0.00%"}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def look_into_xlsx(path: Path, name: str) -> dict[int, Look]:
    """What the worksheets show beside their cells, by position in the workbook.

    Raises:
        Refused: ``too_large`` where the parts unpack to more than is read.
    """
    with zipfile.ZipFile(path) as archive:
        _check_size(archive, name)
        names = {n.lower().lstrip("/"): n for n in archive.namelist()}
        percents = _percent_styles(_part(archive, names, "xl/styles.xml"))
        targets = _relations(archive, names, "xl/workbook.xml")
        root = ElementTree.fromstring(_part(archive, names, "xl/workbook.xml"))  # noqa: S314 - size is bounded, no DTD
        parts = [targets.get(e.get(_RELATION, ""), "") for e in root.iter() if e.tag.endswith("}sheet")]
        return {i: _look(archive, names, part, percents) for i, part in enumerate(parts) if part}


def _check_size(archive: zipfile.ZipFile, name: str) -> None:
    """Parts are counted as they unpack where they could unpack to too much, whatever the directory claims."""
    members = archive.infolist()
    if sum(m.file_size for m in members) > MAX_UNPACKED:
        raise too_large(name, f"解压后超过 {MAX_UNPACKED // 1_000_000} MB")
    if sum(m.compress_size for m in members) * 1032 <= MAX_UNPACKED:
        return
    for member in members:
        with archive.open(member) as part:
            while part.read(_BLOCK):
                pass


def _part(archive: zipfile.ZipFile, names: dict[str, str], part: str) -> bytes:
    actual = names.get(part.lower())
    return archive.read(actual) if actual else b""


def _relations(archive: zipfile.ZipFile, names: dict[str, str], part: str) -> dict[str, str]:
    """Targets of a part's relations by id, as paths in the archive."""
    folder, base = posixpath.split(part)
    content = _part(archive, names, f"{folder}/_rels/{base}.rels")
    if not content:
        return {}
    found = {}
    for relation in ElementTree.fromstring(content):  # noqa: S314 - size is bounded, no DTD
        target = relation.get("Target", "")
        joined = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found[relation.get("Id", "")] = joined
    return found


def _percent_styles(styles: bytes) -> dict[int, str]:
    """Style numbers of percentages and their formats."""
    formats = dict(_BUILT_IN)
    for mark in _FORMAT.findall(styles):
        code = re.search(rb'formatCode="([^"]*%[^"]*)"', mark)
        number = re.search(rb'numFmtId="(\d+)"', mark)
        if code and number:
            formats[int(number[1])] = code[1].decode("utf-8", "replace")
    start, end = styles.find(b"cellXfs"), styles.rfind(b"cellXfs")
    found = {}
    for index, mark in enumerate(_XF.findall(styles[start:end])):
        number = re.search(rb'numFmtId="(\d+)"', mark)
        if number and int(number[1]) in formats:
            found[index] = formats[int(number[1])]
    return found


def _look(archive: zipfile.ZipFile, names: dict[str, str], part: str, percents: dict[int, str]) -> Look:
    content = _part(archive, names, part)
    look = Look(pictures=_pictures(archive, names, part))
    data = content.find(b"sheetData")
    look.hidden_columns = sum(
        _count(mark) for mark in _COL.findall(content[: max(data, 0)]) if _HIDDEN.search(mark)
    )
    if content.find(b"hidden=", data) >= 0:
        look.hidden_rows = sum(1 for mark in _ROW.findall(content) if _HIDDEN.search(mark))
    look.area = _area(content)
    if b't="e"' in content:
        look.errors = {_place(c, r): v.decode("utf-8", "replace") for c, r, v in _ERROR.findall(content)}
    if percents:
        styles = b"|".join(str(number).encode() for number in percents)
        marks = re.compile(rb'\br="([A-Z]+)(\d+)" s="(' + styles + rb')"')
        look.formats = {_place(c, r): percents[int(s)] for c, r, s in marks.findall(content)}
    return look


def _area(content: bytes) -> int:
    """A bound of the cells in the rectangle up to the last row and column that any row or cell names or counts up to."""
    places = _ANY_PLACE.findall(content)
    rows = max(content.count(b"<row"), content.count(b":row ") // 2)
    height = rows + max((int(number) for _, number in places), default=0)
    cells = max(content.count(b"<c "), content.count(b"<c>")) - sum(1 for letters, _ in places if letters)
    return height * (max(map(_column, {letters for letters, _ in places}), default=0) + max(cells, 0))


def _count(mark: bytes) -> int:
    """How many columns a ``<col>`` covers; a hidden rest of the sheet counts as none."""
    ends = [int(m[1]) for key in (b"min", b"max") if (m := re.search(key + rb'="(\d+)"', mark))]
    return ends[1] - ends[0] + 1 if len(ends) == 2 and ends[1] < 16_384 else 0


def _place(letters: bytes, number: bytes) -> Place:
    return int(number) - 1, _column(letters) - 1


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column


def _pictures(archive: zipfile.ZipFile, names: dict[str, str], part: str) -> int:
    drawings = [t for t in _relations(archive, names, part).values() if "drawings/drawing" in t]
    return sum(len(re.findall(rb"<(?:\w+:)?(?:pic|oleObj)\b", _part(archive, names, d))) for d in drawings)
