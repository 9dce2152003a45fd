"""The one time zone: a day of the office is a day in Shanghai; moments are kept in UTC."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
SHANGHAI = ZoneInfo(ZONE)


def in_shanghai(moment: dt.datetime) -> dt.datetime:
    """A moment as clocks in Shanghai show it; one without a zone is taken for UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(SHANGHAI)


def shanghai_day(moment: dt.datetime) -> dt.date:
    """The day in Shanghai that a moment lies in; a moment without a zone is taken for UTC."""
    return in_shanghai(moment).date()
