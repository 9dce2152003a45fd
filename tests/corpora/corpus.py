"""Where the labelled corpora lie, and what the scorers share. The corpora are not part of this repository."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
CORPORA = SHARED / "corpora"
REAL = SHARED / "real"


@dataclass
class Tally:
    """Counts behind a precision, a recall and an F1."""

    hits: int = 0
    found: int = 0
    gold: int = 0

    def add(self, found: Iterable[int], gold: Iterable[int]) -> None:
        """Count one sheet's rows."""
        found, gold = set(found), set(gold)
        self.hits += len(found & gold)
        self.found += len(found)
        self.gold += len(gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there is nothing to find."""
        return 2 * self.hits / (self.found + self.gold) if self.found + self.gold else 1.0


def say(line: str) -> None:
    """Print one line of a score."""
    sys.stdout.write(f"{line}\n")
