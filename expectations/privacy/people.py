"""The people that a submission names: whoever is a householder on one sheet is masked in the remarks of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from connectors.extract import Extract
from expectations.conform.model import Conformed
from expectations.contracts.model import Contract
from expectations.privacy.meaning import people_in
from expectations.privacy.names import KnownNames
from expectations.privacy.shield import Shield


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
