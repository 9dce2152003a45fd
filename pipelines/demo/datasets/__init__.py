"""What each department records about the city, before any fault: one module per department.

A ledger's builder takes the world and returns a function from a period to the rows that are true then: contract
columns, and the helper columns ``county`` (six digits), ``township`` (name) and ``town_code``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

Rows = Callable[[str], pd.DataFrame]

HELPERS = ("county", "township", "town_code")

TERMS: Mapping[str, str] = {"2025-03": "2025春", "2025-09": "2025秋"}
"""The terms of the year, by the month that stands for them: a term's first."""
