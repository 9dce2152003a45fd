"""``gap_closed``: how much of the way from the figure a year before to the target was gone.

    raw = 100 × (value − before) ÷ (target − before), not under 0, not over 100

Who had reached the target already keeps 100 as long as it is reached.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, Literal

from warehouse.assessment.rules.case import FULL, Case, Number, Rule, within
from warehouse.assessment.rules.cells import Cells, bounded


class GapClosed(Rule):
    """Of the distance to the target."""

    name: Literal["gap_closed"] = "gap_closed"
    needs_target: ClassVar[bool] = True
    needs_base: ClassVar[bool] = True

    def raw(self, case: Case) -> list[Number]:
        """None where there is no target, or the figure a year before is not known."""
        rows = zip(case.values, case.targets, case.bases, strict=True)
        return [
            None if target is None or base is None else self._one(case, value, target, base)
            for value, target, base in rows
        ]

    def _one(self, case: Case, value: Fraction, target: Fraction, base: Fraction) -> Fraction:
        if case.reaches(value, target):
            return FULL
        if case.reaches(base, target):
            return Fraction(0)
        return within(FULL * (value - base) / (target - base))

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        base, target = cells.base, cells.target
        was_there = f"{base}{'>=' if cells.direction == 'higher' else '<='}{target}"
        way = bounded(f"100*({cells.value}-{base})/({target}-{base})")
        gone = f"IF({cells.reaches(target)},100,IF({was_there},0,{way}))"
        return f'IF(OR({target}="",{base}=""),"",{gone})'
