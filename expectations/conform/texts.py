"""A column of text as its distinct values, cleaned: what every parser of this room works on.

A ledger repeats itself (villages, dates, yes and no), so a value is cleaned and parsed once however often it
stands there. Parsers see distinct texts and answer for them; ``Texts`` spreads the answer over the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.cleaning import clean
from expectations.conform.patterns import Mask, Pattern, matches
from expectations.findings import drafts
from expectations.rules import Told, told

NOTHING = Pattern(r"^(?:[—–―─\-/\\]+|无|(?i:n/a|null|\(null\)|none|nan))$", signs="—–―─-/\\无nN")
"""What clerks and the systems they export from write where there is nothing; free text may mean it."""

LOST_DIGITS = Pattern(r"^\d(?:\.\d+)?[eE]\+?1\d$", signs="eE")
"""A long number that a spreadsheet kept as a float: its last digits are gone."""

_SAMPLE = 5_000
_WORTH = 0.9
"""Share of distinct texts in a sample up to which a column is brought to its distinct texts."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with some of the distinct texts.

    Attributes:
        at: Which distinct texts.
        told: The rule, and what is said of it.
    """

    at: Mask
    told: Told


def problem(at: Mask, rule: str, case: str = "", /, **facts: object) -> tuple[Problem, ...]:
    """The problem of the marked texts, as ``rules.told`` says it; none where no text is marked."""
    return (Problem(at, told(rule, case, **facts)),) if at.any() else ()


@dataclass(frozen=True)
class Parsed:
    """The distinct texts as typed values (missing where there is a problem), and the problems.

    Attributes:
        values: One typed value per distinct text.
        problems: What is wrong where.
        helpers: More values per distinct text, by the suffix of the helper column's name.
        has_decimal_commas: Whether its decimals are written with a comma.
    """

    values: pa.Array
    problems: tuple[Problem, ...] = ()
    helpers: Mapping[str, pa.Array] = field(default_factory=dict)
    has_decimal_commas: bool = False


@dataclass(frozen=True)
class Texts:
    """One column of text.

    Attributes:
        values: The distinct texts, cleaned, in order of appearance; a text may stand
            there twice (two spellings that clean to one; a column that hardly repeats).
        indices: For each row the place in ``values``; null where blank.
        raw: The cells as read.
        title: The column's title, for messages.
    """

    values: pa.StringArray
    indices: pa.Int32Array
    raw: pa.ChunkedArray = field(repr=False)
    title: str = ""

    def __len__(self) -> int:
        return len(self.indices)

    def spread(self, values: pa.Array) -> pa.Array:
        """Values of the distinct texts over the rows."""
        return values.take(self.indices)

    def positions(self, at: Mask) -> npt.NDArray[np.int64]:
        """Rows whose distinct text is marked."""
        if not at.any():
            return np.empty(0, dtype=np.int64)
        marked = pc.fill_null(self.spread(pa.array(at)), False)
        return np.flatnonzero(marked.to_numpy(zero_copy_only=False))

    def among(self, rows: Mask) -> Mask:
        """Which distinct texts stand in the marked rows."""
        places = self.indices.filter(pa.array(rows)).drop_null().to_numpy(zero_copy_only=False)
        found = np.zeros(len(self.values), dtype=bool)
        found[places] = True
        return found

    def drafts(self, problem: Problem, column: str) -> pd.DataFrame:
        """The drafts of a problem, with the raw cells as values."""
        rows = self.positions(problem.at)
        shown = pd.Series(self.raw.take(pa.array(rows)).to_pandas())
        return drafts(pd.Index(rows), problem.told, column=column, values=shown)


def read_texts(raw: pa.ChunkedArray, *, title: str = "", nothing: Pattern | None = NOTHING) -> Texts:
    """Clean a column (``cleaning.clean``), blank marks to null.

    Args:
        raw: Cells as read, strings.
        title: Column title for messages.
        nothing: Pattern of texts that mean nothing; None where any text counts.
    """
    distinct, indices = encode(raw.combine_chunks())
    cleaned = clean(distinct)
    blank = pc.binary_length(cleaned).to_numpy() == 0
    if nothing is not None:
        blank |= matches(cleaned, nothing)
    if not blank.any():
        return Texts(cleaned, indices, raw, title)
    # Blank marks leave the dictionary, so that no parser meets them.
    places = pa.array(np.cumsum(~blank) - 1, type=pa.int32(), mask=blank)
    return Texts(cleaned.filter(pa.array(~blank)), places.take(indices), raw, title)


def encode(array: pa.StringArray) -> tuple[pa.StringArray, pa.Int32Array]:
    """Distinct texts and each row's place among them; texts that hardly repeat are not worth the hashing."""
    encoded = array.slice(0, _SAMPLE).dictionary_encode()
    if len(encoded.dictionary) <= _WORTH * len(encoded):
        encoded = encoded if len(encoded) == len(array) else array.dictionary_encode()
        return encoded.dictionary, encoded.indices
    filled = array.is_valid()
    places = np.cumsum(filled.to_numpy(zero_copy_only=False), dtype=np.int32) - 1
    return array.drop_null(), pc.if_else(filled, pa.array(places), pa.scalar(None, pa.int32()))
