"""自评与实绩: who claims more than the records give, by county."""

from __future__ import annotations

from collections.abc import Sequence

from expectations import claims
from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.chart import MIDDLE, Chart, Series
from expectations.bulletin.text import moved, with_unit
from expectations.office_words import number
from expectations.slips.slip import chinese_period

_MOST = 15


def claimed(basis: Basis) -> Row:
    """Sentences, a table of counties, the widest gaps of counties, and the chart."""
    last = basis.quarter.last
    counties = [
        row
        for row in claims.counties(basis.connection, basis.indicators, until=last)
        if row["region_code"] in basis.counties
    ]
    rows = claims.claims(basis.connection, basis.indicators, until=last)
    gains = [row for row in rows if row["is_county"] and row["verdict"] == "gains"]
    return {
        "sentences": _sentences(basis, rows, counties),
        "rows": [
            {
                "county": basis.name(row["region_code"]),
                "claims": str(row["claims"]),
                "gains": str(row["gains"]),
                "loses": str(row["loses"]),
                "unit_slips": str(row["unit_slips"]),
                "mean": _percent(row["mean_gain_percent"]),
                "townships": f"{row['township_gains']}/{row['township_claims']}",
            }
            for row in counties
        ],
        "widest": [_gap(row) for row in gains[:_MOST]],
        "chart": _chart(basis, counties),
    }


def _gap(row: Row) -> Row:
    return {
        "county": row["place"],
        "indicator": with_unit(row["title"], row["unit"]),
        "claimed": number(row["claimed"], row["unit"]),
        "computed": number(row["computed"], row["unit"]),
        "gap": number(row["gap"]),
        "percent": _percent(row["gap_percent"]),
        "since": chinese_period(row["since"]),
    }


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{moved(value, 1)}%"


def _sentences(basis: Basis, rows: Sequence[Row], counties: Sequence[Row]) -> list[str]:
    own = [row for row in rows if row["is_county"]]
    if not own:
        return ["到本季度末没有收到县区的自评值。"]
    counted = {name: sum(row["verdict"] == name for row in own) for name in claims.VERDICTS}
    told = [
        f"县区本级自评 {len(own)} 项次，与台账相符 {counted['agrees']} 项次；不符的，对自己有利 {counted['gains']} 项次，"
        f"对自己不利 {counted['loses']} 项次，像是单位写错 {counted['unit_slip']} 项次，没法比 {counted['one_sided']} 项次。"
    ]
    ranked = [row for row in counties if row["mean_gain_percent"] is not None]
    if ranked:
        first = ranked[0]
        told.append(
            f"自评比台账平均偏高最多的是{basis.name(first['region_code'])}，{_percent(first['mean_gain_percent'])}"
            f"（{first['claims']} 项自评中 {first['gains']} 项对自己有利）。差额只说明两边不一致，原因待核查。"
        )
    return told


def _chart(basis: Basis, counties: Sequence[Row]) -> Chart | None:
    ranked = [row for row in counties if row["mean_gain_percent"] is not None]
    if not ranked:
        return None
    return Chart(
        "claims",
        "县区自评比台账平均偏高（%）",
        [basis.name(row["region_code"]) for row in ranked],
        [Series("平均偏高", [row["mean_gain_percent"] for row in ranked], MIDDLE)],
        labels=[_percent(row["mean_gain_percent"]) for row in ranked],
    )
