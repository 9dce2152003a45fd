"""``per_unit_deduction``: ``each`` points off for every case, until none are left (每出现一例扣 0.5 分，扣完为止)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from warehouse.assessment.rules.case import FULL, Case, Number, Rule, within
from warehouse.assessment.rules.cells import Cells, bounded, written
from warehouse.assessment.rules.exact import Exact


class PerUnitDeduction(Rule):
    """Points off for every case; the value is how many there were."""

    name: Literal["per_unit_deduction"] = "per_unit_deduction"
    each: Exact = Field(gt=0, description="Points of the scheme, of the weight of the objective.")

    def raw(self, case: Case) -> list[Number]:
        """None where the objective has no weight."""
        return [
            None if not weight else within(FULL - FULL * self.each * value / weight)
            for value, weight in zip(case.values, case.weights, strict=True)
        ]

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        left = bounded(f"100-100*{written(self.each)}*{cells.value}/{cells.weight}")
        return f'IF({cells.weight}=0,"",{left})'
