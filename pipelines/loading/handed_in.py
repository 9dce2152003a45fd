"""The table ``hand_ins``: what was to be handed in, when it was due and when it came, as indicators of the process read it.

It is judged by the time of the newest submission and not by the clock, so that the same hand-ins give the same figures.
Who is late on which page of the report is ``expectations.hand_ins``, by the report's time.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from expectations.hand_ins import TAKEN, HandIn, hand_ins
from pipelines.home.site import Site
from warehouse.clock import shanghai_day
from warehouse.codes import CODE_LENGTH
from warehouse.frequency import due_date, window_end
from warehouse.periods import Month
from warehouse.schemas import HAND_INS


def handed_in(site: Site, months: Sequence[str], wanted: Collection[str]) -> pa.Table:
    """What was to be handed in for the wanted months.

    Args:
        site: The home.
        months: All months that there are records of: a window that another month has filled has no gap.
        wanted: Of these, those whose rows are asked for.

    Returns:
        Columns of ``warehouse.schemas.HAND_INS``, sorted. Months before the last one that had ended when the first
        submission of all came are history: nobody could hand them in on time. What is never due is not there.
    """
    submissions = site.ledger.submissions()
    told = _since_begun(submissions, months)
    if not told:
        return HAND_INS.empty_table()
    with site.connect() as connection:
        found = hand_ins(connection, site.contracts, told, pc.max(submissions["received_at"]).as_py())
    rows = [
        _row(one, site.contracts[one.dataset].department)
        for one in found
        if one.month in wanted and one.state != "none" and one.due_on is not None
    ]
    order = [(name, "ascending") for name in ("dataset", "region_code", "period")]
    return pa.Table.from_pylist(rows, schema=HAND_INS).sort_by(order)


def _row(one: HandIn, department: str) -> dict[str, object]:
    return {
        "dataset": one.dataset,
        "department": department,
        "region_code": one.county.ljust(CODE_LENGTH, "0"),
        "period": one.month,
        "state": one.state,
        "due_on": one.due_on,
        "submission_id": one.first.submission_id if one.first else None,
        "received_at": one.first.received_at if one.first else None,
        "days_late": one.days_late,
        "corrections": one.corrections,
    }


def receipts(site: Site, months: Sequence[str]) -> Mapping[str, list[str]]:
    """By month, what the table rests on and no fingerprint of records tells: what came when, and what has fallen due."""
    submissions = site.ledger.submissions()
    told = _since_begun(submissions, months)
    lines: dict[str, list[str]] = defaultdict(list)
    if not told:
        return lines
    for row in submissions.select(_TOLD).to_pylist():
        dataset = row["taken_as"] or row["dataset"]
        is_taken = bool(row["taken_as"]) or row["status"] in TAKEN
        if dataset and (row["period"] or "") >= told[0] and (is_taken or row["status"] == "refused"):
            said = (dataset, is_taken, row["received_at"], *row["regions"])
            lines[row["period"]].append(" ".join(map(str, said)))
    today = shanghai_day(pc.max(submissions["received_at"]).as_py())
    for month in told:
        lines[month] += _due(site, Month(month), today)
    return lines


_TOLD = ["dataset", "taken_as", "period", "status", "received_at", "regions"]


def _since_begun(submissions: pa.Table, months: Sequence[str]) -> list[str]:
    """Of some months those that could be handed in on time."""
    if not submissions.num_rows:
        return []
    begun = Month.of(shanghai_day(pc.min(submissions["received_at"]).as_py())) - 1
    return [month for month in sorted(months) if month >= begun.text]


def _due(site: Site, month: Month, today: dt.date) -> list[str]:
    """Datasets whose window ends with a month, and has fallen due by a day."""
    days = {name: one.at(month.text).due_day for name, one in site.contracts.items()}
    return [
        f"due {name}"
        for name, day in days.items()
        if day is not None
        and window_end(month, site.contracts[name].frequency) == month
        and due_date(month, day) < today
    ]
