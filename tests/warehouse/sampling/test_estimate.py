"""What visits say of all records: the truth lies in the interval as often as it says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import binomtest

from warehouse.sampling import Share, draw, share


def test_a_simple_draw_gives_wilsons_interval() -> None:
    found = share([1] * 45 + [0] * 5, [1e-6] * 50, ["甲"] * 50, {"甲": 50_000_000})
    wilson = binomtest(45, 50).proportion_ci(method="wilson")
    assert found.value == 0.9
    # Student's quantile of 49 degrees is 2.5 % more than the usual one, and the sample counts for so much less.
    assert wilson.low - 0.01 < found.low < wilson.low
    assert wilson.high < found.high < wilson.high + 0.005
    assert found.design_effect == pytest.approx(50 / 49)


def test_strata_count_by_their_records_and_not_by_their_visits() -> None:
    found = share([1, 1, 0, 0], [0.5, 0.5, 0.01, 0.01], ["小", "小", "大", "大"], {"小": 4, "大": 200})
    assert found.value == pytest.approx(4 / 204)


def test_records_drawn_more_likely_count_less() -> None:
    found = share([0, 1], [0.8, 0.2], ["甲", "甲"], {"甲": 100})
    assert found.value == pytest.approx(5 / (5 + 1.25))


def test_who_was_seen_wholly_is_known() -> None:
    found = share([1, 0, 1, 1], [1, 1, 1, 1], ["甲"] * 4, {"甲": 4})
    assert (found.value, found.low, found.high) == (0.75, 0.75, 0.75)


def test_all_alike_is_not_certain() -> None:
    found = share([1] * 20, [0.01] * 20, ["甲"] * 20, {"甲": 2000})
    assert (found.value, found.high) == (1, 1)
    assert 0.8 < found.low < 0.9


def test_nobody_seen_says_nothing() -> None:
    with pytest.raises(ValueError, match="no record was seen"):
        share([], [], [], {})


@pytest.mark.parametrize("by_weight", [False, True])
@pytest.mark.parametrize("rate", [0.06, 0.3])
def test_intervals_hold_the_truth_as_often_as_they_say(by_weight: bool, rate: float) -> None:
    """Two thousand surveys of a city in which what is untrue lies where it was suspected, and elsewhere too."""
    random = np.random.default_rng(20)
    strata = ["甲"] * 1500 + ["乙"] * 600 + ["丙"] * 300
    suspected = random.random(2400) < 0.2
    untrue = random.random(2400) < np.where(suspected, 2 * rate, 0.75 * rate)
    sizes = dict(Counter(strata))
    weights = np.where(suspected, 4.0, 1.0) if by_weight else None

    def survey(turn: int) -> Share:
        drawn = draw(strata, 160, f"{by_weight} {rate} {turn}", weights)
        own = drawn.places
        return share(untrue[own], drawn.probabilities, [strata[place] for place in own], sizes)

    held = [survey(turn) for turn in range(2000)]
    covered = np.mean([one.low <= untrue.mean() <= one.high for one in held])
    assert 0.93 <= covered <= 0.97
    assert np.mean([one.value for one in held]) == pytest.approx(untrue.mean(), abs=0.002)
