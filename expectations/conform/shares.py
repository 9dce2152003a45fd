"""Percentages among which a share may stand: 0.9 between 85 and 92.5 % is 90 %, or nobody can tell.

A column of shares alone is doubted as a whole; a share among percentages at its own cell.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.patterns import Mask, Pattern, matches
from expectations.conform.texts import Parsed, Problem
from expectations.contracts.model import Column
from expectations.rules import Told, told

_SIGNS = Pattern("[%‰]", signs="%‰")


def doubted_shares(parsed: Parsed, texts: pa.StringArray, column: Column, *, is_printed: bool) -> Parsed:
    """The numbers without those that may be percentages or shares.

    Args:
        parsed: A column of percentages (unit ``%``) or of shares (no unit, or 小数), read.
        texts: Its distinct texts.
        column: What the contract says of it.
        is_printed: Whether the file itself says what the column holds.
    """
    signed = matches(texts, _SIGNS)
    if column.unit != "%" and not signed.any():
        return parsed
    numbers = parsed.values.to_numpy(zero_copy_only=False).astype(float)
    if column.unit != "%":
        # A form has all its indicators in one column without a unit: a few signs say nothing of the others there.
        is_told = bool(column.unit) or 2 * signed.sum() > len(numbers)
        at = _among(numbers, signed, 0.01) if is_told else np.zeros_like(signed)
    elif not is_printed and _are_shares(numbers, signed):
        said = told("ambiguous_unit", "share", title=column.title)
        return _without(parsed, np.ones(len(texts), dtype=bool), said)
    else:
        at = _among(numbers, signed, 100)
    return _without(parsed, at, told("ambiguous_share", title=column.title)) if at.any() else parsed


def _are_shares(numbers: np.ndarray, signed: Mask) -> bool:
    """Whether all lie between 0 and 1 and none has a sign."""
    known = numbers[~np.isnan(numbers)]
    if signed.any() or len(numbers) < 2 or not len(known):
        return False
    return bool(known.min() >= 0 and 0 < known.max() <= 1)


def _among(numbers: np.ndarray, signed: Mask, times: float) -> Mask:
    """Which are far from all sure ones, but so many times as much would be one of them.

    Args:
        numbers: In the contract's unit.
        signed: Which bear a sign of per cent.
        times: 100 where percentages are wanted and shares may stand among them; 0.01 for the reverse.
    """
    bare = ~signed & (numbers > 0) & ((numbers <= 1) if times > 1 else (numbers > 1))
    sure = numbers[~bare & (numbers > 0)]
    if not bare.any() or not len(sure):
        return np.zeros(len(numbers), dtype=bool)
    is_far = numbers * 10 < sure.min() if times > 1 else numbers > sure.max() * 10
    among: Mask = bare & is_far & (numbers * times >= sure.min() / 2) & (numbers * times <= sure.max() * 2)
    return among


def _without(parsed: Parsed, at: Mask, said: Told) -> Parsed:
    values = pc.if_else(pa.array(at), pa.scalar(None, parsed.values.type), parsed.values)
    return replace(parsed, values=values, problems=(*parsed.problems, Problem(at, said)))
