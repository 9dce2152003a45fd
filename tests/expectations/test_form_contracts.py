"""What a form contract may say, and the blank form it makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from connectors.extract import read_tables
from expectations.contracts.model import Contract, Form, FormIndicator
from expectations.contracts.reading import load_contracts
from expectations.forms.lint import form_problems
from expectations.forms.submitted import submitted_forms
from expectations.templates.form import NoIndicators, write_form_template

BUILT_IN = load_contracts()["rural_statistics"]
ASKED = Form(
    relations=("01=02+03",),
    indicators=(
        FormIndicator("01", "播种面积合计", "亩"),
        FormIndicator("02", "夏粮", "亩"),
        FormIndicator("03", "秋粮", "亩"),
    ),
)
ASKING = replace(BUILT_IN, form=ASKED)


def without(contract: Contract, name: str) -> Contract:
    return replace(contract, columns=tuple(one for one in contract.columns if one.name != name))


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        (without(ASKING, "cell"), "add cell"),
        (replace(ASKING, form=replace(ASKED, relations=("种植业＝一＋二",))), "cannot be carried out"),
        (replace(ASKING, form=replace(ASKED, relations=("01=09",))), "09"),
        (
            replace(
                ASKING, form=replace(ASKED, indicators=(*ASKED.indicators, FormIndicator("1", "又一个")))
            ),
            "twice",
        ),
        (replace(ASKING, form=replace(ASKED, indicators=(FormIndicator("01", "面积", "箩筐"),))), "箩筐"),
    ],
)
def test_what_a_load_would_stumble_over_is_named(contract: Contract, said: str) -> None:
    assert said in "\n".join(form_problems(contract))


def test_a_good_form_contract_and_a_ledger_have_no_problems() -> None:
    assert list(form_problems(ASKING)) == []
    assert list(form_problems(replace(BUILT_IN, form=None))) == []


def test_a_contract_that_takes_anything_has_no_blank_form(tmp_path: Path) -> None:
    with pytest.raises(NoIndicators, match="list indicators"):
        write_form_template(BUILT_IN, tmp_path / "表.xlsx")


def filled(path: Path, *towns: tuple[object, ...]) -> Iterator[tuple[str, str, float]]:
    """The blank form with rows typed into it, read back: code, unit and text of each record."""
    book = openpyxl.load_workbook(path)
    for row, values in enumerate(towns, start=6):
        for column, value in enumerate(values, start=1):
            book.worksheets[0].cell(row, column, value)
    book.save(path)
    forms = submitted_forms(read_tables(path), {"rural_statistics": ASKING}, "agriculture").forms
    for form in forms:
        checks = pa.concat_tables([form.checks, *form.asked.values()])
        assert checks["agrees"].to_pylist() == [True] * checks.num_rows
        texts = form.extract.cells.to_pydict()
        yield from zip(texts["2"], texts["6"], texts["7"], strict=True)


def test_the_blank_form_filled_in_reads_back_and_its_rules_hold(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    write_form_template(ASKING, path)
    read = list(filled(path, ("合计", 30, 18, 12), ("沐溪镇", 10, 6, 4), ("汀坪乡", 20, 12, 8)))
    assert read == [
        (f"0{place}", "亩", text)
        for row in (("10", "6", "4"), ("20", "12", "8"))
        for place, text in enumerate(row, start=1)
    ]


def test_the_blank_form_itself_has_no_records(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    write_form_template(ASKING, path)
    forms = submitted_forms(read_tables(path), {"rural_statistics": ASKING}, "agriculture")
    assert (forms.forms, forms.blank) == ((), ("农村统计年报",))
