"""What one text says of a period: spans with a year, parts of a year without it, and what cannot be taken.

Which of several texts is believed stands in ``weighing``. The clock is never asked, nor is the day a form was filled
in the period of what it reports. School terms are dated by their first month; quarters, half-years and years by
their last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from expectations.dating import words
from expectations.dating.words import Grain, Why
from warehouse.periods import Month

_PARTS = {"1": 9, "上": 9, "秋": 9, "2": 15, "下": 15, "春": 15}
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_ORDER: tuple[Grain, ...] = ("month", "quarter", "term", "half", "year", "school_year", "day")
_GANZHI_BASE = 4
"""The year 4 was 甲子, the first of the sixty."""


@dataclass(frozen=True)
class Span:
    """A period as written somewhere.

    Attributes:
        grain: How exact the writing is.
        year: Calendar year the month lies in; of a school year the one it begins in.
        month: 1 to 12: the month that stands for the span.
        text: What was written, without spaces.
        first: The first month spoken of, where there are several.
        day: The day of the month, of the grain ``day``.
    """

    grain: Grain
    year: int
    month: int
    text: str
    first: Month | None = None
    day: int = 0

    @property
    def last(self) -> Month:
        """The month that stands for the span."""
        return Month(f"{self.year}-{self.month:02}")

    @property
    def is_month_end(self) -> bool:
        """Whether a day is its month's last: the day that a state is counted on."""
        return self.day == self.last.end.day

    @property
    def is_typed_month(self) -> bool:
        """Whether it is the date that spreadsheets make of a typed ``2025年6月``: the first, as a date cell is read."""
        return self.day == 1 and re.fullmatch(r"\d{4}-\d\d-01", self.text) is not None


@dataclass(frozen=True)
class Part:
    """A part of a year whose year is not written beside it.

    Attributes:
        grain: How exact the writing is.
        groups: By name, what says which part.
        text: What was written.
    """

    grain: Grain
    groups: tuple[tuple[str, str], ...]
    text: str

    def of(self, year: int, *, is_school_year: bool = False) -> Span | None:
        """The span that it is of a year; None where such a year does not tell."""
        groups = dict(self.groups)
        if is_school_year and "season" in groups:
            groups = {"of_school_year": groups["season"]}
        if is_school_year != ("of_school_year" in groups):
            return None
        return _span(self.grain, {"year": str(year), **groups}, self.text)


@dataclass(frozen=True)
class Unread:
    """What names a period in a way that is not taken.

    Attributes:
        text: What is written.
        why: The reason.
        years: The calendar years it may mean; empty where that is not known.
    """

    text: str
    why: Why
    years: tuple[int, ...] = ()

    def allows(self, period: str) -> bool:
        """Whether it may mean a period that another place says."""
        month = Month(period)
        if self.why == "january":
            return month.year in self.years and month.month in (1, 10)
        if self.why == "term":
            return month.year - 1 in self.years or month.year in self.years
        named = re.search(r"(\d{1,2})月", self.text) if self.why == "minguo" else None
        return (not self.years or month.year in self.years) and (
            named is None or int(named[1]) == month.month
        )


@dataclass(frozen=True)
class Reading:
    """All that a text says of a period, each most exact first; ``cumulative`` is its word for everything up to then."""

    spans: tuple[Span, ...] = ()
    parts: tuple[Part, ...] = ()
    unread: tuple[Unread, ...] = ()
    cumulative: str = ""


@lru_cache(maxsize=8192)
def read_text(text: str) -> Reading:
    """Read a title, a name or a cell; what is no period (a form's version, a print stamp) is passed over."""
    text = plain(text)
    unread: list[Unread] = []
    for why, pattern in words.UNREAD:
        unread += [Unread(match[0], why, _years(why, match[0])) for match in pattern.finditer(text)]
        text = pattern.sub(lambda match: _year_left(match[0]), text)
    text = words.NOT_A_PERIOD.sub(" ", text)
    cumulative = words.CUMULATIVE.search(text)
    found: list[Span] = []
    for grain, pattern in words.READINGS:
        if grain == "half":
            text = _without_plans(text)
        text = _taken(grain, pattern, text, found)
    spans = tuple(sorted(found, key=lambda span: _ORDER.index(span.grain)))
    return Reading(spans, tuple(_parts(text)), tuple(unread), cumulative[0] if cumulative else "")


