"""Where a body ends because the next table begins: a header that is repeated, or another one under its own title."""

from __future__ import annotations

from itertools import takewhile

from connectors.tables.captions import is_caption, is_header_word, stands_above
from connectors.tables.cells import Kind, bare
from connectors.tables.header import find_header
from connectors.tables.nesting import numbering
from connectors.tables.shape import Shape
from connectors.tables.totals import is_total
from connectors.tables.view import Row
from connectors.tables.words import CAPTION, CONTINUED, NOTE, TITLE_WORD

_ALIKE = 0.8  # share of the names that must agree with a repeated header, or stand over numbers
_FEW = 3  # names that a header has at least
_BEFORE = 20  # rows above a header that show what the table before holds
_WORDS = 0.5  # share of the names that must be words of headers


def next_table(shape: Shape, row: Row) -> int | None:
    """The row the next table begins in (its title, if it has one), if ``row`` is its header's first."""
    view, header = shape.view, shape.header
    if row.size < 2 or row.number <= header.bottom + 1 or not header.roles:
        return None
    are_names = row.only(Kind.TEXT, Kind.YEAR, Kind.UNIT)
    begins = repeats(row, view.row(header.top)) or (
        are_names and (_is_continued(shape, row) or _is_new_header(shape, row))
    )
    return _begin(shape, row) if begins and not repeats_names(shape, row) else None


def repeats_names(shape: Shape, row: Row) -> bool:
    """Whether the names of the columns stand again under a total, perhaps shortened, with no record below them."""
    if row.size < _FEW or not row.only(Kind.TEXT):
        return False
    above = shape.neighbour(row.number, -1)
    if above is None or not is_total(above) or _goes_on(shape, row):
        return False
    same = sum(
        any(
            bare(head.text).endswith(bare(box.text))
            for head in shape.heads
            if head.col <= box.col <= head.right
        )
        for box in row.boxes
    )
    return same >= _ALIKE * row.size


def _goes_on(shape: Shape, row: Row) -> bool:
    """Whether anything like a record follows soon."""
    below = (shape.view.row(n) for n in range(row.number + 1, row.number + 4))
    return any(r.size > 2 or r.values for r in below)


def _begin(shape: Shape, row: Row) -> int:
    """The topmost title or caption over a header, or the header's own row."""
    begin, n = row.number, row.number - 1
    is_titled = False
    while n > shape.header.bottom + 1 and _may_stand_above(above := shape.view.row(n), row):
        if not above.blank and _is_named(above):
            begin, is_titled = n, True
        elif not above.blank and (is_caption(above) or stands_above(above, row)):
            if is_titled and not is_caption(above):
                break  # over a title a name and a year are a record of the table above
            begin = n
        n -= 1
    return begin


def repeats(row: Row, top: Row) -> bool:
    """Whether most of the header's first row stands here again, there or all of it a column or two beside."""
    if row.count(Kind.TEXT, Kind.YEAR) * 2 <= row.size:
        return False
    names = top.bare
    if row.size == len(names) > 2 and bare(row.text(row.begin)) == names[0] and row.bare == names:
        return True
    needed = max(2, _ALIKE * len(names))
    unlike = 0
    for box, name in zip(top.boxes, names, strict=True):
        unlike += bare(row.text(box.col)) != name
        if len(names) - unlike < needed:  # most rows are told by their first cells
            return False
    return True


def _is_continued(shape: Shape, row: Row) -> bool:
    """Whether 续表 stands alone above: names follow, wherever they are printed."""
    above = shape.neighbour(row.number, -1)
    return above is not None and above.size == 1 and bool(CONTINUED.match(above.first.text))


def _is_new_header(shape: Shape, row: Row) -> bool:
    """Whether names stand under a blank row or a title, over columns of numbers or in the words of headers."""
    view = shape.view
    if not row.only(Kind.TEXT, Kind.YEAR):
        return False
    names = row.boxes
    titled = _begin(shape, row) < row.number
    if len(names) < (2 if titled else 3):
        return False
    words = sum(is_header_word(bare(box.text)) for box in names)
    over = sum(box.col in shape.numeric for box in names)
    if not titled and not view.row(row.number - 1).blank:
        sure = words >= _ALIKE * len(names) and over == len(shape.numeric) > 0
        return sure and view.row(row.number + 1).values > 0
    if words >= max(2, _WORDS * len(names)):
        return any(view.written(range(row.number + 1, row.number + 4)))
    if _is_unlike(shape, row):
        return True
    below = find_header(view, row.number).bottom + 1
    valued = any(view.row(n).values for n in range(below, below + 3))
    return valued and len(names) > 2 and bool(shape.numeric) and over >= _ALIKE * len(shape.numeric)


def _is_unlike(shape: Shape, row: Row) -> bool:
    """Whether a block of texts stands where the table above has numbers, names on its top, well apart or under a total."""
    above = _before(shape, row)
    apart = shape.view.row(row.number - 2).blank
    if (
        not above
        or not (apart or is_total(above[-1]))
        or NOTE.match(row.first.text)
        or ":" in "".join(row.texts)
    ):
        return False
    numeric = {box.col for r in above for box in r.boxes[1:] if box.kind is Kind.NUMBER}
    below = (shape.view.row(n) for n in range(row.number + 1, row.number + _FEW + 1))
    block = [row, *takewhile(lambda r: not r.blank, below)]
    is_even = all(r.size >= row.size - 1 and not is_total(r) for r in block)
    in_place = [box for r in block for box in r.boxes if box.col in numeric]
    is_named = len(block) > 1 and any(is_header_word(bare(box.text)) for box in row.boxes)
    return is_named and is_even and bool(in_place) and all(box.kind is not Kind.NUMBER for box in in_place)


def _before(shape: Shape, row: Row) -> list[Row]:
    """The written rows of the body not far above."""
    first = max(shape.header.bottom + 1, row.number - _BEFORE)
    return list(shape.view.written(range(first, row.number)))


def _may_stand_above(row: Row, header: Row) -> bool:
    """Whether a row may belong to what stands above a header: blank, a text alone, a caption line."""
    if row.blank:
        return True
    if row.number + 1 == header.number and stands_above(row, header):
        return True
    if NOTE.match(row.first.text) and not CAPTION.match(bare(row.first.text)):
        return False
    return is_caption(row) or stands_above(row, header) or (row.size == 1 and not row.values)


def _is_named(row: Row) -> bool:
    """Whether the row is a title by its words or by its width."""
    if row.size != 1 or row.values or NOTE.match(row.first.text):
        return False
    box = row.first
    wide = box.right > box.col and numbering(box.text) is None
    return bool(CONTINUED.match(box.text) or TITLE_WORD.search(box.text) or wide)
