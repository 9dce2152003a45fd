"""Counts that vary more from region to region than chance alone: how much more, and how odd one of them is.

Source: Skellam (1948), A probability distribution derived from the binomial distribution, J. R. Stat. Soc. B 10,
257-261; moments as in Kleinman (1973), Proportions with extraneous variance, J. Am. Stat. Assoc. 68, 46-54.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

_LEAST, _MOST = 1e-4, 0.5
"""Bounds of the dispersion: nearly a binomial, nearly all or nothing."""
_CUT_OFF = 2.5
"""Scatter is less by so much times the share of rows cut down, where all is well (about, for a normal one)."""


def usual_share(count: pd.Series, n: pd.Series, group: pd.Series, *, suspected: float = 0.1) -> pd.DataFrame:
    """Per row, what share is usual among the other rows of its group, and how far shares scatter (``rho``).

    The rows with the highest shares are left out of what is usual, so that what is looked for does not
    make itself usual; what is left out is taken to be like the highest that is left in.

    Args:
        count, n: Of each row.
        group: What makes rows comparable, of each row.
        suspected: The share of rows left out.

    Returns:
        Columns ``share``, ``rho`` and ``others`` (rows it rests on), at the rows' index.
    """
    parts = [
        _of_group(count.loc[at], n.loc[at], suspected)
        for at in count.groupby(group, sort=False).groups.values()
    ]
    empty = pd.DataFrame({"share": [], "rho": [], "others": []})
    return pd.concat(parts).reindex(count.index) if parts else empty


def _of_group(count: pd.Series, n: pd.Series, suspected: float) -> pd.DataFrame:
    share = count / n
    top = float(share.quantile(1 - suspected, interpolation="lower"))
    shown: pd.Series = count.clip(upper=top * n)
    total, rows = float(shown.sum()), float(n.sum())
    others = (total - shown + 0.5) / (rows - n + 1)
    return pd.DataFrame(
        {
            "share": others,
            "rho": min(_MOST, (1 + _CUT_OFF * suspected) * _dispersion(shown.to_numpy(), n.to_numpy())),
            "others": len(n) - 1,
        },
        index=count.index,
    )


def _dispersion(count: Floats, n: Floats) -> float:
    """Intraclass correlation by moments."""
    if len(n) < 3:
        return _LEAST
    share = count.sum() / n.sum()
    usual = share * (1 - share)
    if usual <= 0:
        return _LEAST
    size = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
    between = (n * (count / n - share) ** 2).sum() / (len(n) - 1)
    return float(np.clip((between / usual - 1) / max(size - 1, 1), _LEAST, _MOST))


def at_least_among(
    count: npt.ArrayLike, n: npt.ArrayLike, share: npt.ArrayLike, rho: npt.ArrayLike
) -> Floats:
    """Chance of ``count`` or more among ``n`` where the share itself scatters: the upper tail of the beta-binomial.

    Args:
        count, n, share, rho: Of each test; ``share`` inside 0 to 1, ``rho`` as ``usual_share`` gives it.
    """
    tests = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (count, n, share, rho)))
    flat = (one.ravel() for one in tests)
    tail = [_tail(k, of, p, r) for k, of, p, r in zip(*flat, strict=True)]
    return np.array(tail, dtype=float).reshape(tests[0].shape)


def _tail(count: float, n: float, share: float, rho: float) -> float:
    from scipy.special import betaln, gammaln  # type: ignore[import-untyped]

    if count <= 0:
        return 1.0
    if np.isnan(share) or np.isnan(rho):
        return float("nan")
    a, b = share * (1 / rho - 1), (1 - share) * (1 / rho - 1)
    k = np.arange(np.ceil(count), n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return float(min(1.0, np.exp(ways + betaln(k + a, n - k + b) - betaln(a, b)).sum()))
