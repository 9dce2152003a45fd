"""How sure a detector must be: false discoveries are controlled by the step-up rule, and within each period."""

from __future__ import annotations

from math import comb

import pandas as pd
import pytest

from expectations.anomalies.control import at_least, coarsest_first, discoveries, robust_scale, robust_scales


def chances_of(**periods: list[float]) -> pd.DataFrame:
    rows = [(period.replace("_", "-"), p) for period, chances in periods.items() for p in chances]
    return pd.DataFrame(rows, columns=["period", "p"])


def kept(tests: pd.DataFrame) -> list[tuple[str, float]]:
    return [(str(row.period), float(row.p)) for row in discoveries(tests).itertuples()]


def test_a_test_stands_out_by_the_best_step_at_or_above_its_own() -> None:
    # By itself the second would need p <= 0.033; the third passes its step (0.041 <= 0.05) and takes it along.
    assert [p for _, p in kept(chances_of(m_1=[0.01, 0.04, 0.041]))] == [0.01, 0.04, 0.041]
    assert [p for _, p in kept(chances_of(m_1=[0.01, 0.04, 0.06]))] == [0.01]


def test_a_month_is_judged_alike_alone_and_among_others() -> None:
    alone = kept(chances_of(m_1=[0.04]))
    among = kept(chances_of(m_1=[0.04], m_2=[0.9] * 50))
    assert alone == among == [("m-1", 0.04)]


def test_many_chances_of_one_month_must_be_the_surer() -> None:
    assert kept(chances_of(m_1=[0.04, *[0.9] * 50])) == []


def test_what_carries_no_chance_stands_out_by_itself() -> None:
    tests = pd.DataFrame({"period": ["m-1", "m-1"], "p": [None, 0.9]}, dtype=object).astype({"p": float})
    assert discoveries(tests)["p"].isna().tolist() == [True]


def test_villages_inside_a_township_that_stands_out_are_not_told_again() -> None:
    rows = [("990101100000", 1e-6), ("990101100201", 1e-6), ("990101200201", 1e-6)]
    tests = pd.DataFrame(
        [{"subject": "a", "period": "2025-06", "region_code": code, "p": p} for code, p in rows]
    )
    assert coarsest_first(tests)["region_code"].tolist() == ["990101100000", "990101200201"]


@pytest.mark.parametrize(("n", "share"), [(1, 0.5), (7, 0.3), (40, 0.02), (5, 0.0), (5, 1.0)])
def test_the_chance_of_so_many_is_the_sum_of_the_chances_of_each_number(n: int, share: float) -> None:
    each = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    counts = range(n + 2)
    assert at_least(counts, n, share) == pytest.approx([sum(each[count:]) for count in counts])


def test_scales_of_groups_are_those_of_each_by_itself() -> None:
    values = pd.Series([1.0, 4.0, 9.0, 2.0, 2.1, None, None])
    group = pd.Series(["a", "a", "a", "b", "b", "b", "c"])
    alone = [robust_scale(values[group == name], 0.2) for name in group]
    assert robust_scales(values, [group], 0.2).tolist() == alone == [pytest.approx(4.4478)] * 3 + [0.2] * 4
