"""A statistical form that asks for other things from a year on: each year is held against what was asked of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from expectations.contracts.model import Contract, ContractError, Form, FormIndicator
from expectations.contracts.reading import load_contracts
from expectations.contracts.versions import joined
from expectations.submissions.understand import Submission, Understood, understand
from expectations.templates.form import write_form_template
from tests.expectations.sheets import city

BUILT_IN = load_contracts()["rural_statistics"]
AREA, SUMMER, AUTUMN = (
    FormIndicator("01", "播种面积", "亩"),
    FormIndicator("02", "夏粮", "亩"),
    FormIndicator("03", "秋粮", "亩"),
)
EARLY = FormIndicator("04", "早稻", "公顷")
FIRST = replace(BUILT_IN, digest="1", form=Form(("农村统计年报",), ("01=02+03",), (AREA, SUMMER, AUTUMN)))
SECOND = replace(
    BUILT_IN,
    digest="2",
    version="2.0.0",
    valid_from="2025-01",
    form=Form(("农业统计年报",), ("01=02+03+04",), (AREA, SUMMER, AUTUMN, EARLY)),
)
BOTH = joined([SECOND, FIRST])
OLD, NEW = ("清河镇", 10, 6, 4), ("清河镇", 10, 6, 3, 1)


def read(folder: Path, form: Contract, name: str, *rows: Sequence[object]) -> Understood:
    """The blank form of a version filled in, as a load reads it; its printed rules are taken off."""
    path = folder / name
    write_form_template(form, path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=6):
        for cell in row:
            if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                cell.value = None
    for at, values in enumerate(rows, start=6):
        for column, value in enumerate(values, start=1):
            sheet.cell(at, column, value)
    book.save(path)
    sender_path = f"agriculture/东山县/{name}"
    handed_in = Submission("s", "agriculture", sender_path, name, path, dt.date(2026, 3, 1))
    found = understand(handed_in, {"rural_statistics": BOTH}, city())
    assert isinstance(found, Understood), found
    return found


def asked(found: Understood) -> list[tuple[float, float]]:
    """Both sides of every rule that the contract asks about."""
    checks = found.checks.to_pylist()
    return [(row["left_value"], row["right_value"]) for row in checks]


CASES = {
    "the old form for an old year": (FIRST, "2024年.xlsx", OLD, "1.0.0", [(10, 10)], set()),
    "the new form for a new year": (SECOND, "2025年.xlsx", NEW, "2.0.0", [(10, 10)], set()),
    "the new form for an old year": (SECOND, "2024年.xlsx", NEW, "1.0.0", [(10, 9)], {"unknown_indicator"}),
    "the old form for a new year": (FIRST, "2025年.xlsx", OLD, "2.0.0", [], {"missing_indicator"}),
}


@pytest.mark.parametrize(
    ("form", "name", "row", "version", "sides", "rules"), CASES.values(), ids=CASES.keys()
)
def test_a_year_is_held_against_what_was_asked_of_it(
    tmp_path: Path,
    form: Contract,
    name: str,
    row: Sequence[object],
    version: str,
    sides: list[tuple[float, float]],
    rules: set[str],
) -> None:
    found = read(tmp_path, form, name, row)
    (table,) = found.conformed
    assert BOTH.at(table.valid_from).version == version
    assert asked(found) == sides
    assert set(table.findings["rule"]) & {"unknown_indicator", "missing_indicator"} == rules


def test_forms_keep_their_columns_and_stay_forms() -> None:
    for changed, said in (
        (replace(SECOND, form=None), "a ledger or one of forms"),
        (replace(SECOND, columns=SECOND.columns[:-1]), "those of forms stay"),
    ):
        with pytest.raises(ContractError, match=said):
            joined([FIRST, changed])
