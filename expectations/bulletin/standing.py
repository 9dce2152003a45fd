"""得分和位次: scores by group, places as intervals, who cannot be told apart, and what moved since the quarter before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.chart import DARK, UNSEEN, Chart, Series
from expectations.bulletin.text import interval, listed, moved, percent, points
from warehouse.indicators.model import Dimension


def standing(basis: Basis) -> Row:
    """Sentences, a table per group, a table by dimension, and the chart of intervals."""
    rows = [_row(basis, whole) for whole in basis.wholes]
    scored = {row["dimension"] for row in basis.standings}
    dimensions = [dimension for dimension in get_args(Dimension) if dimension in scored]
    return {
        "sentences": [*_spread(basis), *_ties(basis), *_moves(basis)],
        "groups": [
            {"title": title, "rows": own}
            for group, title in basis.groups.items()
            if (own := [row for row in rows if row["group"] == group])
        ],
        "dimensions": dimensions,
        "by_dimension": [
            {
                "county": basis.name(whole["region_code"]),
                "cells": list(_cells(basis, whole["region_code"], dimensions)),
            }
            for whole in basis.wholes
        ],
        "withheld": [f"{row['county']}：{'；'.join(row['reasons'])}" for row in rows if row["reasons"]],
        "chart": _chart(basis),
    }


def _row(basis: Basis, whole: Row) -> Row:
    before = basis.before.get(whole["region_code"])
    then = before["points"] if before else None
    change = None if then is None or whole["points"] is None else whole["points"] - then
    return {
        "county": basis.name(whole["region_code"]),
        "group": whole["region_group"],
        "points": points(whole["points"]),
        "place": str(whole["place"] or "—"),
        "place_in_group": str(whole["place_in_group"] or "—"),
        "places": interval(whole["place_low"], whole["place_high"], 0) or "—",
        "tied": listed([basis.name(code) for code in whole["tied_with"] or ()]) or "—",
        "change": moved(change),
        "place_before": str((before or {}).get("place") or "—"),
        "objective_share": percent(whole["objective_share"]),
        "reasons": list(whole["reasons"] or ()),
    }


def _cells(basis: Basis, code: str, dimensions: Sequence[str]) -> Iterator[str]:
    own = {
        row["dimension"]: row for row in basis.standings if row["region_code"] == code and row["dimension"]
    }
    for dimension in dimensions:
        row = own.get(dimension)
        yield f"{row['points']:.1f}/{row['weight']:g}" if row and row["points"] is not None else "—"


def _spread(basis: Basis) -> Iterator[str]:
    scored = [row for row in basis.wholes if row["points"] is not None]
    if not scored:
        yield "本季度没有县区计出总分。"
        return
    top, bottom = max(scored, key=_points), min(scored, key=_points)
    yield (
        f"按《{basis.scheme.title}》，{len(scored)} 个县区计出总分，满分 {float(basis.scheme.base):g} 分："
        f"最高{basis.name(top['region_code'])} {points(top['points'])} 分，"
        f"最低{basis.name(bottom['region_code'])} {points(bottom['points'])} 分，相差 {points(top['points'] - bottom['points'])} 分。"
    )


def _ties(basis: Basis) -> Iterator[str]:
    """Who shares the first place, and how many cannot be told from another."""
    known = [row for row in basis.wholes if row["place_low"] is not None]
    if not known:
        return
    tied = [row for row in known if row["tied_with"]]
    first = known[0]
    beside = [basis.name(code) for code in first["tied_with"] or ()]
    yield (
        f"权重、计分规则和缺数办法略有变动时，位次会在一个区间内变动（表中“位次区间”，90% 的试算落在其中）。"
        f"{len(known)} 个县区中有 {len(tied)} 个与别的县区区间重叠，分不出高下，视为并列。"
    )
    name = basis.name(first["region_code"])
    yield (
        f"与第 1 名{name}并列的有 {len(beside)} 个：{listed(beside)}。"
        if beside
        else f"第 1 名{name}与其他县区的区间不重叠。"
    )


def _moves(basis: Basis) -> Iterator[str]:
    changes = {
        row["region_code"]: row["points"] - basis.before[row["region_code"]]["points"]
        for row in basis.wholes
        if row["points"] is not None
        and (basis.before.get(row["region_code"]) or {}).get("points") is not None
    }
    if not changes:
        yield f"{basis.quarter.before.title}没有计分，本季度不作比较。"
        return
    up, down = max(changes, key=lambda code: changes[code]), min(changes, key=lambda code: changes[code])
    yield (
        f"与{basis.quarter.before.title}相比，{sum(c > 0 for c in changes.values())} 个县区总分上升，"
        f"{sum(c < 0 for c in changes.values())} 个下降；变动在 {moved(changes[down])} 分（{basis.name(down)}）"
        f"到 {moved(changes[up])} 分（{basis.name(up)}）之间。"
    )


def _points(row: Row) -> float:
    return float(row["points"])


def _chart(basis: Basis) -> Chart | None:
    """Intervals of places, a bar from the best to the worst place of each county."""
    known = [row for row in basis.wholes if row["place_low"] is not None]
    if not known:
        return None
    return Chart(
        "places",
        "位次区间（第几名到第几名）",
        [basis.name(row["region_code"]) for row in known],
        [
            Series("", [row["place_low"] - 1 for row in known], UNSEEN),
            Series("位次区间", [row["place_high"] - row["place_low"] + 1 for row in known], DARK),
        ],
        least=0,
        most=len(basis.wholes),
        is_scaled=False,
        labels=[f"第 {interval(row['place_low'], row['place_high'], 0)} 名" for row in known],
    )
