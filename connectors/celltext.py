"""Cells as text: one spelling for every value a reader may give. What the text means is found elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.grid import Cell

_EXACT = 2.0**53


def cell_text(value: Cell) -> str | None:
    """The text of one cell: strings without outer whitespace, whole numbers without ``.0``, dates in ISO form.

    Numbers from 2^53 on are spelled by ``repr``, so that a code stored as a number is seen to have lost digits.
    """
    if isinstance(value, str):
        return value.strip() or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < _EXACT else repr(float(value))
    return value.isoformat() if isinstance(value, dt.date | dt.time) else _span(value)


def _span(value: dt.timedelta) -> str:
    """A span as Excel prints ``[h]:mm:ss``; the seconds may have a fraction."""
    minutes, seconds = divmod(value.total_seconds(), 60)
    return f"{int(minutes // 60)}:{int(minutes % 60):02d}:{cell_text(round(seconds, 6)):0>2}"


def percent_text(value: Cell) -> str | None:
    """The text of a cell whose number format is a percentage: ``0.85`` is ``85%``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cell_text(value)
    return f"{(Decimal(repr(value)) * 100).normalize():f}%" if np.isfinite(value) else repr(value)


def column_texts(values: Sequence[Cell], percents: Mapping[int, Cell] | None = None) -> pa.Array:
    """The texts of a column as one string array; blank is null.

    Args:
        values: Cells top to bottom.
        percents: Cells by position that are formatted as percentages.
    """
    kinds = set(map(type, values))
    if kinds <= {str, type(None)}:
        texts = trimmed(pa.array(values, pa.string()))
    elif kinds == {float}:
        texts = _floats(np.asarray(values, dtype=np.float64))
    else:
        texts = pa.array([cell_text(value) for value in values], pa.string())
    if not percents:
        return texts
    spelled = texts.to_pylist()
    for position, value in percents.items():
        spelled[position] = percent_text(value)
    return pa.array(spelled, pa.string())


def _floats(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pa.Array:
    size = np.abs(values)
    if bool(np.all((np.trunc(values) == values) & (size < _EXACT))):
        return pa.array(values.astype(np.int64)).cast(pa.string())
    if bool(np.all((values == 0) | ((size >= 1e-4) & (size < 1e15)))):
        return pa.array(values + 0.0).cast(pa.string())  # the same digits as repr; sums with 0.0 have no "-0"
    return pa.array([cell_text(value) for value in values.tolist()], pa.string())


def trimmed(texts: pa.Array) -> pa.Array:
    """A string array without outer whitespace, whitespace-only cells null."""
    texts = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
