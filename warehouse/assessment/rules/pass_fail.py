"""``pass_fail``: everything where the target is reached, nothing where it is not."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, Literal

from warehouse.assessment.rules.case import FULL, Case, Number, Rule
from warehouse.assessment.rules.cells import Cells


class PassFail(Rule):
    """All or nothing."""

    name: Literal["pass_fail"] = "pass_fail"
    needs_target: ClassVar[bool] = True

    def raw(self, case: Case) -> list[Number]:
        """None where there is no target."""
        return [
            None if target is None else FULL if case.reaches(value, target) else Fraction(0)
            for value, target in zip(case.values, case.targets, strict=True)
        ]

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        return f'IF({cells.target}="","",IF({cells.reaches(cells.target)},100,0))'
