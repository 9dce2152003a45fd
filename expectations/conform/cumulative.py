"""Rows of a cumulative ledger that belong to earlier months: kept out, or the month's events would be counted twice.

Only the row's own day can tell: what earlier months hold changes with every later hand-in, and a submission is staged
by its bytes alone, so taking the difference to what is in force would give another answer on another day. A dataset
without such a day cannot be divided, and its cumulative ledger is refused.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from connectors.errors import Refused
from expectations.conform.model import Conformed
from expectations.contracts.model import Contract
from expectations.findings import drafts
from expectations.rules import told
from warehouse.frequency import window_end, window_start
from warehouse.periods import Month

EARLIER = "counted_before"
_MONTHS_BEFORE = 2
"""From how many earlier months rows must come before a ledger looks cumulative; one is what was entered late."""


def is_divided(contract: Contract, *, is_cumulative: bool) -> bool:
    """Whether a ledger's rows have to be told apart by their own day: of events, and cumulative by its title or rule."""
    return contract.keeps == "events" and (is_cumulative or contract.accumulates == "year_to_date")


def only_own_window(conformed: Conformed, contract: Contract, period: str, text: str) -> Conformed:
    """The table with a finding, which keeps them out, on every row that happened before the period's window.

    Args:
        conformed: A table of a dataset that keeps events, cumulative.
        contract: Which column is the day, and how long a window is.
        period: The table's period.
        text: Where it is written that it is cumulative.

    Raises:
        Refused: No column says when a row happened.
    """
    column = contract.with_role("happened_on")
    if column is None or column.name not in conformed.columns:
        raise Refused(
            "cumulative_undivided",
            f"“{text}”是累计表，表中没有能看出各行发生在哪个月的日期，分不出哪些行以前已经报过。",
            "请只报本期新增的行，并改正标题后重报。",
        )
    start = window_start(window_end(Month(period), contract.frequency), contract.frequency).start
    days = conformed.frame[column.name]
    earlier = np.flatnonzero((days < pd.Timestamp(start)).to_numpy(dtype=bool, na_value=False))
    parts = [
        drafts(pd.Index(earlier), told(EARLIER, title=column.title, period=period), column=column.name),
        drafts(
            pd.Index(np.flatnonzero(days.isna() & (not column.required))),
            told("undated_in_cumulative", title=column.title, text=text),
            column=column.name,
        ),
    ]
    found = [part for part in parts if len(part)]
    if not found:
        return conformed
    return replace(conformed, findings=pd.concat([conformed.findings, *found], ignore_index=True))


def looks_cumulative(conformed: Conformed, contract: Contract, period: str) -> bool:
    """Whether a ledger that does not say so seems to list earlier months again.

    Most rows happened before its window, in several months, and some within it. They are recorded all the same: what is
    entered late is new too, and nobody here can tell the two apart.
    """
    column = contract.with_role("happened_on")
    if contract.keeps != "events" or column is None or column.name not in conformed.columns:
        return False
    start = pd.Timestamp(
        window_start(window_end(Month(period), contract.frequency), contract.frequency).start
    )
    days = conformed.frame[column.name].dropna()
    earlier = days[days < start]
    months = earlier.dt.to_period("M").nunique()
    return bool(months >= _MONTHS_BEFORE and len(days) > len(earlier) > len(days) / 2)
