"""What a dataset's columns and rules are called, from its contract, for published files and the report."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.contracts.model import Column, Contract
from expectations.rules import title_of
from warehouse.words import FIXED, RECORD, Words


def words(contracts: Mapping[str, Contract]) -> dict[str, Words]:
    """Of every table that is published."""
    datasets = {
        name: Words(
            f"{contract.title}：每行一条记录",
            {**{column.name: _said(column) for column in contract.columns}, **RECORD},
        )
        for name, contract in contracts.items()
    }
    return {**FIXED, **datasets}


def rule_title(rule: str, contracts: Mapping[str, Contract]) -> str:
    """A rule's Chinese name; of a contract's own rule the sentence that says what it wants."""
    title = title_of(rule)
    if title != rule:
        return title
    own = (one.message for contract in contracts.values() for one in contract.rules if one.name == rule)
    return next((message.rstrip("。") for message in own), title)


def _said(column: Column) -> str:
    unit = f"（{column.unit}）" if column.unit and column.unit not in column.title else ""
    private = "；已脱敏，同一人代号相同" if column.private else ""
    description = f"：{column.description}" if column.description else ""
    return f"{column.title}{unit}{description}{private}"
