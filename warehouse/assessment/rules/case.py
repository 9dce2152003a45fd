"""What a scoring rule is given: one objective of one region group in one period, all of its regions side by side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from warehouse.assessment.rules.cells import Cells

Number = Fraction | None

FULL = Fraction(100)
"""The raw score of an objective that is wholly fulfilled; points are weight × raw ÷ 100."""


@dataclass(frozen=True)
class Case:
    """One objective of a region group in one period.

    Attributes:
        values: One per region, in the objective's unit; every one is known.
        targets: One per region; None where there is none.
        bases: The same figure a year before; None where it is not known.
        weights: Points that each region can get, before anything is redistributed.
        direction: Which values are better.
    """

    values: Sequence[Fraction]
    targets: Sequence[Number]
    bases: Sequence[Number]
    weights: Sequence[Fraction]
    direction: Literal["higher", "lower"]

    def is_better(self, one: Fraction, other: Fraction) -> bool:
        """Whether a value is better than another."""
        return one > other if self.direction == "higher" else one < other

    def reaches(self, value: Fraction, target: Fraction) -> bool:
        """Whether a value is as good as a target."""
        return value >= target if self.direction == "higher" else value <= target


class Rule(BaseModel, ABC):
    """A way from a value to a raw score of 0 to 100.

    ``raw`` gives one score per region, and None where the rule cannot be applied, for want of a target or of the figure
    a year before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    needs_target: ClassVar[bool] = False
    needs_base: ClassVar[bool] = False
    compares: ClassVar[bool] = False
    """Whether it measures regions of a group by each other, so that one alone has everything."""

    @abstractmethod
    def raw(self, case: Case) -> list[Number]:
        """One raw score per region."""

    @abstractmethod
    def formula(self, cells: Cells) -> str:
        """The same of one region as a formula for Excel, ``""`` where it cannot be applied."""


def within(raw: Fraction, low: Fraction = Fraction(0), high: Fraction = FULL) -> Fraction:
    """A score kept between two bounds."""
    return max(low, min(high, raw))
