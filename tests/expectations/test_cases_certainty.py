"""What is learned from cases whose truth is known tells other cases as they turn out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import yaml

from bench.certainty import Pair, Spoken, fit, pairs_of, table, told
from expectations.cases import Known, Tables
from expectations.cases.certainty import Certainty, calibration, logistic
from expectations.contracts.reading import load_contracts
from expectations.reconciliations import load_reconciliations
from warehouse import schemas
from warehouse.indicators import load_indicators


def world(seed: int, cases: int = 3000) -> list[Pair]:
    """Cases whose truth follows curves of its own: one source of chance, one of counts, some cases of both."""
    random = np.random.default_rng(seed)
    pairs = []
    for _ in range(cases):
        decades, size = random.uniform(1, 9), 10 ** random.uniform(0, 3)
        chance = logistic(-3.0 + 0.7 * min(decades, 6))
        count = logistic(-2.5 + 1.5 * min(np.log10(size), 2.5))
        which = random.integers(3)
        sources = [Spoken("stale", 10**-decades, None), Spoken("duplicates", None, size)]
        share = [chance, count, 1 - (1 - chance) * (1 - count)][which]
        pairs.append(Pair([sources[:1], sources[1:], sources][which], bool(random.uniform() < share)))
    return pairs


def test_of_cases_told_with_eight_tenths_eight_in_ten_are_true() -> None:
    known = Certainty.model_validate(yaml.safe_load(fit(world(1))))
    for _, n, sure, true in table(known, world(2)):
        if n >= 100:
            assert true == pytest.approx(sure, abs=0.07)


def test_a_source_never_seen_stays_as_it_was_and_a_few_cases_move_it_little() -> None:
    before = calibration()
    few = [Pair([Spoken("year_end", 1e-4, None)], False)] * 2
    after = Certainty.model_validate(yaml.safe_load(fit(few)))
    assert after.sources["last_digit"] == before.sources["last_digit"]
    assert 0 < told(before, few[0]) - told(after, few[0]) < 0.25


def test_nothing_learned_is_what_there_was() -> None:
    assert Certainty.model_validate(yaml.safe_load(fit([]))) == calibration()


def test_the_cases_of_a_city_are_pairs_with_what_was_told_of_them() -> None:
    tables = Tables(anomalies=pa.Table.from_pylist(
        [
            {
                "anomaly_id": str(n), "detector": "stale", "dataset": "toilet_ledger", "region_code": f"7701{n:02}100000",
                "period": "2030-06", "score": 1.0, "n": 40, "value": 30.0, "expected": 2.0, "message": "", "subject": "",
                "records": [], "p": p,
            }
            for n, p in ((1, 1e-9), (2, 0.04))
        ],
        schema=schemas.ANOMALIES,
    ))  # fmt: skip
    known = Known(load_contracts(), load_indicators(), load_reconciliations())
    made = pairs_of(tables, known, lambda row: row["region_code"] == "770101100000")
    assert {(pair.sources[0].p, pair.sources[0].size, pair.is_true) for pair in made} == {
        (1e-9, 30.0, True),
        (0.04, 30.0, False),
    }
