"""Which month a table or a file is about: everything that is written about it, weighed.

Nearer places are not believed over farther ones. What is clearly no period was left out before (``words``); where two
places still say different periods nobody here can know which is wrong, and the sender is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from expectations.contracts.model import Contract
from expectations.dating.texts import Part, Reading, Span, Unread, read_text
from expectations.dating.words import Grain
from warehouse.frequency import Frequency, window_end, window_start
from warehouse.periods import Month

Where = Literal["标题", "工作表名", "文件名", "文件夹"]
Written = tuple[Where, Span]

FINE: dict[Frequency, frozenset[Grain]] = {
    "monthly": frozenset({"month", "quarter", "half"}),
    "quarterly": frozenset({"month", "quarter", "half"}),
    "termly": frozenset({"month", "quarter", "half", "term"}),
    "yearly": frozenset({"month", "quarter", "half", "term", "year"}),
}
"""What is exact enough for a dataset of a frequency."""


_FATAL = ("no_month", "several")
"""What no other place can set right: the place itself is written wrong, or means more than one period."""


@dataclass(frozen=True)
class Dated:
    """A period, and what speaks against it.

    Attributes:
        period: A month ``2025-06``; None where nothing says it exactly enough.
        where: The place that says it.
        text: What is written there.
        conflicts: Other places that say another period, as ``(place, what is written there)``: to be asked about.
        cumulative: What says that more months than the dataset's own window are meant (1-6月, 截至, 累计); else ``""``.
        unread: Writings that name a period in a way that is not taken, with their place.
        mentioned: What else is written and does not say a period exactly enough.
    """

    period: str | None
    where: Where | None = None
    text: str = ""
    conflicts: tuple[tuple[str, str], ...] = ()
    cumulative: str = ""
    unread: tuple[tuple[Where, Unread], ...] = ()
    mentioned: tuple[tuple[str, str], ...] = ()


def period_of(
    titles: Sequence[str], contract: Contract, sender_path: str, file_name: str, sheet: str = ""
) -> Dated:
    """The period that title, sheet name, file name and folders say, weighed.

    A place that names the year alone (``2025年改厕台账``) leaves the month to the others.

    Args:
        titles: Texts of the title rows.
        contract: Its frequency says how exact the period must be, and to which month it is brought.
        sender_path: Where the file lay below the inbox, with or without its own name.
        file_name: The sender's name of the file.
        sheet: The sheet's name.
    """
    return weighed(places(titles, sender_path, file_name, sheet), contract.frequency)


def places(
    titles: Sequence[str], sender_path: str, file_name: str, sheet: str = ""
) -> list[tuple[Where, str]]:
    """Everything that may say a period, the nearest first."""
    path = PurePosixPath(sender_path.replace("\\", "/"))
    folders = list(path.parent.parts if path.name == file_name else path.parts)
    stem = file_name.rsplit(".", 1)[0] if is_suffix(file_name.rpartition(".")[2]) else file_name
    found: list[tuple[Where, str]] = [("标题", title) for title in titles]
    found += [("工作表名", sheet)] if sheet else []
    found.append(("文件名", stem))
    return found + [("文件夹", folder) for folder in reversed(folders)]


def is_suffix(text: str) -> bool:
    """Whether what follows a name's last dot tells the kind of file (``xlsx``), and not a month (``2025.6``)."""
    return text.isascii() and any(char.isalpha() for char in text)


def weighed(
    written: Iterable[tuple[Where, str]],
    frequency: Frequency,
    holders: frozenset[Where] = frozenset({"文件夹"}),
) -> Dated:
    """Weigh texts.

    Args:
        written: Places and what is written there, the nearest first.
        frequency: Of the dataset.
        holders: Places whose span of several months may hold the month of a nearer place (``2025年三季度/8月.xlsx``).
    """
    return _Scales([(where, read_text(text)) for where, text in written], frequency, holders).dated()


def snapped(span: Span, frequency: Frequency | None) -> str:
    """The month that stands for the span among the months at which a dataset of this frequency is due."""
    year, month = span.year, span.month
    if frequency == "quarterly":
        month = (month + 2) // 3 * 3
    elif frequency == "yearly":
        month = 12
    elif frequency == "termly":
        year, month = (year - 1, 9) if month == 1 else (year, 3 if month < 8 else 9)
    return f"{year}-{month:02}"


