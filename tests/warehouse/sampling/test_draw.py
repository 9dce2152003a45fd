"""Random draws of records: known probabilities, the same draw for the same seed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from warehouse.sampling import draw


def test_the_same_seed_and_records_give_the_same_draw_and_another_seed_another() -> None:
    strata = ["甲", "乙"] * 200
    first, again, other = (draw(strata, 30, seed) for seed in ("7", "7", "8"))
    assert first.places.tolist() == again.places.tolist() != other.places.tolist()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("甲乙丙"), st.floats(0, 50)), min_size=1, max_size=60),
    st.integers(1, 70),
    st.text(max_size=3),
)
def test_so_many_as_asked_for_none_twice_none_without_weight(records: list, n: int, seed: str) -> None:
    strata, weights = [one for one, _ in records], [weight for _, weight in records]
    drawn = draw(strata, n, seed, weights)
    able = sum(weight > 0 for weight in weights)
    assert len(drawn.places) == min(n, able) == len(set(drawn.places.tolist()))
    assert all(weights[place] > 0 for place in drawn.places)
    assert ((drawn.probabilities > 0) & (drawn.probabilities <= 1)).all()


def test_strata_get_their_part_and_two_at_least() -> None:
    strata = ["大"] * 900 + ["中"] * 90 + ["小"] * 10
    counted = Counter(strata[place] for place in draw(strata, 100, "1").places)
    assert counted == {"大": 89, "中": 9, "小": 2}


def test_a_record_that_weighs_more_than_its_part_is_certain() -> None:
    drawn = draw(["甲"] * 10, 3, "1", [100.0, *[1.0] * 9])
    assert drawn.places[0] == 0
    assert drawn.probabilities.tolist() == [1, 2 / 9, 2 / 9]


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 3.0, 4.0, 5.0, 9.0] * 5])
def test_records_are_drawn_as_often_as_their_probabilities_say(weights: list[float] | None) -> None:
    strata = ["甲"] * 12 + ["乙"] * 18
    counted, expected = np.zeros(30), np.zeros(30)
    for turn in range(2000):
        drawn = draw(strata, 9, f"draw {turn}", weights)
        counted[drawn.places] += 1
        expected[drawn.places] = drawn.probabilities
    assert (expected > 0).all()
    variance = 2000 * expected * (1 - expected)
    statistic = float((((counted - 2000 * expected) ** 2) / variance).sum() * (1 - 9 / 30))
    assert statistic < chi2.ppf(0.999, 30)


@pytest.mark.parametrize(
    ("n", "weights"), [(0, None), (3, [1.0, -1.0]), (3, [1.0]), (3, [1.0, float("nan")])]
)
def test_what_cannot_be_drawn_is_refused(n: int, weights: list[float] | None) -> None:
    with pytest.raises(ValueError, match=r"at least one|one for each record"):
        draw(["甲", "乙"], n, "1", weights)
