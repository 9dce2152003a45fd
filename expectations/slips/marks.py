"""Findings gathered into one mark per cell. How a mark looks is the workbook's matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectations.slips.slip import Slip

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[str, int, int]
"""Sheet name, row and column, both as a spreadsheet numbers them (from 1)."""

_COLUMNS = ("sheet", "row", "cell", "rule", "severity", "value", "message", "remedy", "also")
_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)$")
_LAST_COLUMN = 16_384
_MAX_AREA = 100_000


@dataclass
class Mark:
    """What is wrong at one cell: the worst severity, and a text per finding."""

    severity: str
    texts: list[str] = field(default_factory=list)

    def add(self, severity: str, text: str) -> None:
        """Take one more finding at this cell."""
        if severity == "error":
            self.severity = severity
        if text not in self.texts:
            self.texts.append(text)

    def join(self, other: Mark) -> None:
        """Take the findings of another mark that falls on the same cell."""
        for text in other.texts:
            self.add(other.severity, text)


def findings_frame(slip: Slip) -> pd.DataFrame:
    """The findings, errors first, then in the order of the sheet; a blank ``cell`` is the row's first one, or the sheet.

    Returns:
        A frame with the columns of a slip's findings (row 0 where none is known, texts never missing), ``place``, and
        ``word``: what is asked of the sender.
    """
    import pandas as pd

    if slip.findings is None:
        return pd.DataFrame(columns=[*_COLUMNS, "place", "word"])
    given = slip.findings if isinstance(slip.findings, pd.DataFrame) else slip.findings.to_pandas()
    given = given.reindex(columns=list(_COLUMNS))
    # In lists: a slip has few findings, and each step of a frame costs as much as a thousand of them.
    told = {
        name: ["" if pd.isna(text) else str(text) for text in given[name].tolist()]
        for name in _COLUMNS
        if name != "row"
    }
    numbers = pd.to_numeric(given["row"], errors="coerce").fillna(0).astype("int64").tolist()
    told["word"] = [slip.severity(severity) for severity in told["severity"]]
    places = list(map(_place, told["sheet"], numbers, told["cell"]))
    told["cell"] = list(map(_address, places, told["cell"]))
    order = sorted(range(len(places)), key=lambda at: (told["severity"][at] != "error", places[at]))
    frame = pd.DataFrame({name: pd.Series(texts, dtype="str") for name, texts in told.items()})
    frame["row"] = [row for _, row, _ in places]
    frame["place"] = pd.Series(places, dtype="object")
    return frame[[*_COLUMNS, "word", "place"]].iloc[order]


def _place(sheet: str, row: int, cell: str) -> Place:
    """Where a finding is: at its cell, else in the first one of its row."""
    found = _ADDRESS.search(cell)
    return (sheet, int(found[2]), column_number(found[1])) if found else (sheet, row, 1)


def _address(place: Place, cell: str) -> str:
    sheet, row, _ = place
    return cell or (f"{sheet}!A{row}" if row > 0 else sheet)


def marks_of(frame: pd.DataFrame, limit: int) -> dict[Place, Mark]:
    """Marks by place for the first ``limit`` findings that have a place."""
    placed = frame[(frame["row"] > 0) & (frame["sheet"] != "")].head(limit)
    marks: dict[Place, Mark] = {}
    names = ("place", "also", "severity", "word", "message", "remedy")
    for place, also, severity, word, message, remedy in zip(*(placed[name] for name in names), strict=True):
        for each in (place, *_further(place[0], also)):
            marks.setdefault(each, Mark(severity)).add(severity, comment_text(word, message, remedy))
    return marks


def _further(sheet: str, also: str) -> list[Place]:
    """Places of the coordinates in ``also``."""
    found = [_ADDRESS.search(text) for text in also.split()]
    return [(sheet, int(each[2]), column_number(each[1])) for each in found if each]


def comment_text(word: str, message: str, remedy: str) -> str:
    """What the comment on a cell says for one finding."""
    text = f"【{word}】{message}"
    return f"{text}\n怎么改：{remedy}" if remedy else text


def column_number(letters: str) -> int:
    """``A`` is 1, ``AA`` 27; what lies beyond the last column of a sheet is taken for the first."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number if number <= _LAST_COLUMN else 1


def anchors(areas: Iterable[tuple[int, int, int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells that merged ranges cover, to the one that shows.

    Args:
        areas: ``(top, left, bottom, right)``, inclusive, from 1. A range of whole columns is left alone.
    """
    return {
        (row, column): (top, left)
        for top, left, bottom, right in areas
        if (bottom - top + 1) * (right - left + 1) <= _MAX_AREA
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
