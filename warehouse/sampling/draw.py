"""Drawing records: stratified, with probabilities that are known, the same draw for the same seed and records.

Strata get their part of the sample by what their records weigh. Inside a stratum records are put in random order and
taken systematically with probability proportional to weight (Madow 1949; Särndal, Swensson and Wretman, *Model Assisted
Survey Sampling*, 3.6), so that every record's inclusion probability is exactly n × weight ÷ all weights of its stratum,
or 1 where that is more. The probability is noted with the draw: without it nothing can be said of the records not seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_LEAST = 2
"""Records of a stratum from which its spread can be told."""


@dataclass(frozen=True)
class Drawn:
    """What was drawn.

    Attributes:
        places: Positions of the records drawn, ascending.
        probabilities: Their inclusion probabilities, 0 to 1.
    """

    places: Places
    probabilities: Floats


def draw(
    strata: Sequence[Hashable], n: int, seed: str, weights: Sequence[float] | Floats | None = None
) -> Drawn:
    """Draw records.

    Args:
        strata: Of each record, in an order that is always the same for the same records.
        n: How many; all where there are no more. A stratum of two records or more gets at least two, where ``n`` allows it.
        seed: Whatever tells this draw from others.
        weights: Of each record, not negative; all alike where none are given. A record that weighs nothing is not drawn.

    Raises:
        ValueError: ``n`` is less than 1, or weights are negative, endless or missing.
    """
    weighed = np.ones(len(strata)) if weights is None else np.asarray(weights, dtype=np.float64)
    if n < 1:
        raise ValueError("draw at least one record")
    if len(weighed) != len(strata) or not np.isfinite(weighed).all() or (weighed < 0).any():
        raise ValueError("weights are numbers, none negative, one for each record")
    members = _members(strata, weighed)
    sizes = _allocated(members, weighed, n)
    random = np.random.default_rng(int.from_bytes(sha256(seed.encode()).digest()[:8], "big"))
    taken = [
        _systematic(own, weighed[own], size, random) for own, size in zip(members, sizes, strict=True) if size
    ]
    if not taken:
        return Drawn(np.empty(0, dtype=np.int64), np.empty(0))
    places = np.concatenate([one.places for one in taken])
    order = np.argsort(places)
    return Drawn(places[order], np.concatenate([one.probabilities for one in taken])[order])


def _members(strata: Sequence[Hashable], weights: Floats) -> list[Places]:
    """By stratum, in order of appearance, the records that can be drawn."""
    found: dict[Hashable, list[int]] = {}
    for place, stratum in enumerate(strata):
        if weights[place]:
            found.setdefault(stratum, []).append(place)
    return [np.array(own, dtype=np.int64) for own in found.values()]


def _allocated(members: Sequence[Places], weights: Floats, n: int) -> list[int]:
    """How many of each stratum: by weight, each next one where it is most wanting (Sainte-Laguë); no more than it has, two at least where that is possible."""
    counts = [len(own) for own in members]
    least = [min(_LEAST, count) for count in counts]
    if sum(counts) <= n:
        return counts
    sizes = least if sum(least) <= n else [0 for _ in counts]
    weighed = np.array([weights[own].sum() for own in members])
    wanted = n * weighed / weighed.sum()
    while sum(sizes) < n:
        short = [
            wanted[at] / (2 * sizes[at] + 1) if sizes[at] < counts[at] else -1.0 for at in range(len(counts))
        ]
        sizes[int(np.argmax(short))] += 1
    return sizes


def _systematic(places: Places, weights: Floats, n: int, random: np.random.Generator) -> Drawn:
    """Records of one stratum, taken at equal steps along the sum of their probabilities, in random order."""
    probabilities = _probabilities(weights, n)
    order = random.permutation(len(places))
    sums = np.concatenate([[0.0], np.cumsum(probabilities[order])])
    start = random.random()
    passed = np.floor(np.round(sums - start, 12)).astype(np.int64)
    taken = order[np.flatnonzero(np.diff(passed))]
    return Drawn(places[taken], probabilities[taken])


def _probabilities(weights: Floats, n: int) -> Floats:
    """Inclusion probabilities: proportional to weight, and certain where that would be more than 1."""
    certain = np.zeros(len(weights), dtype=bool)
    while True:
        left, rest = n - int(certain.sum()), weights * ~certain
        found = np.where(certain, 1.0, left * rest / rest.sum() if rest.any() else 0.0)
        above = (found >= 1) & ~certain
        if not above.any():
            return found
        certain |= above
