"""自评与实绩: what units claim of themselves beside their records, counties by how much they gain by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from expectations import claims
from expectations.office_words import number
from expectations.report.charts import Bar, bars
from expectations.report.impossible import cannot_be, suspected
from expectations.report.pages import Page, county_page
from expectations.report.source import Row, Source

PATH = "claims.html"
MAX_LISTED = 600


def claims_page(source: Source) -> Page:
    """The page of all claims, the largest gain first."""
    last = source.months[-1]
    rows = claims.claims(source.connection, source.indicators, until=last)
    counties = claims.counties(source.connection, source.indicators, until=last)
    return Page(
        PATH,
        PATH,
        "自评与实绩",
        "claims",
        {
            "counts": Counter(row["verdict"] for row in rows),
            "verdicts": claims.VERDICTS,
            "counties": counties,
            "chart": _chart(counties),
            "indicators": _by_indicator(rows),
            "names": [county["name"] for county in source.counties],
            "claims": [_marked(source, row) for row in rows[:MAX_LISTED]],
            "claim_count": len(rows),
        },
    )


def _marked(source: Source, row: Row) -> Row:
    """The claim, with what cannot be about either figure, and where the records' is impossible the side under suspicion."""
    indicator = source.indicators[row["indicator"]]
    computed = cannot_be(indicator, row["computed"])
    return {
        **row,
        "claim_cannot_be": cannot_be(indicator, row["claimed"]),
        "cannot_be": computed,
        "suspected": suspected(source, indicator, row["region_code"]) if computed else "",
    }


def _chart(counties: Sequence[Row]) -> str:
    """Mean gain of each county's own claims, the largest first."""
    ranked = [row for row in counties if row["mean_gain_percent"] is not None]
    shown = [
        Bar(
            row["place"], row["mean_gain_percent"], f"{row['mean_gain_percent']:+.1f}%",
            "evidence-D" if row["mean_gain_percent"] > 0 else "evidence-B", county_page(row["region_code"]),
        )
        for row in ranked
    ]  # fmt: skip
    return bars({"": shown}, "各县区自评比台账好多少") if shown else ""


def _by_indicator(rows: Sequence[Row]) -> list[Row]:
    """Every indicator claimed by counties, each with its counties by gain."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["is_county"]:
            found.setdefault(row["indicator"], []).append(row)
    return [
        {
            "title": own[0]["title"],
            "unit": own[0]["unit"],
            "counties": sorted(own, key=lambda row: (row["place_by_gain"] or 99, row["region_code"])),
            "widest": max((abs(row["gap_percent"] or 0) for row in own if row["place_by_gain"]), default=0.0),
            "told": _told(own),
        }
        for own in found.values()
    ]


def _told(own: Sequence[Row]) -> str:
    """How many counties gain, and who the most, in a sentence."""
    gains = [row for row in own if row["verdict"] == "gains"]
    if not gains:
        return "没有县区因差额得利。"
    first = max(gains, key=lambda row: row["gain"])
    return (
        f"{len(own)} 个县区中 {len(gains)} 个自评好于台账，相差最大的是{first['place']}"
        f"（自评 {number(first['claimed'], first['unit'])}，台账 {number(first['computed'], first['unit'])}）。"
    )
