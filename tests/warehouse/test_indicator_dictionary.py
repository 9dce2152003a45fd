"""The dictionary says of every indicator what it is, where it comes from and how it adds up."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from expectations.contracts.keepers import keepers
from expectations.contracts.reading import load_contracts
from expectations.contracts.sources import sources
from warehouse.indicators import load_indicators
from warehouse.indicators.dictionary import TITLES, Entry, dictionary
from warehouse.indicators.dictionary_files import to_markdown, to_xlsx

PAGE = Path(__file__).parents[2] / "docs" / "indicator-dictionary.md"


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    contracts = load_contracts()
    return dictionary(load_indicators(), sources(contracts), keepers(contracts))


def of(entries: list[Entry], name: str) -> Entry:
    return next(one for one in entries if one.id == name)


def test_the_page_in_the_documents_is_current(entries: list[Entry]) -> None:
    command = "shiji indicators dictionary -o docs/indicator-dictionary.md"
    assert PAGE.read_text(encoding="utf-8") == to_markdown(entries), f"write it anew: {command}"


def test_every_field_of_every_indicator_is_said(entries: list[Entry]) -> None:
    assert {one.id for one in entries} == set(load_indicators())
    assert [(one.id, title) for one in entries for title, text in one.said.items() if not text] == []
    assert [one.id for one in entries if not one.statements] == [
        name for name in (one.id for one in entries) if load_indicators()[name].kind == "change"
    ]


def test_the_denominator_names_who_keeps_it(entries: list[Entry]) -> None:
    rate = of(entries, "sanitary_toilet_rate")
    assert rate.denominator_source == "农户底册（民政）"
    assert rate.inputs == "农户底册；农村改厕台账"
    assert rate.valid_range == "0—100"


def test_a_change_has_the_sources_of_what_it_is_the_change_of(entries: list[Entry]) -> None:
    growth, income = of(entries, "rural_income_growth"), of(entries, "rural_income")
    assert (growth.inputs, growth.department, growth.evidence) == (income.inputs, "统计", "C")
    assert growth.formula == "（本期 − 上年同期）÷ 上年同期 × 100，取“农村居民人均可支配收入”"
    assert growth.valid_range == "可正可负"
    assert income.denominator_source == "—"


def test_no_target_nought_and_not_applicable_are_three_things() -> None:
    contracts = load_contracts()
    known = load_indicators()
    for target, targets, said in (
        (None, {}, "—"),
        (0.0, {}, "0"),
        (90.0, {"990101000000": None, "990102000000": 0.0}, "90；990101000000 不适用；990102000000 0"),
    ):
        one = known["village_plan_coverage"].model_copy(update={"target": target, "targets": targets})
        (entry,) = dictionary({one.id: one}, sources(contracts), keepers(contracts))
        assert entry.target == said


def test_the_workbook_has_every_indicator_and_every_statement_as_text(entries: list[Entry]) -> None:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(to_xlsx(entries)))
    words, statements = book["指标字典"], book["计算语句"]
    assert [cell.value for cell in words[2]] == list(TITLES.values())
    assert [row[1].value for row in words.iter_rows(min_row=3)] == [one.id for one in entries]
    assert statements.max_row - 2 == sum(len(one.statements) for one in entries)
    assert {cell.data_type for row in statements.iter_rows(min_row=3) for cell in row} == {"s"}
