"""What visits found: counted by region, and told of all records as far as the visits go."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from warehouse.sampling import Result, results
from warehouse.schemas import SAMPLES

NORTH, SOUTH, CITY = "990121000000", "990122000000", "990100000000"


def drawn(*strata: tuple[str, int, int], sample: str = "户厕") -> pa.Table:
    """Rows of ``samples``: by stratum, records drawn of how many."""
    places = [(stratum, n, size) for stratum, n, size in strata for _ in range(n)]
    rows = [
        {
            "sample": sample, "dataset": "toilet_ledger", "period": "2025-12", "stratum": stratum, "stratum_size": size,
            "number": at, "check_number": f"{sample}-{at:03}", "probability": n / size,
            "drawn_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
        }
        for at, (stratum, n, size) in enumerate(places, start=1)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SAMPLES)


def visited(*verdicts: str, sample: str = "户厕") -> dict[str, str]:
    """Verdicts by number; a blank one is still to come."""
    return {f"{sample}-{at:03}": verdict for at, verdict in enumerate(verdicts, start=1) if verdict}


def _by_region(found: list[Result]) -> dict[str, Result]:
    return {one.region_code: one for one in found}


def test_a_city_is_told_by_its_strata_in_proportion_to_their_records() -> None:
    samples = drawn((NORTH, 2, 20), (SOUTH, 2, 180))
    found = _by_region(results(samples, visited("属实", "属实", "不实", "属实")))
    assert {code: one.share.value for code, one in found.items() if one.share} == pytest.approx(
        {CITY: (20 * 1 + 180 * 0.5) / 200, NORTH: 1.0, SOUTH: 0.5}
    )
    assert found[CITY].drawn == 4
    assert found[SOUTH].verdicts == {"不实": 1, "属实": 1}


def test_what_holds_in_part_counts_half_and_who_was_not_found_says_nothing() -> None:
    samples = drawn((NORTH, 4, 40))
    north = _by_region(results(samples, visited("部分属实", "找不到人", "属实", "")))[NORTH]
    assert north.share is not None
    assert north.share.value == pytest.approx(0.75)
    assert (north.told, north.drawn, north.verdicts["找不到人"]) == (2, 4, 1)


def test_where_nobody_was_found_nothing_is_said() -> None:
    found = _by_region(results(drawn((NORTH, 2, 40)), visited("找不到人", "找不到人")))
    assert found[NORTH].share is None
    assert found[CITY].told == 0


def test_a_sample_that_nobody_has_gone_out_for_has_no_results() -> None:
    assert results(drawn((NORTH, 2, 40)), {}) == []


def test_two_samples_do_not_mix() -> None:
    samples = pa.concat_tables([drawn((NORTH, 2, 40)), drawn((NORTH, 2, 40), sample="公路")])
    found = results(samples, {**visited("属实", "属实"), **visited("不实", "不实", sample="公路")})
    assert {(one.sample, one.region_code): one.share.value for one in found if one.share} == {
        ("户厕", CITY): 1, ("户厕", NORTH): 1, ("公路", CITY): 0, ("公路", NORTH): 0,
    }  # fmt: skip


def test_townships_and_villages_are_told_up_to_the_city() -> None:
    found = _by_region(results(drawn(("990121100000", 2, 40), ("990121100200", 2, 9)), visited("属实")))
    assert set(found) == {"990121100200", "990121100000", NORTH, CITY}
