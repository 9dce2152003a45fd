"""Decisions (认定): what people judged and a scheme allows them to judge, each with document, author and date.

Evidence of grade D, and visible as such wherever points come from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from pydantic import ConfigDict, Field

from warehouse.assessment.rules import Exact
from warehouse.definitions import Definition, load_definitions


class Decision(Definition):
    """One decision about one region."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_\-]*$")
    scheme: str
    item: str = Field(description="Of the scheme's vetoes, deductions or bonus.")
    region: str = Field(pattern=r"^\d{12}$")
    period: str = Field(pattern=r"^\d{4}-\d{2}$", description="From which month of the year on it counts.")
    cases: Exact = Field(gt=0, description="How many cases it decides.")
    document: str = Field(min_length=1, description="文号")
    author: str = Field(min_length=1, description="Which office decided.")
    date: dt.date
    note: str = ""


def load_decisions(folders: Iterable[Path]) -> list[Decision]:
    """Decisions by id.

    Raises:
        warehouse.definitions.DefinitionError: With file and line of everything wrong.
    """
    return [decision for decision, _ in load_definitions(folders, Decision).values()]
