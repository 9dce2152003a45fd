"""客观数据占比: how much of the weight rests on records, county by county, and how that moved."""

from __future__ import annotations

from statistics import fmean

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.chart import MIDDLE, Chart, Series
from expectations.bulletin.text import moved, percent


def objectivity(basis: Basis) -> Row:
    """Sentences, a table of counties, and the chart."""
    shares = {row["region_code"]: row["objective_share"] for row in basis.wholes}
    before = {code: row["objective_share"] for code, row in basis.before.items()}
    return {
        "sentences": _sentences(basis, shares, before),
        "rows": [
            {
                "county": basis.name(code),
                "share": percent(share),
                "before": percent(before.get(code)),
                "change": moved(100 * (share - before[code]), 1) if code in before else "—",
            }
            for code, share in shares.items()
        ],
        "chart": Chart(
            "objectivity",
            "客观数据占比（%）",
            [basis.name(code) for code in shares],
            [Series("客观数据占比", [100 * share for share in shares.values()], MIDDLE)],
            least=0,
            most=100,
            labels=[percent(share) for share in shares.values()],
        )
        if shares
        else None,
    }


def _sentences(basis: Basis, shares: dict[str, float], before: dict[str, float]) -> list[str]:
    if not shares:
        return ["本季度没有计分，说不出客观数据占比。"]
    least, most = min(shares, key=lambda code: shares[code]), max(shares, key=lambda code: shares[code])
    spread = (
        "没有差别"
        if percent(shares[least]) == percent(shares[most])
        else f"最低{basis.name(least)} {percent(shares[least])}，最高{basis.name(most)} {percent(shares[most])}"
    )
    told = [
        f"落在逐条记录（证据 A、B 级）上的权重占全部权重的比例，各县区平均 {percent(fmean(shares.values()))}，{spread}；"
        "其余权重靠汇总数、自报数，或没有数据。"
    ]
    both = [code for code in shares if code in before]
    if both:
        change = 100 * (fmean(shares[code] for code in both) - fmean(before[code] for code in both))
        told.append(f"比{basis.quarter.before.title}平均变动 {moved(change, 1)} 个百分点。")
    return told
