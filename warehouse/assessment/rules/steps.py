"""``steps``: the score of the best step that a value reaches, nothing below all of them (分档计分)."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from warehouse.assessment.rules.case import Case, Number, Rule
from warehouse.assessment.rules.cells import Cells, written
from warehouse.assessment.rules.exact import Exact


class Step(BaseModel):
    """From a value on, a score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Exact
    raw: Exact


class Steps(Rule):
    """Scores by steps."""

    name: Literal["steps"] = "steps"
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _has_steps(self) -> Self:
        if not self.steps or len({step.at for step in self.steps}) < len(self.steps):
            raise ValueError("steps: give at least one, and no value twice")
        return self

    def raw(self, case: Case) -> list[Number]:
        """One per region."""
        return [
            max((step.raw for step in self.steps if case.reaches(value, step.at)), default=Fraction(0))
            for value in case.values
        ]

    def formula(self, cells: Cells) -> str:
        """See ``raw``."""
        reached = "0"
        for step in sorted(self.steps, key=lambda step: step.raw):
            reached = f"IF({cells.reaches(written(step.at))},{written(step.raw)},{reached})"
        return reached
