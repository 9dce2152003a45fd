"""值得核查: the quarter's cases, the most important first, and what became of those of the quarter before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.quarter import Quarter
from expectations.cases.reading import AT_HAND, in_turn, listed
from expectations.office_words import month_label

_MOST, _MOST_BEFORE = 20, 15

_AGAIN, _SENT, _GONE = "本季度又出现", "逾期后又有报送", "没有再出现"

_SENT_SINCE = """
    select distinct dataset, period, left(region, 6) as county
    from (select *, unnest(regions) as region from submissions where status in ('accepted', 'partial', 'superseded'))
    where received_at >= (period || '-01')::date + interval 2 month and list_contains($months::varchar[], period)
"""


def odd(basis: Basis) -> Row:
    """Sentences, the most important cases of the quarter, and those of the quarter before with what became of each."""
    now = _now(basis)
    told = _became(basis, _of(basis, basis.quarter.before), now)
    return {
        "sentences": list(_sentences(basis, now, told)),
        "rows": [_shown(row) for row in in_turn(now)[:_MOST]],
        "before": [_shown(row) | {"period": ""} for row in told[:_MOST_BEFORE]],
    }


def strongest_by_county(basis: Basis, most: int) -> dict[str, list[Row]]:
    """By county the most important cases of the quarter inside it."""
    found: dict[str, list[Row]] = {code: [] for code in basis.counties}
    for row in _now(basis):
        own = found.get(f"{row['county']}000000")
        if own is not None and len(own) < most:
            own.append(_shown(row))
    return found


def _now(basis: Basis) -> list[Row]:
    """The quarter's cases that there is something to do about."""
    return [row for row in _of(basis, basis.quarter) if row["status"] in AT_HAND]


def _of(basis: Basis, quarter: Quarter) -> list[Row]:
    return listed(basis.connection, quarter.months[0], quarter.months[-1])


def _shown(row: Row) -> Row:
    about, _, seen = row["title"].partition("：")
    return {
        "place": row["place"],
        "period": month_label(row["period_to"], first=False),
        "about": about,
        "message": f"{seen}（把握 {row['certainty']:.0%}）。{row['action']}，问{row['asked_of']}。",
        "became": row.get("became", ""),
    }


def _became(basis: Basis, before: Sequence[Row], now: Sequence[Row]) -> list[Row]:
    """Each of the quarter before once, by kind, thing and region, with what became of it."""
    again = {_identity(row) for row in now}
    sent = {
        (row["dataset"], row["period"], row["county"])
        for row in basis.rows(_SENT_SINCE, months=basis.quarter.before.months)
    }
    found: dict[tuple[str, ...], Row] = {}
    for row in before:
        has_come = any(
            (row["dataset"], month, row["county"]) in sent
            for month in basis.quarter.before.months
            if row["period_from"] <= month <= row["period_to"]
        )
        became = _AGAIN if _identity(row) in again else _SENT if has_come else _GONE
        if row["status"] != "open" and became != _AGAIN:
            became = row["status_word"]
        found.setdefault(_identity(row), {**row, "became": became})
    return list(found.values())


def _identity(row: Row) -> tuple[str, ...]:
    return tuple(str(row[name] or "") for name in ("kind", "dataset", "indicator", "region_code"))


def _sentences(basis: Basis, now: Sequence[Row], before: Sequence[Row]) -> Iterator[str]:
    counties = {row["county"] for row in now}
    first = sum(row["is_high"] for row in now)
    yield (
        f"本季度有 {len(now)} 件数据值得核查，涉及 {len(counties)} 个县区，其中 {first} 件应当先办。"
        "值得核查不等于弄虚作假，以实地核查结论为准。"
    )
    if not before:
        yield f"{basis.quarter.before.title}没有提出值得核查的数据。"
        return
    counted = Counter(row["became"] for row in before)
    told = "，".join(f"{word} {n} 件" for word, n in counted.most_common())
    yield f"{basis.quarter.before.title}提出的 {len(before)} 件：{told}。“{_SENT}”指所属月过后两个月仍有报送（迟报或更正）。"
