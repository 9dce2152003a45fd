"""报送情况: who was late with hand-ins of the quarter, and with which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.text import listed, percent
from expectations.hand_ins import HandIn, hand_ins
from expectations.office_words import month_label

_NOT_THERE = ("missing", "refused")
_DUE = ("on_time", "late", *_NOT_THERE)


def handed(basis: Basis) -> Row:
    """Sentences, a table of counties, and for each county what came late or not at all."""
    every = hand_ins(basis.connection, basis.contracts, basis.quarter.so_far, basis.as_of)
    due = [one for one in every if one.month in basis.quarter.months and one.state in _DUE]
    by_county = {code: [one for one in due if one.county == code[:6]] for code in basis.counties}
    return {
        "sentences": list(_sentences(basis, due, by_county)),
        "rows": [_row(basis.name(code), own) for code, own in by_county.items()],
        "late": [
            {
                "county": basis.name(code),
                "late_ledgers": _told(basis, own, ("late",)),
                "missing_ledgers": _told(basis, own, _NOT_THERE),
            }
            for code, own in by_county.items()
            if any(one.state != "on_time" for one in own)
        ],
    }


def _row(county: str, own: Sequence[HandIn]) -> Row:
    counted = {state: sum(one.state == state for one in own) for state in _DUE}
    return {
        "county": county,
        "due": str(len(own)),
        "on_time": str(counted["on_time"]),
        "late": str(counted["late"]),
        "missing": str(counted["missing"] + counted["refused"]),
        "rate": percent(counted["on_time"], len(own)),
    }


def _told(basis: Basis, own: Sequence[HandIn], states: Sequence[str]) -> str:
    """Ledgers with their months, and how late each was."""
    found: dict[str, list[str]] = {}
    for one in own:
        if one.state in states:
            days = f"迟 {one.days_late} 天" if one.days_late else ""
            found.setdefault(basis.contracts[one.dataset].title, []).append(
                f"{month_label(one.month, first=False)}{days}"
            )
    return "；".join(f"{title}（{'、'.join(months)}）" for title, months in found.items()) or "—"


def _sentences(basis: Basis, due: Sequence[HandIn], by_county: dict[str, list[HandIn]]) -> Iterator[str]:
    if not due:
        yield "本季度没有到期的报送。"
        return
    late = [one for one in due if one.state == "late"]
    missing = [one for one in due if one.state in _NOT_THERE]
    on_time = len(due) - len(late) - len(missing)
    yield (
        f"本季度应报 {len(due)} 份（一个县区一种台账一期为一份），按时 {on_time} 份，占 {percent(on_time, len(due))}；"
        f"迟报 {len(late)} 份，到期未报或退回后没有再报 {len(missing)} 份。"
    )
    if late:
        days = [one.days_late for one in late]
        yield f"迟报最长 {max(days)} 天，平均 {sum(days) / len(days):.1f} 天。"
    whole = [
        basis.name(code)
        for code, own in by_county.items()
        if own and all(one.state == "on_time" for one in own)
    ]
    yield f"全部按时的县区 {len(whole)} 个{f'：{listed(whole)}' if whole else ''}。"
