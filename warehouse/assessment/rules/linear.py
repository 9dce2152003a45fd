"""``linear``: from nothing at the floor to everything at the target, in proportion (功效系数法).

    raw = 100 × (value − floor) ÷ (target − floor), not under 0, not over 100

The same formula serves where lower is better: the floor then lies above the target.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, Literal

from warehouse.assessment.rules.case import FULL, Case, Number, Rule, within
from warehouse.assessment.rules.cells import Cells, bounded, written
from warehouse.assessment.rules.exact import Exact


class Linear(Rule):
    """Floor to target."""

    name: Literal["linear"] = "linear"
    floor: Exact = Fraction(0)
    needs_target: ClassVar[bool] = True

    def raw(self, case: Case) -> list[Number]:
        """None where there is no target, or where it is the floor itself."""
        return [self._one(value, target) for value, target in zip(case.values, case.targets, strict=True)]

    def _one(self, value: Fraction, target: Number) -> Number:
        if target is None or target == self.floor:
            return None
        return within(FULL * (value - self.floor) / (target - self.floor))

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        floor, target = written(self.floor), cells.target
        raw = bounded(f"100*({cells.value}-{floor})/({target}-{floor})")
        return f'IF(OR({target}="",{target}={floor}),"",{raw})'
