"""The kinds of acts, the ledgers that they fit, and how many of each a place of a scale gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.demo.acts import again, asked, handed_back, instead, nothing
from pipelines.demo.acts.doing import Doing
from pipelines.demo.handins import Chances
from pipelines.demo.truth import Act

_MONTHLY = ("household_register", "toilet_ledger", "monitored_households")
_KEYED = ("monitored_households", "cooperatives", "road_segments", "student_grants", "grain_plots")


@dataclass(frozen=True)
class Kind:
    """One kind.

    Attributes:
        do: Does it; None where it does not fit the rows, before any file is written.
        datasets: Ledgers that it is done to.
        city: How many in a city; a village has one of each, a province as many as a city.
        mistakes: Only where the clerk makes mistakes besides, or makes none; None where that does not matter.
        months: Of how many consecutive hand-ins the last is its own; those before are kept for it.
        absorbs: Whether it stands for those too, so that they are not sent.
    """

    do: Callable[[Doing], Act | None]
    datasets: tuple[str, ...]
    city: int = 2
    mistakes: bool | None = None
    months: int = 1
    absorbs: bool = False

    @property
    def name(self) -> str:
        """What the truth calls it."""
        return self.do.__name__

    def may(self, drawn: Chances) -> bool:
        """Whether it may be done to a hand-in of which this is to become."""
        if drawn.missing or drawn.corrected or drawn.copied:
            return False
        return self.mistakes in (None, drawn.faulty)


# Those that fit few hand-ins choose first.
KINDS = (
    Kind(
        handed_back.slip_handed_back,
        ("household_register", "student_status", "monitored_households", "grain_plots"),
        mistakes=True,
    ),
    Kind(instead.numbers_became_days, ("grain_plots",), city=1, mistakes=False),
    Kind(instead.cumulative, ("toilet_ledger",), mistakes=False, months=2),
    Kind(instead.months_in_sheets, ("household_register",), mistakes=False, months=2, absorbs=True),
    Kind(again.whole_after_held, ("satisfaction_survey",), city=1, mistakes=False),
    Kind(again.town_taken_back, ("satisfaction_survey",), mistakes=False),
    Kind(instead.wrong_total, ("road_segments", "student_grants", "monitored_households"), mistakes=False),
    Kind(instead.parts_by_township, ("monitored_households", "student_grants"), city=1, mistakes=False),
    Kind(instead.numbered_parts, ("monitored_households", "student_grants", "toilet_ledger"), mistakes=False),
    Kind(instead.part_again, ("monitored_households", "student_grants"), city=1, mistakes=False),
    Kind(instead.copy_in_front, ("monitored_households", "cooperatives", "road_segments"), mistakes=False),
    Kind(instead.footnotes, ("monitored_households", "toilet_ledger", "cooperatives"), mistakes=False),
    Kind(again.first_again, ("monitored_households", "cooperatives", "road_segments"), city=1, mistakes=False),
    Kind(again.two_rows, ("household_register",)),
    Kind(again.correction, ("monitored_households", "toilet_ledger", "grain_plots")),
    Kind(again.supplement, ("toilet_ledger", "monitored_households", "student_grants")),
    Kind(asked.rows_unexplained, ("satisfaction_survey", "toilet_ledger")),
    Kind(again.two_rows, _KEYED, city=3),
    Kind(again.corrected_twice, ("monitored_households", "grain_plots"), city=1),
    Kind(again.whole_after_correction, ("road_segments", "monitored_households"), city=1),
    Kind(nothing.rows_after_nothing, ("toilet_ledger", "monitored_households"), city=1),
    Kind(asked.short_file, _KEYED),
    Kind(asked.title_of_last_month, ("cooperatives", "monitored_households", "toilet_ledger")),
    Kind(again.one_town_again, ("monitored_households", "student_grants", "cooperatives")),
    Kind(again.whole_again, ("cooperatives", "satisfaction_survey", "road_segments")),
    Kind(asked.nothing_over_rows, ("toilet_ledger", "monitored_households")),
    Kind(asked.as_last_month, _MONTHLY),
    Kind(asked.other_folder, ("cooperatives", "student_grants", "monitored_households")),
)  # fmt: skip

NIL_REPORTS: Mapping[str, int] = {"village": 2, "city": 5, "province": 5}
