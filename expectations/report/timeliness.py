"""Who has handed in what, and when it was due: the completeness calendar's facts.

A dataset's months fall into windows by its frequency (month, quarter, school term, year). A window is due on the
contract's day of the month after its end; a hand-in is shown in the month it speaks of, a gap in the window's last.
A window that begins before the report's months has no gap to show. A dataset that nobody has ever handed in is not
in use: it has no gaps either, and pages say so (``unused``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from expectations.contract import Contract, Frequency
from expectations.report.source import Source
from warehouse.periods import Month

_LENGTHS: dict[Frequency, int] = {"monthly": 1, "quarterly": 3, "termly": 6, "yearly": 12}
_TERM_ENDS = (1, 7)
"""The spring term ends in July, the autumn term in January."""


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


def window_end(month: Month, frequency: Frequency) -> Month:
    """The last month of the window that a month lies in."""
    if frequency == "monthly":
        return month
    if frequency == "termly":
        ends: tuple[int, ...] = _TERM_ENDS
    else:
        ends = (3, 6, 9, 12) if frequency == "quarterly" else (12,)
    return next(later for later in (month + ahead for ahead in range(12)) if later.month in ends)


def _begins_before(end: Month, contract: Contract, first: Month) -> bool:
    """Whether a window begins before the report's months, so that a gap in it cannot be judged."""
    return end - (_LENGTHS[contract.frequency] - 1) < first


def due_date(end: Month, due_day: int) -> dt.date:
    """The day by which what ends with a month is due; the following month's last day where it is shorter."""
    following = end + 1
    return following.start.replace(day=min(due_day, following.end.day))


def hand_ins(source: Source) -> list[HandIn]:
    """Every dataset × county × month of the report."""
    first = _first_received(source)
    refused = _refused(source)
    idle = unused(source)
    return [
        hand_in
        for contract in source.contracts.values()
        if contract.dataset not in idle
        for county in source.county_names
        for hand_in in _of(contract, county, source, first, refused)
    ]


def unused(source: Source) -> list[str]:
    """Datasets of which nothing was ever handed in, in the contracts' order."""
    used = {row["dataset"] for row in source.rows("select distinct dataset from submissions")}
    return [dataset for dataset in source.contracts if dataset not in used]


def _of(
    contract: Contract,
    county: str,
    source: Source,
    first: dict[tuple[str, str, str], dt.datetime],
    refused: set[tuple[str, str, str]],
) -> Iterator[HandIn]:
    months = [Month(month) for month in source.months]
    ends = {month: window_end(month, contract.frequency) for month in months}
    covered = {ends[month] for month in months if (contract.dataset, county, month.text) in first}
    today = _shanghai_day(source.as_of)
    for month in months:
        key = (contract.dataset, county, month.text)
        due = due_date(ends[month], contract.due_day)
        if key in first:
            late = max((_shanghai_day(first[key]) - due).days, 0)
            yield HandIn(*key, state="late" if late else "on_time", days_late=late)
        elif (
            month != ends[month] or ends[month] in covered or _begins_before(ends[month], contract, months[0])
        ):
            yield HandIn(*key, state="refused" if key in refused else "none")
        elif key in refused:
            yield HandIn(*key, state="refused")
        else:
            yield HandIn(*key, state="missing" if today > due else "waiting")


def _shanghai_day(moment: dt.datetime) -> dt.date:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(ZoneInfo("Asia/Shanghai")).date()


def _first_received(source: Source) -> dict[tuple[str, str, str], dt.datetime]:
    """When each dataset × county × month was first handed in well enough to be recorded."""
    parts = [
        f"""
        select '{dataset}' as dataset, left(region_code, 6) as county, period, submission_id
        from {dataset} group by all
        """  # noqa: S608 — names of contracts
        for dataset in source.datasets
    ]
    parts.append(
        """
        select dataset, left(region, 6) as county, period, submission_id
        from (select *, unnest(regions) as region from submissions
              where status in ('accepted', 'partial', 'superseded'))
        """
    )
    found = source.rows(
        f"""
        with handed as ({" union all ".join(parts)})
        select handed.dataset, county, handed.period, min(epoch_us(received_at)) as at
        from handed join submissions using (submission_id)
        where handed.period in (select unnest($months::varchar[]))
        group by all
        """  # noqa: S608
    )
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return {
        (row["dataset"], row["county"], row["period"]): epoch + dt.timedelta(microseconds=row["at"])
        for row in found
    }


def _refused(source: Source) -> set[tuple[str, str, str]]:
    found = source.rows(
        """
        select distinct dataset, left(region, 6) as county, period
        from (select *, unnest(regions) as region from submissions where status = 'refused')
        where dataset is not null and period is not null
        """
    )
    return {(row["dataset"], row["county"], row["period"]) for row in found}
