"""What may be shown of one submission: its texts without private numbers and the people it names, its sheets by safe names.

The people are those of all its tables: whoever is a householder on one sheet is masked in the remarks of another. What
each column of a table may show stands in ``safe_cells``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.extract import Extract
from expectations.conform.model import Conformed
from expectations.contracts.model import Contract
from expectations.privacy.meaning import people_in
from expectations.privacy.names import KnownNames, looks_like_name, mask_name
from expectations.privacy.numbers import scrub, scrub_text
from expectations.privacy.words import COMMON_SURNAMES

_APART = re.compile(r"([\d\s_\-—.、，,;；()（）【】\[\]《》“”‘’：:+&]+)")

MASKED_SHEET = r"（第\d+张）$"
"""How the shown name of a sheet ends whose own name had to be masked: two such are still told apart."""


class Shield:
    """Texts of one submission as others may see them.

    Args:
        names: The people it names.
        sheets: Its sheets by name, in their order.
    """

    def __init__(self, names: KnownNames | None = None, sheets: Iterable[str] = ()) -> None:
        self.names = KnownNames() if names is None else names
        self.sheets: Mapping[str, str] = {
            sheet: shown if shown == sheet else f"{shown}（第{place}张）"
            for place, sheet in enumerate(dict.fromkeys(sheets), start=1)
            for shown in [self.label(sheet)]
        }

    def text(self, text: str) -> str:
        """One text, cleaned."""
        return scrub_text(self.names.clean_text(text))

    def texts(self, values: pd.Series) -> pd.Series:
        """A column of texts, cleaned; the same object where there is nothing to clean."""
        return scrub(self.names.clean(values))

    def label(self, text: str) -> str:
        """The name of a sheet, a file or a folder: also cleaned of a name that stands for itself in it."""
        pieces = _APART.split(self.text(text))
        return "".join(mask_name(piece) if _is_name_alone(piece) else piece for piece in pieces)

    def path(self, path: str) -> str:
        """A path with every folder and the file cleaned; the department's folder, its first part, stays."""
        department, *parts = PurePosixPath(path).parts or ("",)
        if not parts:
            return self._file(department)
        return "/".join([department, *map(self.label, parts[:-1]), self._file(parts[-1])])

    def _file(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        return f"{self.label(stem)}.{ending}" if dot and stem else self.label(name)


def shield_of(tables: Sequence[Conformed], contract: Contract, leftovers: Sequence[Extract] = ()) -> Shield:
    """The shield of a submission.

    Args:
        tables: What was taken for the contract's dataset.
        contract: The contract.
        leftovers: Its other tables.
    """
    extracts = [*(table.extract for table in tables), *leftovers]
    return Shield(KnownNames(_people(tables, contract, leftovers)), (one.sheet for one in extracts))


def _people(tables: Sequence[Conformed], contract: Contract, leftovers: Sequence[Extract]) -> Iterator[str]:
    for table in tables:
        yield from _private_names(table, contract)
        described = set(table.columns.values())
        yield from _in_others(table.extract, described)
    for extract in leftovers:
        yield from _in_others(extract, set())


def _private_names(table: Conformed, contract: Contract) -> list[str]:
    """Cells of columns of names, but for what stands more often in columns of places and kinds: rows slip sideways."""
    people, others = [], []
    for name, at in table.columns.items():
        column = contract.by_name[name]
        cells = table.extract.cells[str(at)]
        if column.kind == "person_name":
            people += cells.chunks
        elif column.role or column.enum:
            others += cells.chunks
    if not people:
        return []
    counted = pc.value_counts(pa.chunked_array(people, pa.string()).drop_null())
    names = counted.field("values")
    elsewhere = pa.chunked_array(others, pa.string()).filter(
        pc.is_in(pa.chunked_array(others, pa.string()), value_set=names)
    )
    often = {row["values"]: row["counts"] for row in pc.value_counts(elsewhere).to_pylist()}
    if not often:
        return list(names.to_pylist())
    return [row["values"] for row in counted.to_pylist() if row["counts"] >= often.get(row["values"], 0)]


def _in_others(extract: Extract, described: set[int]) -> Iterator[str]:
    for column in extract.table.columns:
        if column.index not in described:
            yield from people_in("".join(column.path), extract.cells[str(column.index)])


def _is_name_alone(piece: str) -> bool:
    """Whether a piece of a title is a name beyond much doubt: three characters that begin with a common surname."""
    return len(piece) == 3 and piece[0] in COMMON_SURNAMES and looks_like_name(piece)
