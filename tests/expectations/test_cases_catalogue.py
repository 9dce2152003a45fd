"""The catalogue of cases names everything that speaks of padding, and nothing that there is not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from expectations.anomalies.detectors import DETECTORS
from expectations.cases.catalogue import OTHERWISE, Catalogue, catalogue
from expectations.contracts.reading import load_contracts
from expectations.office_words import FORM_CHECKS
from expectations.reconciliations import load_reconciliations
from expectations.rules import RULES


def test_every_detector_has_an_entry() -> None:
    assert {one.NAME for one in DETECTORS} <= catalogue().detectors.keys()


def test_every_reconciliation_has_an_entry() -> None:
    assert load_reconciliations().keys() | FORM_CHECKS.keys() <= catalogue().reconciliations.keys()


def test_every_rule_with_an_entry_is_a_rule() -> None:
    contracts = load_contracts().values()
    known = {rule.name for contract in contracts for one in contract.every_version for rule in one.rules}
    assert catalogue().rules.keys() <= known | RULES.keys()


def test_every_dataset_named_is_one() -> None:
    named = {entry.dataset for entry in catalogue().reconciliations.values()} - {""}
    assert named <= load_contracts().keys()


def test_every_kind_is_spoken_of() -> None:
    known = catalogue()
    entries = [*known.detectors.values(), *known.reconciliations.values(), *known.rules.values()]
    assert known.kinds.keys() == {entry.kind for entry in entries} | {OTHERWISE}


def test_an_entry_of_an_unknown_kind_is_refused() -> None:
    given = catalogue().model_dump()
    given["rules"]["long_enough"]["kind"] = "no_such_kind"
    with pytest.raises(ValidationError, match="no_such_kind"):
        Catalogue.model_validate(given)


def test_a_city_s_own_reconciliation_is_a_contradiction() -> None:
    assert catalogue().reconciliation("lamps_within_poles", "路灯不多于灯杆").kind == OTHERWISE
