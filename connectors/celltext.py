"""Cells as text: one spelling for every value a reader may give. What the text means is found elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.facts import Kinds, kind_of
from connectors.grid import Cell

_EXACT = 2.0**53
_PLACES = 1e6  # few enough that all digits of a number below _PLAIN are exact
_PLAIN = 1e10  # from here on Arrow spells a float with an exponent

Ids = np.ndarray[tuple[int], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


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


def column_texts(values: Sequence[Cell], percents: Collection[int] = ()) -> pa.Array:
    """The texts of a column as one string array; blank is null; ``percents`` are positions of percentages."""
    mask = np.zeros(len(values), np.bool_)
    mask[list(percents)] = True
    return column_cells(values, mask if percents else None)[0]


def column_cells(values: Sequence[Cell], percents: Mask | None = None) -> tuple[pa.Array, Kinds | None]:
    """The texts of a column as one string array (blank is null), and what each cell was; None for text alone.

    Args:
        values: Cells top to bottom.
        percents: Which of the cells are formatted as percentages; none of them by default.
    """
    if not len(values):
        return pa.array([], pa.string()), None
    if isinstance(values[0], str) and percents is None:
        with suppress(TypeError):  # most columns that begin with text hold nothing else
            return _trimmed_strings(values), None  # type: ignore[arg-type]
    kinds_met = set(map(type, values))
    if len(kinds_met) == 1 and percents is None:
        kind = kinds_met.pop()
        told = kind_of(kind)
        return _texts(kind, values), np.full(len(values), told, np.uint8) if told else None
    kinds = np.fromiter(map(id, map(type, values)), np.int64, len(values))
    percentages = np.zeros(len(values), np.bool_) if percents is None else percents
    facts = np.zeros(len(values), np.uint8)
    for kind in kinds_met:
        facts[kinds == id(kind)] = kind_of(kind)
    return _mixed_texts(values, kinds_met, kinds, percentages), facts if facts.any() else None


def _mixed_texts(
    values: Sequence[Cell],
    kinds_met: Collection[type],
    kinds: Ids,
    percentages: Mask,
) -> pa.Array:
    """The texts of cells of several types, each type in one go."""
    pieces, places = [], []
    for kind in kinds_met:
        own = kinds == id(kind)
        for spell, chosen in ((_texts, own & ~percentages), (_percent_texts, own & percentages)):
            if chosen.all():
                return spell(kind, values)
            if chosen.any():
                pieces.append(spell(kind, list(compress(values, chosen.tolist()))))
                places.append(np.flatnonzero(chosen))
    order = np.empty(len(values), np.int64)
    order[np.concatenate(places)] = np.arange(len(values))
    return pa.concat_arrays(pieces).take(pa.array(order))


def _texts(kind: type, values: Sequence[Cell]) -> pa.Array:
    """The texts of cells of one type."""
    if kind is str:
        return _trimmed_strings(values)  # type: ignore[arg-type]
    if kind in (float, int):
        return _floats(np.fromiter(values, np.float64, len(values)))
    if kind is type(None):
        return pa.nulls(len(values), pa.string())
    spelled = {value: cell_text(value) for value in set(values)}  # dates repeat
    return pa.array(map(spelled.__getitem__, values), pa.string(), size=len(values))


def _trimmed_strings(values: Sequence[str]) -> pa.Array:
    """Strings as ``trimmed`` has them; encoded together, as one by one each would also keep its bytes.

    Raises:
        TypeError: One of them is no string.
    """
    joined = "\0".join(map(str.strip, values)).encode()
    ends = np.flatnonzero(np.frombuffer(joined, np.uint8) == 0)
    if len(ends) != len(values) - 1:
        return trimmed(pa.array(values, pa.string()))
    offsets = np.zeros(len(values) + 1, np.int32)
    offsets[1:-1] = ends - np.arange(len(ends))
    offsets[-1] = len(joined) - len(ends)
    written = offsets[1:] > offsets[:-1]
    valid = None if written.all() else pa.py_buffer(np.packbits(written, bitorder="little"))
    buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(joined.replace(b"\0", b""))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _floats(values: Floats) -> pa.Array:
    size = np.abs(values)
    if bool(np.all((size < _EXACT) & (np.rint(values) == values))):
        return pa.array(values.astype(np.int64)).cast(pa.string())
    # within these bounds the same digits as repr; sums with 0.0 have no "-0"
    usual = (values == 0) | ((size >= 1e-4) & (size < _PLAIN))
    texts = pa.array(np.where(usual, values, 0.0) + 0.0).cast(pa.string())
    if usual.all():
        return texts
    return _replaced(texts, ~usual, pa.array(map(cell_text, values[~usual].tolist()), pa.string()))


def _percent_texts(kind: type, values: Sequence[Cell]) -> pa.Array:
    """The texts of cells of one type that are formatted as percentages."""
    if kind not in (float, int):
        return pa.array(map(percent_text, values), pa.string(), size=len(values))
    numbers = np.fromiter(values, np.float64, len(values))
    size = np.abs(numbers)
    near = (size >= 1e-4) & (size < _PLAIN / 100)
    written = np.rint(np.where(near, numbers, 0.0) * _PLACES)
    usual = near & (written / _PLACES == numbers)  # so few digits come back from a float as they were
    usual |= (numbers == 0) & ~np.signbit(numbers)
    hundredfold = pa.array(np.where(usual, written, 0.0) / (_PLACES / 100)).cast(pa.string())
    texts = pc.binary_join_element_wise(hundredfold, "%", "")
    if usual.all():
        return texts
    left = np.flatnonzero(~usual)
    return _replaced(texts, ~usual, _exact_percents([values[n] for n in left.tolist()], numbers[left]))


def _exact_percents(values: Sequence[Cell], numbers: Floats) -> pa.Array:
    """The same of numbers with more digits, or beyond usual sizes."""
    size = np.abs(numbers)
    usual = (size >= 1e-4) & (size < _PLAIN)
    texts = _hundredfold(pa.array(np.where(usual, numbers, 1.0)).cast(pa.string()))
    by = pa.array(map(percent_text, compress(values, (~usual).tolist())), pa.string())
    return texts if usual.all() else _replaced(texts, ~usual, by)


def _hundredfold(texts: pa.Array) -> pa.Array:
    """Percentages of decimals with at most 16 digits before the point and 20 behind it, none of them zero."""
    exact = texts.cast(pa.decimal128(38, 20))
    moved = pa.Array.from_buffers(pa.decimal128(38, 18), len(exact), exact.buffers(), offset=exact.offset)
    digits = pc.utf8_rtrim(pc.utf8_rtrim(moved.cast(pa.string()), "0"), ".")
    return pc.binary_join_element_wise(digits, "%", "")


def _replaced(texts: pa.Array, mask: Mask, by: pa.Array) -> pa.Array:
    return pc.replace_with_mask(texts, pa.array(mask), by)


def trimmed(texts: pa.Array) -> pa.Array:
    """A string array without outer whitespace, whitespace-only cells null."""
    texts = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
