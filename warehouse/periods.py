"""Months, and the quarters and years made of them. School terms and how a text is dated do not belong here."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)


@total_ordering
@dataclass(frozen=True)
class Month:
    """A calendar month, written ``2025-06``.

    Raises:
        ValueError: The text is not a month.
    """

    text: str

    def __post_init__(self) -> None:
        if not _MONTH.fullmatch(self.text) or self.year == 0:
            raise ValueError(f"{self.text!r} is not a month; write it like 2025-06")

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: Month) -> bool:
        return self.text < other.text

    def __add__(self, months: int) -> Month:
        return _month(self._number + months)

    def __sub__(self, months: int) -> Month:
        return _month(self._number - months)

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(f"{day:%Y-%m}" if day.year >= 1000 else f"{day.year:04}-{day.month:02}")

    @property
    def _number(self) -> int:
        return self.year * 12 + self.month - 1

    @property
    def year(self) -> int:
        """Calendar year."""
        return int(self.text[:4])

    @property
    def month(self) -> int:
        """1 to 12."""
        return int(self.text[5:])

    @property
    def quarter(self) -> str:
        """The quarter it lies in, written ``2025Q2``."""
        return f"{self.text[:4]}Q{(self.month + 2) // 3}"

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """Last day."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def until(self, last: Month) -> Iterator[Month]:
        """This month and those after it up to and including ``last``; none when ``last`` is earlier."""
        return (_month(number) for number in range(self._number, last._number + 1))


def year_months(year: str) -> tuple[Month, ...]:
    """The twelve months of a year written ``2025``.

    Raises:
        ValueError: The text is not a year.
    """
    if not _YEAR.fullmatch(year):
        raise ValueError(f"{year!r} is not a year; write it like 2025")
    return tuple(Month(f"{year}-{month:02}") for month in range(1, 13))


def months_of(period: str) -> tuple[Month, ...]:
    """The months of a period: of a year ``2025``, a quarter ``2025Q2`` or a month ``2025-06``.

    Raises:
        ValueError: The text is none of these.
    """
    if _YEAR.fullmatch(period):
        return year_months(period)
    if re.fullmatch(r"\d{4}Q[1-4]", period, re.ASCII):
        last = 3 * int(period[5])
        return year_months(period[:4])[last - 3 : last]
    return (Month(period),)


def a_year_before(period: str) -> str:
    """The same month or year, a year before."""
    return str(int(period) - 1) if len(period) == 4 else str(Month(period) - 12)


def last_twelve(months: Iterable[str]) -> list[str]:
    """Of some months the newest and those less than a year before it, sorted; older ones are there to compare with."""
    ordered = sorted(months)
    return [month for month in ordered if month > str(Month(ordered[-1]) - 12)]


def _month(number: int) -> Month:
    return Month(f"{number // 12:04}-{number % 12 + 1:02}")
