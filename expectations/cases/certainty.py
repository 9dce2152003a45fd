"""How sure one may be: of one source alone, of several together, and after what speaks against.

Calibrated means: of cases told with 0.8 about 80 in 100 are true. The numbers stand in ``certainty.yaml``.

Source: Platt (1999), Probabilistic Outputs for Support Vector Machines, for the logistic function of a score; Pearl
(1988), Probabilistic Reasoning in Intelligent Systems, 4.3, for the noisy-or of independent causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from math import exp, log, log10
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from warehouse.definitions import read_yaml

FILE = Path(__file__).parent / "certainty.yaml"

Against = Literal["few", "everywhere", "corrected", "verified", "explained"]

_STRICT = ConfigDict(extra="forbid", frozen=True)
_LEAST_P = 1e-300


class Curve(BaseModel):
    """A logistic function of how little chance explains, and of how much there is."""

    model_config = _STRICT

    at: float
    per_decade: float = 0
    per_tenfold: float = 0


class Otherwise(BaseModel):
    """What holds for a source that is not listed."""

    model_config = _STRICT

    with_p: Curve
    without_p: Curve


class Stretch(BaseModel):
    """What becomes of the joined logit."""

    model_config = _STRICT

    at: float = 0
    slope: float = 1


class Certainty(BaseModel):
    """The calibration."""

    model_config = _STRICT

    least: float = Field(ge=0, lt=1)
    most: float = Field(gt=0, lt=1)
    decades: float = Field(gt=0)
    tenfolds: float = Field(gt=0)
    combined: Stretch
    against: Mapping[Against, float]
    otherwise: Otherwise
    sources: Mapping[str, Curve]

    def alone(self, name: str, p: float | None, size: float | None) -> float:
        """Of one source.

        Args:
            name: Of the detector, reconciliation or rule.
            p: The chance of it where nothing is amiss; None where no chance is involved.
            size: Per cent off, how many, or how many rows; None where it has none.
        """
        curve = self.sources.get(name)
        if curve is None:
            curve = self.otherwise.without_p if p is None else self.otherwise.with_p
        return logistic(curve.at + curve.per_decade * self.rarity(p) + curve.per_tenfold * self.extent(size))

    def rarity(self, p: float | None) -> float:
        """−log10 of a chance, up to ``decades``."""
        return 0.0 if p is None else min(-log10(max(p, _LEAST_P)), self.decades)

    def extent(self, size: float | None) -> float:
        """log10 of a size, from 0 to ``tenfolds``."""
        return 0.0 if size is None or size <= 1 else min(log10(size), self.tenfolds)

    def together(self, alone: Iterable[tuple[str, float]], against: Iterable[Against] = ()) -> float:
        """Of several, the best of each name counted once, less what speaks against; at most ``most``."""
        best: dict[str, float] = {}
        for name, certainty in alone:
            best[name] = max(certainty, best.get(name, 0.0))
        doubt = 1.0
        for certainty in best.values():
            doubt *= 1 - certainty
        joined = self.combined.at + self.combined.slope * logit(1 - doubt)
        joined += sum(log(self.against[name]) for name in against)
        return round(min(logistic(joined), self.most), 3)


def logistic(x: float) -> float:
    """From the whole line to between 0 and 1."""
    return 1 / (1 + exp(-x)) if x > -700 else 0.0


def logit(share: float) -> float:
    """The inverse of ``logistic``, of shares kept away from 0 and 1."""
    kept = min(max(share, 1e-6), 1 - 1e-6)
    return log(kept / (1 - kept))


@cache
def calibration() -> Certainty:
    """The calibration that comes with the program.

    Raises:
        pydantic.ValidationError: The file is none.
    """
    return Certainty.model_validate(read_yaml(FILE.read_text(encoding="utf-8")))
