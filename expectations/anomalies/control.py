"""How sure one must be: of what a detector shows, about one in twenty may be chance, however much is tested.

Source: Benjamini and Hochberg (1995), Controlling the False Discovery Rate, J. R. Stat. Soc. B 57, 289-300.
"""

from __future__ import annotations

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


def robust_scale(values: pd.Series, floor: float) -> float:
    """Median absolute deviation, scaled to a standard deviation, at least ``floor``.

    Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.
    """
    spread = (values - values.median()).abs().median()
    return max(1.4826 * float(spread), floor) if values.notna().any() else floor


def at_least(count: Any, n: Any, share: Any) -> npt.NDArray[np.float64]:
    """Chance of ``count`` or more among ``n`` where each comes with probability ``share``."""
    from scipy.stats import binom  # type: ignore[import-untyped]

    return np.asarray(binom.sf(np.asarray(count) - 1, np.asarray(n), np.asarray(share)), dtype=float)


def below(score: Any) -> npt.NDArray[np.float64]:
    """Chance of a standard normal score of at most ``score``."""
    from scipy.stats import norm

    return np.asarray(norm.cdf(np.asarray(score)), dtype=float)


def two_sided(score: Any) -> npt.NDArray[np.float64]:
    """Chance of a standard normal score at least as far from zero."""
    return 2 * below(-np.abs(np.asarray(score)))
