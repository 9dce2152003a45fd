"""Whether a submission may take force, and how: instead of what is there, beside it, or not before somebody confirms.

A clerk who sends two corrected rows does not mean that the other eighteen are gone; one who sends the whole again
without a township may well mean that. Where name, keys and size do not decide it, the submission is held and the
earlier one stays in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection

    from expectations.resubmission.compare import Comparison
    from warehouse.ledger.values import Says, Takes

Resubmission: TypeAlias = Literal["replace", "amend", "ask"]
Why: TypeAlias = Literal["", "rows_missing", "nothing_in_common", "only_omissions", "nothing_left", "waiting"]

SHARE = 0.2
"""Of the rows in force, how many may be missing before a file stops looking whole."""

ROWS = 5
"""Fewer missing rows than this are told and not asked about, unless nothing in the file was in force before."""


@dataclass(frozen=True)
class Ruling:
    """How a submission takes force.

    Attributes:
        takes: How, once it does.
        why: Why it is held; blank where it is not.
    """

    takes: Takes
    why: Why = ""


def rule(
    comparison: Comparison,
    says: Collection[Says],
    resubmission: Resubmission,
    *,
    keyed: bool,
    quarantined: int = 0,
    new_version: bool = False,
) -> Ruling:
    """Decide.

    Args:
        comparison: With what is in force where the submission speaks.
        says: What its sender says it is.
        resubmission: What its contract says.
        keyed: Whether rows can be told apart, so that some can be corrected and the others left.
        quarantined: Rows of it that were sent back: they are missing by our doing.
        new_version: Whether all that it would replace came in earlier versions of this very file.
    """
    if not comparison.gone or resubmission == "replace":
        return Ruling("replaces")
    if not comparison.now:  # a nil report; added to what is there it would say nothing
        return Ruling("replaces", "nothing_left" if comparison.gone >= ROWS and "whole" not in says else "")
    if "part" in says or ("keeps" in says and keyed):
        return Ruling("adds")
    if resubmission == "amend" and keyed:
        return Ruling("adds")
    return _asked(comparison, says, keyed=keyed, quarantined=quarantined, new_version=new_version)


def _asked(
    comparison: Comparison, says: Collection[Says], *, keyed: bool, quarantined: int, new_version: bool
) -> Ruling:
    omitted = max(0, comparison.gone - quarantined)
    if "whole" in says or (omitted <= SHARE * comparison.before and comparison.same + comparison.changed):
        return Ruling("replaces")
    if not comparison.changed + comparison.added:
        return Ruling("replaces", "only_omissions" if omitted >= ROWS else "")
    if keyed and _is_correction(comparison, says):
        return Ruling("adds")
    if not comparison.same + comparison.changed and (comparison.before > 1 or not new_version):
        return Ruling("replaces", "nothing_in_common")
    return Ruling("replaces", "rows_missing" if omitted >= ROWS else "")


def _is_correction(comparison: Comparison, says: Collection[Says]) -> bool:
    """It says so; or it is at most half, of rows that all were in force and of which some changed."""
    few = 2 * comparison.now <= comparison.before
    return "amends" in says or (few and not comparison.added)
