"""Who has handed in what, and when it was due: the completeness calendar's facts.

A dataset's months fall into windows by its frequency (month, quarter, school term, year). A window is due on the
contract's day of the month after its end; a hand-in is shown in the month it speaks of, a gap in the window's last.
A window that begins before the report's months has no gap to show. A dataset that nobody has ever handed in is not
in use: it has no gaps either, and pages say so (``unused``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.contracts.model import Contract
from warehouse.clock import shanghai_day
from warehouse.codes import DIGITS
from warehouse.frequency import due_date, window_end, window_start
from warehouse.periods import Month

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TAKEN = ("accepted", "partial", "superseded")
"""Statuses of submissions that were well enough to be recorded."""

Key = tuple[str, str, str]
"""Dataset, county (six digits), month."""


@dataclass(frozen=True)
class HandIn:
    """One dataset × county × month.

    Attributes:
        dataset, county, month: Which; the county as six digits.
        state: ``on_time``, ``late``, ``refused``, ``missing``, ``waiting`` or ``none`` (nothing due that month).
        due_on: The last day on time; None for what comes only when there is something.
        days_late: Days after the due day of the first hand-in, 0 when in time.
        first: The first hand-in, where there is one.
        corrections: How many later ones came after the due day for what had been handed in already.
    """

    dataset: str
    county: str
    month: str
    state: str
    due_on: dt.date | None
    days_late: int = 0
    first: Receipt | None = None
    corrections: int = 0


@dataclass(frozen=True)
class Receipt:
    """A hand-in that was well enough to be recorded: which, and when it came (UTC)."""

    submission_id: str
    received_at: dt.datetime


@dataclass(frozen=True)
class _Taken:
    """What came of one dataset × county × month: the first hand-in, and when others came for the same units again."""

    first: Receipt
    again: tuple[dt.datetime, ...]


def hand_ins(
    connection: DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    months: Sequence[str],
    as_of: dt.datetime,
) -> list[HandIn]:
    """Every dataset × county × month.

    Args:
        connection: The warehouse, with ``submissions``, ``regions`` and a view of each dataset.
        contracts: By dataset; the datasets told of.
        months: ``2025-01`` … in order.
        as_of: The data's time, UTC: what is due is judged by it.
    """
    if not months:
        return []
    told = [Month(month) for month in months]
    taken = _taken(connection, contracts, months)
    refused = _refused(connection)
    idle = unused(connection, contracts)
    counties = _counties(connection)
    return [
        hand_in
        for contract in contracts.values()
        if contract.dataset not in idle
        for county in counties
        for hand_in in _of(contract, county, told, shanghai_day(as_of), taken, refused)
    ]


def unused(connection: DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[str]:
    """Datasets of which nothing was ever handed in, in the contracts' order."""
    used = {row[0] for row in connection.execute("select distinct dataset from submissions").fetchall()}
    return [dataset for dataset in contracts if dataset not in used]


def _of(
    contract: Contract,
    county: str,
    months: Sequence[Month],
    today: dt.date,
    taken: Mapping[Key, _Taken],
    refused: set[Key],
) -> Iterator[HandIn]:
    ends = {month: window_end(month, contract.frequency) for month in months}
    covered = {ends[month] for month in months if (contract.dataset, county, month.text) in taken}
    for month, end in ends.items():
        key = (contract.dataset, county, month.text)
        due_day = contract.at(end.text).due_day
        due = None if due_day is None else due_date(end, due_day)
        # A window that begins before the months told of has no gap that could be judged.
        no_gap = month != end or end in covered or window_start(end, contract.frequency) < months[0]
        if key in taken:
            yield _handed_in(key, due, taken[key])
        elif key in refused:
            yield HandIn(*key, state="refused", due_on=due)
        elif due is None or no_gap:
            yield HandIn(*key, state="none", due_on=due)
        else:
            yield HandIn(*key, state="missing" if today > due else "waiting", due_on=due)


def _handed_in(key: Key, due: dt.date | None, taken: _Taken) -> HandIn:
    late = 0 if due is None else max((shanghai_day(taken.first.received_at) - due).days, 0)
    return HandIn(
        *key,
        state="late" if late else "on_time",
        due_on=due,
        days_late=late,
        first=taken.first,
        corrections=sum(due is not None and shanghai_day(at) > due for at in taken.again),
    )


def _counties(connection: DuckDBPyConnection) -> list[str]:
    """Counties in force, by their six digits, sorted."""
    found = connection.execute(
        "select distinct left(region_code, 6) from regions where level = 'county' and valid_to is null order by 1"
    )
    return [row[0] for row in found.fetchall()]


def _taken(
    connection: DuckDBPyConnection, contracts: Mapping[str, Contract], months: Sequence[str]
) -> dict[Key, _Taken]:
    """What of each dataset × county × month was well enough to be recorded, by the form of the day it came."""
    tables = {
        row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()
    }
    parts = [
        f"select distinct '{name}' as dataset, rpad(left(region_code, {DIGITS[one.coverage]}), 12, '0') as unit, "  # noqa: S608 — names of contracts
        f"period, submission_id from {name}"
        for name, one in contracts.items()
        if name in tables
    ]
    found = connection.execute(
        _TAKEN.format(recorded=" union all ".join([_SAID, *parts])),
        {"months": list(months), "taken": list(TAKEN)},
    )
    return {
        (dataset, county, period): _Taken(Receipt(submission, _time(at)), tuple(map(_time, again or ())))
        for dataset, county, period, submission, at, again in found.fetchall()
    }


_SAID = """
select coalesce(taken_as, dataset) as dataset, region as unit, period, submission_id
from (select *, unnest(regions) as region from submissions
      where list_contains($taken, status) or taken_as is not null)
"""
_TAKEN = """
with handed as (select distinct dataset, unit, period, submission_id from ({recorded})), dated as (
    select handed.*, epoch_us(received_at) as came,
        row_number() over (partition by handed.dataset, unit, handed.period order by received_at, submission_id) as nth
    from handed join submissions using (submission_id)
    where handed.period in (select unnest($months::varchar[]))
)
select dataset, left(unit, 6) as county, period, arg_min(submission_id, (came, submission_id)), min(came),
    list(distinct came) filter (nth > 1)
from dated group by all
"""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _time(microseconds: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=microseconds)


def _refused(connection: DuckDBPyConnection) -> set[Key]:
    found = connection.execute(
        """
        select distinct dataset, left(region, 6) as county, period
        from (select *, unnest(regions) as region from submissions where status = 'refused')
        where dataset is not null and period is not null
        """
    )
    return {(dataset, county, period) for dataset, county, period in found.fetchall()}
