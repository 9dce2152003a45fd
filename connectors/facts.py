"""What a workbook knows of a table's cells beside their text: it travels with them and is never written into the text.

What a fact means for a column is found elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Kinds = npt.NDArray[np.uint8]

TEXT, NUMBER, DATE, FORMULA = 0, 1, 2, 4
"""What a cell was: text or blank, a stored number, a day or time, a formula whose result is not stored."""


@dataclass(frozen=True)
class Facts:
    """The cells of one table, body rows only.

    Attributes:
        kinds: By grid column: what each body cell was; columns of nothing but text are left out.
        widths: By grid column and body row: to how many digits the number format fills up with zeros.
        from_1904: Whether the workbook counts its days from 1904 on.
    """

    kinds: Mapping[int, Kinds] = field(default_factory=dict, repr=False)
    widths: Mapping[int, Mapping[int, int]] = field(default_factory=dict, repr=False)
    from_1904: bool = False

    def are(self, column: int, kind: int, rows: int) -> npt.NDArray[np.bool_]:
        """Which of the rows' cells of a grid column are of a kind."""
        kinds = self.kinds.get(column)
        return np.zeros(rows, dtype=bool) if kinds is None else kinds == kind


def kind_of(value: type) -> int:
    """What a cell of a Python type was."""
    if issubclass(value, bool):
        return TEXT
    if issubclass(value, int | float):
        return NUMBER
    return DATE if issubclass(value, dt.date | dt.time | dt.timedelta) else TEXT
