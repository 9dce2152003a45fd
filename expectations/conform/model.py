"""What conforming hands on: typed columns with the place of every cell, and what was found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from connectors.extract import Extract

HEADER = -1
"""The position of a draft about a column's header and not about a row."""


@dataclass(frozen=True)
class Conformed:
    """One table of a submission in the types of its contract. Private values are still in the clear.

    Attributes:
        frame: One row per body row, index = position (0-based); the contract's columns (string ``str``, integer
            ``Int64``, number ``float64``, date ``datetime64[us]``, boolean ``boolean``), a helper
            ``<x>_birth_date`` for each resident ID ``x``, then region_code, period, handed_in_as (the region, at
            the contract's level of coverage, that a row speaks for), sheet, row.
        findings: Drafts (``expectations.findings``); position ``HEADER`` where a header is meant.
        extract: Where it came from.
        columns: Contract column to zero-based grid column, for those the table has.
        notes: What a person should know (units converted, columns not used), in Chinese.
        valid_from: Of the version of the contract that it is held against.
    """

    frame: pd.DataFrame = field(repr=False)  # a traceback that prints its locals must not print people
    findings: pd.DataFrame = field(repr=False)
    extract: Extract = field(repr=False)
    columns: Mapping[str, int]
    notes: tuple[str, ...] = ()
    valid_from: str = ""
