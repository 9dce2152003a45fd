"""What is to be said of a dataset's months: contract kept, complete, in time, unique.

One rule for the terminal, Dagster and whoever asks; how it is shown does not belong here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectations.contracts.model import Contract
from expectations.hand_ins import hand_ins
from pipelines.home.site import Site
from warehouse.clock import shanghai_day
from warehouse.frequency import Frequency, due_date, last_due, window_end, window_months
from warehouse.periods import Month

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SHOWN = 10
_MONTHS_SHOWN = 6


@dataclass(frozen=True)
class Judgement:
    """What was found for one dataset and month.

    Attributes:
        passed: Whether all is as it should be.
        summary: One line.
        facts: Figures behind it.
    """

    passed: bool
    summary: str
    facts: Mapping[str, int | float | str] = field(default_factory=dict)


Judgements = dict[str, Judgement]
"""By month."""

Judge = Callable[[Site, "DuckDBPyConnection", Contract, Sequence[str]], Judgements]


def described(found: Mapping[str, Judgement]) -> str:
    """The months that are not as they should be, in one line."""
    failed = [f"{month}: {one.summary}" for month, one in found.items() if not one.passed]
    return "; ".join(failed[:_MONTHS_SHOWN]) or "as it should be"


def facts_of(found: Mapping[str, Judgement]) -> dict[str, int | float | str]:
    """The figures of one month, or a line for each of several."""
    if len(found) == 1:
        return dict(next(iter(found.values())).facts)
    return {month: one.summary for month, one in found.items()}


def by_window(found: Judgements, frequency: Frequency) -> Judgements:
    """Of each window, the first month that is not as it should be, else the window's last."""
    windows: dict[str, list[Judgement]] = {}
    for month, one in found.items():
        windows.setdefault(window_end(Month(month), frequency).text, []).append(one)
    return {
        window: next((one for one in ones if not one.passed), ones[-1]) for window, ones in windows.items()
    }


def contract_kept(
    _site: Site, connection: DuckDBPyConnection, contract: Contract, months: Sequence[str]
) -> Judgements:
    """No row of the submissions in force was quarantined."""
    rows = connection.execute(
        """
        select period, sum(rows_in)::bigint, sum(rows_quarantined)::bigint from submissions
        where dataset = ? and status in ('accepted', 'partial', 'refused') group by period
        """,
        [contract.dataset],
    ).fetchall()  # fmt: skip
    counts = {period: (total, quarantined) for period, total, quarantined in rows}
    return {month: _contract_kept(*counts.get(month, (0, 0))) for month in months}


def _contract_kept(rows: int, quarantined: int) -> Judgement:
    return Judgement(
        not quarantined,
        f"{quarantined} of {rows} rows quarantined",
        {"rows_in": rows, "rows_quarantined": quarantined},
    )


def completeness(
    site: Site, connection: DuckDBPyConnection, contract: Contract, months: Sequence[str]
) -> Judgements:
    """Every county has handed in what is due."""
    names = {
        row["region_code"][:6]: row["name"] for row in site.regions.to_pylist() if row["level"] == "county"
    }
    found = {month: _complete({}, names) for month in months}
    for month, states in _states(site, connection, contract, months).items():
        found[month] = _complete(states, names)
    return found


def _complete(states: Mapping[str, tuple[str, int]], names: Mapping[str, str]) -> Judgement:
    missing = sorted(county for county, (state, _) in states.items() if state in ("missing", "refused"))
    listed = ", ".join(names.get(county, county) for county in missing[:_SHOWN])
    return Judgement(
        not missing,
        f"{len(missing)} of {len(states)} counties have not reported: {listed}"
        if missing
        else "all have reported",
        {"counties": len(states), "not_reported": len(missing), "which": listed},
    )


def timeliness(
    site: Site, connection: DuckDBPyConnection, contract: Contract, months: Sequence[str]
) -> Judgements:
    """Every county that handed in did so by the due day."""
    found = {month: _timely({}) for month in months}
    for month, states in _states(site, connection, contract, months).items():
        found[month] = _timely(states)
    return found


def _timely(states: Mapping[str, tuple[str, int]]) -> Judgement:
    late = {county: days for county, (state, days) in states.items() if state == "late"}
    return Judgement(
        not late,
        f"{len(late)} counties late, at most {max(late.values())} days" if late else "none late",
        {"late": len(late), "days_at_most": max(late.values(), default=0)},
    )


def _states(
    site: Site, connection: DuckDBPyConnection, contract: Contract, months: Sequence[str]
) -> dict[str, dict[str, tuple[str, int]]]:
    """By month and county, the state of what was to be handed in, and days late."""
    states: dict[str, dict[str, tuple[str, int]]] = {}
    for one in hand_ins(connection, {contract.dataset: contract}, months, dt.datetime.now(dt.UTC)):
        states.setdefault(one.month, {})[one.county] = (one.state, one.days_late)
    return states


def freshness(site: Site, connection: DuckDBPyConnection, contract: Contract) -> Judgement:
    """Every county has handed in what was due last, judged by the day it was due, not by when it was loaded."""
    now = dt.datetime.now(dt.UTC)
    if contract.due_day is None:
        return Judgement(True, "nothing is due: it comes when there is something")
    end = last_due(contract.frequency, contract.due_day, shanghai_day(now))
    months = [month.text for month in window_months(end, contract.frequency)]
    due = due_date(end, contract.at(end.text).due_day or contract.due_day)
    states = [
        one for one in hand_ins(connection, {contract.dataset: contract}, months, now) if one.month in months
    ]
    if not states:
        return Judgement(True, "not in use: nobody has ever handed it in")
    counties = {one.county for one in states}
    missing = sorted(counties - {one.county for one in states if one.state in ("on_time", "late")})
    facts: dict[str, int | float | str] = {
        "window": end.text,
        "due": due.isoformat(),
        "counties": len(counties),
        "not_handed_in": len(missing),
    }
    if not missing:
        return Judgement(True, f"{end.text}, due {due}, is handed in by all", facts)
    return Judgement(
        False, f"{end.text}, due {due}, is not handed in by {len(missing)} of {len(counties)} counties", facts
    )


def uniqueness(
    _site: Site, connection: DuckDBPyConnection, contract: Contract, months: Sequence[str]
) -> Judgements:
    """No key stands in two submissions in force."""
    counts: dict[str, tuple[int, int]] = {}
    if contract.key:
        key = ", ".join(f'"{name}"' for name in contract.key)
        given = " and ".join(f'"{name}" is not null' for name in contract.key)
        rows = connection.execute(
            "select period, sum(held)::bigint, count(*) from ("  # noqa: S608 - names of the contract
            f"select period, {key}, count(*) as held from {contract.dataset} where {given} "
            "group by all having count(distinct submission_id) > 1) group by period"
        ).fetchall()
        counts = {period: (held, keys) for period, held, keys in rows}
    return {month: _unique(*counts.get(month, (0, 0))) for month in months}


def _unique(rows: int, keys: int) -> Judgement:
    summary = f"{rows} rows share {keys} keys with another submission" if rows else "no key twice"
    return Judgement(not rows, summary, {"rows": rows, "keys": keys})


JUDGES: Mapping[str, Judge] = {
    "contract": contract_kept,
    "completeness": completeness,
    "timeliness": timeliness,
    "uniqueness": uniqueness,
}
