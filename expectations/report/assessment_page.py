"""The assessment: who stands where under each scheme and how surely, what the points are made of, how much rests on records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from expectations.office_words import RULES
from expectations.report.charts import sparkline
from expectations.report.pages import Page
from expectations.report.source import Row, Source

PATH = "assessment.html"

_SCHEMES = """
    select scheme, title, text from schemes
    where level = 'county' and scheme in (select scheme from standings) order by scheme
"""
_NEWEST = """
    select period from standings where scheme = $scheme and place_low is not null
    order by left(period, 4) desc, length(period) = 4 desc,
             case when contains(period, 'Q') then 3 * right(period, 1)::int else right(period, 2)::int end desc limit 1
"""
_STANDINGS = "select * from standings where scheme = $scheme and period = $period"
_SCORES = "select * from scores where scheme = $scheme and period = $period"
_SHARES = """
    select region_code, list(objective_share order by period) as shares from standings
    where scheme = $scheme and dimension = '' and contains(period, '-') group by region_code
"""


def assessment_page(source: Source) -> Iterator[Page]:
    """The page of all schemes of counties; none where nothing is scored."""
    schemes = [part for one in source.rows(_SCHEMES) for part in _scheme(source, one)]
    if schemes:
        yield Page(PATH, PATH, "考核", "assessment", {"schemes": schemes})


def has_scores(source: Source) -> bool:
    """Whether there is anything to show."""
    return bool(source.rows(_SCHEMES))


def newest_scheme(source: Source) -> tuple[str, str]:
    """The first scheme and its newest period with places that are sure; both blank where nothing is scored."""
    for scheme in source.rows(_SCHEMES):
        if newest := source.rows(_NEWEST, scheme=scheme["scheme"]):
            return scheme["scheme"], newest[0]["period"]
    return "", ""


def _scheme(source: Source, scheme: Row) -> Iterator[Row]:
    newest = source.rows(_NEWEST, scheme=scheme["scheme"])
    if not newest:
        return
    asked = {"scheme": scheme["scheme"], "period": newest[0]["period"]}
    standings, scores = source.rows(_STANDINGS, **asked), source.rows(_SCORES, **asked)
    shares = {row["region_code"]: row["shares"] for row in source.rows(_SHARES, scheme=scheme["scheme"])}
    names = {county["region_code"]: county["name"] for county in source.counties}
    said = json.loads(scheme["text"])
    groups = {group["id"]: group["title"] for group in said["groups"]}
    wholes = sorted(
        (row for row in standings if not row["dimension"]),
        key=lambda row: (row["place"] is None, row["place"] or 0, row["region_code"]),
    )
    dimensions = list(dict.fromkeys(row["dimension"] for row in standings if row["dimension"]))
    regions = [_region(row, names, standings, groups, shares) for row in wholes]
    yield {
        "title": scheme["title"],
        "id": scheme["scheme"],
        "period": asked["period"],
        "base": float(said["base"]),
        "dimensions": dimensions,
        "regions": regions,
        "objectives": list(_objectives(source, scores, [row["region_code"] for row in wholes])),
        "items": _items(scores, names),
    }


def _region(
    whole: Row,
    names: Mapping[str, str],
    standings: Sequence[Row],
    groups: Mapping[str, str],
    shares: Mapping[str, Sequence[float]],
) -> Row:
    code = whole["region_code"]
    own = {row["dimension"]: row for row in standings if row["region_code"] == code and row["dimension"]}
    trend = sparkline(shares.get(code, ()), f"{names.get(code, code)}：客观数据占比各月")
    tied = [names.get(other, other) for other in whole["tied_with"] or ()]
    return {
        **whole,
        "name": names.get(code, code),
        "group": groups.get(whole["region_group"], whole["region_group"]),
        "by_dimension": own,
        "tied": tied,
        "trend": trend,
    }


def _objectives(source: Source, scores: Sequence[Row], regions: Sequence[str]) -> Iterator[Row]:
    """Every objective with its points in each region, in the scheme's order."""
    by_objective: dict[str, dict[str, Row]] = {}
    for row in scores:
        if row["part"] == "objective":
            by_objective.setdefault(row["objective"], {})[row["region_code"]] = row
    for objective, own in by_objective.items():
        first = next(iter(own.values()))
        known = source.indicators.get(objective)
        yield {
            "title": known.title if known else objective,
            "unit": known.unit if known else "",
            "dimension": first["dimension"],
            "rule": RULES.get(first["rule"], first["rule"]),
            "cells": [own.get(code) for code in regions],
        }


def _items(scores: Sequence[Row], names: Mapping[str, str]) -> list[Row]:
    """Bonus, deductions and vetoes that hit a region."""
    return [
        {**row, "name": names.get(row["region_code"], row["region_code"])}
        for row in scores
        if row["part"] != "objective"
    ]
