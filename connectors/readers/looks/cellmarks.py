"""The cell tags in the XML of a worksheet: where each cell stands, and which bear a style or an error. No values.

Nearly every program spells a cell ``<c r="B7" s="12" t="n">``; such tags are read as arrays, byte column by byte
column. Whatever XML allows beside that (other quotes and spaces, prefixes, cells without a place) is read tag by tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from connectors.formats import Formats, Place
from connectors.readers.looks.formulas import is_unsaved, unsaved_cells

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

_PAD = bytes(32)  # the longest usual tag may be looked at beyond the end
_OPEN, _CLOSE, _SLASH, _SPACE, _QUOTE, _EQUALS = b'<>/ "='
_C, _E, _F, _R, _S, _T = b"cefrst"
_INLINE = 105  # the first letter of inlineStr
_LETTERS, _DIGITS = (65, 90), (48, 57)
_LONGEST = 6  # bytes of a value but inlineStr; a longer one is unusual
_MOST = 8  # attributes of one tag

_TAG = re.compile(rb"""<(?:[\w.-]+:)?(row|c)(?=[\s/>])([^>]*)>""")
_ATTRIBUTE = re.compile(rb"""(?<![\w:.-])(r|s|t)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PLACE = re.compile(rb"([A-Za-z]+)(\d+)")
_VALUE = re.compile(  # of one cell: neither of an empty tag nor beyond where it closes or the next one opens
    rb"[^>]*(?<!/)>(?:(?!</?(?:[\w.-]+:)?c[\s/>]).)*?<(?:[\w.-]+:)?v(?:\s[^>]*)?>([^<]*)<", re.DOTALL
)


class UnusualError(Exception):
    """A tag is not spelled as nearly every program spells it."""


@dataclass
class Marks:
    """What the cell tags of a worksheet say; rows and columns are counted from zero.

    Attributes:
        first: Row of the first cell.
        last: Row of the last cell.
        top: Least row.
        bottom: Greatest row.
        right: Greatest column.
        formats: Number formats by place, of the styles that have one.
        errors: Printed errors by place.
        unsaved: Where formulas stand whose results are not stored.
    """

    first: int = -1
    last: int = -1
    top: int = -1
    bottom: int = -1
    right: int = -1
    formats: Formats = field(default_factory=Formats)
    errors: dict[Place, str] = field(default_factory=dict)
    unsaved: set[Place] = field(default_factory=set)

    def stretch(self, first: int, last: int, top: int, bottom: int, right: int) -> None:
        """Reach over the cells of one more block."""
        if self.first < 0:
            self.first, self.top = first, top
        self.last, self.top = last, min(self.top, top)
        self.bottom, self.right = max(self.bottom, bottom), max(self.right, right)


def read_usual(marks: Marks, block: bytes, formats: Mapping[int, str]) -> None:
    """Add the cells of a block of whole rows.

    Args:
        marks: What the blocks before say.
        block: XML, cut between rows.
        formats: Number formats to be told of by style number.

    Raises:
        UnusualError: The block is for ``read_any``; ``marks`` may have a part of it.
    """
    padded = np.frombuffer(block + _PAD, np.uint8)
    opens, letters = padded[:-1] == _OPEN, padded[1:]
    starts = _starts(padded, np.flatnonzero(opens & (letters == _C)))
    if not len(starts):
        return
    columns, at = _number(padded, starts + 6, _LETTERS, 26, 3)
    rows, at = _number(padded, at, _DIGITS, 10, 7)
    _require(padded[at] == _QUOTE)
    _require(columns > 0)
    _require(rows > 0)
    rows, columns = rows - 1, columns - 1
    marks.stretch(*map(int, (rows[0], rows[-1], rows.min(), rows.max(), columns.max())))
    styles, wrong = _attributes(padded, at)
    if formats:
        marks.formats.add_styled(rows, columns, styles, formats)
    for cell in wrong.tolist():
        _add_error(marks, (int(rows[cell]), int(columns[cell])), block, int(starts[cell]))
    has_formulas = bool((opens & (letters == _F)).any())
    for start in unsaved_cells(block) if has_formulas else ():
        cell = int(np.searchsorted(starts, start))
        marks.unsaved.add((int(rows[cell]), int(columns[cell])))


