"""Periods written in ways that were set down before the code that reads them; a file to be measured by, not tuned on."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.contracts.reading import load_contracts
from expectations.dating import period_of

LINES = Path(__file__).with_name("held_out").joinpath("periods.tsv").read_text("utf-8").splitlines()
ROWS = list(csv.DictReader((line for line in LINES if not line.startswith("#")), delimiter="\t"))
CONTRACT = load_contracts()["toilet_ledger"]


def answer(row: dict[str, str]) -> str:
    """What is made of the texts of a row, in the words of the file."""
    contract = replace(CONTRACT, frequency=row["frequency"])  # type: ignore[arg-type]
    name = f"{row['file'] or '表'}.xlsx"
    dated = period_of([row["title"]], contract, f"office/{row['folder']}/{name}", name, row["sheet"] or "")
    if dated.conflicts:
        return "conflict"
    return dated.period or ("refused" if dated.unread else "none")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "|".join(list(row.values())[1:5]))
def test_a_period_is_read_weighed_or_asked_about(row: dict[str, str]) -> None:
    assert answer(row) == row["answer"]
