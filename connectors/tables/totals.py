"""Rows computed from others: by their label, by 本年/上年/增减 of the total, by arithmetic where labels are lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from connectors.tables.cells import Kind, bare
from connectors.tables.shape import Shape
from connectors.tables.view import Row
from connectors.tables.words import COMPARISON, PLAIN_TOTAL, STATISTIC, TOTAL, WHOLE

_LABELS = 3  # leading texts in which a total may be named
_LONGEST = 40  # characters of a label
_PARTS = 3  # parts that a sum has at least
_WORDED = re.compile("[合计总汇均页全占比最值差位率本上去同环增lL]")  # each word of sums has one of them
_TRANSLATION = re.compile(r"(?<=[\u3400-\u9fff)])[A-Za-z][A-Za-z.,'()&-]*$")
_SENTENCE = re.compile(r"[?。;!]")
_SPELT = re.compile(r"大写|:\D{6,}$")  # 人民币壹万元整
_AGREEING = 0.8  # share of the cells that must agree with the arithmetic


def is_total(row: Row) -> bool:
    """Whether a label names the row as a sum."""
    labels = _labels(row)
    if any(_SENTENCE.search(text) for text in labels) or (row.size == 1 and _SPELT.search(row.first.text)):
        return False
    if labels and row.first.kind is Kind.TEXT and (STATISTIC.match(labels[0]) or WHOLE.match(labels[0])):
        return True
    return any(TOTAL.search(text) for text in labels[:2]) or any(PLAIN_TOTAL.match(text) for text in labels)


def compared(rows: Sequence[Row]) -> list[int]:
    """Rows 本年, 上年, 增减, 增减% of the total, where each occurs once and others are records."""
    found = [row for row in rows if any(COMPARISON.match(text) for text in _labels(row))]
    if len(found) == len(rows) or len(found) > 8:
        return [row.number for row in found if any(TOTAL.search(text) for text in _hanging(row))]
    keys = [_comparison(row) for row in found]
    lone = [row for row, key in zip(found, keys, strict=True) if keys.count(key) == 1 or is_total(row)]
    return [row.number for row in lone]


def _comparison(row: Row) -> str:
    return next(text for text in _labels(row) if COMPARISON.match(text))


def may_be_sum(row: Row) -> bool:
    """Whether a word of sums is in the row's first texts."""
    return bool(_WORDED.search("".join(row.words)))


def _labels(row: Row) -> list[str]:
    """The texts by which the row may be named as a sum; none where no word of sums is in them."""
    if not may_be_sum(row):
        return []
    labels = [text for text in row.words if len(text) <= _LONGEST]
    return [_TRANSLATION.sub("", bare(text)) for text in labels[:_LABELS]]


def _hanging(row: Row) -> list[str]:
    return [bare(box.text) for box in row.hanging]


def computed(shape: Shape, rows: Sequence[Row], totals: Sequence[int]) -> list[int]:
    """Records beside known totals that arithmetic shows to be computed (their labels may be overwritten)."""
    known = {row.number: _numbers(shape, row) for row in rows if row.number in totals}
    found: list[int] = []
    for i, row in enumerate(rows):
        if row.number in known:
            continue
        cells = _numbers(shape, row)
        before = [
            _numbers(shape, above) for above in rows[max(0, i - 3) : i] if above.number in {*known, *found}
        ]
        last = not any(below.values for below in rows[i + 1 :])
        if (len(before) >= 2 and _follows(cells, before)) or (last and _repeats(cells, known.values())):
            found.append(row.number)
    return found


def whole(shape: Shape, rows: Sequence[Row]) -> list[int]:
    """The first or last of several records, if it is the sum of all others in every column of numbers."""
    if shape.coded_rows or len(rows) <= _PARTS:
        return []
    return next(([row.number] for row in (rows[0], rows[-1]) if _is_half(shape, row, rows)), [])


def _is_half(shape: Shape, row: Row, rows: Sequence[Row]) -> bool:
    """Whether every figure of the row is half of what its column comes to; most rows are told by the first one."""
    figures = {col: figure for col, figure in _numbers(shape, row).items() if figure}
    return len(figures) >= 2 and all(_halves(figure, col, rows) for col, figure in figures.items())


def _halves(figure: float, col: int, rows: Sequence[Row]) -> bool:
    figures = [one for row in rows if (one := _number(row, col)) is not None]
    whole = sum(figures)
    # a figure that one or two others happen to make up is no sum
    is_summed = sum(one != 0 for one in figures) > _PARTS
    return is_summed and abs(2 * figure - whole) <= 1e-6 * max(1.0, abs(whole))


def _numbers(shape: Shape, row: Row) -> dict[int, float]:
    columns = [col for col in row.columns if col not in (shape.left, shape.stub, shape.code)]
    return {col: figure for col in columns if (figure := _number(row, col)) is not None}


def _number(row: Row, col: int) -> float | None:
    """The figure that is written in a column of the row."""
    if row.kind(col) not in (Kind.NUMBER, Kind.YEAR):
        return None
    try:
        return float(row.text(col).replace(",", "").rstrip("%"))
    except ValueError:
        return None


def _follows(cells: dict[int, float], before: Sequence[dict[int, float]]) -> bool:
    """Whether the row is the difference of the two above, or the ratio of that difference."""
    this, last = before[0], before[1]
    difference = {col: this[col] - last[col] for col in this.keys() & last.keys()}
    ratio = {col: 100 * d / last[col] for col, d in difference.items() if last[col]}
    return _agree(cells, difference) or _agree(cells, ratio)


def _repeats(cells: dict[int, float], totals: Iterable[dict[int, float]]) -> bool:
    """Whether the row says a known total again; a row of one figure throughout may agree with anything."""
    return len(set(cells.values())) > 1 and any(_agree(cells, total) for total in totals)


def _agree(cells: dict[int, float], other: dict[int, float]) -> bool:
    shared = [col for col in cells.keys() & other.keys() if cells[col] or other[col]]
    same = sum(abs(cells[col] - other[col]) <= 1e-6 * max(1.0, abs(cells[col])) for col in shared)
    return len(shared) >= 3 and same >= _AGREEING * len(shared)
