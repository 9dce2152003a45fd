"""各县区: of every county in a few lines what is good, what is short, what moved and what to visit."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.bulletin.basis import Basis, Row
from expectations.bulletin.county import figures, moves, shortfalls, strengths
from expectations.bulletin.odd import strongest_by_county
from expectations.bulletin.text import listed, points, with_unit
from expectations.office_words import number

_STRENGTHS, _SHORTFALLS, _MOVES, _VISITS = 4, 5, 3, 2


def each(basis: Basis) -> list[Row]:
    """Counties by place, each with sentences and a table of what falls short."""
    quarter = basis.quarter
    own = figures(
        basis.connection, basis.indicators, quarter.last, quarter.before.last, basis.scheme.id, quarter.text
    )
    visits = strongest_by_county(basis, _VISITS)
    return [_county(basis, whole, own.get(whole["region_code"], []), visits) for whole in basis.wholes]


def _county(basis: Basis, whole: Row, rows: Sequence[Row], visits: dict[str, list[Row]]) -> Row:
    better, worse = moves(rows, _MOVES)
    short = [row for row in rows if row["reaches"] is False]
    return {
        "name": basis.name(whole["region_code"]),
        "group": basis.groups.get(whole["region_group"], whole["region_group"]),
        "standing": f"总分 {points(whole['points'])}，第 {whole['place'] or '—'} 名，类内第 {whole['place_in_group'] or '—'} 名",
        "good": listed([_against_peers(row) for row in strengths(rows, _STRENGTHS)])
        or "没有不欠目标又好于同类的指标",
        "short_count": str(len(short)),
        "targets": str(sum(row["target"] is not None for row in rows)),
        "shortfalls": [
            {
                "indicator": with_unit(row["title"], row["unit"]),
                "value": number(row["value"], row["unit"]),
                "target": number(row["target"], row["unit"]),
                "short": number(row["short"]),
                "lost": points(row["lost"]),
            }
            for row in shortfalls(rows, _SHORTFALLS)
        ],
        "better": listed([_move(row) for row in better]) or "没有",
        "worse": listed([_move(row) for row in worse]) or "没有",
        "visits": [
            f"{row['place']}，{row['about']}：{row['message']}"
            for row in visits.get(whole["region_code"], [])
        ],
    }


def _against_peers(row: Row) -> str:
    if row["median"] is None:
        return f"{with_unit(row['title'], row['unit'])} {number(row['value'], row['unit'])}"
    return f"{with_unit(row['title'], row['unit'])} {number(row['value'], row['unit'])}（同类中位数 {number(row['median'], row['unit'])}）"


def _move(row: Row) -> str:
    return f"{with_unit(row['title'], row['unit'])} {number(row['before'], row['unit'])}→{number(row['value'], row['unit'])}"
