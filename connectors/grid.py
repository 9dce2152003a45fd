"""A sheet as it was read: values where they stood, nothing trimmed. What they mean is found elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
Merge = tuple[int, int, int, int]


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet.

    Attributes:
        rows: Cell values as read; ``rows[0][0]`` is A1. Rows may differ in length. Blank is ``""`` or ``None``.
        merged: Merged ranges as ``(top, left, bottom, right)``, inclusive, zero-based.
        formats: Number formats of percentages and of zeros in front by ``(row, column)``, where the reader knows them.
        unsaved: Where formulas stand whose results the file does not hold.
        from_1904: Whether the workbook counts its days from 1904 on.
    """

    rows: Sequence[Sequence[Cell]]
    merged: Sequence[Merge] = ()
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    unsaved: Collection[tuple[int, int]] = ()
    from_1904: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file.

    Attributes:
        name: The sheet's own name; for a member of an archive ``member/sheet``; for a text file its stem.
        hidden: Whether the sheet is hidden in the workbook.
        grid: Its cells.
        notes: What a reader of this sheet should know (hidden rows, pictures beside cells), in Chinese.
    """

    name: str
    hidden: bool
    grid: Grid
    notes: tuple[str, ...] = ()


def apart(merged: Iterable[Merge]) -> list[Merge]:
    """The merged ranges in their order without those that begin in a column where an earlier one still covers the row.

    No program draws such ranges; thousands of them would cost their number times the rows of the sheet.
    """
    kept: list[Merge] = []
    free: dict[int, int] = {}
    for merge in sorted(merged):
        top, left, bottom, _ = merge
        if top >= free.get(left, 0):
            free[left] = bottom + 1
            kept.append(merge)
    return kept


def column_letter(index: int) -> str:
    """The spreadsheet's name of a zero-based column: 0 is ``A``, 26 is ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
