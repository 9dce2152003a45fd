"""``rank``: by place in the region group, the first 100 and the last ``low``, evenly between (位次计分).

    raw = 100 − (100 − low) × (place − 1) ÷ (regions − 1)

Equal values have the better place together. A region alone in its group gets 100.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, Literal

from warehouse.assessment.rules.case import FULL, Case, Number, Rule
from warehouse.assessment.rules.cells import Cells, written
from warehouse.assessment.rules.exact import Exact


class Rank(Rule):
    """By place in the region group."""

    name: Literal["rank"] = "rank"
    compares: ClassVar[bool] = True
    low: Exact = Fraction(60)

    def raw(self, case: Case) -> list[Number]:
        """One per region."""
        before = [sum(case.is_better(other, value) for other in case.values) for value in case.values]
        last = max(len(case.values) - 1, 1)
        return [FULL - (FULL - self.low) * place / last for place in before]

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        better = ">" if cells.direction == "higher" else "<"
        before = f"SUMPRODUCT(ISNUMBER({cells.group})*({cells.group}{better}{cells.value}))"
        return f"100-(100-{written(self.low)})*{before}/MAX(COUNT({cells.group})-1,1)"
