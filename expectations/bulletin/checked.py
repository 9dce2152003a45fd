"""实地核查: what visits to records drawn by chance found, and what that says of all records."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.text import interval, percent
from expectations.slips.slip import chinese_period

_VERIFIED = """
    select v.*, n.name from verifications v
    join (select region_code, any_value(name) as name, any_value(level) as level from regions group by all) n using (region_code)
    where n.level in ('city', 'county') and list_contains($months::varchar[], v.period)
    order by v.period, v.sample, n.level <> 'city', v.region_code
"""
_DRAWN = """
    select count(*) as records, count(distinct sample) as samples from samples
    where list_contains($months::varchar[], period)
"""


def checked(basis: Basis) -> Row:
    """Sentences, and a table of samples by city and county."""
    rows = basis.rows(_VERIFIED, months=basis.quarter.months)
    return {"sentences": _sentences(basis, rows), "rows": [_row(basis, row) for row in rows]}


def _row(basis: Basis, row: Row) -> Row:
    contract = basis.contracts.get(row["dataset"])
    return {
        "dataset": contract.title if contract else row["dataset"],
        "period": chinese_period(row["period"]),
        "county": row["name"],
        "drawn": str(row["drawn"]),
        "visited": str(row["visited"]),
        "held": str(row["held"]),
        "held_partly": str(row["held_partly"]),
        "untrue": str(row["untrue"]),
        "not_found": str(row["not_found"]),
        "share": percent(row["value"]),
        "interval": interval(_times_100(row["interval_low"]), _times_100(row["interval_high"])) or "—",
    }


def _times_100(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _sentences(basis: Basis, rows: Sequence[Row]) -> list[str]:
    visited = [row for row in rows if row["visited"] and row["region_code"] in basis.counties]
    if visited:
        records, held = sum(row["visited"] for row in visited), sum(row["held"] for row in visited)
        untrue = sum(row["untrue"] for row in visited)
        return [
            f"对本季度的记录随机抽样实地核查 {records} 条，属实 {held} 条，占 {percent(held, records)}，不实 {untrue} 条。"
            "表中“属实率”按抽中概率推算到全部记录，区间为 95% 置信区间。"
        ]
    (drawn,) = basis.rows(_DRAWN, months=basis.quarter.months)
    if drawn["records"]:
        return [f"对本季度的记录抽样 {drawn['samples']} 次、{drawn['records']} 条，还没有收到核查结论。"]
    return ["本季度没有做实地核查，各项数据没有经过现场验证。"]
