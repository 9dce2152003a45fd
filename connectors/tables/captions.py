"""What a caption line is: form number, 填报单位, 单位：万元, an office and a date, far apart above a table's header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from connectors.tables.cells import Kind, bare
from connectors.tables.view import Box, Row
from connectors.tables.words import (
    CAPTION,
    COMPARISON,
    COUNTED,
    DOCUMENT,
    GENERIC,
    HEADER_WORD,
    LEAF_UNIT,
    NOTE,
    OFFICE,
    PERIOD,
    STUB,
    UNIT,
)

_MOST = 4  # texts of a caption line of which none is a known caption


def is_caption(row: Row) -> bool:
    """Whether the row is a caption line: form number, issuing office, 填报单位, 单位：万元, dates."""
    texts = row.bare
    if len(texts) == 2 and re.match(r"^[^:]{1,20}:$", texts[0]) and not NOTE.match(texts[0]):
        return True  # a name and its value, as exports write them
    if len(texts) > 1 and all(_is_key_value(text) for text in texts):
        return True
    hits = [text for text in texts if CAPTION.match(text)]
    return len(hits) * 2 >= len(texts) or any(":" in text for text in hits)


def is_particular(row: Row) -> bool:
    """Whether all texts say what this one sheet is about (an office, a period, a page), as no column is called.

    Periods alone, and places alone, head columns too: beside one of them another kind must stand.
    """
    kinds = _particulars(row.boxes) if row.size <= _MOST else [None]
    return None not in kinds and ("own" in kinds or len({*kinds}) > 1)


def stands_above(row: Row, below: Row) -> bool:
    """Whether a row with particulars is a caption line over the header ``below``, which names all columns itself."""
    if row.size > _MOST or any(box.bottom > row.number for box in row.boxes):
        return False
    if is_particular(row) and row.size == 1:
        return True
    if below.hanging or not _may_be_names(below):
        return False
    if below.size <= row.size and not all(is_header_word(bare(box.text)) for box in below.boxes):
        return False
    apart = row.size > 1 and row.boxes[1].col > row.first.right + 1
    covered = below.begin <= row.begin
    if is_particular(row):
        return covered or apart
    return covered and apart and _is_partly_particular(row) and below.size > 2 * row.size


def _may_be_names(row: Row) -> bool:
    """Whether no value stands in the row, but for months over columns beside the name of a label column."""
    return not row.values or (not row.count(Kind.NUMBER) and is_header_word(bare(row.first.text)))


@lru_cache(maxsize=1 << 14)  # the headers of a city's ledgers repeat
def is_header_word(text: str) -> bool:
    """Whether forms call a column so, or the text ends in a unit."""
    leaf = LEAF_UNIT.match(text)
    unit = leaf and (leaf["bracket"] or leaf["slash"])
    return bool(HEADER_WORD.match(text) or STUB.match(text) or (unit and UNIT.match(unit)))


def _is_partly_particular(row: Row) -> bool:
    """Whether a period or the like stands beside texts that no form calls a column (a name, a class)."""
    kinds = _particulars(row.boxes)
    others = [bare(box.text) for box, kind in zip(row.boxes, kinds, strict=True) if kind is None]
    is_name = any(
        HEADER_WORD.match(t) or STUB.match(t) or GENERIC.match(t) or COMPARISON.match(t) for t in others
    )
    return ("own" in kinds or "period" in kinds) and len(others) == 1 and not is_name


def _is_key_value(text: str) -> bool:
    """Whether a text is a key and its value (导出时间:2023-11-06); a name and its unit (金额:元) is none."""
    key, colon, value = text.partition(":")
    return bool(colon) and 2 <= len(key) <= 12 and key != "其中" and not UNIT.match(value)


def _particulars(boxes: Sequence[Box]) -> list[str | None]:
    """What each text is: a period, an office or place, one that only a caption has (own), or none of them."""
    kinds: list[str | None] = []
    is_value = False  # of the key in the cell before
    for box in boxes:
        text = bare(box.text)
        kinds.append("own" if is_value and not text.endswith(":") else _particular(text, box.kind))
        is_value = text.endswith(":") and not is_value
    return kinds


def _particular(text: str, kind: Kind) -> str | None:
    inner = text[1:-1] if text[:1] + text[-1:] in ("()", "[]") else text
    if DOCUMENT.search(inner) or COUNTED.match(inner) or _is_key_value(inner) or CAPTION.match(inner):
        return "own"
    if kind in (Kind.YEAR, Kind.DATE) or PERIOD.match(inner):
        return "period"
    is_name = HEADER_WORD.match(inner) or STUB.match(inner) or GENERIC.match(inner)
    return "office" if OFFICE.search(inner) and not is_name else None
