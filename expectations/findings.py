"""What a finding is while a submission is being checked: one problem at a position, before it has a name.

Conforming and validation hand in *drafts*, many at a time, as one frame; staging gives them their submission,
cell and id. Chinese texts of the rules stand where the rule is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pandas as pd

DRAFT_COLUMNS = ("position", "column", "rule", "severity", "value", "message", "remedy")


def drafts(
    positions: pd.Index | list[int],
    *,
    column: str,
    rule: str,
    severity: str,
    values: pd.Series | list[str] | None,
    message: str | Sequence[str],
    remedy: str,
) -> pd.DataFrame:
    """Drafts for one rule at many positions.

    Args:
        positions: Row positions in the extract's body, 0-based.
        column: Contract column, ``""`` when the row as a whole is meant.
        rule: Snake_case name.
        severity: ``error`` or ``warning``.
        values: The offending values as text, in the order of positions; None when there is none to show.
        message: Chinese; the same for every position (values are shown beside it), or one per position.
        remedy: What to do, in Chinese.
    """
    index = pd.Index(positions, dtype="int64")
    return pd.DataFrame(
        {
            "position": index.to_numpy(),
            "column": column,
            "rule": rule,
            "severity": severity,
            "value": pd.Series("" if values is None else list(values), index=range(len(index)), dtype="str"),
            "message": message,
            "remedy": remedy,
        },
        columns=list(DRAFT_COLUMNS),
    )


@cache
def no_drafts() -> pd.DataFrame:
    """The empty frame of drafts; one for all, so it is not to be changed."""
    return drafts([], column="", rule="", severity="", values=[], message="", remedy="")
