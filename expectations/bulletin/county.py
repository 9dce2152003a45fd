"""One county in a month: what is better than its peers, what falls short of its target, what moved since a quarter before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.guard import ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.indicators.model import Indicator

Row = dict[str, Any]

_FIGURES = """
with counties as (
    select region_code, coalesce(any_value(region_group), '') as region_group
    from regions where level = 'county' and valid_to is null group by region_code
), now as (
    select o.*, c.region_group from observations o join counties c using (region_code)
    where o.period = $month and o.value is not null
), peers as (
    select a.indicator, a.region_code, median(b.value) as median, count(*) as peers
    from now a join now b on a.indicator = b.indicator and a.region_group = b.region_group
        and a.region_code <> b.region_code
    group by all
)
select now.indicator, now.region_code, now.value, now.evidence, now.records, now.coverage, now.interval_low, now.interval_high,
    b.value as before, peers.median, peers.peers, s.raw, s.points, s.weight, s.target as scheme_target,
    s.objective is not null as is_scored
from now
left join observations b on b.indicator = now.indicator and b.region_code = now.region_code and b.period = $before
left join peers on peers.indicator = now.indicator and peers.region_code = now.region_code
left join scores s on s.objective = now.indicator and s.region_code = now.region_code
    and s.scheme = $scheme and s.period = $scored and s.part = 'objective'
order by now.region_code, now.indicator
"""


def figures(
    connection: DuckDBPyConnection,
    indicators: Mapping[str, Indicator],
    month: str,
    before: str,
    scheme: str = "",
    scored: str = "",
) -> dict[str, list[Row]]:
    """Every county's observations of a month, each held against target, peers and an earlier month.

    Args:
        connection: Has ``observations``, ``regions`` and ``scores``.
        indicators: By id; observations of others are left out.
        month: Told of.
        before: The month it is held against.
        scheme: Whose objectives are told of, with its targets and points; blank where there is none: then every indicator
            with its own target.
        scored: The period of the scheme's scores.

    Returns:
        By county, rows with ``title, unit, direction, value, target, reaches`` (None without a target), ``short`` (how far from
        the target, in the unit), ``median`` of the group's others (None of totals: a larger county has more), ``ahead`` (how much better, in per cent of it),
        ``before, change, gain`` (the change in per cent of before, positive where better) and ``lost`` (points not earned).
    """
    given = {"month": month, "before": before, "scheme": scheme, "scored": scored}
    found: dict[str, list[Row]] = {}
    for row in ask(connection, _FIGURES, given).to_pylist():
        if row["indicator"] in indicators and (row["is_scored"] or not scheme):
            found.setdefault(row["region_code"], []).append(_told(row, indicators[row["indicator"]]))
    return found


def _told(row: Row, indicator: Indicator) -> Row:
    better = 1 if indicator.direction == "higher" else -1
    target = row["scheme_target"] if row["is_scored"] else indicator.target_for(row["region_code"])
    value = row["value"]
    # A larger county has more of everything, and one month of a flow says nothing of the next.
    is_total = indicator.kind == "sum"
    before, median = (None, None) if is_total else (row["before"], row["median"])
    return {
        **row,
        "title": indicator.title,
        "unit": indicator.unit,
        "dimension": indicator.dimension,
        "direction": indicator.direction,
        "target": target,
        "reaches": None if target is None else better * (value - target) >= 0,
        "short": None if target is None else max(better * (target - value), 0.0),
        "median": median,
        "ahead": None if median is None else _share(better * (value - median), median),
        "change": None if before is None else value - before,
        "gain": None if before is None else _share(better * (value - before), before),
        "lost": None if row["points"] is None else max(row["weight"] - row["points"], 0.0),
    }


def _share(part: float, whole: float) -> float | None:
    return 100 * part / abs(whole) if whole else None


def strengths(rows: Sequence[Row], most: int) -> list[Row]:
    """What is not short of its target and better than the median of the group's others, the farthest ahead first.

    Where a county is alone in its group, what reaches its target.
    """
    good = [
        row
        for row in rows
        if row["reaches"] is not False
        and ((row["ahead"] or 0) > 0 or (row["ahead"] is None and row["reaches"]))
    ]
    return sorted(good, key=lambda row: (-(row["ahead"] or 0), row["indicator"]))[:most]


def shortfalls(rows: Sequence[Row], most: int) -> list[Row]:
    """What does not reach its target: where points are lost those that cost most, else the farthest away."""
    short = [row for row in rows if row["reaches"] is False]
    return sorted(
        short,
        key=lambda row: (-(row["lost"] or 0), -(_share(row["short"], row["target"]) or 0), row["indicator"]),
    )[:most]


def moves(rows: Sequence[Row], most: int) -> tuple[list[Row], list[Row]]:
    """What got better most since the earlier month, and what got worse most, in per cent of what it was."""
    moved = sorted((row for row in rows if row["gain"]), key=lambda row: (-row["gain"], row["indicator"]))
    better = [row for row in moved if row["gain"] > 0][:most]
    worse = [row for row in reversed(moved) if row["gain"] < 0][:most]
    return better, worse
