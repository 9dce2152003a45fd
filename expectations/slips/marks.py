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
    frame = given.reindex(columns=list(_COLUMNS)).reset_index(drop=True)
    frame["row"] = pd.to_numeric(frame["row"], errors="coerce").fillna(0).astype("int64")
    for name in _COLUMNS:
        if name != "row":
            frame[name] = frame[name].astype("object").where(frame[name].notna(), "").astype(str)
    addresses = frame["cell"].str.extract(_ADDRESS)
    columns = [column_number(letters) for letters in addresses[0].fillna("A")]
    frame["row"] = pd.to_numeric(addresses[1]).fillna(frame["row"]).astype("int64")
    nowhere = (frame["cell"] == "") & (frame["row"] > 0)
    frame.loc[nowhere, "cell"] = frame["sheet"] + "!A" + frame["row"].astype(str)
    of_sheet = (frame["cell"] == "") & (frame["sheet"] != "")
    frame.loc[of_sheet, "cell"] = frame["sheet"]
    frame["word"] = [slip.severity(severity) for severity in frame["severity"]]
    frame["place"] = list(zip(frame["sheet"], frame["row"].tolist(), columns, strict=True))
    errors_first = frame["severity"] != "error"
    return (
        frame.assign(later=errors_first).sort_values(["later", "place"], kind="stable").drop(columns="later")
    )


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
