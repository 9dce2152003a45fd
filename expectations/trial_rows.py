"""Rows as a clerk may leave them, blank or of any words, on which the conditions of a contract's rules are tried.

A condition that cannot bear such a row would end the judging of the whole file in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from expectations.contracts.model import Contract

if TYPE_CHECKING:
    import pandas as pd

_DTYPES = {
    "string": "str",
    "integer": "Int64",
    "number": "float64",
    "date": "datetime64[us]",
    "boolean": "boolean",
}
_ANY = {"string": "甲", "integer": 0, "number": 0.0, "date": "2024-02-29", "boolean": False}
_GIVEN = {"region_code": "460322101001", "period": "2025-06", "submission_id": "20250601-000001-00000000"}


def rule_columns(contract: Contract) -> dict[str, str]:
    """The columns that rules may read, each with its type: the contract's own, what every row has, and birth dates."""
    types: dict[str, str] = {column.name: column.type for column in contract.columns}
    births = {f"{one.name}_birth_date": "date" for one in contract.columns if one.kind == "resident_id"}
    return types | dict.fromkeys(_GIVEN, "string") | births


def unbearable(condition: str, contract: Contract) -> Iterator[str]:
    """What a row condition cannot bear, in English, with what pandas says of it.

    Args:
        condition: A condition for pandas that names only columns of the contract.
        contract: Its columns.
    """
    for what, row in (("a blank cell", 0), ("a text of any kind", 1)):
        try:
            _trial_rows(contract).iloc[[row]].query(condition)
        except Exception as error:
            yield f"row_condition cannot bear {what}: {error}"
            return


def _trial_rows(contract: Contract) -> pd.DataFrame:
    """A row of blanks, and one whose texts say nothing; with the columns that rules may read."""
    import pandas as pd

    types = rule_columns(contract)
    cells = {name: [None, _GIVEN.get(name, _ANY[kind])] for name, kind in types.items()}
    return pd.DataFrame({name: pd.Series(cells[name], dtype=_DTYPES[kind]) for name, kind in types.items()})
