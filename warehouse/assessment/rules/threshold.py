"""``threshold``: everything at the target, ``below`` under it, nothing under the floor where there is one (达标计分)."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, Literal

from warehouse.assessment.rules.case import FULL, Case, Number, Rule
from warehouse.assessment.rules.cells import Cells, written
from warehouse.assessment.rules.exact import Exact


class Threshold(Rule):
    """Reached or not, with a score for what came near."""

    name: Literal["threshold"] = "threshold"
    below: Exact = Fraction(60)
    floor: Exact | None = None
    needs_target: ClassVar[bool] = True

    def raw(self, case: Case) -> list[Number]:
        """None where there is no target."""
        pairs = zip(case.values, case.targets, strict=True)
        return [None if target is None else self._one(case, value, target) for value, target in pairs]

    def _one(self, case: Case, value: Fraction, target: Fraction) -> Fraction:
        if case.reaches(value, target):
            return FULL
        return self.below if self.floor is None or case.reaches(value, self.floor) else Fraction(0)

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        below = written(self.below)
        near = below if self.floor is None else f"IF({cells.reaches(written(self.floor))},{below},0)"
        return f'IF({cells.target}="","",IF({cells.reaches(cells.target)},100,{near}))'
