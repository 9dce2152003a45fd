"""What a finding is while a submission is being checked: one problem at a position, before it has a name.

Conforming and validation hand in *drafts*, many at a time, as one frame; staging gives them their submission,
cell and id. What is said of a rule stands in ``rules``.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import pandas as pd

from expectations.rules import Told

DRAFT_COLUMNS = ("position", "column", "rule", "severity", "value", "message", "remedy")


def drafts(
    positions: pd.Index | list[int], told: Told, *, column: str, values: pd.Series | list[str] | None = None
) -> pd.DataFrame:
    """Drafts of one rule at many positions.

    Args:
        positions: Row positions in the extract's body, 0-based.
        told: The rule and what is said of it.
        column: Contract column, ``""`` when the row as a whole is meant.
        values: The offending values as text, in the order of positions; None when there is none to show.
    """
    index = pd.Index(positions, dtype="int64")
    return pd.DataFrame(
        {
            "position": index.to_numpy(),
            "column": column,
            "rule": told.rule,
            "severity": told.severity,
            "value": pd.Series("" if values is None else list(values), index=range(len(index)), dtype="str"),
            "message": told.message,
            "remedy": told.remedy,
        },
        columns=list(DRAFT_COLUMNS),
    )


def finding_id(submission_id: str, *place: str) -> str:
    """The identity of a finding: the same place and rule of the same submission give the same one.

    Args:
        submission_id: The submission.
        place: Sheet, row or cell, column, rule: as far as the finding has them.
    """
    return sha256("\x1f".join((submission_id, *place)).encode()).hexdigest()[:20]


@cache
def no_drafts() -> pd.DataFrame:
    """The empty frame of drafts; one for all, so it is not to be changed."""
    return drafts([], Told("", "", ""), column="")