class _Scales:
    """What was read in each place, sorted by what it can do: say the period, complete one, contradict one."""

    def __init__(
        self, readings: Sequence[tuple[Where, Reading]], frequency: Frequency, holders: frozenset[Where]
    ) -> None:
        self._frequency, self._holders, self._readings = frequency, holders, readings
        self._fine: list[Written] = []
        self._coarse: list[Written] = []
        self._days: list[Written] = []
        self._parts: list[tuple[Where, Part]] = []
        self._unread = tuple((where, one) for where, reading in readings for one in reading.unread)
        for where, reading in readings:
            self._sort(where, reading)

    def _sort(self, where: Where, reading: Reading) -> None:
        """Of one text the exact speaks: the year of a project beside the month it is reported in says nothing more."""
        fine = [span for span in reading.spans if span.grain in FINE[self._frequency]]
        self._days += [(where, span) for span in reading.spans if span.grain == "day"]
        if fine:
            self._fine += [(where, span) for span in fine]
            return
        self._coarse += [(where, span) for span in reading.spans if span.grain != "day"]
        self._parts += [(where, part) for part in reading.parts if self._counts(part)]

    def _counts(self, part: Part) -> bool:
        """Whether a part of a year is exact enough; a season in a monthly ledger's title tells nothing."""
        return part.grain in FINE[self._frequency] and (part.grain != "term" or self._frequency == "termly")

    def dated(self) -> Dated:
        """The verdict."""
        if any(one.why in _FATAL for _, one in self._unread):
            return self._undated()
        saying = self._said() or self._completed()
        if isinstance(saying, Dated):
            return saying
        saying = saying or self._by_days()
        if not saying:
            return self._undated()
        where, span = saying[0]
        period = snapped(span, self._frequency)
        against = dict.fromkeys((w, s.text) for w, s in self._against(saying))
        against |= dict.fromkeys((w, one.text) for w, one in self._unread if not one.allows(period))
        return Dated(
            period=period,
            where=where,
            text=span.text,
            conflicts=tuple(against),
            cumulative=self._cumulative(saying, period),
            unread=self._unread,
        )

    def _undated(self) -> Dated:
        everything = [*self._fine, *self._coarse, *self._days]
        said = [(where, span.text) for where, span in everything] + [(w, p.text) for w, p in self._parts]
        return Dated(None, unread=self._unread, mentioned=tuple(dict.fromkeys(said)))

    def _said(self) -> list[Written]:
        """The spans that say the period; those that may hold one come last, and only where none is narrower."""
        narrow = [one for one in self._fine if not self._is_holder(one)]
        if narrow:
            return narrow + [one for one in self._fine if one not in narrow]
        completed = [(w, s) for holder in self._fine for w, s in self._of_year(holder[1].year)]
        return completed + self._fine

    def _is_holder(self, one: Written) -> bool:
        return one[0] in self._holders and one[1].first is not None

    def _of_year(self, year: int) -> Iterator[Written]:
        for where, part in self._parts:
            span = part.of(year)
            if span is not None:
                yield where, span

    def _completed(self) -> list[Written] | Dated:
        """Parts of a year with the year that another text names; where two years are named, that is to be asked."""
        if not self._parts:
            return []
        years = {(span.year, span.grain == "school_year") for _, span in self._coarse if span.grain != "term"}
        found = [
            (where, span)
            for year, is_school_year in sorted(years)
            for where, part in self._parts
            if (span := part.of(year, is_school_year=is_school_year)) is not None
        ]
        if len({snapped(span, self._frequency) for _, span in found}) > 1 and len(years) > 1:
            (where, span), *others = self._coarse
            against = tuple((w, s.text) for w, s in others if s.year != span.year)
            return Dated(
                snapped(found[0][1], self._frequency), where, span.text, against, unread=self._unread
            )
        return found

    def _by_days(self) -> list[Written]:
        """A day says a month as its last, when a state is counted; another is the day somebody wrote on."""
        return [one for one in self._days if _is_counted(one)]

    def _against(self, saying: Sequence[Written]) -> Iterator[Written]:
        decided = saying[0][1]
        period = snapped(decided, self._frequency)
        for one in saying[1:]:
            holds = self._is_holder(one) and _lies_in(decided.last, one[1])
            if snapped(one[1], self._frequency) != period and not holds:
                yield one
        for where, span in self._coarse:
            if not _allows(span, period):
                yield where, span
        yield from self._other_parts(saying, period)
        yield from self._other_days(saying, period)

    def _other_parts(self, saying: Sequence[Written], period: str) -> Iterator[Written]:
        """Parts of a year that no year makes the period; a number alone is as often a running number (``01.csv``)."""
        decided = saying[0][1]
        known = {(where, span.text) for where, span in saying}
        for where, part in self._parts:
            if (where, part.text) in known or part.text.strip().isdigit():
                continue
            spans = [
                span
                for year in (decided.year - 1, decided.year)
                for is_school_year in (True, False)
                if (span := part.of(year, is_school_year=is_school_year)) is not None
            ]
            if not any(
                snapped(span, self._frequency) == period
                or (self._is_holder((where, span)) and _lies_in(decided.last, span))
                for span in spans
            ):
                yield where, spans[0]

    def _other_days(self, saying: Sequence[Written], period: str) -> Iterator[Written]:
        """Days in titles on which no such period was counted: one before it began, or a month's own cell."""
        begin = window_start(window_end(Month(period), self._frequency), self._frequency)
        for where, span in self._days:
            is_other = span.last < begin or (span.is_typed_month and snapped(span, self._frequency) != period)
            if where == "标题" and _is_counted((where, span)) and is_other and (where, span) not in saying:
                yield where, span

    def _cumulative(self, saying: Sequence[Written], period: str) -> str:
        """What says, in a place that holds no others, that the months before the window are meant too."""
        begin = window_start(window_end(Month(period), self._frequency), self._frequency)
        year = Month(period).year
        spans = [one for one in saying if one[0] not in self._holders]
        spans += [(where, span) for where, span in self._of_year(year) if where not in self._holders]
        longer = [span.text for _, span in spans if span.first is not None and span.first < begin]
        named = [reading.cumulative for where, reading in self._readings if where not in self._holders]
        return next((text for text in (*longer, *named) if text), "")


def _is_counted(one: Written) -> bool:
    """Whether a day says its month: as the last, or in a title as the cell that a month typed into a sheet becomes."""
    where, span = one
    return span.is_month_end or (where == "标题" and span.is_typed_month)


def _lies_in(month: Month, span: Span) -> bool:
    return span.first is not None and not month < span.first and not span.last < month


def _allows(span: Span, period: str) -> bool:
    """Whether a period may lie in a year, a school year or a term as written."""
    month = Month(period)
    if span.grain == "school_year":
        return not month < Month(f"{span.year}-08") and not Month(f"{span.year + 1}-08") < month
    if span.grain == "term":
        return not month < span.last - 1 and not span.last + 5 < month
    return span.year == month.year
