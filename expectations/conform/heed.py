"""What the workbook knows of a column's cells, heeded before their texts are read: what is no text is not read as one.

A day in a column of identifiers was one of them (3-5) before the spreadsheet made a day of it; a formula without a
stored result is no blank. What a text says of itself is for the parsers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.cleaning import clean
from expectations.conform.columns import Known
from expectations.conform.dates import SERIAL
from expectations.conform.patterns import Mask, Pattern, matches
from expectations.conform.texts import encode
from expectations.contracts.model import Column
from expectations.findings import drafts
from expectations.rules import told

if TYPE_CHECKING:
    from connectors.extract import Extract

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAY = Pattern(
    rf"^(?i:\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}-(?:{_MONTHS})|(?:{_MONTHS})-\d{{1,2}}"
    r"|(?:19|20)\d\d(?:/\d{1,2}/\d{1,2}|年\d{1,2}月\d{1,2}日|-\d\d-\d\d[ T]0?0:00(?::00)?))$",
    signs="-/月年",
)
"""As spreadsheets print a day or month that was typed as two numbers; nobody numbers a thing so."""

_WRITTEN_DAY = Pattern(r"^(?:19|20)\d\d[-.]\d{1,2}[-.]\d{1,2}$", signs="-.")
"""A day as a person may also number a thing."""

_RECENT_SERIAL = r"^(?:3[6-9]|4\d|5[0-4])\d{3}$"
"""The days of 1998 to 2050 as spreadsheets count them."""

_TWO_NUMBERS = Pattern(r"^\d{1,4}\s*[-‐‑–—/]\s*\d{1,4}$", signs="-‐‑–—/")


def heed(
    raw: pa.ChunkedArray, column: Column, extract: Extract, at: int
) -> tuple[pa.ChunkedArray, Known, list[pd.DataFrame]]:
    """The cells that can be read as text, what else is known of them, and drafts of those that cannot.

    Args:
        raw: Cells as read.
        column: What the contract says of them.
        extract: Their table.
        at: The grid column.
    """
    from connectors.facts import DATE, FORMULA, NUMBER

    facts, rows = extract.facts, len(raw)
    stored = facts.are(at, NUMBER, rows)
    found = _found(raw, facts.are(at, FORMULA, rows), column, "formula_unsaved")
    cells = raw
    if _is_identifier(column):
        cells = _filled(raw, facts.widths.get(at, {}))
        printed, serials = _at(cells, _are_days, _are_serials)
        days = facts.are(at, DATE, rows) | printed
        found += _found(raw, days, column, "date_for_number")
        serials &= ~days
        found += _found(raw, serials, column, "date_for_number", "serial")
        cells = _blanked(cells, days | serials)
    if column.type == "date" and facts.from_1904:
        vague = ~stored & _at(cells, _could_be_serials)[0]
        found += _found(raw, vague, column, "ambiguous_date", "system")
        cells = _blanked(cells, vague)
    return cells, Known(stored if stored.any() else None, facts.from_1904), found


def _is_identifier(column: Column) -> bool:
    """Whether the column's texts only tell things apart."""
    if column.type != "string":
        return False
    is_plain = not (column.kind or column.role or column.enum or column.pattern)
    return column.kind in ("identifier", "student_number") or (column.key and is_plain)


def _found(raw: pa.ChunkedArray, at: Mask, column: Column, rule: str, case: str = "") -> list[pd.DataFrame]:
    """Drafts of the marked cells; none where none is marked. A blank for want of a result may pass as one."""
    if not at.any():
        return []
    said = told(rule, case, title=column.title)
    if rule == "formula_unsaved" and not (column.required or column.key or column.role):
        said = replace(said, severity="warning")
    rows = np.flatnonzero(at)
    values = pd.Series(raw.take(pa.array(rows)).fill_null("").to_pandas())
    return [drafts(pd.Index(rows), said, column=column.name, values=values)]


def _blanked(cells: pa.ChunkedArray, at: Mask) -> pa.ChunkedArray:
    return pc.if_else(pa.array(at), pa.scalar(None, pa.string()), cells) if at.any() else cells


def _filled(cells: pa.ChunkedArray, widths: Mapping[int, int]) -> pa.ChunkedArray:
    """The cells with the zeros that their number format shows."""
    if not widths:
        return cells
    texts = cells.to_pylist()
    for row, width in widths.items():
        text = texts[row]
        texts[row] = text.zfill(width) if text and text.isdecimal() else text
    return pa.chunked_array([pa.array(texts, pa.string())])


def _at(cells: pa.ChunkedArray, *tests: Callable[[pa.StringArray], Mask]) -> list[Mask]:
    """For each test on distinct texts, the rows whose text passes."""
    distinct, indices = encode(cells.combine_chunks())
    texts = clean(distinct)
    return [_spread(test(texts), indices) for test in tests]


def _spread(passed: Mask, indices: pa.Int32Array) -> Mask:
    if not passed.any():
        return np.zeros(len(indices), dtype=bool)
    rows: Mask = pc.fill_null(pa.array(passed).take(indices), False).to_numpy(zero_copy_only=False)
    return rows.astype(bool)


def _are_days(texts: pa.StringArray) -> Mask:
    """Texts as a spreadsheet prints a day; as a person writes one only where most of the column is something else."""
    written = matches(texts, _WRITTEN_DAY)
    printed = matches(texts, _DAY)
    return printed | written if 2 * written.sum() < len(texts) else printed


def _are_serials(texts: pa.StringArray) -> Mask:
    """Serial numbers of days among identifiers that are two numbers with a dash."""
    dashed = matches(texts, _TWO_NUMBERS)
    if not dashed.any():
        return dashed
    serials = matches(texts, _RECENT_SERIAL)
    others = len(texts) - serials.sum()
    return serials if 2 * dashed.sum() > others else np.zeros(len(texts), dtype=bool)


def _could_be_serials(texts: pa.StringArray) -> Mask:
    return matches(texts, SERIAL)
