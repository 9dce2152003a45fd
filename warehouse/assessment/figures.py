"""What a scheme reads: observations by indicator, period and region, as exact numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa

from warehouse.assessment.rules import exact
from warehouse.periods import a_year_before

_READ = ["indicator", "region_code", "period", "value", "evidence", "records", "coverage"]


@dataclass(frozen=True)
class Figure:
    """One observation.

    Attributes:
        value: As it is printed, exactly; None where nothing can be divided.
        evidence: Its grade.
        records: How many records it rests on.
        coverage: Share of the finest regions that are counted, 0 to 1.
    """

    value: Fraction | None
    evidence: str
    records: int
    coverage: Fraction


class Figures:
    """Observations to be looked up.

    Args:
        observations: Columns of ``warehouse.schemas.OBSERVATIONS``.
    """

    def __init__(self, observations: pa.Table) -> None:
        self._by_key: dict[tuple[str, str], dict[str, Figure]] = defaultdict(dict)
        for row in observations.select(_READ).to_pylist():
            self._by_key[row["indicator"], row["period"]][row["region_code"]] = Figure(
                None if row["value"] is None else exact(row["value"]),
                row["evidence"] or "D",
                row["records"] or 0,
                exact(row["coverage"] if row["coverage"] is not None else 1),
            )

    def of(self, indicator: str, period: str) -> Mapping[str, Figure]:
        """By region, an indicator in a month, a quarter (as its last month left it) or a year."""
        return self._by_key.get((indicator, observed(period)), {})

    def before(self, indicator: str, period: str) -> Mapping[str, Figure]:
        """The same a year before."""
        return self._by_key.get((indicator, a_year_before(observed(period))), {})

    @property
    def periods(self) -> set[str]:
        """Months and years that there are observations of."""
        return {period for _, period in self._by_key}


def observed(period: str) -> str:
    """The period of observations that a period of scores is told from: the last month of a quarter, else itself."""
    year, is_quarter, number = period.partition("Q")
    return f"{year}-{int(number) * 3:02}" if is_quarter else period


def last_month(period: str) -> str:
    """The last month of a month, a quarter or a year."""
    month = observed(period)
    return month if "-" in month else f"{month}-12"
