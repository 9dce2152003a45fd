"""What came of a scheme, exact: one region's objectives, and what was added and taken besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from warehouse.assessment.groups import Region

Status = Literal["scored", "no_data", "not_applicable", "withheld"]
Part = Literal["objective", "veto", "deduction", "bonus"]


@dataclass(frozen=True)
class Scored:
    """One objective (or item) of one region in one period.

    Attributes:
        region: Whose.
        period: A month ``2025-06``, a quarter ``2025Q2`` or a year ``2025``.
        part: Of the scheme.
        objective: Its name.
        dimension: Of the indicator; blank for items.
        rule: Name of the scoring rule.
        value: The observation, None where there is none.
        base: The figure a year before.
        target: What was to be reached.
        raw: 0 to 100; None where it is not scored.
        planned: Points that it could earn by the scheme.
        weight: The same after the weights of what is not scored were given to others.
        points: What it earned; negative where it costs.
        evidence: Grade of what it rests on, blank where there is nothing.
        coverage: Share of the finest regions counted.
        records: How many records.
        status: Whether it was scored, or why not.
        reasons: In Chinese.
    """

    region: Region
    period: str
    part: Part
    objective: str
    dimension: str
    rule: str
    value: Fraction | None = None
    base: Fraction | None = None
    target: Fraction | None = None
    raw: Fraction | None = None
    planned: Fraction = Fraction(0)
    weight: Fraction = Fraction(0)
    points: Fraction | None = None
    evidence: str = ""
    coverage: Fraction | None = None
    records: int = 0
    status: Status = "scored"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """One region in one period, in a dimension or as a whole.

    Attributes:
        region: Which.
        period: As in ``Scored``.
        dimension: Blank for the whole.
        points: What it earned, None where it is withheld.
        weight: What it could earn.
        objective_share: Weight resting on evidence of grade A or B, as a share of all weight, 0 to 1.
        status: ``scored`` or ``withheld``.
        place: Among all regions, 1 for the first; equals share it. None where withheld, and for dimensions.
        place_in_group: Among its region group.
        reasons: In Chinese.
    """

    region: Region
    period: str
    dimension: str
    points: Fraction | None
    weight: Fraction
    objective_share: Fraction
    status: Status = "scored"
    place: int | None = None
    place_in_group: int | None = None
    reasons: tuple[str, ...] = field(default=())
