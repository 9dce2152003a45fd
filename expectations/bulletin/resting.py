"""数据依据: what the figures rest on, what is missing, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.text import percent
from expectations.office_words import EVIDENCE, STATUSES

_SUBMISSIONS = """
    select status, count(*) as files, coalesce(sum(rows_in), 0)::bigint as rows_in,
        coalesce(sum(rows_recorded), 0)::bigint as recorded, coalesce(sum(rows_quarantined), 0)::bigint as quarantined
    from submissions where list_contains($months::varchar[], period) group by status
"""
_GRADES = """
    select evidence, count(*) as figures, avg(coverage) as coverage, count(distinct indicator) as indicators
    from observations where period = $month and value is not null and list_contains($counties::varchar[], region_code)
      and list_contains($ids::varchar[], indicator)
    group by evidence order by evidence
"""
_OPEN = """
    select count(*) filter (severity = 'error') as errors, count(*) filter (severity <> 'error') as warnings
    from findings where coalesce(status, 'open') in ('open', 'confirmed') and list_contains($months::varchar[], period)
"""
_RECONCILED = """
    select count(*) filter (agrees) as agree, count(*) filter (not agrees) as disagree,
        count(*) filter (agrees is null) as one_sided
    from reconciliations where list_contains($months::varchar[], period)
"""
_UNKNOWN = """
    select count(*) as n from scores where scheme = $scheme and period = $period and part = 'objective' and status in ('no_data', 'withheld')
"""


def resting(basis: Basis) -> Row:
    """Sentences, and a table of figures by grade of evidence."""
    grades = basis.rows(
        _GRADES, month=basis.quarter.last, counties=basis.counties, ids=sorted(basis.indicators)
    )
    whole = sum(row["figures"] for row in grades)
    return {
        "sentences": list(_sentences(basis)),
        "rows": [
            {
                "grade": row["evidence"] or "—",
                "meaning": EVIDENCE.get(row["evidence"] or "", "没有注明"),
                "figures": str(row["figures"]),
                "share": percent(row["figures"], whole),
                "coverage": percent(row["coverage"]),
            }
            for row in grades
        ],
    }


def _sentences(basis: Basis) -> Iterator[str]:
    months = basis.quarter.months
    handed = basis.rows(_SUBMISSIONS, months=months)
    counted = {row["status"]: row["files"] for row in handed}
    told = "，".join(
        f"{word} {counted[status]} 份" for status, word in STATUSES.items() if counted.get(status)
    )
    rows_in, recorded = sum(row["rows_in"] for row in handed), sum(row["recorded"] for row in handed)
    quarantined = sum(row["quarantined"] for row in handed)
    yield (
        f"本季度收到报送 {sum(counted.values())} 份（{told or '没有'}），{rows_in:,} 行：通过校验 {recorded:,} 行，"
        f"退回隔离 {quarantined:,} 行，占 {percent(quarantined, rows_in)}。"
    )
    (found,), (held,) = basis.rows(_OPEN, months=months), basis.rows(_RECONCILED, months=months)
    yield f"没有解决的填报错误 {found['errors']} 处、提醒 {found['warnings']} 处。"
    compared = held["agree"] + held["disagree"] + held["one_sided"]
    yield (
        f"跨台账核对 {compared:,} 次：相符 {held['agree']:,} 次，不符 {held['disagree']:,} 次，缺一方 {held['one_sided']:,} 次。"
    )
    (unknown,) = basis.rows(_UNKNOWN, scheme=basis.scheme.id, period=basis.quarter.text)
    yield (
        f"没有数据、或依据不足而没有计分的，共 {unknown['n']} 项次；方案对缺数的办法是{_WITHOUT[basis.scheme.without_data]}。"
    )
    yield "每个数都可以追到报送文件的单元格；同样的报送、同样的方案，重算结果相同。指标取本季度末月的数。"


_WITHOUT = {"redistribute": "把分值让给其他指标", "zero": "计零分", "withhold": "不计总分"}
