"""Which of the units printed for a whole table fits a name, by what the name measures; none rather than a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from connectors.tables.words import BRACKET, CALENDAR, DIMENSIONS, SHARE, SPOKEN, UNMEASURED


@lru_cache(maxsize=1 << 14)  # the names of a city's ledgers repeat
def fitting_unit(names: tuple[str, ...], units: tuple[str, ...], spoken_only: bool = False) -> str | None:
    """The one unit that fits, by the nearest name that says what it measures.

    Areas, money, lengths and shares are told by words (面积, 收入 …); where no name has one, what is left beside
    them is the unit of everything else (小学及以下 under 人、元 counts people).

    Args:
        names: Names from the nearest to the farthest head.
        units: The printed units.
        spoken_only: Whether only a name that says what it measures takes a unit.
    """
    if (
        not names
        or UNMEASURED.search(names[0])
        or any(CALENDAR.match(n) or n in ("日期", "时间") for n in names)
    ):
        return None
    possible = [unit for unit in units if not _is_bracket_of(names[0], unit)]
    is_bracket = len(possible) < len(units)
    for name in names[1:] if is_bracket else names:
        fits = _measure_of(name)
        fitting = [unit for unit in possible if fits is not None and fits.match(unit)]
        if fitting or (fits is not None and not is_bracket):
            return fitting[0] if len(fitting) == 1 else None
    return None if spoken_only and len(units) > 1 else _left_over(units, possible)


def _left_over(units: Sequence[str], possible: Sequence[str]) -> str | None:
    """The one of several units that no word announces; a unit printed alone is everything's."""
    rest = [unit for unit in possible if len(units) == 1 or not SHARE.match(unit)]
    if len(rest) > 1:
        rest = [unit for unit in rest if not SPOKEN.match(unit)]
    return rest[0] if len(rest) == 1 else None


def _measure_of(name: str) -> re.Pattern[str] | None:
    """The units that the last measuring word of a name allows: 单位面积产量 is a 产量, no 面积."""
    found = [(match.end(), fits) for word, fits in DIMENSIONS for match in word.finditer(name)]
    return max(found, key=lambda hit: hit[0])[1] if found else None


def _is_bracket_of(name: str, unit: str) -> bool:
    """Whether a name is a class in a unit (501-1000元): what it counts is measured in another one."""
    match = BRACKET.search(name)
    return match is not None and unit in (match["unit"], match["upto"])
