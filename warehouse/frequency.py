"""How often a dataset is handed in: the windows of months that a hand-in stands for, and when one is due.

The one place for lengths and ends of windows. Words for them in forms, and how a text names one, do not belong here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from warehouse.periods import Month

Frequency = Literal["monthly", "quarterly", "termly", "yearly"]

MONTHS: Mapping[Frequency, int] = {"monthly": 1, "quarterly": 3, "termly": 6, "yearly": 12}
"""Months in a window."""

_ENDS: Mapping[Frequency, tuple[int, ...]] = {
    "monthly": tuple(range(1, 13)),
    "quarterly": (3, 6, 9, 12),
    "termly": (1, 7),  # the autumn term ends in January, the spring term in July
    "yearly": (12,),
}
"""The months that windows end with."""


def window_end(month: Month, frequency: Frequency) -> Month:
    """The last month of the window that a month lies in."""
    return next(later for later in (month + ahead for ahead in range(12)) if later.month in _ENDS[frequency])


def window_start(end: Month, frequency: Frequency) -> Month:
    """The first month of the window that ends with a month."""
    return end - (MONTHS[frequency] - 1)


def window_months(end: Month, frequency: Frequency) -> list[Month]:
    """The months of the window that ends with a month."""
    return list(window_start(end, frequency).until(end))


def due_date(end: Month, due_day: int) -> dt.date:
    """The day by which what ends with a month is due; the following month's last day where it is shorter."""
    following = end + 1
    return following.start.replace(day=min(due_day, following.end.day))


def last_due(frequency: Frequency, due_day: int, today: dt.date) -> Month:
    """The last month of the newest window whose due day has passed."""
    end = Month.of(today)
    while end.month not in _ENDS[frequency] or due_date(end, due_day) >= today:
        end -= 1
    return end
