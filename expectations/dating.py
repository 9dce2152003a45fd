"""Which month a submission is about, from what is written: its title, its file name, the folders it came in.

The clock is never asked: what arrives in January is mostly about December. Nor is the day a form was filled in the
period of what it reports. School terms are dated by their first month; quarters, half-years and years by their last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

from expectations.contract import Contract, Frequency

if TYPE_CHECKING:
    import pandas as pd

Grain = Literal["day", "month", "quarter", "term", "half", "year"]
Where = Literal["标题", "文件名", "文件夹"]

_FINE: dict[Frequency, frozenset[Grain]] = {
    "monthly": frozenset({"month", "quarter", "half"}),
    "quarterly": frozenset({"month", "quarter", "half"}),
    "termly": frozenset({"month", "quarter", "half", "term"}),
    "yearly": frozenset({"month", "quarter", "half", "term", "year"}),
}
_PARTS = {"1": 9, "上": 9, "秋": 9, "2": 15, "下": 15, "春": 15}
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"[一二][〇○零0一二三四五六七八九]{3}(?=年)")
_CHINESE_COUNT = re.compile(r"(?<![一二三四五六七八九十])(十[一二]?|[一二三四五六七八九])(?=月|季度|学期)")
_DATE = r"\d{4}[-年./]\d{1,2}([-月./]\d{1,2}日?|月)?"
_NOT_THE_PERIOD = re.compile(
    rf"(填报|填表|制表|报送|上报|打印|导出|审核|编制|报出|盖章|录入|更新|发布|批准)(日期|时间|于|日)?[:：]?{_DATE}"
    rf"|有效期限?[至到:：]*{_DATE}|[〔\[【(]\d{{4}}[〕\]】)](?=第?\d+号)"
)
_YEAR = r"(?<![\d.])(?P<year>(?:19[5-9]|20[0-4])\d)"
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_READINGS: tuple[tuple[Grain, re.Pattern[str]], ...] = (
    ("term", re.compile(_YEAR + r"[-~—/至](?:20)?\d\d学?年?度?第?(?P<of_school_year>[12上下春秋])季?学?期?")),
    ("term", re.compile(_YEAR + r"年?(?:学年度?)?(?P<season>[春秋])")),
    ("half", re.compile(_YEAR + r"年?度?(?P<half>[上下])半年")),
    ("quarter", re.compile(_YEAR + r"年?度?[-_]?(?:第?(?P<quarter>[1-4])季度?|[Qq](?P<q>[1-4])(?!\d))")),
    ("month", re.compile(_YEAR + rf"年(?:1[0-2]|0?[1-9])月?[-~—至到]{_MONTH}月")),
    ("month", re.compile(rf"截[至止]到?{_YEAR}[-年./]{_MONTH}[-月./]{_DAY}日?")),
    ("day", re.compile(_YEAR + rf"[-年./_]{_MONTH}[-月./_]{_DAY}(?:日|号|(?!\d))")),
    ("day", re.compile(_YEAR + r"(?P<month>0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")),
    ("month", re.compile(_YEAR + rf"(?:年度?{_MONTH}月|[-./_]{_MONTH.replace('month', 'm')}(?![\d]))")),
    ("month", re.compile(_YEAR + r"(?P<month>0[1-9]|1[0-2])(?!\d)")),
    ("month", re.compile(_YEAR + r"年?(?P<end>全年|年?末|年?底|年终)")),
    ("year", re.compile(_YEAR + r"(?![-./_]?\d|年度?\d+月)")),
)
_MONTH_ALONE = re.compile(r"(?<!\d)(?P<month>1[0-2]|0?[1-9])月(?!\d)|^(?P<folder>1[0-2]|0[1-9])$")


@dataclass(frozen=True)
class Span:
    """A period as written somewhere.

    Attributes:
        grain: How exact the writing is.
        year: Calendar year the month lies in.
        month: 1 to 12: the month that stands for the span.
        text: What was written, without spaces.
    """

    grain: Grain
    year: int
    month: int
    text: str


@dataclass(frozen=True)
class Dated:
    """The period of a submission, and what speaks against it.

    Attributes:
        period: A month ``2025-06``; None where nothing says it exactly enough.
        where: The place that decided.
        text: What is written there.
        conflicts: Other places that say another period, as ``(place, what is written there)``.
    """

    period: str | None
    where: Where | None = None
    text: str = ""
    conflicts: tuple[tuple[str, str], ...] = ()


def period_of(titles: Sequence[str], contract: Contract, sender_path: str, file_name: str) -> Dated:
    """The period a submission is about: its title over its file name over its folders, the nearest first.

    A title that names the year alone (``2025年改厕台账``) leaves the month to the file name or the folders.

    Args:
        titles: Texts of the title rows (a sheet's name may follow them).
        contract: Its frequency says how exact the period must be, and to which month it is brought.
        sender_path: Where the file lay below the inbox, with or without its own name.
        file_name: The sender's name of the file.
    """
    places = _places(titles, sender_path, file_name)
    written = [(where, span) for where, text in places for span in spans(text)]
    if fine := [(w, span) for w, span in written if span.grain in _FINE[contract.frequency]]:
        return _decided(fine, written, contract.frequency)
    if years := [span for _, span in written if span.grain == "year"]:
        alone = [(w, span) for w, text in places for span in _month_alone(text, years[0].year)]
        if alone:
            return _decided(alone, written, contract.frequency)
    if days := [(w, span) for w, span in written if span.grain == "day"]:
        return _decided(days, written, contract.frequency)
    return Dated(None, conflicts=tuple((where, span.text) for where, span in written))


def _decided(
    candidates: list[tuple[Where, Span]], written: list[tuple[Where, Span]], frequency: Frequency
) -> Dated:
    where, span = candidates[0]
    period = _snapped(span, frequency)
    others = [(w, s) for w, s in candidates[1:] if _snapped(s, frequency) != period]
    others += [
        (w, s)
        for w, s in written
        if s.grain == "year" and frequency != "yearly" and str(s.year) != period[:4]
    ]
    return Dated(period, where, span.text, tuple(dict.fromkeys((w, s.text) for w, s in others)))


def _places(titles: Sequence[str], sender_path: str, file_name: str) -> list[tuple[Where, str]]:
    path = PurePosixPath(sender_path.replace("\\", "/"))
    folders = list(path.parent.parts if path.name == file_name else path.parts)
    stem = file_name.rsplit(".", 1)[0] if "." in file_name else file_name
    places: list[tuple[Where, str]] = [("标题", title) for title in titles]
    places.append(("文件名", stem))
    return places + [("文件夹", folder) for folder in reversed(folders)]


@lru_cache(maxsize=8192)
def spans(text: str) -> tuple[Span, ...]:
    """Every period written in a text, the most exact first; the day a form was filled in is none."""
    text = _NOT_THE_PERIOD.sub(" ", _plain(text))
    found: list[Span] = []
    for grain, pattern in _READINGS:
        for match in pattern.finditer(text):
            found.append(_span(grain, match))
        text = pattern.sub(" ", text)
    order: tuple[Grain, ...] = ("month", "quarter", "term", "half", "year", "day")
    return tuple(sorted(found, key=lambda span: order.index(span.grain)))


def _plain(text: str) -> str:
    text = re.sub(r"\s+", "", normalize("NFKC", text))
    text = _CHINESE_YEAR.sub(lambda match: match[0].translate(_DIGITS), text)
    return _CHINESE_COUNT.sub(lambda match: str(_count(match[0])), text)


def _count(text: str) -> int:
    """一 to 十二 as a number."""
    return sum(10 if char == "十" else int(char.translate(_DIGITS)) for char in text)


def _span(grain: Grain, match: re.Match[str]) -> Span:
    groups = {name: value for name, value in match.groupdict().items() if value}
    year, month = int(groups.pop("year")), 12
    match next(iter(groups.items()), ("end", "")):
        case ("of_school_year", part):
            month = _PARTS[part]
        case ("season", season):
            month = 3 if season == "春" else 9
        case ("half", half):
            month = 6 if half == "上" else 12
        case ("quarter" | "q", quarter):
            month = 3 * int(quarter)
        case ("month" | "m", number):
            month = int(number)
    return Span(grain, year + (month - 1) // 12, (month - 1) % 12 + 1, match[0])


def _month_alone(text: str, year: int) -> list[Span]:
    found = _MONTH_ALONE.search(_NOT_THE_PERIOD.sub(" ", _plain(text)))
    return [Span("month", year, int(found["month"] or found["folder"]), found[0])] if found else []


def _snapped(span: Span, frequency: Frequency | None) -> str:
    """The month that stands for the span among the months at which a dataset of this frequency is due."""
    year, month = span.year, span.month
    if frequency == "quarterly":
        month = (month + 2) // 3 * 3
    elif frequency == "yearly":
        month = 12
    elif frequency == "termly":
        year, month = (year - 1, 9) if month == 1 else (year, 3 if month < 8 else 9)
    return f"{year}-{month:02}"


def parse_period(text: str, frequency: Frequency | None = None) -> str | None:
    """The month a text such as ``2025年第二季度``, ``2025春`` or ``202506`` stands for; None where it is none.

    Args:
        text: What a cell says.
        frequency: Brings the month to the one at which such a dataset is due (a term's first, a quarter's last),
            and refuses what is less exact than that.
    """
    allowed = _FINE[frequency] | {"day"} if frequency else None
    fitting = [span for span in spans(text) if allowed is None or span.grain in allowed]
    return _snapped(fitting[0], frequency) if fitting else None


def parse_periods(values: pd.Series, frequency: Frequency | None = None) -> pd.Series:
    """``parse_period`` for a column of text, each distinct value once; missing where a value is no period."""
    known = {text: parse_period(text, frequency) for text in values.dropna().unique()}
    return values.map(known).astype("str")
