"""Where a rule finds its numbers in a workbook, so that it can be written as a formula that Excel recalculates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True)
class Cells:
    """References to the numbers of one objective of one region.

    Attributes:
        value: The cell with its value.
        target: With its target, blank where there is none.
        base: With the figure a year before, blank where it is not known.
        weight: With the points it can earn by the scheme.
        group: The cells with the values of all regions of its group; blank ones are not scored.
        direction: Which values are better.
    """

    value: str
    target: str
    base: str
    weight: str
    group: str
    direction: Literal["higher", "lower"]

    def reaches(self, target: str) -> str:
        """A condition: the value is as good as a number or cell."""
        return f"{self.value}{'>=' if self.direction == 'higher' else '<='}{target}"

    @property
    def best(self) -> str:
        """The best value of the group."""
        return f"{'MAX' if self.direction == 'higher' else 'MIN'}({self.group})"

    @property
    def worst(self) -> str:
        """The worst value of the group."""
        return f"{'MIN' if self.direction == 'higher' else 'MAX'}({self.group})"


def written(number: Fraction) -> str:
    """A number of a scheme in a formula, exactly: a decimal, or a quotient in brackets."""
    for power in range(16):
        scaled = number * 10**power
        if scaled.denominator == 1:
            plain = f"{Decimal(int(scaled)).scaleb(-power):f}"
            return f"({plain})" if number < 0 else plain
    return f"({number.numerator}/{number.denominator})"


def bounded(raw: str) -> str:
    """A formula kept between 0 and 100."""
    return f"MAX(0,MIN(100,{raw}))"
