"""The cells of one table as they may be shown: private columns masked, private values typed elsewhere found and masked.

Clerks write a phone into the remarks, an ID into the village column, a householder's name into a note. Columns that
are private by contract become tokens in staging; this is about everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.model import Conformed
from expectations.contracts.model import Column, Contract
from expectations.findings import drafts, no_drafts
from expectations.privacy.masks import mask_all
from expectations.privacy.meaning import is_private_column
from expectations.privacy.names import mask_name
from expectations.privacy.numbers import SUSPECT, as_arrow, scrub, suspected
from expectations.privacy.shield import Shield
from expectations.rules import Told, told

Rows = npt.NDArray[np.int64]

_MOBILE = (13_000_000_000, 20_000_000_000)
_RULE = "private_in_text"


class SafeCells:
    """What may be shown of one table.

    Args:
        conformed: The table.
        contract: Says which columns are private.
        shield: Of the submission it belongs to.
    """

    def __init__(self, conformed: Conformed, contract: Contract, shield: Shield) -> None:
        self._shield = shield
        self._table = conformed
        self._contract = contract
        self._known = {str(at): contract.by_name[name] for name, at in conformed.columns.items()}
        self._meanings: dict[str, bool] = {}
        self._names = [
            conformed.frame[column.name]
            for column in contract.columns
            if column.kind == "person_name" and column.name in conformed.columns
        ]

    def shown(self, at: str, rows: Rows) -> pd.Series:
        """Cells of some rows of a column of the extract, masked where the column is private, else cleaned."""
        cells = self._table.extract.cells[at].take(pa.array(rows)).to_pandas()
        return mask_all(cells) if self._is_private(at) else self._cleaned(cells, self._known.get(at), rows)

    def title(self, title: str) -> str:
        """A header as it may be shown: people type over headers too."""
        return self._shield.text(title)

    def texts(self, values: pd.Series) -> pd.Series:
        """Texts that belong to no one column, as they may be shown."""
        return self._shield.texts(values)

    def recorded(self, column: Column) -> pd.Series:
        """A conformed column that is not private, as it may be written."""
        values = self._table.frame[column.name]
        return self._cleaned(values, column) if column.name in self._leaking else values

    def findings(self) -> pd.DataFrame:
        """A draft for every cell with a private value in a column that is not private."""
        parts = [*self._in_texts(), *self._in_numbers()]
        return pd.concat(parts, ignore_index=True) if parts else no_drafts()

    @cached_property
    def _leaking(self) -> dict[str, Rows]:
        """Text columns with private values in them, and the rows."""
        found = {}
        for at, column in self._doubtful():
            cells = self._table.extract.cells[at].to_pandas()
            cleaned = self._cleaned(cells, column)
            if cleaned is not cells:
                found[column.name] = np.flatnonzero((cells != cleaned) & cells.notna())
        return found

    def _doubtful(self) -> Iterator[tuple[str, Column]]:
        """Text columns that are not private and may yet hold a private value."""
        texts = {at: column for at, column in self._known.items() if _is_open_text(column)}
        cells = {at: self._table.extract.cells[at] for at in texts}
        free = [at for at, column in texts.items() if not _is_given(column)]
        numbered = suspected(cells, SUSPECT)
        named = suspected({at: cells[at] for at in free}, self._shield.names.suspect)
        named |= {at for at in free if self._names_own_people(cells[at])}
        named |= {at for at in texts if at not in free and self._shield.names.are_in(cells[at])}
        yield from ((at, column) for at, column in texts.items() if at in numbered or at in named)

    def _names_own_people(self, cells: pa.ChunkedArray) -> bool:
        """Whether a text names the person of its own row, whose name is too short to be known by itself."""
        if not self._short:
            return False
        words = cells.to_pylist()
        return any(name in words[place] for place, name in self._short if words[place] is not None)

    @cached_property
    def _short(self) -> list[tuple[int, str]]:
        return [pair for names in self._names for pair in _short_names(names)]

    def _in_texts(self) -> Iterator[pd.DataFrame]:
        for name, rows in self._leaking.items():
            column = self._contract.by_name[name]
            yield self._drafts(column, rows, told(_RULE, title=column.title))

    def _in_numbers(self) -> Iterator[pd.DataFrame]:
        """Mobile numbers where a quantity should be; sums of money may be as long."""
        for column in self._known.values():
            if column.type not in ("number", "integer") or column.unit == "元" or column.private:
                continue
            values = self._table.frame[column.name].to_numpy(dtype="float64", na_value=np.nan)
            rows = np.flatnonzero((values >= _MOBILE[0]) & (values < _MOBILE[1]) & (values % 1 == 0))
            if len(rows):
                said = told(_RULE, "number", title=column.title)
                yield self._drafts(column, rows, replace(said, severity="error"))

    def _drafts(self, column: Column, rows: Rows, said: Told) -> pd.DataFrame:
        shown = self.shown(str(self._table.columns[column.name]), rows)
        return drafts(pd.Index(rows), said, column=column.name, values=shown)

    def _is_private(self, at: str) -> bool:
        """A column of the contract as it says; any other by what it means."""
        if at in self._known:
            return self._known[at].private
        if at not in self._meanings:
            path = next(one.path for one in self._table.extract.table.columns if str(one.index) == at)
            self._meanings[at] = is_private_column("".join(path), self._table.extract.cells[at])
        return self._meanings[at]

    def _cleaned(self, values: pd.Series, column: Column | None, rows: Rows | None = None) -> pd.Series:
        """Without private numbers and names; the same object where there are none."""
        cleaned = scrub(values, cards=column is None or column.kind != "identifier")
        if column is not None and column.type != "string":
            return cleaned
        if column is not None and _is_given(column):
            return self._shield.names.clean_whole(cleaned)
        cleaned = self._shield.names.clean(cleaned)
        for names in self._names:
            cleaned = _without_own_name(cleaned, names if rows is None else names.iloc[rows])
        return cleaned


def _is_open_text(column: Column) -> bool:
    """Whether a column holds texts that others may see, among them what is no code of a company."""
    return column.type == "string" and not column.private and column.kind != "credit_code"


def _is_given(column: Column) -> bool:
    """Whether the contract says what the column's texts are; a name is not looked for inside them."""
    return bool(column.kind or column.role or column.enum or column.pattern)


def _short_names(people: pd.Series) -> list[tuple[int, str]]:
    """Names of two characters, and where they stand."""
    names = as_arrow(people)
    short = np.flatnonzero(pc.fill_null(pc.equal(pc.utf8_length(names), 2), False))
    return list(zip(short.tolist(), names.take(pa.array(short)).to_pylist(), strict=True))


def _without_own_name(texts: pd.Series, own: pd.Series) -> pd.Series:
    """Texts without the name of their own row, where it is too short to be known by itself."""
    short = _short_names(own)
    if not short:
        return texts
    words = _objects(texts)
    inside = {
        place: words[place].replace(name, mask_name(name))
        for place, name in short
        if words[place] is not None and name in words[place]
    }
    if not inside:
        return texts
    cleaned = words.copy()
    cleaned[list(inside)] = list(inside.values())
    return pd.Series(cleaned, index=texts.index, dtype="str")


def _objects(texts: pd.Series) -> npt.NDArray[np.object_]:
    """Texts as Python strings, None where missing; far faster than iterating the column."""
    objects: npt.NDArray[np.object_] = as_arrow(texts).to_numpy(zero_copy_only=False)
    return objects
