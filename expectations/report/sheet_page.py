"""一县一页: a county on one sheet of A4, to print and take along to a visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from expectations import claims
from expectations.bulletin.county import figures, moves, shortfalls, strengths
from expectations.report.assessment_page import newest_scheme
from expectations.report.case_pages import cases_of
from expectations.report.pages import Page, sheet_page
from expectations.report.source import Row, Source
from warehouse.periods import Month

MAX_STRENGTHS, MAX_SHORTFALLS, MAX_CLAIMS, MAX_VISITS, MAX_MOVES = 6, 7, 7, 7, 4
"""What fits on one sheet."""


def sheets(source: Source) -> Iterator[Page]:
    """One sheet per county in force."""
    last = source.months[-1]
    before = (Month(last) - 3).text
    scheme, period = newest_scheme(source)
    own = figures(source.connection, source.indicators, last, before, scheme, period)
    claimed = claims.claims(source.connection, source.indicators, until=last)
    standings = _standings(source, scheme, period)
    for county in source.counties:
        code = county["region_code"]
        rows = own.get(code, [])
        better, worse = moves(rows, MAX_MOVES)
        values = {
            "county": county,
            "month": last,
            "before": before,
            "standing": standings.get(code),
            "strengths": strengths(rows, MAX_STRENGTHS),
            "shortfalls": shortfalls(rows, MAX_SHORTFALLS),
            "short_count": sum(row["reaches"] is False for row in rows),
            "targets": sum(row["target"] is not None for row in rows),
            "claims": [row for row in claimed if row["region_code"] == code and row["verdict"] != "agrees"][
                :MAX_CLAIMS
            ],
            "verdicts": claims.VERDICTS,
            "visits": cases_of(source, code[:6])[:MAX_VISITS],
            "better": better,
            "worse": worse,
        }
        yield Page(sheet_page(code), "sheet.html", county["name"], "counties", values)


def _standings(source: Source, scheme: str, period: str) -> Mapping[str, Row]:
    """The wholes of the scheme by county, with the titles of groups and names of ties."""
    rows = source.rows(
        "select * from standings where scheme = $scheme and period = $period and dimension = ''",
        scheme=scheme,
        period=period,
    )
    return {row["region_code"]: {**row, "period": period, "of": len(rows)} for row in rows}
