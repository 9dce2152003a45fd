"""Texts into dates: the ways clerks write a day, and Excel's serial numbers. A day that does not exist is a finding."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from expectations.conform.patterns import Mask, matches
from expectations.conform.texts import Parsed, Problem, problem

Days = npt.NDArray[np.datetime64]

_S = r"[\t\n\f\r ]*"
_TIME = r"(?:[T ]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?)?[秒分时Z]?)?"
_DAY = re.compile(
    rf"([12]\d{{3}}){_S}[-./年]{_S}(\d{{1,2}}){_S}[-./月]{_S}(\d{{1,2}}){_S}[日号]?{_S}{_TIME}", re.ASCII
)
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})", re.ASCII)
SERIAL = r"^[1-9]\d{4}(?:\.\d+)?$"
_SERIAL = re.compile(SERIAL, re.ASCII)
_NO_DAY = r"^[12]\d{3}(?:\s*[-./年]\s*\d{1,2}\s*月?|年|0[1-9]|1[0-2])?$"
_OTHER_ORDER = r"^\d{1,2}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*(?:\d{1,2}|\d{4})\s*日?$"
_EPOCH, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
_EARLIEST_YEAR = 1900


def parse_dates(values: pa.StringArray, *, title: str, from_1904: bool = False) -> Parsed:
    """Distinct texts as timestamps at midnight; times of day are dropped.

    Args:
        values: Distinct texts.
        title: Column title.
        from_1904: Whether bare serial numbers count from 1904-01-01, as in workbooks of the older Excel for Mac.
    """
    epoch = _EPOCH_1904 if from_1904 else _EPOCH
    days = pa.array([_day(text, epoch) for text in values.to_pylist()], pa.date32())
    problems = (
        _unread(values, days.is_null().to_numpy(zero_copy_only=False), title) if days.null_count else ()
    )
    return Parsed(days.cast(pa.timestamp("us")), problems)


@lru_cache(maxsize=1 << 16)
def _day(text: str, epoch: dt.date) -> dt.date | None:
    """The day that a text is, None where it is none; the columns of a year hold the same few hundred."""
    if (written := _DAY.fullmatch(text) or _COMPACT.fullmatch(text)) is not None:
        return _real_day(*map(int, written.groups()))
    return epoch + dt.timedelta(days=int(float(text))) if _SERIAL.fullmatch(text) else None


def _real_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if year >= _EARLIEST_YEAR else None
    except ValueError:
        return None


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
