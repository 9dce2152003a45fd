"""A quarter: its months, the one before, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.periods import Month, months_of

_NAMES = "一二三四"


@dataclass(frozen=True)
class Quarter:
    """A quarter.

    Attributes:
        text: ``2025Q3``.

    Raises:
        ValueError: It is none.
    """

    text: str

    def __post_init__(self) -> None:
        if "Q" not in self.text or len(months_of(self.text)) != 3:
            raise ValueError(f"{self.text!r} is no quarter; write 2025Q3")

    @classmethod
    def of(cls, month: str) -> Quarter:
        """The quarter that a month lies in."""
        one = Month(month)
        return cls(f"{one.year}Q{(one.month + 2) // 3}")

    @property
    def months(self) -> list[str]:
        """``2025-07, 2025-08, 2025-09``."""
        return [month.text for month in months_of(self.text)]

    @property
    def last(self) -> str:
        """Its last month."""
        return self.months[-1]

    @property
    def before(self) -> Quarter:
        """The quarter before it."""
        return Quarter.of((Month(self.months[0]) - 1).text)

    @property
    def so_far(self) -> list[str]:
        """The months of its year up to its last."""
        return [month.text for month in months_of(self.last[:4]) if month.text <= self.last]

    @property
    def title(self) -> str:
        """``2025年第三季度``."""
        return f"{self.text[:4]}年第{_NAMES[int(self.text[5]) - 1]}季度"
