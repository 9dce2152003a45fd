"""The other cells that a broken rule reads: a finding stands at one cell, and a rule may compare several."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa

from expectations.contracts.model import Contract

_KEY_RULES = ("duplicate_key", "sheets_disagree")


def with_reads(findings: pa.Table, contract: Contract, layout: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Findings with a column ``also``: coordinates of further cells of the row to mark, ``"D3 E3"``, blank for none.

    Args:
        findings: Rows of ``FINDINGS``.
        contract: What the rows were held against.
        layout: By sheet and column of the contract the letter of the column; a sheet that is not known gets no more marks.
    """
    reads = {rule: names for rule, names in _reads(contract).items() if len(names) > 1}
    also = [
        _cells(row, reads, layout) for row in findings.select(["sheet", "row", "column", "rule"]).to_pylist()
    ]
    return findings.append_column("also", pa.array(also, pa.string()))


def _reads(contract: Contract) -> dict[str, list[str]]:
    """By rule the columns it reads, conditions included."""
    own = {
        rule.name: [name for name in contract.by_name if name in re.findall(r"\w+", str(dict(rule.kwargs)))]
        for rule in contract.rules
    }
    return {rule: list(contract.key) for rule in _KEY_RULES} | own


def _cells(
    row: Mapping[str, object], reads: Mapping[str, list[str]], layout: Mapping[str, Mapping[str, str]]
) -> str:
    letters = layout.get(str(row["sheet"]), {})
    others = [name for name in reads.get(str(row["rule"]), ()) if name != row["column"] and name in letters]
    return " ".join(f"{letters[name]}{row['row']}" for name in others) if row["row"] else ""
