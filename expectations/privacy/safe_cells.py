"""The cells of tables as they may be shown: private columns masked, private values typed elsewhere found and masked.

Clerks write a phone into the remarks, an ID into the village column, a householder's name into a note. Columns that
are private by contract become tokens in staging; this is about everything else. A text is looked at once for all
tables; a person is looked for only in the texts of the submission that names them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.joined import Joined, Positions
from expectations.contracts.model import Column, Contract
from expectations.findings import drafts, no_drafts
from expectations.privacy.columns import as_arrow, in_arrow, shown_form, with_texts
from expectations.privacy.masks import masked
from expectations.privacy.meaning import is_private_column
from expectations.privacy.names import KnownNames, mask_name
from expectations.privacy.numbers import scrubbed
from expectations.privacy.shield import Shield
from expectations.rules import Told, told

_MOBILE = (13_000_000_000, 20_000_000_000)
_RULE = "private_in_text"


@dataclass(frozen=True)
class Cells:
    """Some cells of one column of an extract.

    Attributes:
        table: Whose.
        at: The column's name in the extract.
        rows: Their rows, at joint positions.
        texts: What stands there.
    """

    table: int
    at: str
    rows: Positions
    texts: pa.ChunkedArray = field(repr=False)


class _Look(NamedTuple):
    """How texts are looked through: whether for bank cards, and for names that are all of a cell or stand in it."""

    cards: bool
    names: Literal["", "whole", "inside"]


class SafeCells:
    """What may be shown of tables.

    Args:
        joined: The tables.
        contract: Says which columns are private.
        shields: Of the submission that each table belongs to.
    """

    def __init__(self, joined: Joined, contract: Contract, shields: Sequence[Shield]) -> None:
        self._joined, self._contract, self._shields = joined, contract, shields
        own = {id(shield): shield.names for shield in shields}
        self._names = list(own.values())
        self._named_by = np.array([list(own).index(id(shield)) for shield in shields], dtype=np.int64)
        self._meanings: dict[tuple[int, str], bool] = {}
        self._known = [
            {str(at): contract.by_name[name] for name, at in table.columns.items()} for table in joined.tables
        ]

    def shown(self, asked: Sequence[Cells]) -> list[list[str | None]]:
        """Cells, masked where their column is private, else cleaned."""
        alike: dict[_Look | None, list[int]] = defaultdict(list)
        for place, one in enumerate(asked):
            alike[self._look(one)].append(place)
        shown: dict[int, list[str | None]] = {}
        for look, places in alike.items():
            texts = _under([chunk for place in places for chunk in asked[place].texts.chunks])
            rows = np.concatenate([asked[place].rows for place in places])
            cleaned = masked(texts) if look is None else self._cleaned(texts, rows, look)
            ends = np.cumsum([len(asked[place].rows) for place in places]).tolist()
            every = cleaned.to_pylist()
            shown |= {place: every[a:b] for place, a, b in zip(places, [0, *ends], ends, strict=False)}
        return [shown[place] for place in range(len(asked))]

    def title(self, table: int, title: str) -> str:
        """A header as it may be shown: people type over headers too."""
        return self._shields[table].text(title)

    def text(self, table: int, text: str) -> str:
        """A text that belongs to no one column, as it may be shown."""
        (shown,) = self._shields[table].texts(pd.Series([text], dtype="str"))
        return str(shown)

    def recorded(self, column: Column) -> pd.Series:
        """A conformed column that is not private, as it may be written."""
        values = self._joined.frame[column.name]
        if column.name not in self._leaking:
            return values
        leaking, _ = self._leaking[column.name]
        rows = self._joined.rows(np.unique(self._joined.owners[leaking]).tolist())
        cleaned = in_arrow(values.iloc[rows], lambda texts: self._cleaned(texts, rows, _look_at(column)))
        values = values.copy()
        values.iloc[rows] = cleaned.to_numpy()
        return values

    def findings(self) -> pd.DataFrame:
        """A draft for every cell with a private value in a column that is not private, at joint positions."""
        parts = [*self._in_texts(), *self._in_numbers()]
        if not parts:
            return no_drafts()
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def _leaking(self) -> dict[str, tuple[Positions, pa.StringArray]]:
        """Text columns with private values in them: the rows, and what may be shown of them."""
        found = {}
        for column in filter(_is_open_text, self._contract.columns):
            if not (tables := self._with(column)):
                continue
            rows, texts = self._joined.rows(tables), self._raw(column, tables)
            cleaned = self._cleaned(texts, rows, _look_at(column))
            if cleaned is not texts:
                at = np.flatnonzero(pc.fill_null(pc.not_equal(texts, cleaned), False))
                found[column.name] = rows[at], cleaned.take(pa.array(at))
        return found

    def _with(self, column: Column) -> list[int]:
        """The tables that have a column."""
        return [at for at, table in enumerate(self._joined.tables) if column.name in table.columns]

    def _raw(self, column: Column, tables: Sequence[int]) -> pa.StringArray:
        """The cells of a column as they were read."""
        having = [self._joined.tables[at] for at in tables]
        return _under(
            [
                chunk
                for table in having
                for chunk in table.extract.cells[str(table.columns[column.name])].chunks
            ]
        )

    def _in_texts(self) -> Iterator[pd.DataFrame]:
        for name, (rows, shown) in self._leaking.items():
            yield self._drafts(name, rows, told(_RULE, title=self._contract.by_name[name].title), shown)

    def _in_numbers(self) -> Iterator[pd.DataFrame]:
        """Mobile numbers where a quantity should be; sums of money may be as long."""
        for column in self._contract.columns:
            if column.type not in ("number", "integer") or column.unit == "元" or column.private:
                continue
            values = self._joined.frame[column.name].to_numpy(dtype="float64", na_value=np.nan)
            rows = np.flatnonzero((values >= _MOBILE[0]) & (values < _MOBILE[1]) & (values % 1 == 0))
            tables = self._with(column) if len(rows) else []
            rows = rows[np.isin(self._joined.owners[rows], tables)]
            if len(rows):
                every = self._joined.rows(tables)
                raw = self._raw(column, tables).take(pa.array(np.searchsorted(every, rows)))
                said = replace(told(_RULE, "number", title=column.title), severity="error")
                yield self._drafts(column.name, rows, said, self._cleaned(raw, rows, _look_at(column)))

    def _drafts(self, name: str, rows: Positions, said: Told, shown: pa.StringArray) -> pd.DataFrame:
        return drafts(pd.Index(rows), said, column=name, values=shown.to_pylist())

    def _look(self, cells: Cells) -> _Look | None:
        """How the cells of a column are looked through; None where it is private, and all of them are masked."""
        column = self._known[cells.table].get(cells.at)
        is_private = column.private if column is not None else self._means_people(cells.table, cells.at)
        return None if is_private else _look_at(column)

    def _means_people(self, table: int, at: str) -> bool:
        """Whether a column that is not the contract's is private by what it means."""
        if (table, at) not in self._meanings:
            extract = self._joined.tables[table].extract
            path = next(one.path for one in extract.table.columns if str(one.index) == at)
            self._meanings[table, at] = is_private_column("".join(path), extract.cells[at])
        return self._meanings[table, at]

    def _cleaned(self, texts: pa.StringArray, rows: Positions, look: _Look) -> pa.StringArray:
        """Texts of rows without private numbers and names; the same object where there are none."""
        cleaned = scrubbed(texts, cards=look.cards)
        if look.names == "whole":
            return self._without_names_alone(cleaned, rows)
        if look.names == "inside":
            return self._without_own_names(self._without_names(cleaned, rows), rows)
        return cleaned

    @cached_property
    def _people(self) -> KnownNames:
        """Everyone whom any of the submissions names."""
        return KnownNames.of_all(self._names)

    def _without_names_alone(self, texts: pa.StringArray, rows: Positions) -> pa.StringArray:
        at = np.flatnonzero(pc.is_in(texts, value_set=self._people.listed))
        return self._by_submission(
            texts, at, rows, lambda names, some: pa.array(map(names.clean_whole, some.to_pylist()), some.type)
        )

    def _without_names(self, texts: pa.StringArray, rows: Positions) -> pa.StringArray:
        distinct = texts.dictionary_encode()
        doubtful = pc.match_substring_regex(shown_form(distinct.dictionary), self._people.suspect)
        if not pc.any(doubtful).as_py():
            return texts
        at = np.flatnonzero(pc.fill_null(doubtful.take(distinct.indices), False))
        return self._by_submission(texts, at, rows, KnownNames.cleaned)

    def _by_submission(
        self,
        texts: pa.StringArray,
        at: Positions,
        rows: Positions,
        clean: Callable[[KnownNames, pa.StringArray], pa.StringArray],
    ) -> pa.StringArray:
        """Texts, some of them cleaned by the names of the submission whose row they stand in."""
        owners = self._named_by[self._joined.owners[rows[at]]]
        cleaned = texts
        for owner in np.unique(owners):
            own = at[owners == owner]
            before = texts.take(pa.array(own))
            after = clean(self._names[owner], before)
            if not after.equals(before):
                cleaned = with_texts(cleaned, own, after.to_pylist())
        return cleaned

    @cached_property
    def _short(self) -> list[dict[int, str]]:
        """By column of names, those of two characters by their row."""
        columns = [one for one in self._contract.columns if one.kind == "person_name"]
        return [self._short_in(column, tables) for column in columns if (tables := self._with(column))]

    def _short_in(self, column: Column, tables: Sequence[int]) -> dict[int, str]:
        rows = self._joined.rows(tables)
        names = as_arrow(self._joined.frame[column.name].iloc[rows])
        short = np.flatnonzero(pc.fill_null(pc.equal(pc.utf8_length(names), 2), False))
        return dict(zip(rows[short].tolist(), names.take(pa.array(short)).to_pylist(), strict=True))

    def _without_own_names(self, texts: pa.StringArray, rows: Positions) -> pa.StringArray:
        """Texts without the name of their own row, where it is too short to be known by itself."""
        if not any(self._short):
            return texts
        words = dict(enumerate(texts.to_pylist()))
        changed: dict[int, str] = {}
        for people in self._short:
            for place, row in enumerate(rows.tolist()):
                name, word = people.get(row), changed.get(place, words[place])
                if name is not None and word is not None and name in word:
                    changed[place] = word.replace(name, mask_name(name))
        return with_texts(texts, np.array(list(changed)), list(changed.values())) if changed else texts


def _under(chunks: Sequence[pa.StringArray]) -> pa.StringArray:
    """Texts under one another."""
    return pa.chunked_array(chunks, pa.string()).combine_chunks()


def _is_open_text(column: Column) -> bool:
    """Whether a column holds texts that others may see, among them what is no code of a company."""
    return column.type == "string" and not column.private and column.kind != "credit_code"


def _look_at(column: Column | None) -> _Look:
    """How the texts of a column are looked through; of one that is not the contract's, for everything."""
    if column is None:
        return _Look(True, "inside")
    cards = column.kind != "identifier"
    if column.type != "string":
        return _Look(cards, "")
    return _Look(cards, "whole" if _is_given(column) else "inside")


def _is_given(column: Column) -> bool:
    """Whether the contract says what the column's texts are; a name is not looked for inside them."""
    return bool(column.kind or column.role or column.enum or column.pattern)
