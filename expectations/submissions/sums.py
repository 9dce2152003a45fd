"""What rows of a table come to, column by column; each column is looked at once, however often it is added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import fsum

import numpy as np
import numpy.typing as npt

from expectations.conform import Conformed

Rows = npt.NDArray[np.bool_]


class Sums:
    """The sums of one table.

    Args:
        table: With the contract's columns of numbers.
    """

    def __init__(self, table: Conformed) -> None:
        self._table = table
        self._columns: dict[str, _Numbers | None] = {}

    @cached_property
    def _spoilt(self) -> Mapping[str, list[int]]:
        """By column the rows in which something is wrong with its cell."""
        found: dict[str, list[int]] = defaultdict(list)
        for column, row in zip(self._table.findings["column"], self._table.findings["position"], strict=True):
            if row >= 0:
                found[column].append(row)
        return found

    def of(self, name: str, rows: Rows) -> float | None:
        """What some rows come to in a column; None without it, or where one holds something that is no number."""
        column = self._column(name)
        return None if column is None else column.sum(rows)

    def whole(self, name: str) -> float | None:
        """The same of all rows."""
        column = self._column(name)
        return None if column is None else column.whole

    def _column(self, name: str) -> _Numbers | None:
        if name not in self._columns:
            self._columns[name] = self._read(name) if name in self._table.columns else None
        return self._columns[name]

    def _read(self, name: str) -> _Numbers | None:
        raw = self._table.extract.cells[str(self._table.columns[name])]
        if raw.null_count == len(raw):
            return None
        values = self._table.frame[name].to_numpy("float64", na_value=np.nan)
        is_spoilt = np.zeros(len(values), dtype=bool)
        is_spoilt[self._spoilt.get(name, [])] = True
        return _Numbers(values, is_spoilt)


@dataclass(frozen=True)
class _Numbers:
    """A column by row: its numbers, NaN where there is none, and where something is wrong with the cell."""

    values: npt.NDArray[np.float64]
    is_spoilt: Rows

    @cached_property
    def whole(self) -> float | None:
        return self.sum(np.ones(len(self.values), dtype=bool))

    def sum(self, rows: Rows) -> float | None:
        if (rows & self.is_spoilt).any():
            return None
        chosen = self.values[rows]
        return fsum(chosen[~np.isnan(chosen)].tolist())
