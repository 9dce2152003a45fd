"""Rows of a month that has not begun: a period written wrong, which would stand as the newest figure of all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from expectations.conform.model import Conformed
from expectations.contracts.model import Contract
from expectations.findings import drafts
from expectations.rules import told
from warehouse.frequency import window_end, window_start
from warehouse.periods import Month


def without_future(conformed: Conformed, contract: Contract, present: Month) -> Conformed:
    """The table with a finding, which keeps them out, on every row of a window that begins after a month.

    Args:
        conformed: The table.
        contract: Says how long a window is: a year's report may be handed in before the year ends.
        present: The month in which it was received.
    """
    periods = conformed.frame["period"]
    known = [str(period) for period in periods.dropna().unique()]
    future = [period for period in known if is_future(period, contract, present)]
    if not future:
        return conformed
    column = contract.with_role("period")
    name = column.name if column is not None and column.name in conformed.columns else ""
    parts = [
        drafts(pd.Index(np.flatnonzero(periods == period)), told("future_period", period=period), column=name)
        for period in future
    ]
    return replace(conformed, findings=pd.concat([conformed.findings, *parts], ignore_index=True))


def is_future(period: str, contract: Contract, present: Month) -> bool:
    """Whether the window that a month lies in begins after the present one."""
    return window_start(window_end(Month(period), contract.frequency), contract.frequency) > present
