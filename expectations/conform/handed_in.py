"""Where a row is today, and as which region's it was handed in: what a change of regions ended stays understood.

A submission speaks for the regions it was handed in for, however the map is drawn later: else two that stood side by
side would stand for each other once one township is merged into the other. Names and codes themselves are looked up in
``regions``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from expectations.conform.regions import Place, RegionIndex, Resolution, Scope
from expectations.rules import Told, told
from warehouse.codes import covering

Scopes = Callable[[RegionIndex], Scope]
"""What the file itself names, in a tree."""


@dataclass(frozen=True)
class Located:
    """The place of a row.

    Attributes:
        code: Its region on the map of its month, None where there is none.
        handed_in_as: The region that its submission speaks for with it, at the level asked for; of one that only got
            another number the first.
        wrong: What is wrong; a warning where it has a region all the same.
        level: Of the place that is wrong.
    """

    code: str | None
    handed_in_as: str | None = None
    wrong: Told | None = None
    level: str = ""


def find(place: Place, index: RegionIndex, scope: Scopes, level: str) -> Located:
    """Look a place up on the map of its month, and among what had been there before it was changed.

    Args:
        place: What the row says.
        index: The map of its month.
        scope: What the file names.
        level: At which submissions stand for each other.
    """
    now = index.resolve(place, scope(index))
    if not index.has_changed:
        return _located(now, now.code and covering(now.code, level))
    before = index.untouched.resolve(place, scope(index.untouched)).code
    leads = index.successors.get(before or "")
    if before is None or leads not in index.levels:
        return _located(now, now.code and first_unit(index, now.code, level))
    unit = first_unit(index, before, level)
    if now.code == leads or (now.code is None and not _may_mean_another(now, before, index)):
        return Located(leads, unit)
    facts = {"place": index.titles[leads], "code": leads}
    return Located(
        leads, unit, replace(told("ambiguous_region", "since", **facts), severity="warning"), now.level
    )


def first_unit(index: RegionIndex, code: str, level: str) -> str:
    """The region at a level that a code lies in, by the first code it had."""
    unit = covering(code, level)
    return index.untouched.successors.get(unit, unit)


def _may_mean_another(now: Resolution, before: str, index: RegionIndex) -> bool:
    """Whether several bear the name today, and nothing that the row says has ended."""
    is_ambiguous = now.wrong is not None and now.wrong.rule == "ambiguous_region"
    return is_ambiguous and all(index.successors.get(code) == code for code in index.untouched.line(before))


def _located(found: Resolution, unit: str | None) -> Located:
    return Located(found.code, unit, found.wrong, found.level)


def scopes(texts: tuple[str, ...]) -> Scopes:
    """What texts name, the nearest first; found once a tree."""
    return cache(lambda index: index.scope(texts))
