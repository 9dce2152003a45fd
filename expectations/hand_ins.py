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
from warehouse.frequency import due_date, window_end, window_start
from warehouse.periods import Month

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Key = tuple[str, str, str]
"""Dataset, county (six digits), month."""


@dataclass(frozen=True)
class HandIn:
    """One dataset × county × month.

    Attributes:
        dataset, county, month: Which; the county as six digits.
        state: ``on_time``, ``late``, ``refused``, ``missing``, ``waiting`` or ``none`` (nothing due that month).
        days_late: Days after the due day of the first hand-in, 0 when in time.
    """

    dataset: str
    county: str
    month: str
    state: str
    days_late: int = 0


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
    first = _first_received(connection, contracts, months)
    refused = _refused(connection)
    idle = unused(connection, contracts)
    counties = _counties(connection)
    return [
        hand_in
        for contract in contracts.values()
        if contract.dataset not in idle
        for county in counties
        for hand_in in _of(contract, county, told, shanghai_day(as_of), first, refused)
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
    first: Mapping[Key, dt.datetime],
    refused: set[Key],
) -> Iterator[HandIn]:
    ends = {month: window_end(month, contract.frequency) for month in months}
    covered = {ends[month] for month in months if (contract.dataset, county, month.text) in first}
    for month, end in ends.items():
        key = (contract.dataset, county, month.text)
        due_day = contract.at(end.text).due_day
        due = None if due_day is None else due_date(end, due_day)
        # A window that begins before the months told of has no gap that could be judged.
        no_gap = month != end or end in covered or window_start(end, contract.frequency) < months[0]
        if key in first:
            late = 0 if due is None else max((shanghai_day(first[key]) - due).days, 0)
            yield HandIn(*key, state="late" if late else "on_time", days_late=late)
        elif key in refused:
            yield HandIn(*key, state="refused")
        elif due is None or no_gap:
            yield HandIn(*key, state="none")
        else:
            yield HandIn(*key, state="missing" if today > due else "waiting")


def _counties(connection: DuckDBPyConnection) -> list[str]:
    """Counties in force, by their six digits, sorted."""
    found = connection.execute(
        "select distinct left(region_code, 6) from regions where level = 'county' and valid_to is null order by 1"
    )
    return [row[0] for row in found.fetchall()]


def _first_received(
    connection: DuckDBPyConnection, contracts: Mapping[str, Contract], months: Sequence[str]
) -> dict[Key, dt.datetime]:
    """When each dataset × county × month was first handed in well enough to be recorded, by the form of that day."""
    tables = {
        row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()
    }
    parts = [
        f"""
        select '{dataset}' as dataset, left(region_code, 6) as county, period, submission_id
        from {dataset} group by all
        """  # noqa: S608 — names of contracts
        for dataset in contracts
        if dataset in tables
    ]
    parts.append(
        """
        select coalesce(taken_as, dataset) as dataset, left(region, 6) as county, period, submission_id
        from (select *, unnest(regions) as region from submissions
              where status in ('accepted', 'partial', 'superseded') or taken_as is not null)
        """
    )
    found = connection.execute(
        f"""
        with handed as ({" union all ".join(parts)})
        select handed.dataset, county, handed.period, min(epoch_us(received_at)) as at
        from handed join submissions using (submission_id)
        where handed.period in (select unnest($months::varchar[]))
        group by all
        """,  # noqa: S608
        {"months": list(months)},
    )
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return {
        (dataset, county, period): epoch + dt.timedelta(microseconds=at)
        for dataset, county, period, at in found.fetchall()
    }


def _refused(connection: DuckDBPyConnection) -> set[Key]:
    found = connection.execute(
        """
        select distinct dataset, left(region, 6) as county, period
        from (select *, unnest(regions) as region from submissions where status = 'refused')
        where dataset is not null and period is not null
        """
    )
    return {(dataset, county, period) for dataset, county, period in found.fetchall()}
