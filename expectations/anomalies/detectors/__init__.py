"""The detectors, one way of padding each. ``find`` tests every region, ``tell`` says in Chinese what was seen."""

from __future__ import annotations

from expectations.anomalies.detectors import (
    claim_scale,
    copied_interviews,
    copied_villages,
    duplicates,
    falling,
    just_above_target,
    last_digit,
    recounted_roads,
    shrunk_denominator,
    stale,
    straight_lining,
    too_good,
    unit_scale,
    year_end,
)
from expectations.anomalies.engine import Detector

DETECTORS: tuple[Detector, ...] = (
    claim_scale,
    copied_interviews,
    copied_villages,
    duplicates,
    falling,
    just_above_target,
    last_digit,
    recounted_roads,
    shrunk_denominator,
    stale,
    straight_lining,
    too_good,
    unit_scale,
    year_end,
)
