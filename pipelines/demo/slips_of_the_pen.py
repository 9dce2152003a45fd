"""Values that are well typed and still cannot be true: each breaks one rule of a contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from expectations.rules import Severity

Row = Mapping[str, object]


@dataclass(frozen=True)
class Slip:
    """One rule of a contract and how to break it.

    Attributes:
        rule: The rule's name in the contract.
        severity: Its severity there.
        column: The column that gets another value.
        fits: Whether a row can break the rule this way.
        value: The value that breaks it.
    """

    rule: str
    severity: Severity
    column: str
    fits: Callable[[Row], bool]
    value: Callable[[Row], object]


def _before(column: str, days: int) -> Callable[[Row], object]:
    return lambda row: _day(row, column) - dt.timedelta(days=days)


def _day(row: Row, column: str) -> dt.date:
    value = row[column]
    if not isinstance(value, dt.date):
        raise TypeError(f"{column}: {value!r} is not a day")
    return value


def _number(row: Row, column: str) -> float:
    return float(str(row[column]))


def _dated(*columns: str) -> Callable[[Row], bool]:
    return lambda row: all(isinstance(row[column], dt.date) for column in columns)


def _always(row: Row) -> bool:
    return True


_SEXES = Slip("sexes_sum", "error", "male", _always, lambda row: int(_number(row, "male")) + 10)
_SWAPPED = Slip(
    "people_cover_households", "error", "population", _always,
    lambda row: int(_number(row, "households")) // 4,
)  # fmt: skip

SLIPS: Mapping[str, tuple[Slip, ...]] = {
    "toilet_ledger": (
        Slip(
            "accepted_after_completed", "error", "accepted_on", _dated("accepted_on", "completed_on"),
            _before("completed_on", 40),
        ),
        Slip("subsidy_plausible", "warning", "subsidy_yuan", _always, lambda row: 18_000.0),
    ),
    "road_segments": (
        Slip(
            "chainage_matches_length", "error", "length_km", _always,
            lambda row: round(_number(row, "length_km") + 1.5, 3),
        ),
        Slip(
            "maintained_within_length", "error", "maintained_km", _always,
            lambda row: round(_number(row, "length_km") + 2.0, 3),
        ),
        Slip(
            "width_fits_technical_class", "warning", "surface_width_m",
            lambda row: row["technical_class"] == "四级", lambda row: 2.0,
        ),
    ),
    "student_status": (
        Slip(
            "school_or_reason", "error", "school",
            lambda row: isinstance(row["school"], str) and str(row["resident_id"])[6:10] < "2018",
            lambda row: None,
        ),
    ),
    "student_grants": (
        Slip("grant_plausible", "warning", "grant_yuan", _always, lambda row: 62_500.0),
        Slip("grant_not_zero", "warning", "grant_yuan", _always, lambda row: 0.0),
    ),
    "monitored_households": (
        Slip(
            "cleared_after_identified", "error", "cleared_on", _dated("cleared_on", "identified_on"),
            _before("identified_on", 30),
        ),
        Slip(
            "income_parts_sum", "error", "wage_income_yuan", _always,
            lambda row: _number(row, "wage_income_yuan") + 3_000,
        ),
        Slip("cleared_has_date", "error", "cleared_on", _dated("cleared_on"), lambda row: None),
    ),
    "grain_plots": (
        Slip(
            "sown_within_plot", "error", "plot_area_mu", _always,
            lambda row: round(_number(row, "area_mu") / 2, 2),
        ),
        Slip(
            "output_is_area_times_yield", "warning", "output_kg", _always,
            lambda row: round(_number(row, "output_kg") * 1.5, 1),
        ),
    ),
    "cooperatives": (Slip("members_enough", "warning", "members", _always, lambda row: 3),),
    "household_register": (_SEXES, _SWAPPED),
    "village_profile": (
        Slip(
            "paved_within_natural_villages", "error", "paved_natural_villages", _always,
            lambda row: int(_number(row, "natural_villages")) + 3,
        ),
        Slip("collective_income_plausible", "warning", "collective_income_yuan", _always, lambda row: 126_000_000.0),
    ),
    "farmland_projects": (
        Slip(
            "accepted_after_completed", "error", "accepted_on", _dated("accepted_on", "completed_on"),
            _before("completed_on", 20),
        ),
    ),
    "survey_plan": (
        Slip(
            "planned_within_frame", "error", "planned_interviews", _always,
            lambda row: int(_number(row, "drawn_from")) + 5,
        ),
    ),
    "satisfaction_survey": (
        Slip("respondent_adult", "warning", "age", _always, lambda row: 11),
        Slip("long_enough", "warning", "minutes", _always, lambda row: 1.5),
    ),
    "self_assessment": (
        Slip(
            "score_within_full", "error", "claimed_score", _always,
            lambda row: _number(row, "full_score") + 3,
        ),
    ),
}  # fmt: skip
