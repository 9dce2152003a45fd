"""Which columns of a contract hold figures that add up."""

from __future__ import annotations

from expectations.contracts.model import Column, Contract


def is_rate(column: Column) -> bool:
    """Whether a column's figures do not add up: percentages, yields, prices, per-head amounts."""
    return "%" in column.unit or "/" in column.unit or column.name.startswith("per_capita_")


def amounts(contract: Contract) -> list[Column]:
    """Columns that hold amounts: numbers with a unit; not rates, not scores, not chainages (places on a road)."""
    return [
        column
        for column in contract.columns
        if column.type in ("integer", "number")
        and column.unit not in ("", "分")
        and not column.kind
        and not is_rate(column)
    ]
