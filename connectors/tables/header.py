"""The header block: which rows describe the columns, and what each of them says (names, units, codes)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from connectors.tables.cells import Kind, bare, text_of
from connectors.tables.nesting import numbering
from connectors.tables.roles import Role, is_count, role_of
from connectors.tables.view import Box, Row, View
from connectors.tables.words import (
    CODE_CAPTION,
    HEADER_WORD,
    HEADING,
    MEASURE_CAPTION,
    NOTE,
    UNIT_CAPTION,
)

_LATIN = re.compile(r"^[A-Za-z][A-Za-z _'.,()/%&*-]*$")
_TALL = 12  # a merge of more rows than this is a body cell, not a header
_TALLEST = 60  # rows of the tallest header; names that go on beyond are records of text
_GAP = 4  # blank rows allowed inside a header
_RECUR = 60  # rows in which the values of a first record are looked for
_MARK = 2  # characters of a mark
_AHEAD = 6  # written rows looked ahead for a row that is surely a header's


@dataclass(frozen=True)
class Header:
    """The header block of one table.

    Attributes:
        top: First row.
        bottom: Last row; ``top - 1`` where the table has no header.
        roles: What each written row says, by row.
    """

    top: int
    bottom: int
    roles: dict[int, Role]


def find_header(view: View, top: int) -> Header:
    """The header that begins in row ``top``; an empty one where that row is already a record."""
    if _is_record(view.row(top)) or _recurs(view, view.row(top)):
        return Header(top, top - 1, {})
    bottom = _hanging_bottom(view, top, top)
    while bottom - top < _TALLEST and (reach := _reach(view, top, bottom)) is not None:
        bottom = _hanging_bottom(view, bottom + 1, reach)
    return Header(top, bottom, _roles(view, top, bottom))


def _roles(view: View, top: int, bottom: int) -> dict[int, Role]:
    roles: dict[int, Role] = {}
    for n in range(top, bottom + 1):
        row = view.row(n)
        if not row.blank:
            above = roles[max(roles)] if roles else None
            opens = n > top and _opens_statement(view, top, row)
            role = Role.HEADING if opens else role_of(row, above)
            # The first row names the columns, even if 年 月 日 户 look like units.
            roles[n] = Role.NAMES if n == top and role is Role.UNITS else role
    return roles


def _is_counted(view: View, row: Row) -> bool:
    """Whether the row below goes on counting in the first column: records with order numbers, not columns."""
    below = view.row(row.number + 1)
    first = row.first.text
    return first.isdigit() and not below.blank and below.first.text == str(int(first) + 1)


def _is_record(row: Row) -> bool:
    if role_of(row) is not Role.NAMES:
        return False
    if row.first.kind is Kind.TEXT and _counts_columns(row):
        return False
    numbers = row.count(Kind.NUMBER)
    dates = row.count(Kind.DATE) if row.first.kind is not Kind.TEXT else 0
    return numbers > 0 and (numbers + dates) * 3 >= row.size


def _recurs(view: View, row: Row) -> bool:
    """Whether most texts of the row are found again below in their columns: values, which names are only in headers."""
    texts = row.bare
    if len(texts) < 2 or row.count(Kind.TEXT) < len(texts) or row.hanging:
        return False
    if sum(bool(HEADER_WORD.match(text)) for text in texts) * 2 >= len(texts):
        return False
    here = {box.col: text for box, text in zip(row.boxes, texts, strict=True)}
    below = list(view.written(range(row.number + 1, row.number + _RECUR)))
    lone = (col for col, text in here.items() if not _stands_in(view, below, col, text))
    if any(
        islice(lone, len(here) // 2, None)
    ):  # most of them, which is told first, for names are not in records
        return False
    again = [{col for col, text in here.items() if bare(r.text(col)) == text} for r in below]
    some = [same for same in again if same and len(same) * 4 <= len(here) * 3]  # else the header is repeated
    found = set().union(*some)
    return len(some) >= 2 and len(found) >= 2 and len(found) * 2 >= len(here)


def _stands_in(view: View, rows: Sequence[Row], col: int, text: str) -> bool:
    """Whether a cell of the column has the text."""
    below = (view.grid.rows[row.number] for row in rows)
    texts = {text_of(cells[col]) for cells in below if col < len(cells)}
    return any(bare(one) == text for one in texts)


def _counts_columns(row: Row) -> bool:
    """Whether numbers among names count up by one: days or weeks that head columns."""
    numbers = [int(box.text) for box in row.boxes if box.text.isdigit()]
    return len(numbers) >= 5 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _hanging_bottom(view: View, first: int, bottom: int) -> int:
    """How far the merges that begin in the header's rows from ``first`` to ``bottom`` reach down."""
    reach, n = bottom, first
    while n <= reach:
        for box in view.row(n).boxes:
            if box.bottom - n < _TALL:
                reach = max(reach, box.bottom)
        n += 1
    return min(reach, len(view) - 1)


