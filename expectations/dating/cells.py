"""The period that a cell says: every row of a table may name its own."""

from __future__ import annotations

import re

from expectations.dating.texts import plain, read_text
from expectations.dating.weighing import FINE, snapped
from warehouse.frequency import Frequency

_JANUARY_OR_OCTOBER = re.compile(r"(?P<year>\d{4})\.1")


def parse_period(text: str, frequency: Frequency | None = None, near: str | None = None) -> str | None:
    """The month a text such as ``2025年第二季度``, ``2025春`` or ``202506`` stands for; None where it is none.

    ``2025.1`` alone may be a number that lost the 0 of ``2025.10``: it is a month only where the submission says which.

    Args:
        text: What a cell says.
        frequency: Brings the month to the one at which such a dataset is due (a term's first, a quarter's last),
            and refuses what is less exact than that.
        near: The period that title or file name say.
    """
    if doubtful := _JANUARY_OR_OCTOBER.fullmatch(plain(text)):
        either = {_brought(f"{doubtful['year']}年{month}月", frequency) for month in (1, 10)}
        return next(iter(either)) if len(either) == 1 else near if near in either else None
    return _brought(text, frequency)


def is_january_or_october(text: str) -> bool:
    """Whether a cell says ``2025.1``, which a number 2025.10 becomes too."""
    return _JANUARY_OR_OCTOBER.fullmatch(plain(text)) is not None


def _brought(text: str, frequency: Frequency | None) -> str | None:
    reading = read_text(text)
    if any(one.why == "no_month" for one in reading.unread):
        return None
    allowed = FINE[frequency] | {"day"} if frequency else None
    fitting = [
        span
        for span in reading.spans
        if span.grain != "school_year" and (allowed is None or span.grain in allowed)
    ]
    exact = [span for span in fitting if span.grain == fitting[0].grain]
    return snapped(fitting[0], frequency) if len({snapped(span, frequency) for span in exact}) == 1 else None