def _starts(padded: Bytes, starts: Numbers) -> Numbers:
    """Where the cell tags begin, of the places where ``<c`` stands; each is sure to go on with ``<c r="``."""
    usual = padded[starts + 2] == _SPACE
    for offset, byte in enumerate((_R, _EQUALS, _QUOTE), 3):
        usual &= padded[starts + offset] == byte
    if usual.all():
        return starts
    after = padded[starts[~usual] + 2]
    _require((after >= 97) & (after <= 122))  # a letter: another tag, such as <cols>
    usual_starts: Numbers = starts[usual]
    return usual_starts


def _number(
    padded: Bytes, at: Numbers, digits: tuple[int, int], base: int, most: int
) -> tuple[npt.NDArray[np.int32], Numbers]:
    """Numbers of at most so many digits that begin at the given places (0 where none does), and where they end."""
    least = digits[0] - (base == 26)  # A is one
    number = np.zeros(len(at), np.int32)
    for _ in range(most):
        byte = padded[at]
        more = (byte >= digits[0]) & (byte <= digits[1])
        if not more.any():
            break
        number = np.where(more, number * base + byte - least, number)
        at = at + more
    return number, at


def _attributes(padded: Bytes, at: Numbers) -> tuple[npt.NDArray[np.int32], Numbers]:
    """The style number of each tag (0 is what a tag without one has), and which tags say that they hold an error.

    Args:
        padded: The block.
        at: The closing quote of each tag's place.
    """
    styles = np.zeros(len(at), np.int32)
    wrong: list[Numbers] = []
    tags = np.arange(len(at))
    for _ in range(_MOST):
        after, beyond = padded[at + 1], padded[at + 2]
        ends = (after == _CLOSE) | (after == _SLASH) | ((after == _SPACE) & (beyond == _SLASH))
        tags, at, after, beyond = tags[~ends], at[~ends], after[~ends], beyond[~ends]
        if not len(tags):
            return styles, np.concatenate([*wrong, tags])
        _require((after == _SPACE) & (padded[at + 3] == _EQUALS) & (padded[at + 4] == _QUOTE))
        value = at + 5
        styled = beyond == _S
        styles[tags[styled]], _ = _number(padded, value[styled], _DIGITS, 10, 6)
        wrong.append(tags[(beyond == _T) & (padded[value] == _E) & (padded[value + 1] == _QUOTE)])
        at = _closing(padded, value)
    raise UnusualError


def _closing(padded: Bytes, at: Numbers) -> Numbers:
    at = at + 9 * (padded[at] == _INLINE)
    for _ in range(_LONGEST + 1):
        more = padded[at] != _QUOTE
        if not more.any():
            return at
        at = at + more
    raise UnusualError


def _require(usual: npt.NDArray[np.bool_]) -> None:
    if not usual.all():
        raise UnusualError


def _add_error(marks: Marks, place: Place, content: bytes, at: int) -> None:
    value = _VALUE.match(content, at)
    if value:
        marks.errors[place] = value[1].decode("utf-8", "replace")


def read_any(content: bytes, formats: Mapping[int, str]) -> Marks:
    """The marks of a whole worksheet, however its tags are spelled."""
    marks = Marks()
    for row, column, attributes, at in _cells(content):
        marks.stretch(row, row, row, row, column)
        style = attributes.get(b"s", b"0")
        if style.isdigit() and int(style) in formats:
            marks.formats.add(row, column, formats[int(style)])
        if attributes.get(b"t") == b"e":
            _add_error(marks, (row, column), content, at)
        if is_unsaved(content, at):
            marks.unsaved.add((row, column))
    return marks


def _cells(content: bytes) -> Iterator[tuple[int, int, dict[bytes, bytes], int]]:
    """Row, column, attributes and offset of each cell; one without a place stands right of the one before."""
    row, column = -1, -1
    for tag in _TAG.finditer(content):
        attributes = {key: double or single for key, double, single in _ATTRIBUTE.findall(tag[2])}
        place = attributes.get(b"r", b"")
        if tag[1] == b"row":
            row, column = int(place) - 1 if place.isdigit() else row + 1, -1
            continue
        named = _PLACE.fullmatch(place)
        column = _column(named[1]) if named else column + 1
        yield (int(named[2]) - 1 if named else row), column, attributes, tag.start()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1
