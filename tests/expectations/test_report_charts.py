"""Charts say the same in colour, in grey and read aloud."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.bulletin.chart import DARK, MIDDLE, UNSEEN, Chart, Series
from expectations.office_words import month_label, number
from expectations.report.charts import Bar, CalendarCell, CalendarRow, bars, calendar, sparkline
from expectations.report.layered_bars import layered_bars
from warehouse.frequency import due_date, window_end
from warehouse.periods import Month

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.one_of(st.none(), st.floats(-1e12, 1e12))


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314


def test_a_gap_in_the_series_is_a_gap_in_the_line() -> None:
    svg = parse(sparkline([1, 2, None, 3, 4], "普及率"))
    assert len(svg.findall(f"{SVG}polyline")) == 2
    assert svg.findtext(f"{SVG}title") == "普及率"


def test_no_value_is_no_line() -> None:
    assert sparkline([None, None], "x") == ""


def test_a_bar_carries_its_value_as_text_and_its_evidence() -> None:
    svg = parse(
        bars({"农业县": [Bar("长山县", 80, "80% B", "evidence-B", "county-990101.html", 85)]}, "普及率")
    )
    texts = [element.text for element in svg.iter(f"{SVG}text")]
    assert texts == ["农业县", "长山县", "80% B"]
    assert [element.get("class") for element in svg.iter(f"{SVG}rect")] == ["bar evidence-B"]
    assert len(list(svg.iter(f"{SVG}line"))) == 1


def test_bars_are_as_long_as_their_values() -> None:
    svg = parse(bars({"": [Bar("甲", 50, "50", "x"), Bar("乙", 100, "100", "x")]}, "t"))
    half, whole = (float(element.get("width") or 0) for element in svg.iter(f"{SVG}rect"))
    assert whole == 2 * half


def test_a_calendar_cell_has_a_text_and_a_tip() -> None:
    svg = parse(calendar([CalendarRow("<b>", [CalendarCell("late", "迟6", "迟报 6 天")])], ["6月"], "t"))
    assert [element.text for element in svg.iter(f"{SVG}text")] == ["6月", "<b>", "迟6"]
    assert "迟报 6 天" in [element.text for element in svg.iter(f"{SVG}title")]


@settings(deadline=None)
@given(st.lists(numbers, max_size=20), st.text(alphabet=st.characters(categories=["L", "P", "S"])), numbers)
def test_any_series_draws_well_formed(values: list[float | None], title: str, target: float | None) -> None:
    svg = sparkline(values, title, target)
    assert svg == "" or parse(svg).findtext(f"{SVG}title") == title


@settings(deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=9))
def test_any_bars_stay_inside_their_chart(values: list[tuple[float | None, float | None]]) -> None:
    svg = parse(bars({"": [Bar("x", value, "", "t", "", target) for value, target in values]}, "t"))
    width = float(svg.get("width") or 0)
    for rect in svg.iter(f"{SVG}rect"):
        assert float(rect.get("x") or 0) >= 0
        assert float(rect.get("x") or 0) + float(rect.get("width") or 0) <= width


def test_windows_end_where_departments_close_their_books() -> None:
    ends = {f: window_end(Month("2025-08"), f).text for f in ("monthly", "quarterly", "termly", "yearly")}
    assert ends == {"monthly": "2025-08", "quarterly": "2025-09", "termly": "2026-01", "yearly": "2025-12"}


def test_a_due_day_the_month_lacks_is_its_last_day() -> None:
    assert str(due_date(Month("2025-01"), 31)) == "2025-02-28"


def test_figures_read_as_people_write_them() -> None:
    assert [number(v, u) for v, u in ((None, ""), (72.0, "%"), (86.4, "%"), (12_345.6, "元"))] == [
        "—",
        "72%",
        "86.40%",
        "12,346",
    ]
    assert [
        month_label("2025-06", first=True),
        month_label("2025-07", first=False),
        month_label("2026-01", first=False),
    ] == ["25年6月", "7月", "26年1月"]


def test_layered_bars_stand_one_after_the_other_and_a_gap_is_not_drawn() -> None:
    chart = Chart(
        "pace", "项数", ["甲县", "乙县"],
        [Series("", [1, 0], UNSEEN), Series("慢", [2, 3], MIDDLE), Series("快", [1, None], DARK)],
        least=0, most=4, labels=["第 2–4 名", "第 1–3 名"],
    )  # fmt: skip
    drawn = parse(str(layered_bars(chart)))
    bars = [one for one in drawn.iter(f"{SVG}rect") if one.get("height") == "15"]
    ends = [(float(one.attrib["x"]), float(one.attrib["width"]), one.attrib["style"][-6:]) for one in bars]
    unit = ends[1][1]
    assert [(round(width / unit), shade) for _, width, shade in ends] == [(2, MIDDLE), (1, DARK), (3, MIDDLE)]
    assert ends[1][0] == ends[0][0] + ends[0][1]
    assert ends[0][0] == ends[2][0] + unit
    texts = [one.text for one in drawn.iter(f"{SVG}text")]
    assert texts == ["甲县  第 2–4 名", "乙县  第 1–3 名", "慢", "快"]


def test_an_interval_is_drawn_across_the_end_of_its_bar() -> None:
    chart = Chart(
        "satisfaction", "满意度", ["甲县"], [Series("满意度", [80], MIDDLE, [70], [90])], least=0, most=100
    )
    drawn = parse(str(layered_bars(chart)))
    (bar,) = drawn.iter(f"{SVG}rect")
    (whisker,) = drawn.iter(f"{SVG}path")
    low, high = (float(end) for end in re.findall(r"M([\d.]+) ", whisker.attrib["d"])[::2])
    end = float(bar.attrib["x"]) + float(bar.attrib["width"])
    assert low < end < high
    assert end - low == pytest.approx(high - end, abs=0.2)
