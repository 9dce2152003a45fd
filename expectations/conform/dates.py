"""Texts into dates: the ways clerks write a day, and Excel's serial numbers. A day that does not exist is a finding."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.utf8 import consist_of
from expectations.conform.patterns import Mask, Pattern, matches
from expectations.conform.texts import Parsed, Problem, problem

Days = npt.NDArray[np.datetime64]

_TIME = r"(?:[T ]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?)?[秒分时Z]?)?"
_DAY = Pattern(
    r"^(?P<year>[12]\d{3})\s*[-./年]\s*(?P<month>\d{1,2})\s*[-./月]\s*(?P<day>\d{1,2})\s*[日号]?\s*"
    + _TIME
    + "$",
    signs="-./年",
)
_COMPACT = Pattern(r"^(?P<year>[12]\d{3})(?P<month>\d{2})(?P<day>\d{2})$", signs="12")
SERIAL = r"^[1-9]\d{4}(?:\.\d+)?$"
_NO_DAY = r"^[12]\d{3}(?:\s*[-./年]\s*\d{1,2}\s*月?|年|0[1-9]|1[0-2])?$"
_OTHER_ORDER = r"^\d{1,2}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*(?:\d{1,2}|\d{4})\s*日?$"
_EPOCH, _EPOCH_1904 = np.datetime64("1899-12-30", "D"), np.datetime64("1904-01-01", "D")
_EARLIEST_YEAR = 1900
_EARLIEST, _TOO_LATE = np.datetime64("1900-01-01", "D"), np.datetime64("3000-01-01", "D")
_ISO = b"0123456789-"


def parse_dates(values: pa.StringArray, *, title: str, from_1904: bool = False) -> Parsed:
    """Distinct texts as timestamps at midnight; times of day are dropped.

    Args:
        values: Distinct texts.
        title: Column title.
        from_1904: Whether bare serial numbers count from 1904-01-01, as in workbooks of the older Excel for Mac.
    """
    texts = values.cast(pa.string())
    if (plain := _iso_days(texts)) is not None:
        return Parsed(plain.cast(pa.timestamp("us")))
    epoch = _EPOCH_1904 if from_1904 else _EPOCH
    ways = (partial(_by_pattern, pattern=_DAY), partial(_by_pattern, pattern=_COMPACT), partial(_serials, epoch=epoch))  # fmt: skip
    days = np.full(len(texts), np.datetime64("NaT", "D"))
    for way in ways:
        if (left := np.isnat(days)).any():
            days[left] = way(texts.filter(pa.array(left)))
    unknown = np.isnat(days)
    values = pa.array(days.astype("datetime64[us]"), mask=unknown)
    return Parsed(values, _unread(texts, unknown, title) if unknown.any() else ())


def _iso_days(texts: pa.StringArray) -> pa.Date32Array | None:
    """The days of texts that are all written as ``2025-06-01``; None where any is not."""
    if not consist_of(texts, _ISO):
        return None
    try:
        days = texts.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
    found = days.to_numpy(zero_copy_only=False)
    return None if ((found < _EARLIEST) | (found >= _TOO_LATE)).any() else days


def _unread(texts: pa.StringArray, unknown: Mask, title: str) -> tuple[Problem, ...]:
    vague = unknown & (matches(texts, _NO_DAY) | matches(texts, _OTHER_ORDER))
    return (
        *problem(vague, "ambiguous_date", title=title),
        *problem(unknown & ~vague, "unparsed_date", title=title),
    )


def real_days(
    years: npt.NDArray[np.int64], months: npt.NDArray[np.int64], days: npt.NDArray[np.int64]
) -> Days:
    """Days of the calendar; NaT where there is no such day or the year is before 1800."""
    month = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    day = month.astype("datetime64[D]") + (days - 1).astype("timedelta64[D]")
    real = (
        (years >= 1800)
        & (months >= 1)
        & (months <= 12)
        & (days >= 1)
        & (day.astype("datetime64[M]") == month)
    )
    return np.where(real, day, np.datetime64("NaT", "D"))


def _by_pattern(texts: pa.StringArray, pattern: Pattern) -> Days:
    if not pattern.may_match(texts):
        return np.full(len(texts), np.datetime64("NaT", "D"))
    parts = pc.extract_regex(texts, pattern.regex)
    year, month, day = (part.cast(pa.int64()).fill_null(0).to_numpy() for part in parts.flatten())
    found = real_days(year, month, day)
    return np.where(year >= _EARLIEST_YEAR, found, np.datetime64("NaT", "D"))


def _serials(texts: pa.StringArray, epoch: np.datetime64) -> Days:
    serial: Mask = matches(texts, SERIAL)
    kept = pc.if_else(pa.array(serial), texts, pa.scalar("0"))
    count = np.floor(pc.cast(kept, pa.float64()).to_numpy(zero_copy_only=False)).astype("timedelta64[D]")
    return np.where(serial, epoch + count, np.datetime64("NaT", "D"))
