"""The facts handed to the warehouse's engines: they fit the contracts, and the built-in definitions fit them."""

from __future__ import annotations

from expectations.contracts.reading import load_contracts
from expectations.contracts.sources import sources
from warehouse.indicators import lint_indicators
from warehouse.indicators.model import BUILT_IN


def test_a_contract_is_told_in_plain_facts() -> None:
    facts = sources(load_contracts())
    assert facts["toilet_ledger"].keeps == "events"
    assert facts["grain_plots"].stands == 12
    assert facts["self_assessment"].evidence == "D"
    assert facts["grain_plots"].rates == {"yield_kg_per_mu"}
    assert "per_capita_income_yuan" in facts["monitored_households"].rates


def test_the_built_in_indicators_have_no_problem_against_the_built_in_contracts() -> None:
    assert lint_indicators([BUILT_IN], sources(load_contracts())) == []
