"""值得核查: what looks odd in the quarter, and what became of what looked odd in the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.bulletin.basis import Basis, Row
from expectations.office_words import month_label
from warehouse.places import PLACES

_MOST, _MOST_BEFORE = 20, 15

# Scores compare only within one detector: of each the strongest come first, then the second strongest.
_ANOMALIES = f"""
    with places as ({PLACES})
    select a.*, coalesce(p.place, a.region_code) as place,
        row_number() over (partition by a.detector order by a.score desc nulls last, a.anomaly_id) as turn
    from anomalies a left join places p using (region_code)
    where list_contains($months::varchar[], a.period)
    order by turn, a.score desc nulls last, a.anomaly_id
"""  # noqa: S608 - fixed text
_SENT_SINCE = """
    select distinct dataset, period, left(region, 6) as county
    from (select *, unnest(regions) as region from submissions where status in ('accepted', 'partial', 'superseded'))
    where received_at >= (period || '-01')::date + interval 2 month and list_contains($months::varchar[], period)
"""


def odd(basis: Basis) -> Row:
    """Sentences, the strongest anomalies of the quarter, and those of the quarter before with what became of each."""
    now = _of(basis, basis.quarter.months)
    before = _of(basis, basis.quarter.before.months)
    told = _became(basis, before, now)
    return {
        "sentences": list(_sentences(basis, now, told)),
        "rows": [_shown(row) for row in now[:_MOST]],
        "before": [_shown(row) for row in told[:_MOST_BEFORE]],
    }


def strongest_by_county(basis: Basis, most: int) -> dict[str, list[Row]]:
    """By county the strongest anomalies of the quarter inside it."""
    found: dict[str, list[Row]] = {code: [] for code in basis.counties}
    for row in _of(basis, basis.quarter.months):
        own = found.get(f"{(row['region_code'] or '')[:6]}000000")
        if own is not None and len(own) < most:
            own.append(_shown(row))
    return found


def _of(basis: Basis, months: Sequence[str]) -> list[Row]:
    rows = basis.rows(_ANOMALIES, months=months)
    return [{**row, "about": _about(basis, row)} for row in rows]


def _about(basis: Basis, row: Row) -> str:
    if row["indicator"] in basis.indicators:
        return basis.indicators[row["indicator"]].title
    contract = basis.contracts.get(row["dataset"])
    return contract.title if contract else row["dataset"] or "—"


def _shown(row: Row) -> Row:
    return {
        "place": row["place"],
        "period": month_label(row["period"], first=False),
        "about": row["about"],
        "message": row["message"],
        "became": row.get("became", ""),
    }


def _became(basis: Basis, before: Sequence[Row], now: Sequence[Row]) -> list[Row]:
    """Each of the quarter before once, by detector, thing and region, with what became of it."""
    again = {_identity(row) for row in now}
    sent = {
        (row["dataset"], row["period"], row["county"])
        for row in basis.rows(_SENT_SINCE, months=basis.quarter.before.months)
    }
    found: dict[tuple[str, ...], Row] = {}
    for row in before:
        key = (row["dataset"], row["period"], (row["region_code"] or "")[:6])
        became = (
            "本季度又出现" if _identity(row) in again else "逾期后又有报送" if key in sent else "没有再出现"
        )
        found.setdefault(_identity(row), {**row, "became": became})
    return list(found.values())


def _identity(row: Row) -> tuple[str, ...]:
    return tuple(str(row[name] or "") for name in ("detector", "dataset", "indicator", "region_code"))


def _sentences(basis: Basis, now: Sequence[Row], before: Sequence[Row]) -> Iterator[str]:
    counties = {(row["region_code"] or "")[:6] for row in now}
    yield f"本季度有 {len(now)} 处数据值得核查，涉及 {len(counties)} 个县区。值得核查不等于弄虚作假，以实地核查结论为准。"
    if not before:
        yield f"{basis.quarter.before.title}没有提出值得核查的数据。"
        return
    counted = {
        word: sum(row["became"] == word for row in before)
        for word in ("本季度又出现", "逾期后又有报送", "没有再出现")
    }
    yield (
        f"{basis.quarter.before.title}提出的 {len(before)} 处（同一问题只算一处），本季度又出现 {counted['本季度又出现']} 处，"
        f"所属月过后两个月仍有报送（迟报或更正）{counted['逾期后又有报送']} 处，没有再出现 {counted['没有再出现']} 处。"
    )