def plain(text: str) -> str:
    """A text without spaces, its years, months and days in figures."""
    text = re.sub(r"\s+", "", normalize("NFKC", text))
    text = words.CHINESE_YEAR.sub(lambda match: match[0].translate(_DIGITS), text)
    text = words.CHINESE_ERA.sub(lambda match: str(_era(match[0])), text)
    text = words.CHINESE_COUNT.sub(lambda match: str(_count(match[0])), text)
    text = words.CHINESE_AFTER.sub(lambda match: str(_count(match[0])), text)
    text = words.CHINESE_DAY.sub(lambda match: str(_count(match[0])), text)
    text = words.FIRST_MONTH.sub(lambda match: match[0].replace("元", "1"), text)
    text = words.SHORT_SCHOOL_YEAR.sub(
        lambda match: f"20{match['short']}{match['to']}20{match['next']}", text
    )
    text = words.SHORT_YEAR.sub(lambda match: f"20{match['short']}年", text)
    return words.SHORT_DOTTED.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    day = f"{match['day'][1:]}日" if match["day"] else ""
    return f"20{match['short']}年{match['month']}月{day}"


def _count(text: str) -> int:
    """一 to 三十一 as a number."""
    tens, ten, ones = text.partition("十")
    figure = int(ones.translate(_DIGITS) or "0") if ten else int(text.translate(_DIGITS))
    return 10 * int(tens.translate(_DIGITS) or "1") + figure if ten else figure


def _era(text: str) -> int:
    """一百一十四 or 一一四 as a number."""
    if "百" not in text:
        return _count(text) if "十" in text else int(text.translate(_DIGITS))
    hundreds, _, rest = text.partition("百")
    return 100 * int(hundreds.translate(_DIGITS) or "1") + (
        _count(rest.lstrip("零〇")) if rest.strip("零〇") else 0
    )


def _years(why: Why, text: str) -> tuple[int, ...]:
    """The calendar years that a year of another count means."""
    if why == "minguo" and (number := re.search(r"\d+|元", text)):
        return (1911 + (1 if number[0] == "元" else int(number[0])),)
    if why == "ganzhi":
        stem, branch = "甲乙丙丁戊己庚辛壬癸".index(text[0]), "子丑寅卯辰巳午未申酉戌亥".index(text[1])
        return tuple(
            y
            for y in range(1950, 2050)
            if (y - _GANZHI_BASE) % 10 == stem and (y - _GANZHI_BASE) % 12 == branch
        )
    written = re.search(r"(?<!\d)(?:19|20)\d\d", text)
    return (int(written[0]),) if written else ()


def _year_left(text: str) -> str:
    """What is left of a writing that is not taken: its year of our count, if it names one."""
    written = re.match(r"(?:19|20)\d\d年", text)
    return f" {written[0]} " if written else " "


def _without_plans(text: str) -> str:
    return words.SPAN_OF_YEARS.sub(" ", text)


def _taken(grain: Grain, pattern: re.Pattern[str], text: str, found: list[Span]) -> str:
    """The text without what a pattern reads of it; what it reads is added to what was found."""

    def take(match: re.Match[str]) -> str:
        groups = {name: value for name, value in match.groupdict().items() if value}
        following = groups.pop("next", None)
        if following is not None and int(following) % 100 != (int(groups["year"]) + 1) % 100:
            return match[0]
        found.append(_span(grain, groups, match[0]))
        return " "

    return pattern.sub(take, text)


def _parts(text: str) -> Iterator[Part]:
    folder = words.MONTH_FOLDER.match(text)
    if folder:
        yield Part("month", (("month", folder["month"]),), folder[0])
    for grain, pattern in words.ALONE:
        for match in pattern.finditer(text):
            groups = {name.rstrip("_"): value for name, value in match.groupdict().items() if value}
            yield Part(grain, tuple(groups.items()), match[0])
        text = pattern.sub(" ", text)


def _span(grain: Grain, groups: dict[str, str], text: str) -> Span:
    groups = dict(groups)
    year, day = int(groups.pop("year")), int(groups.pop("day", 0))
    since_day = int(groups.pop("since_day", 1))
    since, since_year = groups.pop("since", None), int(groups.pop("since_year", year))
    is_since_start = groups.pop("since_quarter", None) is not None or "前" in text
    month, length = _last_month(grain, groups)
    last = Month(f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}")
    first = Month(f"{since_year}-{int(since):02}") if since else last - (length - 1)
    if is_since_start:
        first = Month(f"{year}-01")
    # From the 26th to the 25th is one month of an office that closes its books then.
    several = first if first < last and not (since_day > 1 and first + 1 == last) else None
    return Span(grain, last.year, last.month, text, several, day)


def _last_month(grain: Grain, groups: dict[str, str]) -> tuple[int, int]:
    """The month that stands for a span, counted on into the next year, and how many months end with it."""
    match next(iter(groups.items()), ("end", "")):
        case ("of_school_year", part):
            return _PARTS[part], 1
        case ("season", season):
            return (3 if season == "春" else 9), 1
        case ("half", half):
            return (6 if half == "上" else 12), 6
        case ("quarter" | "q", quarter):
            return 3 * int(quarter), 3
        case ("first_months", number):
            return int(number), int(number)
        case ("month" | "m", number):
            return int(number), 1
    return 12, 1 if grain == "school_year" else 12
