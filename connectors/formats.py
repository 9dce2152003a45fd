"""Number formats of the cells of a sheet that have a telling one: as arrays, for a ledger may have hundreds of thousands.

What a format means is known elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

Place = tuple[int, int]
Numbers = npt.NDArray[np.int64]


class Formats(Mapping[Place, str]):
    """Formats by ``(row, column)``, zero-based; where one is given twice, the later one counts."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._pieces: list[Numbers] = []
        self._loose: list[tuple[int, int, int]] = []

    @classmethod
    def of(cls, formats: Mapping[Place, str]) -> Formats:
        """The same formats in this form."""
        if isinstance(formats, Formats):
            return formats
        found = cls()
        for (row, column), name in formats.items():
            found.add(row, column, name)
        return found

    def add(self, row: int, column: int, name: str) -> None:
        """The format of one cell."""
        self._loose.append((row, column, self._number(name)))

    def add_styled(
        self,
        rows: npt.NDArray[np.integer],
        columns: npt.NDArray[np.integer],
        styles: npt.NDArray[np.integer],
        names: Mapping[int, str],
    ) -> None:
        """The formats of cells by the numbers of their styles; a style without a name tells nothing."""
        told = np.flatnonzero(np.isin(styles, list(names)))
        known, at = np.unique(styles[told], return_inverse=True)
        numbers = np.array([self._number(names[style]) for style in known.tolist()], np.int64)
        self._keep_loose()
        self._pieces.append(np.array([rows[told], columns[told], numbers[at]], np.int64))

    @property
    def names(self) -> Sequence[str]:
        """The formats that there are."""
        return list(self._names)

    @cached_property
    def cells(self) -> Numbers:
        """Row, column and place in ``names`` of each cell, by row and column; shape ``(3, cells)``; once all are added."""
        self._keep_loose()
        cells = np.concatenate([np.empty((3, 0), np.int64), *self._pieces], axis=1)
        keys = cells[0] << 16 | cells[1]
        if bool((keys[1:] > keys[:-1]).all()):
            return cells
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        return cells[:, order[np.append(keys[1:] != keys[:-1], True)]]

    @cached_property
    def _by_place(self) -> dict[Place, str]:
        rows, columns, numbers = self.cells.tolist()
        return dict(zip(zip(rows, columns, strict=True), map(self.names.__getitem__, numbers), strict=True))

    def _number(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))

    def _keep_loose(self) -> None:
        if self._loose:
            self._pieces.append(np.array(self._loose, np.int64).T)
            self._loose = []

    def __getitem__(self, place: Place) -> str:
        return self._by_place[place]

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_place)

    def __len__(self) -> int:
        return len(self.cells[0])
