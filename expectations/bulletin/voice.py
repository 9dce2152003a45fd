"""群众评价: what farmers said when asked, with how many were asked and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.chart import MIDDLE, Chart, Series
from expectations.bulletin.text import interval

_SURVEYED = """
    select indicator, region_code, value, records, interval_low, interval_high from observations
    where period = $month and list_contains($ids::varchar[], indicator) and value is not null
      and right(region_code, 6) = '000000'
"""

Answers = Mapping[tuple[str, str], Row]


def voice(basis: Basis) -> Row:
    """Sentences, a table of counties, and a chart of the overall satisfaction with its intervals."""
    asked = [one for one in basis.indicators.values() if one.kind == "survey" and one.dimension == "主体评价"]
    rows = basis.rows(_SURVEYED, month=basis.quarter.last, ids=[one.id for one in asked])
    answers = {(row["indicator"], row["region_code"]): row for row in rows}
    counties = [code for code in basis.counties if any(row["region_code"] == code for row in rows)]
    return {
        "sentences": list(_sentences(basis, answers, counties)),
        "titles": [one.title for one in asked],
        "rows": [
            {
                "county": basis.name(code),
                "n": str(max(answers[key]["records"] for key in answers if key[1] == code)),
                "cells": [_cell(answers.get((one.id, code))) for one in asked],
            }
            for code in counties
        ],
        "chart": _chart(basis, answers, counties),
    }


def _cell(row: Row | None) -> str:
    if row is None:
        return "—"
    return f"{row['value']:.1f}%（{interval(row['interval_low'], row['interval_high'])}）"


def _sentences(basis: Basis, answers: Answers, counties: Sequence[str]) -> Iterator[str]:
    if not answers:
        yield "本季度没有群众评价的数据。"
        return
    city = [row for row in answers.values() if row["region_code"] in basis.cities]
    if city:
        told = "，".join(f"{basis.indicators[row['indicator']].title} {_cell(row)}" for row in city)
        yield f"全市{told}；{max(row['records'] for row in city):,} 份问卷，括号内为 95% 置信区间。"
    own = [
        row for (indicator, code), row in answers.items() if indicator == "satisfaction" and code in counties
    ]
    if len(own) > 1:
        top, bottom = max(own, key=lambda row: row["value"]), min(own, key=lambda row: row["value"])
        apart = (
            "不重叠，可以分出高下"
            if top["interval_low"] > bottom["interval_high"]
            else "重叠，问卷数不足以分出高下"
        )
        yield (
            f"满意度最高{basis.name(top['region_code'])} {_cell(top)}，最低{basis.name(bottom['region_code'])} {_cell(bottom)}，"
            f"两者区间{apart}。"
        )


def _chart(basis: Basis, answers: Answers, counties: Sequence[str]) -> Chart | None:
    own = sorted(
        (
            row
            for (indicator, code), row in answers.items()
            if indicator == "satisfaction" and code in counties
        ),
        key=lambda row: -row["value"],
    )
    if not own:
        return None
    return Chart(
        "satisfaction",
        "满意度（%）和 95% 置信区间",
        [basis.name(row["region_code"]) for row in own],
        [
            Series(
                "满意度",
                [row["value"] for row in own],
                MIDDLE,
                [row["interval_low"] for row in own],
                [row["interval_high"] for row in own],
            )
        ],
        least=0,
        most=100,
        labels=[f"{row['value']:.1f}%，{row['records']:,} 份" for row in own],
    )
