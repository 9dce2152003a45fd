"""One chart per indicator: the counties side by side against the target, each with its evidence grade."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.office_words import number
from expectations.report.charts import Bar, bars
from expectations.report.counties import Series, observations
from expectations.report.impossible import cannot_be, suspected
from expectations.report.pages import Page, county_page
from expectations.report.source import Row, Source
from warehouse.indicators.model import Indicator


def indicator_page(source: Source) -> Iterator[Page]:
    """The page of all indicators, by dimension."""
    series = observations(source)
    dimensions: dict[str, list[Row]] = {}
    for indicator in source.indicators.values():
        dimensions.setdefault(indicator.dimension, []).append(_chart(source, indicator, series))
    yield Page("indicators.html", "indicators.html", "指标", "indicators", {"dimensions": dimensions})


def _chart(source: Source, indicator: Indicator, series: Series) -> Row:
    """The latest month for which any county has a value; the others' gaps are shown as gaps."""
    months = [rows[-1]["period"] for (name, _), rows in series.items() if name == indicator.id]
    if not months:
        return {"indicator": indicator, "chart": None, "period": None, "target": None, "impossible": []}
    period = max(months)
    groups: dict[str, list[Bar]] = {}
    for county in source.counties:
        groups.setdefault(county["region_group"], []).append(_bar(county, indicator, series, period))
    for group in groups.values():
        group.sort(key=lambda bar: (bar.value is None, -(bar.value or 0)))
    codes = [county["region_code"] for county in source.counties]
    targets = {indicator.target_for(code) for code in codes if indicator.applies_to(code)}
    return {
        "indicator": indicator,
        "period": period,
        "impossible": _impossible(source, indicator, series, period),
        "target": targets.pop() if len(targets) == 1 else None,
        "chart": bars(groups, f"{indicator.title}：各县区"),
    }


def _impossible(source: Source, indicator: Indicator, series: Series, period: str) -> list[Row]:
    """Counties whose value cannot be, each with the side under suspicion."""
    return [
        {**county, "value": row["value"], "suspected": suspected(source, indicator, county["region_code"])}
        for county in source.counties
        for row in series.get((indicator.id, county["region_code"]), [])
        if row["period"] == period and cannot_be(indicator, row["value"])
    ]


def _bar(county: Row, indicator: Indicator, series: Series, period: str) -> Bar:
    own = series.get((indicator.id, county["region_code"]), [])
    found = next((row for row in own if row["period"] == period), None)
    href = county_page(county["region_code"])
    target = indicator.target_for(county["region_code"])
    applies = indicator.applies_to(county["region_code"])
    if found is None:
        return Bar(county["name"], None, "没有数据" if applies else "不适用", "empty", href, target)
    text = f"{number(found['value'], indicator.unit)} {found['evidence'] or ''}".rstrip()
    text += "" if applies else " 不适用"
    text += " 不可能" if cannot_be(indicator, found["value"]) else ""
    return Bar(county["name"], found["value"], text, f"evidence-{found['evidence'] or 'none'}", href, target)
