"""Places written once and left out, or dittoed, in the rows below: which rows mean the place of the row above.

Cells that a sheet merges are repeated by reading; what stands here is for sheets that show the same by blanks or by
同上. A blank is filled only where the layout says so. Two layouts do: *stepped*, where each column writes its place
where it changes and nowhere else, and *headed*, where a row writes all places or none. Where the rows speak against
both, a blank may as well be an omission, and nothing is filled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from expectations.conform.patterns import Mask, matches
from expectations.conform.stand_ins import DITTO

Names = list[str | None]

_DITTO = re.compile(DITTO.regex)
_STEPPED = 0.25
"""Share of the places written that have rows left out below, from which leaving out is a habit and no omission."""
_HEADED = 0.5
"""The same where rows write their higher places anew each time, which speaks against leaving out."""


@dataclass(frozen=True)
class Filled:
    """The places of all rows.

    Attributes:
        columns: By part of a place (``code``, ``county`` …) the texts, those meant by blanks and dittos filled in.
        rows: Rows that were filled.
        unclear: Rows whose blank or ditto may or may not mean the row above, by the part that is blank.
    """

    columns: Mapping[str, pa.Array]
    rows: int
    unclear: Mapping[int, str]


def fill_down(
    columns: Mapping[str, pa.Array], starts: Mask, nowhere: Mapping[str, Collection[int]] | None = None
) -> Filled:
    """Fill blanks and dittos from the row above where the layout shows what they mean.

    Args:
        columns: By part, from the code and the highest level down, the texts of all rows; null is blank.
        starts: Rows that do not go on from the one before: the first, and those below a total or a gap.
        nowhere: By part the rows that write a dash or 无: they are of no such place, which is not left out.
    """
    # A column without a single name says nothing of its rows.
    used = {part: names for part, names in columns.items() if names.null_count < len(names)}
    levels = [part for part in used if part != "code"] or list(used)
    if not any(_has_blank(used[part]) for part in used):
        return Filled(columns, 0, {})
    names = {part: used[part].to_pylist() for part in used}
    down = _Down(names, levels, starts, {part: set((nowhere or {}).get(part, ())) for part in used})
    down.run()
    filled = {part: pa.array(down.names[part], pa.string()) for part in used}
    return Filled({**columns, **filled}, down.count, down.unclear)


def _has_blank(names: pa.Array) -> bool:
    return bool(names.null_count or matches(names, DITTO).any())


class _Down:
    """One walk over the rows. ``names`` is filled on the way, so that the row above is always complete."""

    def __init__(
        self, names: dict[str, Names], levels: Sequence[str], starts: Mask, nowhere: Mapping[str, set[int]]
    ) -> None:
        self.names, self.levels = names, levels
        self._starts, self._nowhere = starts, nowhere
        self.ditto = {
            part: {row for row, name in enumerate(own) if name is not None and _DITTO.match(name)}
            for part, own in names.items()
        }
        self._layout = _Layout(names, levels, starts, nowhere)
        self.unclear: dict[int, str] = {}
        self.count = 0

    def run(self) -> None:
        """Fill every row that leaves something out."""
        odd: set[int] = set().union(*self.ditto.values())
        for part in self.levels:
            odd.update(row for row, name in enumerate(self.names[part]) if name is None)
        for row in sorted(odd):
            before = {part: own[row] for part, own in self.names.items()}
            doubted = self._row(row)
            if doubted is not None:
                self.unclear[row] = doubted
                for ditto in self.names:  # a ditto mark is no name
                    if row in self.ditto[ditto]:
                        self.names[ditto][row] = None
            elif any(own[row] != before[part] for part, own in self.names.items()):
                self.count += 1

    def _row(self, row: int) -> str | None:
        """Fill one row; returns the part that is unclear."""
        above = row - 1
        can_copy = not self._starts[row] and above not in self.unclear
        is_bare = all(own[row] is None and row not in self._nowhere[part] for part, own in self.names.items())
        has_new = False
        for at, part in enumerate(self.levels):
            own = self.names[part]
            if row in self.ditto[part]:
                if not can_copy or has_new:
                    return part
                own[row] = own[above]
            elif row in self._nowhere[part]:
                has_new = True
            elif own[row] is not None:
                has_new |= not can_copy or own[row] != own[above]
            elif not has_new and (how := self._blank(row, at, is_bare, can_copy)) is not None:
                if not how:
                    return part
                own[row] = own[above]
        return self._code(row, can_copy)

    def _blank(self, row: int, at: int, is_bare: bool, can_copy: bool) -> bool | None:
        """Whether a blank means the row above; None where it is simply blank."""
        part = self.levels[at]
        if "code" in self.names and part != "code" and self.names["code"][row] is not None:
            return None
        if is_bare:
            return can_copy and self._layout.leaves_out
        if any(self.names[lower][row] is not None for lower in self.levels[at + 1 :]):
            return True if can_copy and self._layout.is_stepped(part, _STEPPED) else None
        if not can_copy or self.names[part][row - 1] is None:
            return None
        if any(row in self.ditto[up] for up in self.levels[:at]):
            return False
        # The row writes its township and no village: a place of its own, unless the sheet leaves villages out.
        return False if at and self._layout.is_stepped(part, _HEADED) else None

    def _code(self, row: int, can_copy: bool) -> str | None:
        if "code" not in self.names or row not in self.ditto["code"]:
            return None
        if not can_copy:
            return "code"
        self.names["code"][row] = self.names["code"][row - 1]
        return None


class _Layout:
    """What the rows as written say of the habits of their sheet."""

    def __init__(
        self, names: Mapping[str, Names], levels: Sequence[str], starts: Mask, nowhere: Mapping[str, set[int]]
    ) -> None:
        self._written = {
            part: np.array([name is not None and not _DITTO.match(name) for name in names[part]])
            for part in levels
        }
        for part in levels:
            self._written[part][list(nowhere[part])] = True
        self._same = {part: _repeats(names[part], self._written[part], starts) for part in levels}
        self._starts = starts
        each = [self._is_stepped(part, _STEPPED) for part in levels]
        anything = np.logical_or.reduce([self._written[part] for part in levels])
        everything = np.logical_and.reduce([self._written[part] for part in levels])
        all_same = np.logical_and.reduce([self._same[part] for part in levels])
        is_headed = not (everything & all_same).any() and _followed(anything, starts) >= _HEADED
        self.leaves_out = bool(all(each) or is_headed)
        self._stepped: dict[tuple[str, float], bool] = {}

    def is_stepped(self, part: str, share: float) -> bool:
        """Whether a column writes its places where they change and nowhere else."""
        if (part, share) not in self._stepped:
            self._stepped[part, share] = self._is_stepped(part, share)
        return self._stepped[part, share]

    def _is_stepped(self, part: str, share: float) -> bool:
        return not self._same[part].any() and _followed(self._written[part], self._starts) >= share


def _repeats(names: Names, written: Mask, starts: Mask) -> Mask:
    """Rows that write the name of the row above once more."""
    same = np.zeros(len(names), dtype=bool)
    for row in np.flatnonzero(written[1:] & written[:-1] & ~starts[1:]) + 1:
        same[row] = names[row] == names[row - 1]
    return same


def _followed(written: Mask, starts: Mask) -> float:
    """Share of the rows that write something after which a row writes nothing."""
    follows = written[:-1] & ~written[1:] & ~starts[1:]
    return float(follows.sum() / max(1, written.sum()))
