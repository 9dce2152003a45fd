"""The cells in which two states of the same rows differ: the comparison is that of ``expectations.resubmission``.

That counts, and says where rows stand. Rows are numbered here before they are given to it, so that where a row stands
says which row it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from expectations.contracts.model import Contract
from expectations.contracts.records import RECORD_NAMES
from expectations.resubmission import compare
from warehouse.codes import DIGITS

Row = dict[str, Any]

_PLACE = ("region_code", "period", "submission_id", "sheet", "row")


@dataclass(frozen=True)
class ChangedCell:
    """One cell that differs, or one row that is new or gone.

    Attributes:
        what: ``changed``, ``added`` or ``gone``.
        key: The values of the contract's key; without one, what the row is about.
        region_code, period: Of the row.
        submission_id, sheet, row: Where it stands now; of a row that is gone, where it stood.
        column: The contract's column; blank for a whole row.
        before, now: Values; private ones are tokens.
    """

    what: Literal["changed", "added", "gone"]
    key: str
    region_code: str
    period: str
    submission_id: str
    sheet: str
    row: int
    column: str = ""
    before: Any = None
    now: Any = None


def changed_cells(
    now: pa.Table, before: pa.Table, contract: Contract, *, by_region: bool = False
) -> Iterator[ChangedCell]:
    """Changed cells, row by row as they stand now, then added rows, then those that are gone.

    Args:
        now, before: Records of the contract.
        contract: Says what tells rows apart.
        by_region: As ``compare`` takes it.
    """
    forth = compare(_numbered(now), _numbered(before), contract, by_region=by_region)
    back = compare(_numbered(before), _numbered(now), contract, by_region=by_region)
    gone = [at for *_, at in forth.gone_at]
    added = [at for *_, at in back.gone_at]
    new, old = ([at for _, at in sorted(one.changed_at)] for one in (forth, back))
    for row, was in _pairs(now, new, before, old, contract):
        for column in contract.columns:
            if column.name not in RECORD_NAMES and row[column.name] != was[column.name]:
                yield _cell("changed", row, contract, column.name, was[column.name], row[column.name])
        if row["region_code"] != was["region_code"]:
            yield _cell("changed", row, contract, "region_code", was["region_code"], row["region_code"])
    yield from (_cell("added", row, contract) for row in _of(now, added))
    yield from (_cell("gone", row, contract) for row in _of(before, gone))


def _numbered(rows: pa.Table) -> pa.Table:
    """The rows with their number for the place where they stand."""
    at = rows.schema.get_field_index("row")
    return rows.set_column(at, rows.schema.field(at), pa.array(range(rows.num_rows), pa.int64()))


def _of(rows: pa.Table, numbers: Sequence[int]) -> list[Row]:
    found: list[Row] = rows.take(pa.array(numbers, pa.int64())).to_pylist()
    return found


def _alike(one: Row, other: Row) -> tuple[bool, int]:
    """How near two rows are: handed in for one region, and the digits of the smallest one that holds both."""
    codes = one["region_code"], other["region_code"]
    digits = sorted(DIGITS.values(), reverse=True)
    near = next((some for some in digits if codes[0][:some] == codes[1][:some]), 0)
    return one["handed_in_as"] == other["handed_in_as"], near


def _pairs(
    now: pa.Table, new: Sequence[int], before: pa.Table, old: Sequence[int], contract: Contract
) -> Iterator[tuple[Row, Row]]:
    """Every changed row with what it was: found by its key, else asked of the comparison row by row."""
    if contract.identity:
        known: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        names = ("period", *contract.identity)
        for was in _of(before, old):
            known[tuple(was[name] for name in names)].append(was)
        for row in _of(now, new):
            those = known[tuple(row[name] for name in names)]
            was = max(those, key=lambda one: _alike(one, row))
            those.remove(was)
            yield row, was
        return
    left = list(old)
    for at in new:
        one, rest = now.slice(at, 1), before.take(pa.array(left, pa.int64()))
        others = {number for *_, number in compare(_numbered(one), _numbered(rest), contract).gone_at}
        found = next(number for number in range(len(left)) if number not in others)
        yield one.to_pylist()[0], rest.slice(found, 1).to_pylist()[0]
        del left[found]


def _cell(
    what: Literal["changed", "added", "gone"],
    row: Row,
    contract: Contract,
    column: str = "",
    before: Any = None,
    now: Any = None,
) -> ChangedCell:
    names = contract.key or [one.name for one in contract.columns if one.type == "string" and not one.private]
    key = " ".join(str(row[name]) for name in names if row.get(name) is not None)
    place = {name: row[name] for name in _PLACE}
    return ChangedCell(what, key, **place, column=column, before=before, now=now)
