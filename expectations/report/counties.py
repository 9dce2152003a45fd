"""A page per county: its indicators against target and peers, what does not agree, its findings and its cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from expectations.hand_ins import HandIn
from expectations.office_words import number
from expectations.report.calendars import dataset_rows
from expectations.report.case_pages import cases_of, late_or_crossing
from expectations.report.charts import sparkline
from expectations.report.impossible import cannot_be, suspected
from expectations.report.overview import rules_of
from expectations.report.pages import Page, county_page
from expectations.report.source import IN_MONTHS, OPEN, Row, Source
from warehouse.indicators.model import Indicator
from warehouse.places import PLACES

MAX_DISAGREEMENTS = 100
MAX_FINDINGS = 200

Series = dict[tuple[str, str], list[Row]]


def counties(source: Source, hand_ins: Sequence[HandIn]) -> Iterator[Page]:
    """One page per county in force."""
    series = observations(source)
    disagreements = _disagreements(source)
    findings = county_findings(source)
    for county in source.counties:
        code = county["region_code"]
        own = [row for row in findings if row["county"] == code[:6]]
        gaps = [row for row in disagreements if row["county"] == code[:6]]
        yield Page(
            county_page(code),
            "county.html",
            county["name"],
            "counties",
            {
                "county": county,
                "peers": [
                    peer["name"]
                    for peer in source.counties
                    if peer["region_group"] == county["region_group"] and peer is not county
                ],
                "dimensions": _indicators(source, county, series),
                "calendar": dataset_rows(source, hand_ins, code[:6]),
                "rules": rules_of(source, "left(region_code, 6) = $county", {"county": code[:6]}),
                "findings": own,
                "finding_count": own[0]["total"] if own else 0,
                "disagreements": gaps,
                "disagreement_count": gaps[0]["total"] if gaps else 0,
                "cases": cases_of(source, code[:6]),
                "crossing": late_or_crossing(source, code[:6]),
            },
        )


def observations(source: Source) -> Series:
    """Monthly observations of counties by (indicator, region), in the order of months."""
    found = source.rows(
        """
        select indicator, region_code, period, value, numerator, denominator, evidence, coverage, records,
               interval_low, interval_high
        from observations
        where period in (select unnest($months::varchar[])) and value is not null
          and region_code in (select unnest($codes::varchar[]))
        order by period
        """,
        codes=[county["region_code"] for county in source.counties],
    )
    series: Series = {}
    for row in found:
        series.setdefault((row["indicator"], row["region_code"]), []).append(row)
    return series


def meets(indicator: Indicator, value: float, target: float | None) -> bool | None:
    """Whether a value reaches its target; None where there is none."""
    if target is None:
        return None
    return value >= target if indicator.direction == "higher" else value <= target


def _indicators(source: Source, county: Row, series: Series) -> dict[str, list[Row]]:
    """Rows of the indicator table by dimension."""
    dimensions: dict[str, list[Row]] = {}
    for indicator in source.indicators.values():
        own = series.get((indicator.id, county["region_code"]), [])
        row = _indicator_row(source, county, indicator, own, series)
        dimensions.setdefault(indicator.dimension, []).append(row)
    return dimensions


def _indicator_row(source: Source, county: Row, indicator: Indicator, own: list[Row], series: Series) -> Row:
    target = indicator.target_for(county["region_code"])
    applies = indicator.applies_to(county["region_code"])
    if not own:
        return {"indicator": indicator, "target": target, "applies": applies, "latest": None}
    latest = own[-1]
    by_month = {row["period"]: row["value"] for row in own}
    title = f"{indicator.title}：最近 {number(latest['value'], indicator.unit)}"
    return {
        "indicator": indicator,
        "target": target,
        "applies": applies,
        "latest": latest,
        "meets": None if cannot_be(indicator, latest["value"]) else meets(indicator, latest["value"], target),
        "cannot_be": cannot_be(indicator, latest["value"]),
        "suspected": suspected(source, indicator, county["region_code"])
        if cannot_be(indicator, latest["value"])
        else "",
        "median": _peer_median(source, county, indicator, latest["period"], series),
        "spark": sparkline([by_month.get(month) for month in source.months], title, target),
    }


def _peer_median(
    source: Source, county: Row, indicator: Indicator, period: str, series: Series
) -> float | None:
    """The median of the other counties of the same group in the same month."""
    values = [
        row["value"]
        for peer in source.counties
        if peer["region_group"] == county["region_group"] and peer is not county
        for row in series.get((indicator.id, peer["region_code"]), [])
        if row["period"] == period
    ]
    return median(values) if values else None


def _disagreements(source: Source) -> list[Row]:
    found = source.rows(
        f"""
        with places as ({PLACES})
        select r.*, left(r.region_code, 6) as county, coalesce(place, r.region_code) as place,
               count(*) over (partition by left(r.region_code, 6)) as total
        from reconciliations r left join places using (region_code)
        where not agrees and {IN_MONTHS}
        qualify row_number() over (partition by left(r.region_code, 6) order by
            case importance when 'high' then 0 when 'medium' then 1 else 2 end, abs(gap) desc nulls last,
            reconciliation, r.region_code, period) <= {MAX_DISAGREEMENTS}
        order by county, case importance when 'high' then 0 when 'medium' then 1 else 2 end,
            abs(gap) desc nulls last, reconciliation, r.region_code, period
        """  # noqa: S608
    )
    return [row | source.reconciliation_titles(row["reconciliation"]) for row in found]


def county_findings(source: Source) -> list[Row]:
    """The first open findings of each county, errors first, with ``total`` before the cap."""
    found = source.rows(
        f"""
        with places as ({PLACES}),
        kept as (
            select *, left(region_code, 6) as county, count(*) over (partition by left(region_code, 6)) as total
            from findings where {OPEN} and {IN_MONTHS} and region_code <> ''
            qualify row_number() over (
                partition by left(region_code, 6) order by severity, period desc, dataset, finding_id) <= {MAX_FINDINGS}
        )
        select kept.*, coalesce(place, kept.region_code) as place, s.sender_path
        from kept left join places using (region_code)
        left join (select submission_id, sender_path from submissions) s using (submission_id)
        order by county, severity, period desc, dataset, finding_id
        """  # noqa: S608
    )
    return [row | {"title": source.dataset_title(row["dataset"])} for row in found]