def _written(view: View, bottom: int, most: int) -> Iterator[Row]:
    """The next written rows, none of them more than a gap below the one before."""
    last = bottom
    while most and (row := next(view.written(range(last + 1, last + 2 + _GAP)), None)):
        yield row
        last, most = row.number, most - 1


def _reach(view: View, top: int, bottom: int) -> int | None:
    """The next row that belongs to the header, or the one that shows that all before it do."""
    below = list(_written(view, bottom, _AHEAD))
    if below and _continues(view, top, bottom, below[0]):
        return below[0].number
    for row in below:
        if row.number > bottom + _AHEAD + _GAP or (row.values and not _is_sure(view, top, row)):
            return None
        if _is_sure(view, top, row):
            return row.number
    return None


def _is_sure(view: View, top: int, row: Row) -> bool:
    """Whether no body row looks like this: units, codes, 甲乙丙, years over columns without a label."""
    role = role_of(row)
    if is_count(row) and _is_counted(view, row):
        return False
    if role is not Role.NAMES:
        return row.size > 1 and not (role is Role.CODES and row.number > top + _TALL)
    years = row.count(Kind.YEAR)
    return years >= 2 and not row.values and row.at(_stub(view, top)) is None


def _is_months(view: View, top: int, row: Row) -> bool:
    """Whether dates head the columns: nothing else in the row, and no label of its own."""
    stub = row.at(_stub(view, top))
    return row.values == row.size > 1 and (stub is None or stub.row < row.number)


def _stub(view: View, top: int) -> int:
    """The first column that a header or the rows just below it use."""
    return min((row.begin for row in view.written(range(top, top + _TALL))), default=view.left)


def _continues(view: View, top: int, bottom: int, row: Row) -> bool:
    """Whether the next written row still belongs to the header above it."""
    above = view.row(bottom)
    if is_count(row) and _is_counted(view, row):
        return False
    if role_of(row, _role_above(above)) is not Role.NAMES or row.texts == view.row(top).texts:
        return True
    if _opens_statement(view, top, row):
        return True
    if row.size == 1 and (NOTE.match(row.first.text) or HEADING.match(row.first.text)):
        return False
    if all(box.kind is Kind.DASH for box in row.boxes):
        return row.size > 2
    if row.count(Kind.NUMBER, Kind.PLACEHOLDER) or (row.values and not _is_months(view, top, row)):
        return False
    if _has_children(row, above) or _translates(view, row, above) or _splits_blanks(view, row, above):
        return True
    if bottom == top and _names_all(view, row, above):
        return True
    if _role_above(above) not in (None, Role.NAMES):
        return bool(MEASURE_CAPTION.match(bare(row.first.text)))
    return _fills_blanks(view, top, bottom, row)


def _opens_statement(view: View, top: int, row: Row) -> bool:
    """Whether the row heads a financial statement: 一、账面原值 under 项目, with 1.期初余额 below.

    IM-TQA counts it as a header row: it says what all columns measure until the next heading.
    """
    captions = view.row(top).bare
    if not MEASURE_CAPTION.match(captions[0]) or any(
        CODE_CAPTION.match(t) or UNIT_CAPTION.match(t) for t in captions
    ):
        return False
    box, below = row.first, view.row(row.number + 1)
    if (
        row.size > 1
        or box.right > box.col
        or below.values == 0
        or view.row(row.number - 1).count(Kind.NUMBER)
    ):
        return False
    rank, inner = numbering(box.text), numbering(below.first.text)
    return rank is not None and inner is not None and rank < inner


def _role_above(above: Row) -> Role | None:
    return None if above.blank else role_of(above)


def _has_children(row: Row, above: Row) -> bool:
    """Whether a group head in the row above has several different names below it here."""
    return any(_splits(group, row) for group in (*above.boxes, *above.hanging) if group.right > group.col)


