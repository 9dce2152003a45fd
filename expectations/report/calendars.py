"""Hand-ins as calendars: datasets by month for the city, counties by month for a department, datasets for a county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from expectations.hand_ins import HandIn
from expectations.office_words import HAND_INS, month_label
from expectations.report.charts import CalendarCell, CalendarRow, calendar
from expectations.report.pages import county_page, department_page
from expectations.report.source import Source


def city_calendar(source: Source, hand_ins: Sequence[HandIn]) -> Markup:
    """Dataset × month, each cell the share of counties that have handed in."""
    groups: dict[tuple[str, str], list[HandIn]] = {}
    for hand_in in hand_ins:
        groups.setdefault((hand_in.dataset, hand_in.month), []).append(hand_in)
    rows = [
        CalendarRow(
            contract.title,
            [_shared(groups.get((dataset, month), []), source) for month in source.months],
            department_page(contract.department),
        )
        for dataset, contract in sorted(source.contracts.items(), key=lambda item: item[1].department)
        if any(name == dataset for name, _ in groups)
    ]
    return calendar(rows, months_shown(source), "报送日历：各台账每月有多少县区报送")


def county_rows(source: Source, hand_ins: Sequence[HandIn], dataset: str) -> Markup:
    """County × month for one dataset."""
    by_place = {(h.county, h.month): h for h in hand_ins if h.dataset == dataset}
    rows = [
        CalendarRow(
            name, [_single(by_place.get((county, month))) for month in source.months], county_page(county)
        )
        for county, name in source.county_names.items()
    ]
    return calendar(rows, months_shown(source), f"{source.dataset_title(dataset)}：各县区每月报送情况")


def dataset_rows(source: Source, hand_ins: Sequence[HandIn], county: str) -> Markup:
    """Dataset × month for one county."""
    by_place = {(h.dataset, h.month): h for h in hand_ins if h.county == county}
    rows = [
        CalendarRow(
            contract.title,
            [_single(by_place.get((dataset, month))) for month in source.months],
            department_page(contract.department),
        )
        for dataset, contract in source.contracts.items()
        if any(name == dataset for name, _ in by_place)
    ]
    return calendar(rows, months_shown(source), "各台账每月报送情况")


def months_shown(source: Source) -> list[str]:
    """Labels of the report's months."""
    return [month_label(month, first=i == 0) for i, month in enumerate(source.months)]


def _single(hand_in: HandIn | None) -> CalendarCell:
    if hand_in is None:
        return CalendarCell("none")
    text, word = HAND_INS[hand_in.state]
    if hand_in.days_late:
        return CalendarCell("late", f"迟{hand_in.days_late}", f"迟报 {hand_in.days_late} 天")
    return CalendarCell(hand_in.state, text, word)


def _shared(hand_ins: Sequence[HandIn], source: Source) -> CalendarCell:
    states = Counter(hand_in.state for hand_in in hand_ins)
    due = sum(count for state, count in states.items() if state != "none")
    if not due:
        return CalendarCell("none", "", "本月不需报送")
    handed = states["on_time"] + states["late"]
    missing = [source.county_names[h.county] for h in hand_ins if h.state in ("missing", "refused")]
    tip = "，".join(
        f"{HAND_INS[state][1]} {states[state]}"
        for state in ("on_time", "late", "refused", "missing", "waiting")
        if states[state]
    )
    if missing:
        tip += f"。未报：{'、'.join(missing[:12])}{'等' if len(missing) > 12 else ''}"
    return CalendarCell(_share_tone(handed, due, states), f"{handed}/{due}", tip)


def _share_tone(handed: int, due: int, states: Counter[str]) -> str:
    if handed == due:
        return "late" if states["late"] else "on_time"
    if states["waiting"] == due - handed:
        return "waiting"
    return "some" if handed * 2 >= due else "missing"
