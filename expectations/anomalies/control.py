"""How sure one must be: of what a detector shows, about one in twenty may be chance, however much is tested.

Source: Benjamini and Hochberg (1995), Controlling the False Discovery Rate, J. R. Stat. Soc. B 57, 289-300.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warehouse.codes import CODE_LENGTH, DIGITS

FALSE_DISCOVERIES = 0.05
_CLEAR = 1e-4


def discoveries(tests: pd.DataFrame) -> pd.DataFrame:
    """The tests that stand out, those without a p-value among them.

    The rate is controlled within each period, so that a month is judged alike alone and among others.
    """
    if tests.empty:
        return tests
    tests = tests.reset_index(drop=True)
    chance = tests["p"].notna()
    adjusted = tests.loc[chance].groupby("period")["p"].transform(_adjusted)
    kept = ~chance
    kept[adjusted.index] = adjusted <= FALSE_DISCOVERIES
    return tests[kept & tests.get("eligible", True)]


def _adjusted(p: pd.Series) -> pd.Series:
    """Benjamini-Hochberg adjusted p-values."""
    order = np.argsort(p.to_numpy(), kind="stable")
    steps = p.to_numpy()[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1)
    return pd.Series(adjusted, index=p.index)


def coarsest_first(tests: pd.DataFrame) -> pd.DataFrame:
    """Without the tests of regions inside one that already stands out by itself.

    Sixteen villages of one township that froze together are one anomaly, not sixteen.
    """
    if tests.empty:
        return tests
    tests = tests.reset_index(drop=True)
    clear = tests[(tests["p"] < _CLEAR) & tests.get("eligible", True)]
    seen = set(zip(clear["subject"], clear["period"], clear["region_code"], strict=True))
    inside = pd.Series(False, index=tests.index)
    for digits in (DIGITS["county"], DIGITS["township"]):
        above = tests["region_code"].str[:digits].str.ljust(CODE_LENGTH, "0")
        keys = zip(tests["subject"], tests["period"], above, strict=True)
        inside |= pd.Series([key in seen for key in keys], index=tests.index) & (
            above != tests["region_code"]
        )
    return tests[~inside]


def first_of_year(tests: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The tests, where what stood out under the same ``names`` earlier in a year is no longer to be told."""
    if tests.empty:
        return tests
    found = discoveries(tests).sort_values("period")
    first = found.assign(year=found["period"].str[:4]).drop_duplicates([*names, "year"])
    keys = [*names, "period"]
    here = pd.MultiIndex.from_frame(tests[keys]).isin(pd.MultiIndex.from_frame(first[keys]))
    return tests.assign(eligible=tests["eligible"] & here)


def robust_scale(values: pd.Series, floor: float) -> float:
    """Median absolute deviation, scaled to a standard deviation, at least ``floor``.

    Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.
    """
    spread = (values - values.median()).abs().median()
    return max(1.4826 * float(spread), floor) if values.notna().any() else floor


def robust_scales(values: pd.Series, groups: Sequence[pd.Series], floor: float) -> pd.Series:
    """``robust_scale`` of the group that each value is in."""
    middle = values.groupby(list(groups)).transform("median")
    spread = (values - middle).abs().groupby(list(groups)).transform("median")
    return (1.4826 * spread).clip(lower=floor).fillna(floor)


def at_least(count: Any, n: Any, share: Any) -> npt.NDArray[np.float64]:
    """Chance of ``count`` or more among ``n`` where each comes with probability ``share``.

    The upper tail of the binomial distribution as a regularised incomplete beta function (DLMF 8.17.5): of scipy, its
    statistics take four times as long to import.
    """
    from scipy.special import betainc  # type: ignore[import-untyped]

    least, of = np.asarray(count, dtype=float), np.asarray(n, dtype=float)
    tail = betainc(np.clip(least, 1, None), np.clip(of - least + 1, 1, None), np.asarray(share, dtype=float))
    return np.asarray(np.where(least <= 0, 1.0, np.where(least > of, 0.0, tail)), dtype=float)


def below(score: Any) -> npt.NDArray[np.float64]:
    """Chance of a standard normal score of at most ``score``."""
    from scipy.special import ndtr

    return np.asarray(ndtr(np.asarray(score, dtype=float)), dtype=float)


def two_sided(score: Any) -> npt.NDArray[np.float64]:
    """Chance of a standard normal score at least as far from zero."""
    return 2 * below(-np.abs(np.asarray(score)))
