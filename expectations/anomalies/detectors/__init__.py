"""The detectors, one way of padding each. ``find`` tests every region, ``tell`` says in Chinese what was seen."""

from __future__ import annotations

from expectations.anomalies.detectors import (
    bunching,
    claim_scale,
    copied_interviews,
    copied_villages,
    duplicates,
    falling,
    form_ratio,
    ghosts,
    just_above_target,
    last_digit,
    near_places,
    recounted_roads,
    rounding,
    shared_accounts,
    shrunk_denominator,
    stale,
    straight_lining,
    too_good,
    unit_of_rows,
    unit_scale,
    year_end,
)
from expectations.anomalies.engine import Detector

DETECTORS: tuple[Detector, ...] = (
    bunching,
    claim_scale,
    copied_interviews,
    copied_villages,
    duplicates,
    falling,
    form_ratio,
    ghosts,
    just_above_target,
    last_digit,
    near_places,
    recounted_roads,
    rounding,
    shared_accounts,
    shrunk_denominator,
    stale,
    straight_lining,
    too_good,
    unit_of_rows,
    unit_scale,
    year_end,
)
