"""What files say, and what is in force of them: dictionaries alone, and nothing of the program.

Reading files is left out: a file is the rows that come of it. How a file took force is decided by the program; what
follows from that is worked out here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

TOWNS = {"沐": "990121100000", "汀": "990121200000", "石": "990122100000", "新": "990122300000"}
"""Townships by the name they have here; the last begins with a split."""

MONTHS = ("2025-06", "2025-07")
CHANGE = MONTHS[-1]
"""The month from which on lists of regions draw another map."""

COUNTING = ("accepted", "partial")
SAYS: Mapping[str, frozenset[str]] = {
    "": frozenset(),
    "（补报）": frozenset({"amends"}),
    "（其余保留）": frozenset({"keeps"}),
    "（第一部分）": frozenset({"part"}),
    "（整份替换）": frozenset({"whole"}),
}

Key = tuple[str, str, str]
"""Month, township as it was handed in, and plot: what tells rows apart."""

Unit = tuple[str, str]
"""Month and township."""


@dataclass
class Sent:
    """A file: what it says, what was taken of that, and what became of it.

    Attributes:
        name, stem: With its department; and without version and what it says of itself.
        says: What its name says of it.
        written: Areas of its rows.
        nothing_in: For what it says that there is nothing.
        rows: Those of its rows that are good by the contract and map of today.
        units: What it speaks for.
        at: Where its rows stand in the file.
        best: Its rows when most of them were taken.
    """

    name: str
    stem: str
    says: frozenset[str]
    written: dict[Key, int]
    nothing_in: frozenset[Unit] = frozenset()
    rows: dict[Key, int] = field(default_factory=dict)
    units: set[Unit] = field(default_factory=set)
    status: str = "received"
    takes: str = "replaces"
    id: str = ""
    seq: int = 0
    told: str = ""
    reason: str = ""
    best: int = 0

    @property
    def at(self) -> dict[Key, int]:
        """The line of each row."""
        return {key: at for at, key in enumerate(self.written, start=4)}

    @property
    def file(self) -> str:
        """Its name without its department."""
        return PurePosixPath(self.name).name


@dataclass
class Rules:
    """What makes a row good: the versions of the contract, and the map.

    Attributes:
        most: By the month since which a version holds, the largest area that it allows.
        ended: Townships of months for which nobody can hand in any more.
        begun: Those that there are not in every month.
        merged: Months in which 汀 lies in 沐.
    """

    most: dict[str, int] = field(default_factory=dict)
    ended: Collection[Unit] = ()
    begun: Collection[Unit] = ()
    merged: Sequence[str] = ()

    def good(self, one: Sent) -> dict[Key, int]:
        """The rows of a file that can be taken."""
        return {key: area for key, area in one.written.items() if self._is_good(key, area)}

    def nothing(self, one: Sent) -> set[Unit]:
        """What a file can say that it has nothing in."""
        return set(one.nothing_in) - set(self.ended)

    def _is_good(self, key: Key, area: int) -> bool:
        since = max((month for month in self.most if month <= key[0]), default="")
        return key[:2] not in self.ended and area <= self.most.get(since, area)


def lying(month: str, town: str, merged: Sequence[str]) -> str:
    """The township in which another one's rows lie, where 汀 has been merged in some months."""
    return "沐" if town == "汀" and month in merged else town


def place(key: Key, merged: Sequence[str]) -> Key:
    """A row as it lies on the map."""
    return key[0], lying(key[0], key[1], merged), key[2]


def in_force(sent: Sequence[Sent], merged: Sequence[str] = ()) -> dict[Key, Sent]:
    """By row, the file whose row counts.

    A row of what adds stands for one of its own township, else for one that lies in the same township by the map and was
    handed in for one that its file speaks for without a row.
    """
    found: dict[Key, Sent] = {}
    for one in sorted(sent, key=lambda one: one.seq):
        if one.status not in COUNTING:
            continue
        if one.takes == "replaces":
            found = {key: by for key, by in found.items() if key[:2] not in one.units}
        empty = one.units - {key[:2] for key in one.rows} if one.takes == "adds" else set()
        new = {place(key, merged) for key in one.rows.keys() - found.keys()}
        found = {k: by for k, by in found.items() if k[:2] not in empty or place(k, merged) not in new}
        found |= dict.fromkeys(one.rows, one)
    return found


def area(of: Mapping[Key, Sent], key: Key) -> int:
    """Of a row in force."""
    return of[key].rows[key]
