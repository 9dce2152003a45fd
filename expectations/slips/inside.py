"""How a slip that comes back is known: by what stands inside it, whatever its sheets and its file are called by then.

A cover bears three signs, and any of them is enough: its heading, a mark that a reader does not see, and the header of
its list. All are cells, so they outlive being saved by another program or as text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from connectors.celltext import cell_text
from connectors.extract import Extract, Reading
from connectors.grid import Cell
from expectations.slips.slip import STATUS_WORDS

HEADING = "实绩 · 报送回执"
EXCERPT_HEADING = HEADING + "摘录"
"""Over a slip that holds only the rows with findings."""
MARK = "〔实绩回执〕"
"""Stands on every cover in the colour of the paper."""
EXCERPT_MARK = "〔实绩回执摘录〕"
EXCERPT_SHEET = "只列有问题的行，开头"
"""Stands in the line above the rows of an excerpt."""
REPLY = "您的答复"
"""Left of the cell in which the sender of a held file says what it is."""
HEADER = ("序号", "位置", "程度", "单元格内容", "问题", "怎么改", "规则")

_LOOKED_AT = 60
"""Rows of a sheet within which its signs stand: the facts are about a dozen, and a clerk may put lines above."""
_NAMED = len(HEADER) - 1
_ANSWER = re.compile(rf"\.回执-(?:{'|'.join(STATUS_WORDS.values())}).*$")


def covers(reading: Reading) -> frozenset[str]:
    """Names of the sheets that are covers of our own slips: no data of the sender's."""
    kept = {sheet.name for sheet in reading.sheets if is_cover(sheet.grid.rows)}
    return frozenset(kept.union(one.sheet for one in reading.extracts if _is_cover(one)))


def is_cover(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the rows of a sheet, as read or as openpyxl gives them, are those of a cover."""
    head = rows[:_LOOKED_AT]
    text = _joined(head)
    if _says(text, (HEADING, MARK)):
        return True
    names = list(HEADER[:_NAMED])
    return all(name in text for name in names) and any(_texts(row)[:_NAMED] == names for row in head)


def is_excerpt(reading: Reading) -> bool:
    """Whether a slip holds only the rows with findings, with or without its cover."""
    signs = (EXCERPT_HEADING, EXCERPT_MARK, EXCERPT_SHEET)
    return any(_says(title, signs) for one in reading.extracts for title in one.titles) or any(
        _says(_joined(sheet.grid.rows[:_LOOKED_AT]), signs) for sheet in reading.sheets
    )


def reply_in(reading: Reading) -> str:
    """What the sender wrote beside ``REPLY`` on the cover of a slip that came back; blank where nothing is."""
    for sheet in reading.sheets:
        if is_cover(sheet.grid.rows):
            for row in map(_texts, sheet.grid.rows[:_LOOKED_AT]):
                if row[:1] == [REPLY]:
                    return "".join(row[1:])
    return ""


def without_answer(stem: str) -> str:
    """A file's name as it was before it became the name of a slip."""
    return _ANSWER.sub("", stem) or stem


def _is_cover(extract: Extract) -> bool:
    named = [column.path[-1] if column.path else "" for column in extract.table.columns]
    signed = any(_says(title, (HEADING, MARK)) for title in extract.titles)
    return signed or named[:_NAMED] == list(HEADER[:_NAMED])


def _joined(rows: Iterable[Sequence[Cell]]) -> str:
    """The texts of all cells as one, a line each: to look for signs in it costs a tenth of asking every cell."""
    return _plain("\n".join(cell for row in rows for cell in row if isinstance(cell, str)))


def _says(text: str, signs: Iterable[str]) -> bool:
    plain = _plain(text)
    return any(_plain(sign) in plain for sign in signs)


def _texts(row: Sequence[Cell]) -> list[str]:
    return [_plain(text) for cell in row if (text := cell_text(cell))]


def _plain(text: str) -> str:
    """NFKC, as titles are read."""
    return unicodedata.normalize("NFKC", text).strip()
