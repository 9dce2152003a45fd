"""``min_max``: the worst of the region group gets ``low``, the best ``high``, the others in proportion.

    raw = low + (high − low) × (value − worst) ÷ (best − worst)

With 60 and 100, as one real county's rule has it: (x − min) ÷ (max − min) × 40 + 60. Where all are equal, all get ``high``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, Literal

from warehouse.assessment.rules.case import FULL, Case, Number, Rule
from warehouse.assessment.rules.cells import Cells, written
from warehouse.assessment.rules.exact import Exact


class MinMax(Rule):
    """Between the worst and the best of the region group."""

    name: Literal["min_max"] = "min_max"
    compares: ClassVar[bool] = True
    low: Exact = Fraction(60)
    high: Exact = FULL

    def raw(self, case: Case) -> list[Number]:
        """One per region."""
        if not case.values:
            return []
        best, worst = max(case.values), min(case.values)
        if case.direction == "lower":
            best, worst = worst, best
        if best == worst:
            return [self.high for _ in case.values]
        return [self.low + (self.high - self.low) * (value - worst) / (best - worst) for value in case.values]

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        low, high = written(self.low), written(self.high)
        part = f"({cells.value}-{cells.worst})/({cells.best}-{cells.worst})"
        return f"IF({cells.best}={cells.worst},{high},{low}+({high}-{low})*{part})"