def _splits(group: Box, row: Row) -> bool:
    if not row.number - _GAP <= group.bottom + 1 <= row.number:
        return False
    parts = [box for box in row.boxes if group.col <= box.col <= group.right]
    if any(box.bottom > box.row for box in parts) and group.col == row.begin:
        return False  # labels of groups of records hang down under their caption
    return len({box.text for box in parts if box.kind in (Kind.TEXT, Kind.YEAR, Kind.UNIT)}) >= 2


def _translates(view: View, row: Row, above: Row) -> bool:
    """Whether the row repeats Chinese names in Latin letters (English names, names of database fields)."""
    chinese = sum(box.kind is Kind.TEXT and not box.text.isascii() for box in above.boxes)
    latin = sum(bool(_LATIN.match(text)) for text in row.texts)
    if latin < max(2, 0.8 * row.size) or chinese * 2 < above.count(Kind.TEXT) or row.size * 3 < chinese * 2:
        return False
    return not all(text.isascii() for text in view.row(row.number + 1).texts)


def _splits_blanks(view: View, row: Row, above: Row) -> bool:
    """Whether the row names just the blanks beside heads that are not merged, and what stands under those heads."""
    if above.hanging or any(
        box.right > box.col or box.bottom > box.row for box in (*above.boxes, *row.boxes)
    ):
        return False
    named = {box.col for box in above.boxes}
    here = {box.col for box in row.boxes}
    blanks = {col for col in range(min(named), max(named)) if col not in named}
    heads = {col - 1 for col in blanks} - blanks
    fills = bool(blanks) and blanks <= here <= blanks | heads and heads <= here
    return fills and len(here) * 2 <= len(named) + len(blanks) + 1 and not row.count(Kind.DASH)


def _names_all(view: View, row: Row, above: Row) -> bool:
    """Whether the row names every column itself, under few heads that are far apart and not merged."""
    heads = above.boxes
    if above.hanging or any(box.right > box.col or box.bottom > box.row for box in (*heads, *row.boxes)):
        return False
    apart = len(heads) > 1 and all(b.col > a.col + 1 for a, b in pairwise(heads))
    if not apart or row.size < 2 * len(heads) or row.begin > heads[0].col:
        return False
    cols = [box.col for box in row.boxes]
    full = len(cols) == cols[-1] - cols[0] + 1 and row.count(Kind.TEXT, Kind.UNIT) == len(cols)
    return full and view.row(row.number + 1).values > 0


def _fills_blanks(view: View, top: int, bottom: int, row: Row) -> bool:
    """Whether the row names columns where the header has no text yet, and labels no record itself."""
    named = {
        col
        for n in range(top, bottom + 1)
        for box in view.row(n).boxes
        if box.kind is not Kind.DASH
        for col in range(box.col, box.right + 1)
    }
    stub = _stub(view, top)
    first = row.at(stub)
    if first is not None and first.kind is not Kind.DASH and stub in named:
        return False
    if row.size == 1 and row.begin <= stub + 1 and view.row(row.number + 1).values:
        return False  # a heading over the first records
    if any(box.col not in named for box in row.boxes):
        return True
    if first is not None and first.kind is not Kind.DASH:
        return False
    return _over_numbers(view, row) or _is_scrap(view, bottom, stub, row)


def _is_scrap(view: View, bottom: int, stub: int, row: Row) -> bool:
    """Whether few cells, or marks as short as weekdays, go on where every record below has its label."""
    below = list(islice(view.written(range(row.number + 1, row.number + _TALL)), 4))
    labelled = len(below) > 1 and all(r.at(stub) is not None for r in below)
    few = row.size * 3 <= view.row(bottom).size
    return labelled and (few or all(len(text) <= _MARK for text in row.texts))


def _over_numbers(view: View, row: Row) -> bool:
    """Whether the row's texts stand over columns of numbers: a name goes on here, no record does."""
    below = [view.row(n) for n in range(row.number + 1, row.number + _TALL)]
    texts = [box for box in row.boxes if box.kind in (Kind.TEXT, Kind.UNIT)]
    over = sum(
        any((b := r.at(box.col)) is not None and b.kind is Kind.NUMBER for r in below) for box in texts
    )
    return over * 2 >= len(texts)
