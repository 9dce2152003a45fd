"""``improvement``: what was gained on the region's own figure a year before, ``full`` per cent of it for everything.

    raw = 100 × gained ÷ (full % of the figure before), not under 0, not over 100

Gained is the fall where lower is better. A figure that was 0 has no per cent, and is not scored.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from warehouse.assessment.rules.case import FULL, Case, Number, Rule, within
from warehouse.assessment.rules.cells import Cells, bounded, written
from warehouse.assessment.rules.exact import Exact


class Improvement(Rule):
    """On the region's own baseline."""

    name: Literal["improvement"] = "improvement"
    full: Exact = Field(description="Per cent of the figure a year before that earn everything.")
    needs_base: ClassVar[bool] = True

    def raw(self, case: Case) -> list[Number]:
        """None where the figure a year before is not known, or is 0."""
        sign = 1 if case.direction == "higher" else -1
        return [
            None if not base else within(FULL * sign * (value - base) * 100 / (abs(base) * self.full))
            for value, base in zip(case.values, case.bases, strict=True)
        ]

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        base, sign = cells.base, "" if cells.direction == "higher" else "-"
        gained = f"{sign}100*({cells.value}-{base})*100/(ABS({base})*{written(self.full)})"
        return f'IF(OR({base}="",{base}=0),"",{bounded(gained)})'
