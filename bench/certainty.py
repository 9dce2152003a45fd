"""Learn how sure one may be of a case from cases whose truth is known: ``expectations/cases/certainty.yaml`` anew.

Every source gets a curve of its own: an intercept and a slope, pulled towards those there are (ridge), so that a source
seen in few cases stays near what it was. Then the joined certainty of whole cases is stretched on the logit. With the
pairs of several seeds, leave one out: the printed table says what cases told with 0.8 came to on the seed left out.

Source: Platt (1999), Probabilistic Outputs for Support Vector Machines; Niculescu-Mizil and Caruana (2005), Predicting
Good Probabilities with Supervised Learning, on few parameters where few cases are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import yaml

from expectations.cases import Known, Tables, cases
from expectations.cases.certainty import Certainty, Curve, Stretch, calibration, logit
from expectations.cases.evidence import evidence

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)

_PULL = 2.0
"""How many cases' worth the curve there is weighs."""

_STEPS = 60


@dataclass(frozen=True)
class Spoken:
    """What one source says of a case: its name, the chance (None where none), and how much (``Evidence`` calls it size)."""

    name: str
    p: float | None
    size: float | None


@dataclass(frozen=True)
class Pair:
    """A case by what speaks for it, and whether it is true."""

    sources: Sequence[Spoken]
    is_true: bool


def fit(pairs: Iterable[Pair], known: Certainty | None = None) -> str:
    """The calibration that fits, as YAML.

    Args:
        pairs: Cases whose truth is known, whatever they were told with.
        known: What is started from; the one there is by default.
    """
    before = known or calibration()
    listed = list(pairs)
    seen: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for pair in listed:
        for one in pair.sources:
            seen[one.name].append((before.rarity(one.p), before.extent(one.size), pair.is_true))
    curves = dict(before.sources)
    for name, rows in seen.items():
        curves[name] = _curve(before, name, np.array([row[:2] for row in rows]), [row[2] for row in rows])
    alone = before.model_copy(update={"sources": curves, "combined": Stretch()})
    joined = alone.model_copy(update={"combined": _stretch(alone, listed)})
    return yaml.safe_dump(joined.model_dump(), allow_unicode=True, sort_keys=False)


def pairs_of(tables: Tables, known: Known, is_true: Callable[[Mapping[str, Any]], bool]) -> list[Pair]:
    """The cases of a city as pairs, those too unsure to be told among them.

    Args:
        tables: As the loading has them.
        known: Contracts, indicators, reconciliations.
        is_true: Of a row of ``cases``, whether something was padded there.
    """
    every = evidence(known, tables.anomalies, tables.reconciliations, tables.findings)
    spoken = {one.id: Spoken(one.name, one.p, one.size) for one in every}
    lenient = replace(known, certainty=known.certainty.model_copy(update={"least": 0.0}))
    made = cases(tables, lenient, now=_ANY_TIME).to_pylist()
    return [Pair([spoken[one] for one in row["evidence"]], is_true(row)) for row in made]


def told(known: Certainty, pair: Pair) -> float:
    """With what certainty a case would be told by a calibration, before anything speaks against it."""
    return known.together((one.name, known.alone(one.name, one.p, one.size)) for one in pair.sources)


def table(known: Certainty, pairs: Iterable[Pair]) -> list[tuple[str, int, float, float]]:
    """By tenth of certainty: how many cases, the mean certainty told, and the share that is true."""
    found: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for pair in pairs:
        sure = told(known, pair)
        found[min(int(10 * sure), 9)].append((sure, pair.is_true))
    return [
        (
            f"{tenth / 10:.1f}–{(tenth + 1) / 10:.1f}",
            len(rows),
            float(np.mean([sure for sure, _ in rows])),
            float(np.mean([is_true for _, is_true in rows])),
        )
        for tenth, rows in sorted(found.items())
    ]


def _curve(before: Certainty, name: str, x: np.ndarray, is_true: Sequence[bool]) -> Curve:
    """Ridge logistic regression towards the curve there is; slopes are never negative, and nothing is learned of what never varies."""
    there = before.sources.get(name)
    if there is None:
        has_p = bool((x[:, 0] > 0).any())
        there = before.otherwise.with_p if has_p else before.otherwise.without_p
    start = np.array([there.at, there.per_decade, there.per_tenfold])
    varies = np.array([True, np.ptp(x[:, 0]) > 0, np.ptp(x[:, 1]) > 0])
    found = _ridge(np.column_stack([np.ones(len(x)), x]), np.array(is_true, float), start, varies)
    found[1:] = np.maximum(found[1:], 0)
    return Curve(at=_short(found[0]), per_decade=_short(found[1]), per_tenfold=_short(found[2]))


def _stretch(known: Certainty, pairs: Sequence[Pair]) -> Stretch:
    free = known.model_copy(update={"most": 0.999999})
    x = np.array([[1.0, logit(told(free, pair))] for pair in pairs])
    y = np.array([pair.is_true for pair in pairs], float)
    if not len(pairs):
        return known.combined
    at, slope = _ridge(x, y, np.array([0.0, 1.0]), np.array([True, bool(np.ptp(x[:, 1]) > 0)]))
    return Stretch(at=_short(at), slope=_short(max(slope, 0.1)))


def _ridge(x: np.ndarray, y: np.ndarray, start: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Newton's method on the penalised likelihood; coefficients that do not move stay where they start."""
    beta = start.copy()
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        slope = x.T @ (y - share) - _PULL * (beta - start)
        curve = (x * (share * (1 - share))[:, None]).T @ x + _PULL * np.eye(len(beta))
        step = np.zeros_like(beta)
        step[moves] = np.linalg.solve(curve[np.ix_(moves, moves)], slope[moves])
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def _short(value: float) -> float:
    return round(float(value), 3)
