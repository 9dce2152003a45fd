"""Columns that two departments ask for of the same object, and how often both hold the same.

Two ledgers speak of the same object where both hold its number: a resident's, a credit code, a pupil's, or a number that
bears the same title in both (户编号). Columns are thought the same by kind or by title; whether they are is measured: of
the objects that both know, how many have equal values. Names and numbers are compared as tokens.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from expectations.burden.there import columns_there
from warehouse.guard import ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Column, Contract

Row = dict[str, Any]
Pair = tuple["Column", "Column"]

_NUMBERS = ("resident_id", "credit_code", "student_number")
"""Kinds by which an object is known everywhere."""
_KINDS = (*_NUMBERS, "phone", "bank_card")
"""Kinds that mean the same under whatever title."""
_SAME = 0.5
"""Share of equal values from which two columns are told to ask for the same thing."""
_FEWEST = 20
"""Objects known to both below which nothing is told."""


def asked_twice(connection: DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[Row]:
    """Columns asked for twice, those of most objects first.

    Returns:
        ``dataset, column, other_dataset, other_column, key`` (its title), ``objects`` known to both, ``both`` with values in both,
        ``equal``, ``share`` (0 to 1). Only pairs of which at least half of the values are equal.
    """
    there = [
        (contract, own) for contract, own in columns_there(connection, contracts) if contract.form is None
    ]
    found = [
        row
        for one, other in combinations(there, 2)
        if one[0].department != other[0].department
        for row in _measured(connection, one, other)
    ]
    kept = _widest([row for row in found if row["both"] >= _FEWEST and row["share"] >= _SAME])
    return sorted(kept, key=lambda row: (-row["equal"], row["dataset"], row["column"], row["other_column"]))


def _measured(
    connection: DuckDBPyConnection,
    one: tuple[Contract, Sequence[Column]],
    other: tuple[Contract, Sequence[Column]],
) -> Iterator[Row]:
    """Every pair of columns of two datasets, by every number that both know objects by."""
    pairs = [(a, b) for a in one[1] for b in other[1] if _are_alike(a, b)]
    for link in ((a, b) for a, b in pairs if _names_objects(a)):
        rest = [pair for pair in pairs if pair != link and not (_names_objects(pair[0]) and pair[0].key)]
        if not rest:
            continue
        sql = _sql(one[0].dataset, other[0].dataset, link, rest)
        (counted,) = ask(connection, sql).to_pylist()
        for at, (a, b) in enumerate(rest):
            both = counted[f"both_{at}"]
            yield {
                "dataset": one[0].dataset,
                "column": a.name,
                "other_dataset": other[0].dataset,
                "other_column": b.name,
                "key": link[0].title,
                "objects": counted["objects"],
                "both": both,
                "equal": counted[f"equal_{at}"],
                "share": counted[f"equal_{at}"] / both if both else 0.0,
            }


def _sql(one: str, other: str, link: Pair, pairs: Sequence[Pair]) -> str:
    """Objects of both datasets, each as it was last handed in, column by column."""
    counts = ", ".join(
        f'count(*) filter (a."{x.name}" is not null and b."{y.name}" is not null) as both_{at}, '
        f'count(*) filter (a."{x.name}"::varchar = b."{y.name}"::varchar) as equal_{at}'
        for at, (x, y) in enumerate(pairs)
    )
    latest = (
        'select distinct on ("{0}") * from "{1}" where "{0}" is not null order by "{0}", period desc, row'
    )
    return (
        f"with a as ({latest.format(link[0].name, one)}), b as ({latest.format(link[1].name, other)}) "  # noqa: S608 - names of contracts
        f'select count(*) as objects, {counts} from a join b on a."{link[0].name}" = b."{link[1].name}"'
    )


def _widest(rows: Sequence[Row]) -> list[Row]:
    """Of a pair of columns measured by several numbers, that of most equal values."""
    best: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in ("dataset", "column", "other_dataset", "other_column"))
        if key not in best or row["equal"] > best[key]["equal"]:
            best[key] = row
    return list(best.values())


def _are_alike(one: Column, other: Column) -> bool:
    """Whether two columns seem to ask for the same: by role, kind, or a title that both bear."""
    if one.role or other.role:
        return one.role == other.role == "village_name"
    if one.kind in _KINDS or other.kind in _KINDS:
        return one.kind == other.kind
    return one.type == other.type and not _titles(one).isdisjoint(_titles(other)) and one.title not in _LOOSE


_LOOSE = ("备注",)
"""Titles that every form has and that ask for nothing particular."""


def _names_objects(column: Column) -> bool:
    return column.kind in _NUMBERS or column.kind == "identifier"


def _titles(column: Column) -> set[str]:
    return {
        "".join(unicodedata.normalize("NFKC", title).split()) for title in (column.title, *column.aliases)
    }
