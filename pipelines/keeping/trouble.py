"""What is wrong with a part of a home."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong.

    Attributes:
        where: A path below the home, or what it is about.
        what: What is wrong.
        remedy: What to do.
    """

    where: str
    what: str
    remedy: str
