"""From the records visited to all records: a share with its interval, by the probabilities that they were drawn with.

The share is the ratio of Horvitz and Thompson's totals in each stratum, strata weighted by their records. Its variance is
that of the linearised ratio (Särndal, Swensson and Wretman, 5.5–5.7), drawn as if with replacement and corrected for the
part of the stratum that was seen. The interval is Wilson's with the sample size that the variance is worth (Korn and
Graubard 1998; Dean and Pagano 2015): it stays between 0 and 1, does not vanish where all that was seen is alike, and
never counts for more records than were seen (Dean and Pagano), for few rare cases make a spread that is too small.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SURE = 0.95
"""How often an interval holds the truth."""


@dataclass(frozen=True)
class Share:
    """What can be said of all records.

    Attributes:
        value: The share, 0 to 1.
        low: Its interval, 95 %.
        high: The same.
        n: How many records were seen.
        effective_n: As many drawn simply at random would say as much.
        design_effect: ``n ÷ effective_n``.
    """

    value: float
    low: float
    high: float
    n: int
    effective_n: float
    design_effect: float


def share(
    hits: Sequence[float] | Floats,
    probabilities: Sequence[float] | Floats,
    strata: Sequence[Hashable],
    sizes: Mapping[Hashable, int],
) -> Share:
    """The share of records that are so, from those seen.

    Args:
        hits: Of each record seen: 1 where it is so, 0 where not; a part of 1 where it is partly so.
        probabilities: With which each was drawn.
        strata: Of each.
        sizes: How many records every stratum has; of one that nobody was seen in nothing can be said, and it does not count.

    Raises:
        ValueError: No record was seen.
    """
    seen, drawn = np.asarray(hits, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    if not len(seen):
        raise ValueError("no record was seen")
    names = list(dict.fromkeys(strata))
    total = sum(sizes[name] for name in names)
    value = variance = 0.0
    for name in names:
        own = np.array([stratum == name for stratum in strata])
        part, spread = _stratum(seen[own], drawn[own], sizes[name])
        value += part * sizes[name] / total
        variance += spread * (sizes[name] / total) ** 2
    if len(seen) >= sum(sizes.values()):
        return Share(value, value, value, len(seen), float(len(seen)), 1.0)
    weights = 1 / drawn
    by_weights = float(weights.sum() ** 2 / (weights**2).sum())
    return _interval(value, variance, by_weights, len(seen), len(seen) - len(names))


def share_of_clusters(hits: Floats, answers: Floats, sizes: Floats) -> Share:
    """The share of a population from answers that were asked for in some of its villages.

    Every village stands for its size, however many were asked there; the ratio's variance is that between villages, drawn
    as if with replacement (Särndal, Swensson and Wretman, 4.3 and 5.6): people of one village resemble each other.

    Args:
        hits: By village, answers that are so.
        answers: By village, all answers; at least one.
        sizes: By village, what it stands for; more than nothing.

    Raises:
        ValueError: No village.
    """
    if not len(answers):
        raise ValueError("no village was asked")
    shares, whole, n, villages = hits / answers, float(sizes.sum()), int(answers.sum()), len(answers)
    value = float((sizes * shares).sum() / whole)
    parts = sizes * (shares - value) / whole
    variance = villages / (villages - 1) * float((parts**2).sum()) if villages > 1 else 0.0
    by_weights = whole**2 / float((sizes**2 / answers).sum())
    return _interval(value, variance, min(by_weights, float(n)), n, villages - 1)


def _stratum(hits: Floats, probabilities: Floats, size: int) -> tuple[float, float]:
    """The share of one stratum, and its variance."""
    weights = 1 / probabilities
    value = float((weights * hits).sum() / weights.sum())
    n = len(hits)
    if n < 2 or n >= size:
        return value, 0.0
    parts = weights * (hits - value) / weights.sum()
    return value, (1 - n / size) * n / (n - 1) * float((parts**2).sum())


def _interval(value: float, variance: float, by_weights: float, n: int, freedom: int) -> Share:
    """Wilson's, with the sample size that the variance is worth; ``by_weights`` where nothing varies."""
    from scipy.special import ndtri, stdtrit  # type: ignore[import-untyped]

    worth = min(value * (1 - value) / variance, float(n)) if variance > 0 and 0 < value < 1 else by_weights
    usual = float(ndtri((1 + _SURE) / 2))
    wider = float(stdtrit(max(freedom, 1), (1 + _SURE) / 2))
    # What is not known is also how much it varies: Student's quantile costs sample size (Korn and Graubard).
    effective = worth * (usual / wider) ** 2
    middle = (value + usual**2 / (2 * effective)) / (1 + usual**2 / effective)
    half = (
        usual
        / (1 + usual**2 / effective)
        * float(np.sqrt(value * (1 - value) / effective + usual**2 / (4 * effective**2)))
    )
    return Share(value, max(middle - half, 0.0), min(middle + half, 1.0), n, worth, n / worth)
