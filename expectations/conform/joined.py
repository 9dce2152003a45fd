"""Tables of one dataset under one another: most tables are short, and a column costs by the call and not by the row.

A row has its position in all of them here. What is done to their rows does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.conform.model import HEADER, Conformed
from expectations.findings import no_drafts

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Joined:
    """Tables under one another.

    Attributes:
        tables: Which, all of one dataset.
        frame: Their rows; index = joint position.
        starts: Where each table begins, and where the last one ends.
    """

    tables: tuple[Conformed, ...]
    frame: pd.DataFrame = field(repr=False)  # as in ``Conformed``
    starts: Positions

    @classmethod
    def of(cls, tables: Sequence[Conformed]) -> Joined:
        """Join tables, at least one."""
        starts = np.cumsum([0, *(len(table.frame) for table in tables)], dtype=np.int64)
        return cls(tuple(tables), pd.concat([table.frame for table in tables], ignore_index=True), starts)

    @cached_property
    def owners(self) -> Positions:
        """The table of each row."""
        return np.repeat(np.arange(len(self.tables)), np.diff(self.starts))

    def rows(self, tables: Iterable[int]) -> Positions:
        """The positions of all rows of some tables, in their order."""
        parts = [np.arange(self.starts[at], self.starts[at + 1]) for at in tables]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    @cached_property
    def drafts(self) -> pd.DataFrame:
        """Drafts of conforming at joint positions (``HEADER`` stays), with the ``table`` that each is of."""
        parts = [(at, table.findings) for at, table in enumerate(self.tables) if len(table.findings)]
        if not parts:
            return no_drafts().assign(table=np.empty(0, dtype=np.int64))
        every = pd.concat([found for _, found in parts], ignore_index=True)
        tables = np.repeat([at for at, _ in parts], [len(found) for _, found in parts])
        position = every["position"].to_numpy()
        joint = np.where(position == HEADER, HEADER, position + self.starts[tables])
        return every.assign(position=joint, table=tables)
